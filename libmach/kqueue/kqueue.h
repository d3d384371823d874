/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/kqueue.h - kernel queues behind descriptors (decision 12)
 *
 * The descriptor is an epoll set, so that poll, select and epoll work on it. What the set watches only says which knotes
 * to look at; it is edge-triggered, and what a knote has to tell is asked of its filter when events are fetched. Knotes that
 * may have something stand in `pending`; as long as there are some the *anchor*, an eventfd in the set, is readable. So whoever
 * polls the descriptor may be told once in vain, never too late.
 *
 *    take lock -> kqueue_of -> kqueue_change, kqueue_collect -> give lock
 *
 * close() ends a kqueue (close.c), but there are ways to close it that we do not see: each call makes sure that its descriptor is
 * the set in which the anchor is, and kqueue() clears away those whose descriptor is something else by now. Everything here is
 * under one lock, and no memory of the program's is touched under it.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/event.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include "libmach/connection/descriptor.h"

struct filter;
struct kqueue;

/* state     in pending   leaves by
 * IDLE      no           something happened -> PENDING; EV_DISABLE -> DISABLED
 * PENDING   yes          collected; EV_DISABLE -> DISABLED
 * DISABLED  no           EV_ENABLE -> IDLE or PENDING
 * DYING     no           EV_ENABLE -> PENDING, to deliver its end (T118) */
enum knote_state { KNOTE_IDLE, KNOTE_PENDING, KNOTE_DISABLED, KNOTE_DYING };

struct knote {
    LIST_ENTRY(knote) in_bucket;
    LIST_ENTRY(knote) in_files; /* VNODE, and READ of a file */
    int watch;                  /* of inotify, for these; -1 */
    TAILQ_ENTRY(knote) in_pending;
    struct kqueue *kq;
    const struct filter *filter;
    enum knote_state state;
    bool happened; /* while disabled */
    bool is_dying; /* PENDING to deliver its end */
    bool has_edge; /* the filter's own descriptor became readable */
    struct kevent_qos_s registered;
    uint64_t round; /* of the call that fetched it last */
    int fd;         /* the filter's own; -1 */
    union {
        struct {
            bool is_file; /* epoll does not take it: always looked at */
        } io;
        struct {
            uint64_t expirations;
        } timer;
        struct {
            uint32_t seen;
            bool is_told_early; /* the one that is held back was counted already */
            bool is_older;      /* one was held back already when the knote was made */
        } signal;
        struct {
            dev_t device; /* with the inode: which file it was when the knote was made */
            ino_t inode;
            uint32_t happened; /* NOTE_* */
            uint64_t n_links;
            int64_t size;
        } vnode;
        struct {
            bool is_triggered;
        } user;
    };
};

/* What looking at a knote found. */
enum found {
    FOUND_NOTHING,
    FOUND_EVENT, /* flags, fflags, data and ext of the event were filled in */
    FOUND_GONE,  /* what it watched is gone without an event: it goes too */
};

/* With the lock held. attach and touch answer with an errno, and leave nothing behind when they refuse. */
struct filter {
    bool is_descriptor; /* ident is one, and must be open */
    bool is_clear;      /* EV_CLEAR is implied */
    int (*attach)(struct knote *knote);
    void (*detach)(struct knote *knote);
    int (*touch)(struct knote *knote, const struct kevent_qos_s *change);
    enum found (*collect)(struct knote *knote, struct kevent_qos_s *event);
};

extern const struct filter filter_read, filter_write, filter_timer, filter_signal, filter_proc, filter_vnode, filter_user;

LIST_HEAD(knote_list, knote);
TAILQ_HEAD(knote_queue, knote);

struct kqueue {
    LIST_ENTRY(kqueue) in_all;
    int fd;     /* the program's, an epoll set; -1 while it is taken apart */
    int anchor; /* an eventfd in it, readable while something is pending */
    int writes; /* a set within the set, for WRITE; -1 until there is one */
    int inotify; /* for VNODE; -1 until there is one */
    bool has_bell; /* what signal handlers ring is in the set */
    bool is_anchor_set;
    uint64_t id;        /* the kernel's, for ports (wire/kevent.h) */
    bool has_ports;     /* the kernel knows of it */
    bool ports_pending; /* the kernel has something */
    struct knote_list *bucket;
    uint32_t n_buckets, n_knotes, n_files;
    uint64_t last_round;
    struct knote_queue pending;
    struct knote_list files;
    sigset_t mask; /* of the thread that is inside */
};

/* The kqueue behind a descriptor, with the lock taken; NULL, without it: there is none. */
struct kqueue *kqueue_take(int fd);
void kqueue_give(struct kqueue *kq);
/* False: the descriptor is none of this process for certain. Takes no lock. */
bool kqueue_may_be(int fd);
/* It is one. */
bool kqueue_is(int fd);
/* Gives the lock. Its descriptor `fd` has been closed: it goes on with a duplicate, or ends. */
void kqueue_closed(struct kqueue *kq, int fd);

/* Applies one change; 0 or an errno. (T114, T115, T117, T118) */
int kqueue_change(struct kqueue *kq, const struct kevent_qos_s *change);
/* Fetches what there is, at most max; the number. *round_p is 0 at the first of several fetches of one call, and kept for the
 * others: a knote is told once in a call. (T115, T118) */
int kqueue_collect(struct kqueue *kq, uint64_t *round_p, struct kevent_qos_s *event, int max);

/* Ports: what the kernel keeps for a kqueue. begin: the id, for a change; take: the id if there is something to fetch, else
 * 0, and what is fetched now is pending no more. ready: there is something to fetch. (EBADF is id 0.) */
uint64_t kqueue_begin_ports(int fd);
uint64_t kqueue_take_ports(int fd);
void kqueue_ports_ready(uint64_t id);

/* One under a high number, for the library itself; -1. */
int kqueue_high(void);
/* The same is registered already. */
bool kqueue_has(int fd, const struct kevent_qos_s *change);
/* There is a knote of the library's own for it. */
bool kqueue_knows(int fd, const struct kevent_qos_s *change);

/* ---- of knote.c ---- */

bool kqueue_table_init(struct kqueue *kq);
/* is_forked: the set is the parent's too, and is left as it is. */
void kqueue_drop_all(struct kqueue *kq, bool is_forked);
int knote_change(struct kqueue *kq, const struct kevent_qos_s *change);
const struct knote *knote_find(const struct kqueue *kq, const struct kevent_qos_s *change);
int knote_collect(struct kqueue *kq, uint64_t round, struct kevent_qos_s *event, int max);

/* In a fork child: kqueues are not inherited. */
void kqueue_forget(void);

/* ---- for filters, with the lock held ---- */

/* Something may have happened to the knote. */
void knote_activate(struct knote *knote);
/* All knotes of a filter and ident. */
void kqueue_activate(struct kqueue *kq, int16_t filter, uint64_t ident);
/* Another knote of the same filter and ident. */
bool knote_has_twin(const struct knote *knote);
void knote_free(struct knote *knote);

/* Adds a descriptor of the knote's own to the set, readable means activate; gives fd to the knote. 0 or errno. */
int knote_watch(struct knote *knote, int fd);
void knote_unwatch(struct knote *knote);

/* What a key of the set means. Descriptors of programs can outlive their knote there, so their key is no pointer. */
enum key { KEY_ANCHOR = 1, KEY_WRITES = 3, KEY_INOTIFY = 5, KEY_BELL = 7, KEY_DESCRIPTOR = 9 };
#define KEY_OF_DESCRIPTOR(fd) ((uint64_t)(uint32_t)(fd) << 32 | KEY_DESCRIPTOR)

/* Watches the file that ident is open for, or no more. 0 or errno. */
int file_watch(struct knote *knote);
void file_unwatch(struct knote *knote);
/* Reads what the inotify descriptor has and activates. */
void vnode_drain(struct kqueue *kq);
/* Connections that wait at a socket that listens, at least 1: it is asked when it is readable; -1: it does not listen. */
int64_t backlog_of(int fd);
/* A process, and no zombie. */
bool process_is_there(uint64_t ident);
/* In a fork child: no signal is watched. */
void signal_forget(void);
