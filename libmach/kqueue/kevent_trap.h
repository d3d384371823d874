/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/kevent_trap.h - the traps that take changes and bring events (wire/kevent.h) */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/event.h>

#include "wire/kevent.h"

struct kevent_trap {
    enum trap_number number; /* TRAP_KEVENT or TRAP_WORKQ_PARK */

    /* In. Both lists and the area are the program's memory, which may not be there. */
    enum kqueue_kind kind; /* TRAP_KEVENT */
    uint64_t id;
    uint32_t flags;
    const struct kevent_qos_s *changes;
    uint32_t n_changes; /* at most KEVENT_RECORDS_MAX */
    struct kevent_qos_s *events;
    uint32_t n_events;
    char *area; /* for messages whose knote has no buffer */
    size_t area_size;
    bool from_end;    /* KEVENT_FLAG_STACK_DATA */
    uint64_t timeout; /* nanoseconds; of TRAP_WORKQ_PARK the time after which an idle thread goes */

    /* Out, when the result is 0 */
    uint32_t n_told;
    size_t area_used;
    uint64_t workloop; /* TRAP_WORKQ_PARK */
    uint32_t reply;    /* KEVENT_REPLY_* */
};

/* 0 or an errno: of the kernel, EFAULT for a list that is not there, ENOTCONN without a kernel. */
int kevent_trap_make(struct kevent_trap *trap);

/* The errno in a trap's result: a kernel that does not have the trap says so in its own words. */
int kevent_errno(uint32_t result);

/* kevent_id without its checks of flags: any number of changes, in as many traps as it takes. 0 or errno; *n_p in: the room
 * for events, out: how many were written. */
int workloop_change(uint64_t id, const struct kevent_qos_s *changes, int n_changes, struct kevent_qos_s *events, int *n_p,
                    char *area, size_t *area_size, uint32_t flags);

/* What a thread of the pool does: parks, is called, parks again, until it has been idle for a while. `spawn` makes
 * another thread of the pool. */
typedef void (*workloop_function)(uint64_t *workloop_id, void **events, int *n_events);
void workloop_serve(workloop_function function, void (*spawn)(void));
