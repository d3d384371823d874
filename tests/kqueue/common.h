/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/common.h - workloops with a record each, and what their servicers see
 *
 * The callback of the process finds the record of its workloop and notes what it was called with; then it runs the record's
 * body, waits at the gate if it is closed, and returns the changes that the body left. What is noted of a call is complete when
 * n_calls has advanced; n_done counts those that have returned. */
#pragma once

#include <errno.h>
#include <mach/mach_traps.h>
#include <pthread/workqueue_private.h>
#include <sys/event_private.h>

#include "tests/push/common.h"

enum { LOOP_EVENTS = WORKQ_KEVENT_EVENT_BUFFER_LEN };

/* pthread_priority_t of each class */
enum { QOS_MT = 0x1ff, QOS_BG = 0x2ff, QOS_UT = 0x4ff, QOS_DEF = 0x8ff, QOS_IN = 0x10ff, QOS_UI = 0x20ff };

struct loop;
/* Returns how many changes it left in `events`, which has room for LOOP_EVENTS. */
typedef int loop_body(struct loop *loop, struct kevent_qos_s *events, int n);

struct loop {
    uint64_t id;
    loop_body *body;         /* NULL: leaves no changes */
    _Atomic bool is_closed;  /* the callback waits, in the kernel, until loop_open() */
    _Atomic int n_calls, n_done;
    _Atomic mach_port_t thread; /* of the last call */
    int n_events;            /* of the last call */
    struct kevent_qos_s events[LOOP_EVENTS];
    struct letter letters[LOOP_EVENTS]; /* those that came with a message */
    int base, push;          /* of the servicer at the beginning of the last call */
    qos_class_t qos;
    void *context;
    mach_port_t gate;
};

/* A workloop of its own for this test, and the pool, if there is none. */
void loop_begin(struct loop *loop);
/* Its knotes have been deleted. */
void loop_end(struct loop *loop);
/* Lets the callback that waits at the gate go, and those to come. */
void loop_open(struct loop *loop);
/* Within PATIENCE_MS, or ends the test. */
void until(const _Atomic int *count, int n);
void until_calls(struct loop *loop, int n);
void until_done(struct loop *loop, int n);

/* One change; the error that it was answered with, or 0. */
int change(struct loop *loop, uint64_t ident, int16_t filter, uint16_t flags, uint32_t fflags, int qos);
int change_event(struct loop *loop, struct kevent_qos_s *event);
/* EV_ADD of a port with MACH_RCV_MSG and the flags of dispatch sources. */
int monitor(struct loop *loop, mach_port_t port, int qos);
int unmonitor(struct loop *loop, mach_port_t port);
int reenable(struct loop *loop, mach_port_t port);

/* A workloop of its own that monitors the port, which has a send right; and the end of both. */
mach_port_t monitored_new(struct loop *loop);
void monitored_end(struct loop *loop, mach_port_t port);

/* A loop whose servicer waits in its callback, and has 31 of its own. */
void busy_begin(struct loop *loop);
void busy_end(struct loop *loop);
/* The same in a focal application. */
void focal_begin(struct loop *loop);
void focal_end(struct loop *loop);

/* A plain message of this class and override (0: none) to a port. */
void post(mach_port_t to, uint32_t qos, uint32_t override);
/* The answer to a request that came through a knote. */
void answer_event(const struct loop *loop, int index);
/* A caller of class UI (47 in a focal application) that waits for an answer from the port. */
void caller_of(struct caller *caller, mach_port_t dest);

static inline uint32_t received_by(const struct loop *loop, int index)
{
    return loop->events[index].fflags;
}

/* Until the thread's B is this; then it is checked. */
#define CHECK_BASE_SOON(thread, base) CHECK_EQ(base_soon(thread, base), base)
