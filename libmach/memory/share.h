/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/memory/share.h - memory of the own task in two places, or with its fork children
 *
 * Linux shares only what was mapped to be shared. Private memory becomes that by a copy which takes its place: what another
 * thread writes at the same moment may be lost. Ranges are whole pages.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/vm_prot.h>
#include <stdbool.h>
#include <stdint.h>

/* KERN_INVALID_ADDRESS: not all of it is mapped. KERN_NOT_SUPPORTED: some is a private mapping of a file.
 * KERN_PROTECTION_FAILURE: some cannot be read. KERN_RESOURCE_SHORTAGE. What comes before has been made shared then. */
kern_return_t share_range(uint64_t start, uint64_t size);
/* Maps a shared range a second time, over what is at `target`. */
kern_return_t share_again(uint64_t start, uint64_t size, uint64_t target);
/* Some of the range is shared. */
bool share_is_any(uint64_t start, uint64_t size);
