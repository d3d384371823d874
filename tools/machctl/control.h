/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/control.h - talking to machd as a tool: no task, no Mach (wire/attach.h) */
#pragma once

#include <stdint.h>

struct attach_packet;

/* A connection to the machd behind this socket, WELCOME included; through `<socket>.admin` if admin. -1 after
 * saying nothing: errno tells. */
int control_open(const char *socket, int admin);

/* The STATUS text, allocated; NULL when machd ends the connection before all of it came. */
char *control_status(int fd);

/* One piece of what wire/look.h describes, from cursor on, in *answer. 0, or -1 when machd ends the connection. */
int control_look(int fd, uint32_t kind, int pid, uint64_t cursor, struct attach_packet *answer);

/* Asks for a trace of process pid, 0: of all that this user may see. The ring's descriptor in *ring_p. 0, or -1: errno
 * is EBUSY if others trace already. */
int control_trace(int fd, int pid, int *ring_p);

/* A connection to the machd that a program started here would use; -1 after one line on standard error. */
int control_open_here(void);

/* Asks machd to end, and waits until it has: 0, or -1 (errno ETIMEDOUT after 10 s). */
int control_shutdown(int fd);
