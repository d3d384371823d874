/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/launch/launch_sockets.h - the sockets that this process inherited from launchd (launch.c) */
#pragma once

#include <stddef.h>

/* Each, with the name of its entry, which is not terminated. None if this process is no job. */
void launch_sockets_each(void (*function)(const char *name, size_t length, int fd, void *context), void *context);
