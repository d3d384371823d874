/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/calls.h - what the traps of wire/kevent.h do
 *
 * Each fills in the thread's reply, or lets it wait; results are errno values.
 */
#pragma once

#include "kernel/kqueue/events.h"

struct kevent_call {
    uint64_t kind, id, flags, n_changes, n_events, area, timeout;
};

/* TRAP_KEVENT (T110-T119, T136, T150). */
void kqueue_kevent(struct thread *thread, const struct kevent_call *call);
/* TRAP_KQUEUE_WATCH, TRAP_KQUEUE_CLOSE */
void kqueue_watch(struct thread *thread);
int kqueue_close_descriptor(struct thread *thread, uint64_t id);

/* TRAP_WORKQ_SETUP, TRAP_WORKQ_PARK (T130-T135) */
int workq_setup(struct thread *thread);
void workq_park(struct thread *thread, uint64_t n_changes, uint64_t n_events, uint64_t area, uint64_t idle);

/* TRAP_WORKLOOP_CREATE, TRAP_WORKLOOP_DESTROY (T109) */
int workloop_create(struct thread *thread, uint64_t id, uint64_t flags, uint64_t priority);
int workloop_destroy(struct thread *thread, uint64_t id);

/* Applies the changes in the thread's page and puts errors and receipts into the reply (T112). What the call fails with, or
 * 0. *waits_p: the knote on which the thread is to wait, or NULL. */
int changes_apply(struct reply *reply, struct kqueue *kqueue, uint32_t n_changes, uint32_t call_flags,
                  struct knote **waits_p);

static inline bool workloop_id_is_valid(uint64_t id)
{
    return id != 0 && id != UINT64_MAX;
}
