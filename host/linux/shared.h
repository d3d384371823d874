/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/shared.h - memory that machd writes and clients map read-only
 *
 * A memfd of fixed size, sealed before a descriptor leaves machd, against change of size (a shorter file under
 * our mapping is a SIGBUS) and against writing through any mapping made later. Its mode is 0400 and clients get a
 * descriptor opened for reading: the owner could otherwise reopen it for writing.
 */
#pragma once

#include <stddef.h>

/* The mapping, all zero, in *map_p, and a descriptor to hand out in *fd_p. 0 or -errno. */
int shared_make(const char *name, size_t size, void **map_p, int *fd_p);
