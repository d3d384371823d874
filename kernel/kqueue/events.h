/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/events.h - the reply to a kevent call while it is being made (wire/kevent.h, payloads)
 *
 *     struct reply reply;
 *     if (reply_begin(&reply, thread, n_events, n_changes, area))
 *         ... changes and reply_fetch add to it ...
 *         reply_end(&reply, flags);
 *
 * Begin and end stand in the same call: a thread that waits meanwhile has sent its reply, as far as there is one, to its page,
 * and ends with that.
 */
#pragma once

#include "kernel/ipc/deliver.h"
#include "kernel/kqueue/knote.h"

struct reply {
    struct thread *thread;
    struct kevent_record *records; /* events, and from `max` on sources */
    uint32_t n, max, n_sources, max_sources;
    struct collector messages;
    uint64_t area, area_used;
};

/* False without memory: the call's result is ENOMEM. */
bool reply_begin(struct reply *reply, struct thread *thread, uint32_t n_events, uint32_t n_changes, uint64_t area);
/* Puts it into the thread's reply; flags: KEVENT_REPLY_*. */
void reply_end(struct reply *reply, uint64_t flags);

/* Room for one more event, NULL: there is none. */
struct kevent_record *reply_add(struct reply *reply);
/* Libmach is to listen for this knote, or not any more: enum kevent_source. */
void reply_source(struct reply *reply, const struct knote *knote, uint32_t what);
/* The first message of the port comes to the reply's thread through the knote (T126, T127). */
void reply_receive(struct reply *reply, struct knote *knote, struct port *port, struct membership *member,
                   struct kevent_record *out);

/* What is pending, the most urgent first, as far as there is room (T133). */
void reply_fetch(struct reply *reply, struct kqueue *kqueue);
