/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/trim.h - memory that programs have left goes back to the machine
 *
 * What was free in the heap stays machd's: after a million ports that is half a gigabyte. When the kernel holds less than half of
 * what it held, and much less, the C library is asked to give its free pages back. That takes some 50 us for each MiB, during
 * which nobody is served; so it is done when nobody has wanted anything for a moment, or at the latest after some seconds. */
#pragma once

#include <stdint.h>

struct machd;

struct trim {
    uint64_t most;  /* bytes that the kernel held since the last time */
    uint64_t since; /* when there was first enough to be given back; 0: there is not */
};

/* In each pass. */
void trim_look(struct machd *m, uint64_t last_request);
/* When it wants to be looked at again though nothing else happens: KERNEL_NO_DEADLINE if it does not. */
uint64_t trim_deadline(const struct machd *m, uint64_t last_request);
