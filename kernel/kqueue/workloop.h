/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/workloop.h - who works for a workloop: its servicer, its owner, and their classes (T131-T145, T149) */
#pragma once

#include "kernel/kqueue/kqueue.h"

/* How urgent it is: of its knotes that have something to tell, of those delivered and not enabled since, and of its
 * request (T137-T139). SCHED_QOS_NONE: not at all. */
enum sched_qos workloop_class(const struct kqueue *kqueue);

/* After whatever changed: requests a thread or not, who inherits, who is raised. Any kqueue; nothing for a descriptor. */
void workloop_update(struct kqueue *kqueue);

/* The thread, which is parked, serves the workloop, which had requested one (T132, T137). */
void workloop_bind(struct kqueue *kqueue, struct thread *thread);
/* It serves no more: its class and what it inherits are what they were before (T141). May free the workloop. */
void workloop_unbind(struct kqueue *kqueue);
/* The servicer is back for more: what raised it while its callback ran is computed afresh (T138). is_return: it has left
 * the callback, so its requested class is, too. */
void workloop_servicer_is_back(struct kqueue *kqueue, bool is_return);

/* NULL: nobody. A servicer is not recorded as owner (T149). */
void workloop_set_owner(struct kqueue *kqueue, struct thread *owner);

/* What a knote adds to the class; the caller updates. */
void workloop_count(struct kqueue *kqueue, enum sched_qos qos, bool is_more);

/* A parked thread goes on, bound or not: events.c makes its reply. */
bool workloop_thread_goes_on(struct ipc_thread *thread, enum wait_end end);

/* For checks. */
struct inheritor workloop_inheritor(const struct kqueue *kqueue);
