/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/place.h - where the machd of this process listens (F100) */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PLACE_MAX 256

/* The run-time directory of the effective uid, made if `make`; false if there is none that can be trusted. */
bool place_directory(char directory[PLACE_MAX], bool make);

/* A connected socket to the machd of this process, or -1: the private variable, the nearest ancestor that is
 * the root of a machd, the user's default, the system's. The server's credentials have been checked. */
int place_connect(void);

/* The same, the user's default alone. */
int place_connect_default(void);
