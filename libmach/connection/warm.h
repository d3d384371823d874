/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/warm.h - memory for received bytes whose pages are there already
 *
 * A fresh mapping costs a fault and a cleared page for every 4 KiB, which is more than copying the bytes. So what the
 * program gives back with vm_deallocate is kept, as far as it came from here, and given out again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Private memory of its own, in whole pages; what stands in it is of this process's past and must be overwritten. NULL:
 * there is none. */
void *warm_take(uint64_t size);
/* The program deallocates these pages: they are gone from there. False: munmap said no. */
bool warm_give(void *at, uint64_t size);
/* In a fork child. consistent: no other thread of the parent was at work here. */
void warm_forget(bool consistent);
