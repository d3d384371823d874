/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/sockets.h - descriptors that start a job, and that it is given (B173, B174)
 *
 * They are made when the job is loaded, by launchd-sockets (sockets/main.c) as the job's user, and live as long as the job is
 * loaded under this launchd; the next one makes them anew. While the job waits, a readable one is a demand. Each instance gets
 * them all, from descriptor 3 on, with a list of names that launch_activate_socket reads (wire/job_types.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct managed;
struct held_socket;

/* For a job that was loaded, or taken over. */
void sockets_start(struct managed *m);
void sockets_stop(struct managed *m);
/* Takes over those of the launchd before, once all jobs are read, and before sockets_start makes the rest. */
void sockets_adopt(void);

/* They are not all made yet: the job is not started before. */
bool sockets_are_pending(const struct managed *m);
void sockets_watch(struct managed *m, bool on);

/* The descriptors in their order; and the list of names, which the caller frees (NULL: no sockets, or no memory). */
int sockets_fd(const struct managed *m, size_t i);
char *sockets_names(const struct managed *m);

/* What the job gets for its standard input; -1: nothing. */
int sockets_input(const struct managed *m);
/* There is something to read (B117). */
bool sockets_input_is_readable(const struct managed *m);
