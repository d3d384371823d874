/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/place.h - where the sockets of machds stand (F100), and where our own programs do */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* The run-time directory of this user (wire/attach.h). Not made here. */
void place_directory(char directory[PATH_MAX]);

/* The socket of a machd whose root process is pid, in this user's directory; false if there is no such
 * process. */
bool place_of_root(pid_t pid, char socket[PATH_MAX]);

/* The socket that a program started here would use: of the private variable, of the nearest ancestor that is
 * the root of a machd, the user's default, the system's. False: there is none. */
bool place_find(char socket[PATH_MAX]);

/* The user's default socket, whether or not there is one. */
void place_default(char socket[PATH_MAX]);

/* A program of this project: beside this one, in the build tree, or where it is installed. False: not found. */
bool place_program(const char *name, char path[PATH_MAX]);
