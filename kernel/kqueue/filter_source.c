/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/filter_source.c - what the program triggers (EVFILT_USER), and what libmach hears from Linux */
#include <errno.h>

#include "kernel/kqueue/events.h"
#include "kernel/kqueue/sources.h"

static bool has_happened(const struct knote *knote)
{
    return knote->source.has_happened;
}

/* ---- EVFILT_USER ---- */

static uint32_t combine(uint32_t before, uint32_t given)
{
    uint32_t flags = given & NOTE_FFLAGSMASK;
    switch (given & NOTE_FFCTRLMASK) {
    case NOTE_FFAND: return before & flags;
    case NOTE_FFOR: return before | flags;
    case NOTE_FFCOPY: return flags;
    }
    return before;
}

static void trigger(struct knote *knote, const struct kevent_qos_s *event)
{
    if (!(event->fflags & NOTE_TRIGGER))
        return;
    knote->source.has_happened = true;
    knote_fire(knote);
}

static int attach_user(struct knote *knote, struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    knote->event.fflags = event->fflags & NOTE_FFLAGSMASK;
    trigger(knote, event);
    return 0;
}

static int touch_user(struct knote *knote, struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    knote->event.fflags = combine(knote->event.fflags, event->fflags);
    knote->event.data = event->data;
    for (int i = 0; i < 4; i++)
        knote->event.ext[i] = event->ext[i];
    trigger(knote, event);
    return 0;
}

/* Triggered it stays, unless EV_CLEAR resets it. */
static bool deliver_user(struct knote *knote, struct reply *reply, struct kevent_record *out)
{
    (void)reply;
    if (!knote->source.has_happened)
        return false;
    out->event.fflags = knote->event.fflags;
    out->event.data = knote->event.data;
    if (!(knote->event.flags & EV_CLEAR))
        return true;
    knote->source.has_happened = false;
    knote->event.fflags = 0;
    knote->event.data = 0;
    return true;
}

const struct filter user_filter = {
    .attach = attach_user,
    .touch = touch_user,
    .is_ready = has_happened,
    .deliver = deliver_user,
};

/* ---- sources ---- */

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    uint64_t x = container_of(a, struct knote, source.by_cookie)->source.cookie;
    uint64_t y = container_of(b, struct knote, source.by_cookie)->source.cookie;
    return x < y ? -1 : x > y;
}

static int probe(const struct tree_node *node, const void *key)
{
    uint64_t cookie = container_of(node, struct knote, source.by_cookie)->source.cookie;
    uint64_t wanted = *(const uint64_t *)key;
    return wanted < cookie ? -1 : wanted > cookie;
}

void sources_init(struct kqueues *all)
{
    tree_init(&all->sources, compare);
}

static int attach(struct knote *knote, struct change *change)
{
    struct kqueues *all = change->kqueue->all;
    knote->source.cookie = ipc_serial(all->ipc);
    tree_insert(&all->sources, &knote->source.by_cookie);
    return 0;
}

static void arm(struct knote *knote, struct reply *reply)
{
    knote->source.is_armed = true;
    reply_source(reply, knote, KEVENT_ARM);
}

static void enabled(struct knote *knote, struct reply *reply)
{
    if (!knote->source.has_happened)
        arm(knote, reply);
}

/* Another registration: libmach listens for that one, if for any. */
static int touch(struct knote *knote, struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    bool is_new = knote->event.fflags != event->fflags || knote->event.data != event->data;
    if (!(event->flags & EV_ADD) || !is_new)
        return 0;
    knote->event.fflags = event->fflags;
    knote->event.data = event->data;
    for (int i = 0; i < 4; i++)
        knote->event.ext[i] = event->ext[i];
    knote->source.has_happened = false;
    knote_settle_idle(knote);
    if (knote->state != KNOTE_DISABLED && !(event->flags & (EV_ENABLE | EV_DISABLE)))
        arm(knote, change->reply);
    return 0;
}

static bool deliver(struct knote *knote, struct reply *reply, struct kevent_record *out)
{
    if (!knote->source.has_happened)
        return false;
    knote->source.has_happened = false;
    out->event.data = knote->source.data;
    out->event.fflags = knote->source.fflags;
    out->event.flags |= knote->source.flags;
    if (!(knote->event.flags & (EV_DISPATCH | EV_ONESHOT | EV_CLEAR)))
        arm(knote, reply);
    return true;
}

static void drop(struct knote *knote, struct reply *reply)
{
    tree_remove(&knote->kqueue->all->sources, &knote->source.by_cookie);
    if (reply)
        reply_source(reply, knote, KEVENT_DISARM);
}

const struct filter source_filter = {
    .attach = attach,
    .touch = touch,
    .enabled = enabled,
    .is_ready = has_happened,
    .deliver = deliver,
    .drop = drop,
};

/* Expirations and signals are counted until they are told. */
static bool is_counter(const struct knote *knote)
{
    return knote->event.filter == EVFILT_TIMER || knote->event.filter == EVFILT_SIGNAL;
}

int source_fire(struct kqueues *all, uint64_t cookie, int64_t data, uint32_t fflags, uint16_t flags)
{
    struct tree_node *node = all ? tree_find(&all->sources, probe, &cookie) : NULL;
    if (!node)
        return ENOENT;
    struct knote *knote = container_of(node, struct knote, source.by_cookie);
    if (!knote->source.is_armed || knote->state == KNOTE_DISABLED)
        return 0;
    int64_t before = knote->source.has_happened && is_counter(knote) ? knote->source.data : 0;
    knote->source.data = (int64_t)((uint64_t)before + (uint64_t)data);
    knote->source.fflags = fflags;
    knote->source.flags = flags & EV_EOF;
    knote->source.has_happened = true;
    knote->source.is_armed = knote->event.flags & EV_CLEAR;
    knote_fire(knote);
    return 0;
}
