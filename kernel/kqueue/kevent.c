/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kqueue/kevent.c - one call: changes, then events, or waiting for them */
#include <errno.h>
#include <string.h>

#include "kernel/kqueue/calls.h"
#include "kernel/kqueue/workloop.h"

enum {
    WORKLOOP_FLAGS =
        KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST | KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST,
    USER_FLAGS = WORKLOOP_FLAGS | KEVENT_FLAG_IMMEDIATE | KEVENT_FLAG_ERROR_EVENTS | KEVENT_FLAG_STACK_DATA |
                 KEVENT_FLAG_WORKQ,
};

static void finish(struct thread *thread, int error)
{
    thread->ipc.reply.result = (uint32_t)error;
}

/* ---- changes ---- */

static int apply_one(struct reply *reply, struct change *change)
{
    uint16_t flags = change->record.event.flags;
    int error = change_apply(change);
    if (change->waits || (error == 0 && !(flags & EV_RECEIPT)))
        return 0;
    struct kevent_record *out = reply_add(reply);
    if (!out)
        return error;
    out->event = change->record.event;
    out->event.flags = flags | EV_ERROR;
    out->event.data = error;
    return 0;
}

int changes_apply(struct reply *reply, struct kqueue *kqueue, uint32_t n_changes, uint32_t call_flags,
                  struct knote **waits_p)
{
    *waits_p = NULL;
    for (uint32_t i = 0; i < n_changes && !*waits_p; i++) {
        struct change change = {
            .kqueue = kqueue,
            .thread = reply->thread,
            .call_flags = call_flags,
            .is_last = i == n_changes - 1,
            .has_room = reply->n < reply->max,
            .reply = reply,
        };
        memcpy(&change.record, reply->thread->ipc.data + i * sizeof(change.record), sizeof(change.record));
        int error = apply_one(reply, &change);
        if (error)
            return error;
        *waits_p = change.waits;
    }
    return 0;
}

/* ---- NOTE_WL_SYNC_WAIT (T150) ---- */

/* One more event in what stands in the page already, before the sources, if there is room. */
static void add_interrupted(struct ipc_thread *thread, const struct knote *knote)
{
    const size_t size = sizeof(struct kevent_record);
    uint32_t n = (uint32_t)thread->reply.value[0], n_sources = (uint32_t)(thread->reply.value[0] >> 32);
    struct kevent_record record = { .event = knote->event };
    record.event.flags |= EV_ERROR;
    record.event.data = EINTR;
    if (thread->reply.segment || (n + n_sources + 1) * size > TRAP_DATA_SIZE) {
        thread->reply.result = EINTR;
        return;
    }
    memmove(thread->data + (n + 1) * size, thread->data + n * size, n_sources * size);
    memcpy(thread->data + n * size, &record, size);
    thread->reply.value[0]++;
    thread->reply.payload_size += size;
}

static void sync_ended(struct ipc_thread *thread, enum wait_end end)
{
    struct knote *knote = thread->event.object;
    knote->sync.waiter = NULL;
    if (end == WAIT_ENDED_INTERRUPTED)
        add_interrupted(thread, knote);
}

static bool sync_goes_on(struct ipc_thread *thread, enum wait_end end)
{
    (void)thread, (void)end;
    return true;
}

static const struct wait_ops sync_ops = { .ended = sync_ended, .go_on = sync_goes_on };

static void wait_on(struct thread *thread, struct knote *knote)
{
    struct kqueue *kqueue = knote->kqueue;
    knote->sync.waiter = thread;
    thread->ipc.event.object = knote;
    thread_wait_event(&thread->ipc, &sync_ops, &kqueue->waiters, &kqueue->push, false, 0);
}

/* ---- events ---- */

static void forget_nothing(struct ipc_thread *thread, enum wait_end end)
{
    (void)thread, (void)end;
}

static bool fetcher_goes_on(struct ipc_thread *thread, enum wait_end end);
static const struct wait_ops fetch_ops = { .ended = forget_nothing, .go_on = fetcher_goes_on };

static void wait_for_event(struct thread *thread, struct kqueue *kqueue)
{
    uint64_t now = thread->ipc.ipc->now, deadline = thread->ipc.event.deadline;
    bool has_timeout = deadline != KEVENT_FOREVER;
    thread_wait_event(&thread->ipc, &fetch_ops, &kqueue->fetchers, NULL, has_timeout,
                      deadline > now ? deadline - now : 0);
}

/* A descriptor that has more is not announced again: the caller knows. */
static uint64_t more(struct kqueue *kqueue)
{
    kqueue->is_announced = !tree_is_empty(&kqueue->pending);
    return kqueue->is_announced ? KEVENT_REPLY_MORE : 0;
}

/* False: there was nothing. */
static bool fetch(struct reply *reply, struct kqueue *kqueue)
{
    kqueue->is_announced = true;
    reply_fetch(reply, kqueue);
    return reply->n > 0;
}

/* It may be gone by now. */
static bool fetcher_goes_on(struct ipc_thread *ipc_thread, enum wait_end end)
{
    struct thread *thread = thread_of_ipc(ipc_thread);
    struct reply reply;
    struct kqueue *kqueue =
        kqueue_find(thread->task->kqueues, (enum kqueue_kind)ipc_thread->event.kind, ipc_thread->event.id);
    if (end == WAIT_ENDED_TIMEOUT || end == WAIT_ENDED_INTERRUPTED || !kqueue) {
        finish(thread, end == WAIT_ENDED_TIMEOUT ? 0 : end == WAIT_ENDED_INTERRUPTED ? EINTR : EBADF);
        return true;
    }
    if (!reply_begin(&reply, thread, ipc_thread->event.n_events, 0, ipc_thread->event.area)) {
        finish(thread, ENOMEM);
        return true;
    }
    bool is_done = fetch(&reply, kqueue);
    reply_end(&reply, more(kqueue));
    if (!is_done)
        wait_for_event(thread, kqueue);
    return is_done;
}

static bool may_wait(const struct reply *reply, const struct kevent_call *call)
{
    return reply->n == 0 && reply->n_sources == 0 && !(call->flags & KEVENT_FLAG_IMMEDIATE) &&
           call->timeout != 0;
}

static void keep_call(struct ipc_thread *thread, const struct kevent_call *call)
{
    uint64_t now = thread->ipc->now;
    thread->event.kind = call->kind;
    thread->event.id = call->id;
    thread->event.n_events = (uint32_t)call->n_events;
    thread->event.area = call->area;
    thread->event.deadline = call->timeout < KEVENT_FOREVER - now ? now + call->timeout : KEVENT_FOREVER;
}

/* ---- the call ---- */

static int check_call(const struct kevent_call *call)
{
    if (call->n_changes > KEVENT_RECORDS_MAX)
        return EINVAL;
    if (call->kind == KQUEUE_DESCRIPTOR)
        return call->flags & WORKLOOP_FLAGS ? EINVAL : 0;
    if (call->kind != KQUEUE_WORKLOOP || !(call->flags & KEVENT_FLAG_WORKLOOP) ||
        (call->flags & KEVENT_FLAG_WORKQ))
        return EINVAL;
    return workloop_id_is_valid(call->id) ? 0 : EINVAL;
}

static bool wants_events(const struct kevent_call *call)
{
    return call->n_events > 0 && !(call->flags & KEVENT_FLAG_ERROR_EVENTS);
}

static int find_or_make(struct thread *thread, const struct kevent_call *call, struct kqueue **kqueue_p)
{
    struct kqueues *all = kqueues_of(thread->task, true);
    struct kqueue *kqueue = kqueue_find(all, (enum kqueue_kind)call->kind, call->id);
    if (!all)
        return ENOMEM;
    if (!kqueue && (call->flags & KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST))
        return ENOENT;
    if (kqueue && (call->flags & KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST))
        return EEXIST;
    if (call->kind == KQUEUE_WORKLOOP && wants_events(call) && (!kqueue || kqueue->servicer != thread))
        return EXDEV;
    if (!kqueue)
        kqueue = kqueue_new(all, (enum kqueue_kind)call->kind, call->id);
    *kqueue_p = kqueue;
    return kqueue ? 0 : ENOMEM;
}

static void carry_out(struct thread *thread, const struct kevent_call *call, struct kqueue *kqueue,
                      struct reply *reply)
{
    struct knote *waits;
    bool is_waiting = false;
    kqueue->is_announced = true;
    if (list_is_linked(&kqueue->ready))
        list_remove(&kqueue->ready);
    int error = changes_apply(reply, kqueue, (uint32_t)call->n_changes, (uint32_t)call->flags, &waits);
    if (error)
        reply->n = 0;
    if (!error && !waits && reply->n == 0 && wants_events(call)) {
        if (kqueue->servicer)
            workloop_servicer_is_back(kqueue, false);
        is_waiting = !fetch(reply, kqueue) && may_wait(reply, call);
    }
    reply_end(reply, more(kqueue));
    if (error)
        finish(thread, error);
    else if (waits)
        wait_on(thread, waits);
    else if (is_waiting)
        wait_for_event(thread, kqueue);
}

void kqueue_kevent(struct thread *thread, const struct kevent_call *given)
{
    struct kevent_call call = *given;
    struct kqueue *kqueue = NULL;
    struct reply reply;
    call.flags &= USER_FLAGS;
    if (call.n_events > KEVENT_EVENTS_MAX)
        call.n_events = KEVENT_EVENTS_MAX;
    int error = check_call(&call);
    if (error == 0)
        error = find_or_make(thread, &call, &kqueue);
    if (error) {
        finish(thread, error);
        return;
    }
    kqueue_hold(kqueue);
    keep_call(&thread->ipc, &call);
    if (reply_begin(&reply, thread, (uint32_t)call.n_events, (uint32_t)call.n_changes, call.area))
        carry_out(thread, &call, kqueue, &reply);
    else
        finish(thread, ENOMEM);
    kqueue_release(kqueue);
}

/* ---- descriptors ---- */

static void give_ready(struct thread *thread, struct kqueues *all)
{
    struct list *node;
    uint64_t n = 0;
    for (; n < KEVENT_READY_MAX && (node = list_pop(&all->ready)); n++) {
        uint64_t id = list_entry(node, struct kqueue, ready)->id;
        memcpy(thread->ipc.data + n * sizeof(id), &id, sizeof(id));
        all->ipc->steps++;
    }
    thread->ipc.reply.value[0] = n;
    thread->ipc.reply.payload_size = n * sizeof(uint64_t);
    finish(thread, 0);
}

static bool watcher_goes_on(struct ipc_thread *ipc_thread, enum wait_end end)
{
    struct thread *thread = thread_of_ipc(ipc_thread);
    if (end == WAIT_ENDED_SIGNALLED)
        give_ready(thread, thread->task->kqueues);
    else
        finish(thread, EINTR);
    return true;
}

static const struct wait_ops watch_ops = { .ended = forget_nothing, .go_on = watcher_goes_on };

void kqueue_watch(struct thread *thread)
{
    struct kqueues *all = kqueues_of(thread->task, true);
    if (!all)
        finish(thread, ENOMEM);
    else if (!list_is_empty(&all->ready))
        give_ready(thread, all);
    else
        thread_wait_event(&thread->ipc, &watch_ops, &all->watchers, NULL, false, 0);
}

int kqueue_close_descriptor(struct thread *thread, uint64_t id)
{
    struct kqueue *kqueue = kqueue_find(thread->task->kqueues, KQUEUE_DESCRIPTOR, id);
    if (!kqueue)
        return EBADF;
    kqueue_close(kqueue);
    return 0;
}
