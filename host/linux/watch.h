/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/watch.h - descriptors that epoll looks at
 *
 * epoll's data is an index with a generation, never a pointer: a bell that a client still holds goes on
 * firing after machd has closed its own descriptor, unless it was taken out first; and events fetched in one
 * batch may belong to a descriptor that an earlier event of the batch has ended. A watch is embedded in what
 * it belongs to.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum watch_kind {
    WATCH_NONE,
    WATCH_LISTENER,
    WATCH_ADMIN_LISTENER,
    WATCH_SOCKET,
    WATCH_SOCKETS, /* the epoll of sockets and listeners */
    WATCH_BELL,
    WATCH_PROCESS,
    WATCH_ZOMBIE,
    WATCH_LAUNCHD,
    WATCH_ROOT,
    WATCH_SIGNALS,
    WATCH_ANSWERS,
};

struct watch {
    enum watch_kind kind; /* NONE: fd is not ours */
    int fd;
    uint32_t index; /* 0: not in epoll */
};

struct watch_table {
    struct watch_slot {
        struct watch *watch;
        uint32_t generation;
        uint32_t next_free;
    } *slot;
    uint32_t n, free_head;
};

struct machd;

/* Looks at fd from now on. 0 or -errno; the watch owns fd in both cases. */
int watch_open(struct machd *m, struct watch *watch, enum watch_kind kind, int fd, uint32_t events);
int watch_modify(struct machd *m, struct watch *watch, uint32_t events);
/* Takes it out of epoll, or puts it back; the descriptor stays open. */
void watch_pause(struct machd *m, struct watch *watch);
int watch_resume(struct machd *m, struct watch *watch, uint32_t events);
/* Takes it out and closes the descriptor. Nothing if the watch is not open. */
void watch_close(struct machd *m, struct watch *watch);
/* NULL if what the event was for has gone. */
struct watch *watch_of_event(struct machd *m, uint64_t data);
