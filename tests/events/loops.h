/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/loops.h - workloops of a real process, with a record each
 *
 * The callback of a process is installed once. It looks up the workloop's id in a table of *loops*; each test has loops of its
 * own, whose records say what the servicer does and what it saw.
 */
#pragma once

#include <errno.h>
#include <pthread/priority_private.h>
#include <pthread/workqueue_private.h>
#include <sys/event.h>

#include "tests/push/common.h"

enum {
    LOOPS_MAX = 128,
    FIRST_ID = 1000,
    KEPT_MAX = 64,
    QOS_DEF = 0x8ff,
    QOS_IN = 0x10ff,
    QOS_UT = 0x4ff,
    LONG_MS = 20000,
    RECEIVE = MACH_RCV_MSG | MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY |
              MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX) |
              MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) | MACH_RCV_VOUCHER,
};

struct loop {
    uint64_t id;
    _Atomic int n_calls, n_events, n_inside;
    struct kevent_qos_s event[KEPT_MAX];
    struct letter letter[KEPT_MAX]; /* what the messages were */
    int base;                       /* B at the first instruction of the last call */
    qos_class_t qos_class;
    pthread_t thread;
    uint16_t again;                    /* flags with which every event is returned; 0: none is */
    void (*inside)(struct loop *loop); /* may be NULL */
    _Atomic bool hold;                 /* the callback waits while it is set */
    struct kevent_qos_s *own;          /* changes to return instead */
    int n_own;
};

struct loop *loop_new(void);
/* Nobody serves it any more, or may still come for nothing: records are not used again. */
void loop_fini(struct loop *loop);

/* The callbacks. Nobody is called without a workloop. */
void served(uint64_t *id, void **events, int *n);
void worker(pthread_priority_t priority);
void kevent_worker(void **events, int *n);
/* Installs them, once; loop_new does. */
void workqueue_install(void);

/* Within LONG_MS the value is at least that. */
bool soon(const _Atomic int *value, int expected);
int base_of_self(void);

/* 0 or the errno of a change. */
int change(struct loop *loop, const struct kevent_qos_s *change);
struct kevent_qos_s knote(uint64_t ident, int16_t filter, uint16_t flags, uint32_t fflags);
struct kevent_qos_s port_knote(mach_port_t port, uint32_t options);
int knote_delete(struct loop *loop, struct kevent_qos_s knote);
int trigger(struct loop *loop, uint64_t ident);
