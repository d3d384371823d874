/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/control.h - talking to machd as a tool: no task, no Mach (wire/attach.h) */
#pragma once

/* A connection to the machd behind this socket, WELCOME included; through `<socket>.admin` if admin. -1 after
 * saying nothing: errno tells. */
int control_open(const char *socket, int admin);

/* The STATUS text, allocated; NULL when machd ends the connection before all of it came. */
char *control_status(int fd);

/* Asks machd to end, and waits until it has: 0, or -1 (errno ETIMEDOUT after 10 s). */
int control_shutdown(int fd);
