/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/knote.c - the knotes of a kqueue: found, changed, collected (T114-T118, T121) */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "libmach/kqueue/kqueue.h"

enum { FIRST_BUCKETS = 16, KNOTES_PER_BUCKET = 2 };
enum { KEPT_FLAGS = EV_ONESHOT | EV_CLEAR | EV_DISPATCH | EV_UDATA_SPECIFIC | EV_VANISHED };

/* ---- the table ---- */

bool kqueue_table_init(struct kqueue *kq)
{
    kq->bucket = calloc(FIRST_BUCKETS, sizeof *kq->bucket);
    kq->n_buckets = kq->bucket != NULL ? FIRST_BUCKETS : 0;
    return kq->bucket != NULL;
}

static struct knote_list *bucket_of(const struct kqueue *kq, int16_t filter, uint64_t ident)
{
    uint64_t hash = (ident ^ (uint64_t)(uint16_t)filter << 48) * 0x9e3779b97f4a7c15u;
    return &kq->bucket[(hash >> 32) & (kq->n_buckets - 1)];
}

/* Without the memory for more, chains get longer. */
static void grow(struct kqueue *kq)
{
    struct kqueue larger = { .n_buckets = kq->n_buckets * 2 };
    larger.bucket = calloc(larger.n_buckets, sizeof *larger.bucket);
    if (larger.bucket == NULL)
        return;
    for (uint32_t i = 0; i < kq->n_buckets; i++) {
        struct knote *knote;
        while ((knote = LIST_FIRST(&kq->bucket[i])) != NULL) {
            LIST_REMOVE(knote, in_bucket);
            LIST_INSERT_HEAD(bucket_of(&larger, knote->registered.filter, knote->registered.ident), knote,
                             in_bucket);
        }
    }
    free(kq->bucket);
    kq->bucket = larger.bucket;
    kq->n_buckets = larger.n_buckets;
}

static bool is_for(const struct knote *knote, int16_t filter, uint64_t ident)
{
    return knote->registered.filter == filter && knote->registered.ident == ident;
}

static struct knote *find(const struct kqueue *kq, const struct kevent_qos_s *change)
{
    uint16_t specific = change->flags & EV_UDATA_SPECIFIC;
    struct knote *knote;
    LIST_FOREACH(knote, bucket_of(kq, change->filter, change->ident), in_bucket)
    if (is_for(knote, change->filter, change->ident) &&
        (knote->registered.flags & EV_UDATA_SPECIFIC) == specific &&
        (!specific || knote->registered.udata == change->udata))
        return knote;
    return NULL;
}

const struct knote *knote_find(const struct kqueue *kq, const struct kevent_qos_s *change)
{
    return find(kq, change);
}

bool knote_has_twin(const struct knote *knote)
{
    const struct knote *other;
    LIST_FOREACH(other, bucket_of(knote->kq, knote->registered.filter, knote->registered.ident), in_bucket)
    if (other != knote && is_for(other, knote->registered.filter, knote->registered.ident))
        return true;
    return false;
}

/* ---- states ---- */

static void set_state(struct knote *knote, enum knote_state state)
{
    if (knote->state == KNOTE_PENDING)
        TAILQ_REMOVE(&knote->kq->pending, knote, in_pending);
    knote->state = state;
    if (state == KNOTE_PENDING)
        TAILQ_INSERT_TAIL(&knote->kq->pending, knote, in_pending);
}

void knote_activate(struct knote *knote)
{
    switch (knote->state) {
    case KNOTE_IDLE: set_state(knote, KNOTE_PENDING); return;
    case KNOTE_DISABLED: knote->happened = true; return;
    case KNOTE_PENDING:
    case KNOTE_DYING: return;
    }
}

void kqueue_activate(struct kqueue *kq, int16_t filter, uint64_t ident)
{
    struct knote *knote;
    LIST_FOREACH(knote, bucket_of(kq, filter, ident), in_bucket)
    if (is_for(knote, filter, ident))
        knote_activate(knote);
}

/* What tells a state, and not something that happened, is looked at whenever it may be told again. */
static void enable(struct knote *knote)
{
    bool look = knote->happened || !(knote->registered.flags & EV_CLEAR);
    knote->happened = false;
    if (knote->state == KNOTE_DYING) {
        knote->is_dying = true;
        set_state(knote, KNOTE_PENDING);
    } else if (knote->state == KNOTE_DISABLED) {
        set_state(knote, look ? KNOTE_PENDING : KNOTE_IDLE);
    }
}

static void disable(struct knote *knote)
{
    if (knote->is_dying || knote->state == KNOTE_DYING)
        return;
    knote->happened |= knote->state == KNOTE_PENDING;
    set_state(knote, KNOTE_DISABLED);
}

/* ---- making and ending ---- */

int knote_watch(struct knote *knote, int fd)
{
    struct epoll_event in = { .events = EPOLLIN | EPOLLET, .data.u64 = (uintptr_t)knote };
    if (fd < 0)
        return errno;
    fd = descriptor_high(fd);
    if (epoll_ctl(knote->kq->fd, EPOLL_CTL_ADD, fd, &in) != 0) {
        int error = errno;
        descriptor_close(fd);
        return error;
    }
    knote->fd = fd;
    return 0;
}

void knote_unwatch(struct knote *knote)
{
    if (knote->fd < 0)
        return;
    epoll_ctl(knote->kq->fd, EPOLL_CTL_DEL, knote->fd, NULL); /* a fork child may hold it open */
    descriptor_close(knote->fd);
    knote->fd = -1;
}

static void unlink_knote(struct knote *knote)
{
    set_state(knote, KNOTE_IDLE);
    LIST_REMOVE(knote, in_bucket);
    knote->kq->n_knotes--;
}

void knote_free(struct knote *knote)
{
    knote->filter->detach(knote);
    unlink_knote(knote);
    free(knote);
}

void kqueue_drop_all(struct kqueue *kq, bool is_forked)
{
    for (uint32_t i = 0; i < kq->n_buckets; i++) {
        struct knote *knote;
        while ((knote = LIST_FIRST(&kq->bucket[i])) != NULL) {
            if (!is_forked) {
                knote_free(knote);
                continue;
            }
            if (knote->fd >= 0)
                descriptor_close(knote->fd);
            unlink_knote(knote);
            free(knote);
        }
    }
}

static int filter_of(int16_t number, const struct filter **filter)
{
    static const struct filter *const filters[EVFILT_SYSCOUNT + 1] = {
        [-EVFILT_READ] = &filter_read,   [-EVFILT_WRITE] = &filter_write,   [-EVFILT_TIMER] = &filter_timer,
        [-EVFILT_USER] = &filter_user,   [-EVFILT_SIGNAL] = &filter_signal, [-EVFILT_PROC] = &filter_proc,
        [-EVFILT_VNODE] = &filter_vnode,
    };
    if (number >= 0 || number < -EVFILT_SYSCOUNT)
        return EINVAL;
    *filter = filters[-number];
    return *filter != NULL ? 0 : ENOTSUP;
}

static int add(struct kqueue *kq, const struct filter *filter, const struct kevent_qos_s *change)
{
    struct knote *knote = calloc(1, sizeof *knote);
    if (knote == NULL)
        return ENOMEM;
    knote->kq = kq;
    knote->filter = filter;
    knote->registered = *change;
    knote->registered.flags &= KEPT_FLAGS;
    if (filter->is_clear)
        knote->registered.flags |= EV_CLEAR;
    knote->fd = knote->watch = -1;
    knote->state = change->flags & EV_DISABLE ? KNOTE_DISABLED : KNOTE_IDLE;
    if (kq->n_knotes >= kq->n_buckets * KNOTES_PER_BUCKET)
        grow(kq);
    LIST_INSERT_HEAD(bucket_of(kq, change->filter, change->ident), knote, in_bucket);
    kq->n_knotes++;
    int error = filter->attach(knote);
    if (error != 0) {
        unlink_knote(knote);
        free(knote);
        return error;
    }
    return 0;
}

/* ---- changes ---- */

/* T118: told by an event when it is enabled for the last time. */
static bool dies_later(const struct knote *knote, const struct kevent_qos_s *change)
{
    return (knote->registered.flags & EV_DISPATCH2) == EV_DISPATCH2 && !(change->flags & EV_ENABLE) &&
           (knote->state == KNOTE_DISABLED || knote->state == KNOTE_DYING);
}

static int delete (struct knote *knote, const struct kevent_qos_s *change)
{
    if (dies_later(knote, change)) {
        knote->state = KNOTE_DYING;
        return EINPROGRESS;
    }
    knote_free(knote);
    return 0;
}

static int touch(struct knote *knote, const struct kevent_qos_s *change)
{
    if (!knote->is_dying && knote->state != KNOTE_DYING) {
        int error = knote->filter->touch(knote, change);
        if (error != 0)
            return error;
        knote->registered.udata = change->udata;
    }
    if (change->flags & EV_DISABLE)
        disable(knote);
    else if (change->flags & EV_ENABLE)
        enable(knote);
    return 0;
}

/* The program has closed it: what was registered for it watches nothing. */
static int forget_descriptor(struct kqueue *kq, const struct kevent_qos_s *change)
{
    struct knote *knote, *next;
    for (knote = LIST_FIRST(bucket_of(kq, change->filter, change->ident)); knote != NULL; knote = next) {
        next = LIST_NEXT(knote, in_bucket);
        if (is_for(knote, change->filter, change->ident))
            knote_free(knote);
    }
    return EBADF;
}

int knote_change(struct kqueue *kq, const struct kevent_qos_s *change)
{
    const struct filter *filter;
    int error = filter_of(change->filter, &filter);
    if (error != 0)
        return error;
    if ((change->flags & EV_VANISHED) && (change->flags & (EV_ADD | EV_DISPATCH2)) != (EV_ADD | EV_DISPATCH2))
        return EINVAL; /* T117 */
    if (filter->is_descriptor && (change->ident > INT32_MAX || fcntl((int)change->ident, F_GETFD) < 0))
        return forget_descriptor(kq, change);
    struct knote *knote = find(kq, change);
    if (change->flags & EV_DELETE)
        return knote != NULL ? delete (knote, change) : ENOENT;
    if (knote != NULL)
        return touch(knote, change);
    return change->flags & EV_ADD ? add(kq, filter, change) : ENOENT;
}

/* ---- events ---- */

static void begin_event(const struct knote *knote, struct kevent_qos_s *event)
{
    *event = knote->registered;
    event->fflags = 0;
    event->data = 0;
}

static void deliver_end(struct knote *knote, struct kevent_qos_s *event)
{
    begin_event(knote, event);
    event->flags = EV_DELETE | EV_ONESHOT | EV_DISPATCH2;
    knote_free(knote);
}

/* What delivery does to the knote (T115). */
static void after(struct knote *knote, const struct kevent_qos_s *event)
{
    if (event->flags & EV_ONESHOT)
        knote_free(knote);
    else if (event->flags & EV_DISPATCH)
        set_state(knote, KNOTE_DISABLED);
    else if (event->flags & EV_CLEAR)
        set_state(knote, KNOTE_IDLE);
    else
        set_state(knote, KNOTE_PENDING); /* behind the others */
}

static bool collect_one(struct knote *knote, struct kevent_qos_s *event)
{
    if (knote->is_dying) {
        deliver_end(knote, event);
        return true;
    }
    begin_event(knote, event);
    switch (knote->filter->collect(knote, event)) {
    case FOUND_NOTHING: set_state(knote, KNOTE_IDLE); return false;
    case FOUND_GONE: knote_free(knote); return false;
    case FOUND_EVENT: after(knote, event); return true;
    }
    return false;
}

/* Those that stay pending stand behind those that were there before: each is looked at once. */
int knote_collect(struct kqueue *kq, uint64_t round, struct kevent_qos_s *event, int max)
{
    const struct knote *last = TAILQ_LAST(&kq->pending, knote_queue);
    bool is_last = last == NULL;
    int n = 0;
    while (!is_last && n < max) {
        struct knote *knote = TAILQ_FIRST(&kq->pending);
        is_last = knote == last;
        if (knote->round == round)
            break;
        knote->round = round;
        n += collect_one(knote, &event[n]);
    }
    return n;
}
