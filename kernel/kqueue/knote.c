/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kqueue/knote.h"

#include <errno.h>

#include "base/alloc.h"
#include "kernel/kqueue/workloop.h"
#include "kernel/sched/encoding.h"

enum { KEPT_FLAGS = EV_DISPATCH | EV_CLEAR | EV_ONESHOT | EV_UDATA_SPECIFIC | EV_VANISHED };
#define OVERCOMMIT 0x80000000u

/* ---- finding ---- */

static int compare_keys(const struct kevent_qos_s *a, const struct kevent_qos_s *b)
{
    uint16_t specific = a->flags & EV_UDATA_SPECIFIC;
    if (a->filter != b->filter)
        return a->filter < b->filter ? -1 : 1;
    if (specific != (b->flags & EV_UDATA_SPECIFIC))
        return specific ? 1 : -1;
    if (a->ident != b->ident)
        return a->ident < b->ident ? -1 : 1;
    if (!specific || a->udata == b->udata)
        return 0;
    return a->udata < b->udata ? -1 : 1;
}

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    return compare_keys(&container_of(a, struct knote, node)->event,
                        &container_of(b, struct knote, node)->event);
}

static int probe(const struct tree_node *node, const void *key)
{
    return compare_keys(key, &container_of(node, struct knote, node)->event);
}

static int compare_pending(const struct tree_node *a, const struct tree_node *b)
{
    const struct knote *x = container_of(a, struct knote, pending),
                       *y = container_of(b, struct knote, pending);
    if (x->class != y->class)
        return x->class > y->class ? -1 : 1;
    return x->fired_order < y->fired_order ? -1 : x->fired_order > y->fired_order;
}

void knotes_init(struct kqueue *kqueue)
{
    tree_init(&kqueue->knotes, compare);
    tree_init(&kqueue->pending, compare_pending);
}

struct knote *knote_lookup(struct kqueue *kqueue, const struct kevent_qos_s *event)
{
    struct tree_node *node = tree_find(&kqueue->knotes, probe, event);
    return node ? container_of(node, struct knote, node) : NULL;
}

/* ---- class ---- */

enum sched_qos knote_registered_class(const struct knote *knote)
{
    return (enum sched_qos)sched_decode((uint32_t)knote->event.qos).qos;
}

static bool is_request(const struct knote *knote)
{
    return knote->kqueue->thread_request == knote;
}

static enum sched_qos class_now(const struct knote *knote)
{
    if (knote->state != KNOTE_FIRED && !is_request(knote))
        return (enum sched_qos)knote->kept_class;
    if (knote->filter->class && knote->life == KNOTE_ALIVE)
        return knote->filter->class(knote);
    return knote_registered_class(knote);
}

static void set_class(struct knote *knote, enum sched_qos class)
{
    struct kqueue *kqueue = knote->kqueue;
    bool is_pending = tree_is_linked(&knote->pending);
    if (knote->class == class)
        return;
    if (is_pending)
        tree_remove(&kqueue->pending, &knote->pending);
    if (knote->class != SCHED_QOS_NONE)
        workloop_count(kqueue, (enum sched_qos)knote->class, false);
    knote->class = (uint8_t) class;
    if (class != SCHED_QOS_NONE)
        workloop_count(kqueue, class, true);
    if (is_pending)
        tree_insert(&kqueue->pending, &knote->pending);
}

void knote_refresh(struct knote *knote)
{
    set_class(knote, class_now(knote));
    workloop_update(knote->kqueue);
}

/* ---- the one place where the state changes ---- */

static void set_state(struct knote *knote, enum knote_state state)
{
    struct kqueue *kqueue = knote->kqueue;
    if (tree_is_linked(&knote->pending))
        tree_remove(&kqueue->pending, &knote->pending);
    knote->state = (uint8_t)state;
    if (state == KNOTE_FIRED) {
        knote->kept_class = SCHED_QOS_NONE;
        knote->fired_order = ipc_serial(kqueue->all->ipc);
        tree_insert(&kqueue->pending, &knote->pending);
    }
    knote_refresh(knote);
    kqueue->all->ipc->steps++;
}

void knote_fire(struct knote *knote)
{
    if (knote->state == KNOTE_FIRED)
        knote_refresh(knote);
    if (knote->state != KNOTE_IDLE)
        return;
    set_state(knote, KNOTE_FIRED);
    kqueue_wake(knote->kqueue);
}

void knote_settle_idle(struct knote *knote)
{
    if (knote->state == KNOTE_FIRED)
        set_state(knote, KNOTE_IDLE);
}

void knote_disable(struct knote *knote)
{
    if (knote->state != KNOTE_DISABLED)
        set_state(knote, KNOTE_DISABLED);
}

void knote_keep(struct knote *knote, enum sched_qos class)
{
    knote->kept_class = (uint8_t) class;
    knote_refresh(knote);
}

static bool has_something(const struct knote *knote)
{
    return knote->life != KNOTE_ALIVE || knote->filter->is_ready(knote);
}

void knote_enable(struct knote *knote, struct reply *reply)
{
    knote->kept_class = SCHED_QOS_NONE;
    if (knote->state == KNOTE_DISABLED)
        set_state(knote, KNOTE_IDLE);
    else
        knote_refresh(knote);
    if (knote->life == KNOTE_ALIVE && knote->filter->enabled)
        knote->filter->enabled(knote, reply);
    if (has_something(knote))
        knote_fire(knote);
}

/* ---- life ---- */

static void free_knote(struct knote *knote)
{
    struct account *account = knote->kqueue->all->task->account;
    account_release_object(account, ACCOUNT_NAMES, alloc_cost(sizeof(*knote)));
    alloc_free(knote);
}

void knote_drop(struct knote *knote, struct reply *reply)
{
    struct kqueue *kqueue = knote->kqueue;
    kqueue_hold(kqueue);
    knote->kept_class = SCHED_QOS_NONE;
    if (is_request(knote))
        kqueue->thread_request = NULL;
    set_state(knote, KNOTE_DISABLED);
    if (list_is_linked(&knote->again))
        list_remove(&knote->again);
    if (knote->filter->drop)
        knote->filter->drop(knote, reply);
    if ((uint32_t)knote->event.qos & OVERCOMMIT)
        kqueue->n_overcommit--;
    tree_remove(&kqueue->knotes, &knote->node);
    free_knote(knote);
    workloop_update(kqueue);
    kqueue_release(kqueue);
}

static const struct filter *filter_of(const struct kqueue *kqueue, int16_t number)
{
    switch (number) {
    case EVFILT_MACHPORT: return &port_filter;
    case EVFILT_PROC: return &process_filter;
    case EVFILT_WORKLOOP: return kqueue->kind == KQUEUE_WORKLOOP ? &workloop_filter : NULL;
    case EVFILT_USER: return kqueue->kind == KQUEUE_WORKLOOP ? &user_filter : NULL;
    case EVFILT_READ:
    case EVFILT_WRITE:
    case EVFILT_TIMER:
    case EVFILT_SIGNAL:
    case EVFILT_VNODE: return kqueue->kind == KQUEUE_WORKLOOP ? &source_filter : NULL;
    }
    return NULL;
}

static bool is_filter(int16_t number)
{
    return number < 0 && number >= -EVFILT_SYSCOUNT;
}

/* T116, T120, T146: what must hold before the filter is asked. */
static int check_new(const struct change *change)
{
    const struct kevent_qos_s *event = &change->record.event;
    if (!is_filter(event->filter))
        return EINVAL;
    if (!filter_of(change->kqueue, event->filter))
        return ENOTSUP;
    if (change->kqueue->kind == KQUEUE_WORKLOOP && !(event->flags & EV_DISABLE) &&
        sched_decode((uint32_t)event->qos).qos == SCHED_QOS_NONE)
        return ERANGE;
    return 0;
}

static struct knote *make_knote(const struct change *change)
{
    struct account *account = change->kqueue->all->task->account;
    if (!account_charge_object(account, ACCOUNT_NAMES, alloc_cost(sizeof(struct knote))))
        return NULL;
    struct knote *knote = alloc_zeroed(sizeof(*knote));
    if (!knote) {
        account_release_object(account, ACCOUNT_NAMES, alloc_cost(sizeof(*knote)));
        return NULL;
    }
    knote->kqueue = change->kqueue;
    knote->event = change->record.event;
    knote->event.flags &= KEPT_FLAGS;
    knote->filter = filter_of(change->kqueue, knote->event.filter);
    knote->state = KNOTE_DISABLED;
    return knote;
}

static int add(struct change *change)
{
    const uint16_t flags = change->record.event.flags;
    int error = check_new(change);
    if (error)
        return error;
    struct knote *knote = make_knote(change);
    if (!knote)
        return ENOMEM;
    error = knote->filter->attach(knote, change);
    if (error) {
        free_knote(knote);
        return error == CHANGE_IGNORED ? 0 : error;
    }
    tree_insert(&change->kqueue->knotes, &knote->node);
    if ((uint32_t)knote->event.qos & OVERCOMMIT)
        change->kqueue->n_overcommit++;
    knote_refresh(knote);
    if (!(flags & EV_DISABLE))
        knote_enable(knote, change->reply);
    return 0;
}

/* ---- changes of one that exists ---- */

/* T118: the program may be in the middle of its last event. */
static int delete (struct knote *knote, struct change *change)
{
    bool is_busy = knote->state == KNOTE_DISABLED && knote_is_dispatch2(knote) &&
                   !(change->record.event.flags & EV_ENABLE);
    int error = knote->filter->check_drop ? knote->filter->check_drop(knote, change) : 0;
    if (error)
        return error == CHANGE_IGNORED ? 0 : error;
    if (is_busy) {
        knote->life = KNOTE_DOOMED;
        return EINPROGRESS;
    }
    knote_drop(knote, change->reply);
    return 0;
}

static int touch(struct knote *knote, struct change *change)
{
    uint16_t flags = change->record.event.flags;
    int error = knote->life == KNOTE_ALIVE ? knote->filter->touch(knote, change) : 0;
    if (error)
        return error;
    if (flags & EV_DISABLE)
        knote_disable(knote);
    else if (flags & EV_ENABLE)
        knote_enable(knote, change->reply);
    return 0;
}

int change_apply(struct change *change)
{
    struct kevent_qos_s *event = &change->record.event;
    bool would_add = event->flags & EV_ADD;
    event->flags &= (uint16_t)~EV_SYSFLAGS;
    if (event->flags & EV_DELETE)
        event->flags &= (uint16_t)~EV_ADD;
    if (event->flags & EV_DISABLE)
        event->flags &= (uint16_t)~EV_ENABLE;
    if ((event->flags & EV_VANISHED) && (event->flags & (EV_ADD | EV_DISPATCH2)) != (EV_ADD | EV_DISPATCH2))
        return EINVAL;
    change->kqueue->all->ipc->steps++;
    struct knote *knote = knote_lookup(change->kqueue, event);
    if (knote)
        return event->flags & EV_DELETE ? delete (knote, change) : touch(knote, change);
    if (event->flags & EV_ADD)
        return add(change);
    return would_add && change->kqueue->kind == KQUEUE_WORKLOOP ? 0 : ENOENT;
}
