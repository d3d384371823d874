/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/listen.h - the run-time directory and the sockets in it (F100; wire/attach.h) */
#pragma once

struct machd;

/* Finds or makes the directory, takes the lock, listens. 0, or -errno after telling why. */
int listen_start(struct machd *m);
/* Takes the names away that listen_start made. */
void listen_stop(struct machd *m);
/* Of the ordinary socket. */
const char *listen_path(void);
