/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/kqueue.c - kernel queues: their making, their end, and what of the set is looked at */
#include "libmach/kqueue/kqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/connection/lock.h"
#include "libmach/live/vfork.h"
#include "libmach/message/trap.h"

enum { EVENTS_AT_ONCE = 64, FD_CLASSES = 256, DIRECTORY_SIZE = 2048 };

static struct {
    _Atomic uint32_t lock;
    LIST_HEAD(, kqueue) all;
    uint64_t last_id;
    _Atomic pid_t pid;                       /* whose they are: a copy of this memory may belong to a child */
    _Atomic uint16_t n_of_class[FD_CLASSES]; /* their descriptors, by their last bits */
} kqueues;

/* ---- which kqueue a descriptor is ---- */

static bool is_set_of(int fd, const struct kqueue *kq)
{
    struct epoll_event same = { .events = EPOLLIN, .data.u64 = KEY_ANCHOR };
    return epoll_ctl(fd, EPOLL_CTL_MOD, kq->anchor, &same) == 0;
}

/* The number may be that of a duplicate, which we never saw. */
static struct kqueue *kqueue_of(int fd)
{
    struct kqueue *kq;
    LIST_FOREACH(kq, &kqueues.all, in_all)
    if (kq->fd == fd && is_set_of(fd, kq))
        return kq;
    LIST_FOREACH(kq, &kqueues.all, in_all)
    if (kq->fd != fd && is_set_of(fd, kq))
        return kq;
    return NULL;
}

struct kqueue *kqueue_take(int fd)
{
    sigset_t mask;
    int error = errno;
    if (vfork_is_child())
        return NULL; /* its parent's are not its own (F32) */
    lock_take(&kqueues.lock, &mask);
    struct kqueue *kq = kqueue_of(fd);
    errno = error;
    if (kq != NULL)
        kq->mask = mask;
    else
        lock_give(&kqueues.lock, &mask);
    return kq;
}

bool kqueue_is(int fd)
{
    struct kqueue *kq = kqueue_take(fd);
    if (kq != NULL)
        kqueue_give(kq);
    return kq != NULL;
}

/* The mask is read before the lock is given: the next one writes its own there, or frees the kqueue. */
void kqueue_give(struct kqueue *kq)
{
    sigset_t mask = kq->mask;
    lock_give(&kqueues.lock, &mask);
}

/* ---- making and ending ---- */

static void close_if_open(int fd)
{
    if (fd >= 0)
        descriptor_close(fd);
}

static void set_descriptor(struct kqueue *kq, int fd)
{
    if (kq->fd >= 0)
        atomic_fetch_sub(&kqueues.n_of_class[kq->fd % FD_CLASSES], 1);
    kq->fd = fd;
    if (fd >= 0)
        atomic_fetch_add(&kqueues.n_of_class[fd % FD_CLASSES], 1);
}

bool kqueue_may_be(int fd)
{
    return fd >= 0 && atomic_load(&kqueues.n_of_class[fd % FD_CLASSES]) > 0 &&
           atomic_load(&kqueues.pid) == getpid();
}

/* The set belongs to the program, which has closed it: its number may be another one's. */
static void kqueue_free(struct kqueue *kq)
{
    set_descriptor(kq, -1);
    LIST_REMOVE(kq, in_all);
    kqueue_drop_all(kq, false);
    if (kq->has_ports)
        TRAP_KR(TRAP_KQUEUE_CLOSE, NULL, kq->id);
    close_if_open(kq->anchor);
    close_if_open(kq->writes);
    close_if_open(kq->inotify);
    free(kq->bucket);
    free(kq);
}

/* ---- closing ---- */

static int duplicate_among(const struct kqueue *kq, const char *entries, long size)
{
    struct entry { /* of getdents64 */
        uint64_t inode, next;
        uint16_t length;
        uint8_t type;
        char name[];
    };
    for (long at = 0; at < size;) {
        const struct entry *entry = (const struct entry *)(entries + at);
        int fd = entry->name[0] == '.' ? -1 : atoi(entry->name);
        if (fd >= 0 && is_set_of(fd, kq))
            return fd;
        at += entry->length;
    }
    return -1;
}

/* Another descriptor of the same set, which we never saw; -1. */
static int duplicate_of(const struct kqueue *kq)
{
    _Alignas(uint64_t) char entries[DIRECTORY_SIZE];
    int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
    long n;
    while (directory >= 0 && fd < 0 && (n = syscall(SYS_getdents64, directory, entries, sizeof entries)) > 0)
        fd = duplicate_among(kq, entries, n);
    if (directory >= 0)
        descriptor_close(directory);
    return fd;
}

void kqueue_closed(struct kqueue *kq, int fd)
{
    sigset_t mask = kq->mask;
    int error = errno, duplicate = kq->fd == fd ? duplicate_of(kq) : kq->fd;
    if (duplicate >= 0)
        set_descriptor(kq, duplicate);
    else
        kqueue_free(kq);
    lock_give(&kqueues.lock, &mask);
    errno = error;
}

static void clear_closed(void)
{
    struct kqueue *kq, *next;
    for (kq = LIST_FIRST(&kqueues.all); kq != NULL; kq = next) {
        next = LIST_NEXT(kq, in_all);
        if (!is_set_of(kq->fd, kq))
            kqueue_free(kq);
    }
}

static struct kqueue *kqueue_new(void)
{
    struct kqueue *kq = calloc(1, sizeof *kq);
    struct epoll_event in = { .events = EPOLLIN, .data.u64 = KEY_ANCHOR };
    if (kq == NULL)
        return NULL;
    kq->writes = kq->inotify = -1;
    kq->anchor = descriptor_high(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    kq->fd = kq->anchor >= 0 ? epoll_create1(EPOLL_CLOEXEC) : -1;
    TAILQ_INIT(&kq->pending);
    if (kq->fd >= 0 && epoll_ctl(kq->fd, EPOLL_CTL_ADD, kq->anchor, &in) == 0 && kqueue_table_init(kq))
        return kq;
    int error = errno;
    close_if_open(kq->fd);
    close_if_open(kq->anchor);
    free(kq);
    errno = error;
    return NULL;
}

static int make(bool is_high)
{
    sigset_t mask;
    if (vfork_is_child()) {
        errno = EINVAL; /* it would be described in its parent's memory */
        return -1;
    }
    lock_take(&kqueues.lock, &mask);
    clear_closed();
    struct kqueue *kq = kqueue_new();
    if (kq != NULL) {
        int fd = is_high ? descriptor_high(kq->fd) : kq->fd;
        kq->fd = -1;
        set_descriptor(kq, fd);
        kq->id = ++kqueues.last_id;
        atomic_store(&kqueues.pid, getpid());
        LIST_INSERT_HEAD(&kqueues.all, kq, in_all);
    }
    int fd = kq != NULL ? kq->fd : -1;
    lock_give(&kqueues.lock, &mask);
    return fd;
}

int kqueue(void)
{
    return make(false);
}

int kqueue_high(void)
{
    return make(true);
}

/* The parent's sets are shared with it: they are closed and not changed. What a thread of the parent was changing when
 * it forked is left alone. */
void kqueue_forget(void)
{
    struct kqueue *kq = LIST_FIRST(&kqueues.all);
    bool is_whole = atomic_exchange(&kqueues.lock, 0) == 0;
    LIST_INIT(&kqueues.all);
    for (int i = 0; i < FD_CLASSES; i++)
        atomic_store(&kqueues.n_of_class[i], 0);
    for (struct kqueue *next; is_whole && kq != NULL; kq = next) {
        next = LIST_NEXT(kq, in_all);
        if (is_set_of(kq->fd, kq))
            descriptor_close(kq->fd);
        kqueue_drop_all(kq, true);
        close_if_open(kq->anchor);
        close_if_open(kq->writes);
        close_if_open(kq->inotify);
        free(kq->bucket);
        free(kq);
    }
    signal_forget();
}

/* ---- what the set says ---- */

static void look_at_all(struct kqueue *kq, int16_t filter)
{
    for (uint32_t i = 0; i < kq->n_buckets; i++) {
        struct knote *knote;
        LIST_FOREACH(knote, &kq->bucket[i], in_bucket)
        if (knote->registered.filter == filter)
            knote_activate(knote);
    }
}

static void drain_writes(struct kqueue *kq)
{
    struct epoll_event event[EVENTS_AT_ONCE];
    int n;
    do {
        n = epoll_wait(kq->writes, event, EVENTS_AT_ONCE, 0);
        for (int i = 0; i < n; i++)
            kqueue_activate(kq, EVFILT_WRITE, event[i].data.u64 >> 32);
    } while (n == EVENTS_AT_ONCE);
}

static void drain_one(struct kqueue *kq, uint64_t key)
{
    switch ((enum key)(uint32_t)key) {
    case KEY_ANCHOR: return;
    case KEY_WRITES: drain_writes(kq); return;
    case KEY_INOTIFY: vnode_drain(kq); return;
    case KEY_BELL: look_at_all(kq, EVFILT_SIGNAL); return;
    case KEY_DESCRIPTOR: kqueue_activate(kq, EVFILT_READ, key >> 32); return;
    }
    struct knote *knote = (struct knote *)(uintptr_t)key;
    knote->has_edge = true;
    knote_activate(knote);
}

static void drain(struct kqueue *kq)
{
    struct epoll_event event[EVENTS_AT_ONCE];
    int n;
    do {
        n = epoll_wait(kq->fd, event, EVENTS_AT_ONCE, 0);
        for (int i = 0; i < n; i++)
            drain_one(kq, event[i].data.u64);
    } while (n == EVENTS_AT_ONCE);
    if (kq->n_files > 0) {
        look_at_all(kq, EVFILT_READ);
        look_at_all(kq, EVFILT_WRITE);
    }
}

static void show_pending(struct kqueue *kq)
{
    bool is_pending = kq->ports_pending || !TAILQ_EMPTY(&kq->pending);
    uint64_t one = 1;
    if (is_pending == kq->is_anchor_set)
        return;
    ssize_t done = is_pending ? write(kq->anchor, &one, sizeof one) : read(kq->anchor, &one, sizeof one);
    if (done == sizeof one)
        kq->is_anchor_set = is_pending;
}

int kqueue_change(struct kqueue *kq, const struct kevent_qos_s *change)
{
    int error = knote_change(kq, change);
    show_pending(kq);
    return error;
}

int kqueue_collect(struct kqueue *kq, uint64_t *round_p, struct kevent_qos_s *event, int max)
{
    if (*round_p == 0)
        *round_p = ++kq->last_round;
    drain(kq);
    int n = knote_collect(kq, *round_p, event, max);
    show_pending(kq);
    return n;
}

bool kqueue_has(int fd, const struct kevent_qos_s *change)
{
    struct kqueue *kq = kqueue_take(fd);
    if (kq == NULL)
        return false;
    const struct knote *knote = knote_find(kq, change);
    bool is_same =
        knote != NULL && knote->registered.fflags == change->fflags && knote->registered.data == change->data;
    kqueue_give(kq);
    return is_same;
}

bool kqueue_knows(int fd, const struct kevent_qos_s *change)
{
    struct kqueue *kq = kqueue_take(fd);
    bool is_known = kq != NULL && knote_find(kq, change) != NULL;
    if (kq != NULL)
        kqueue_give(kq);
    return is_known;
}

/* ---- ports ---- */

uint64_t kqueue_begin_ports(int fd)
{
    struct kqueue *kq = kqueue_take(fd);
    if (kq == NULL)
        return 0;
    uint64_t id = kq->id;
    kq->has_ports = true;
    kqueue_give(kq);
    return id;
}

uint64_t kqueue_take_ports(int fd)
{
    struct kqueue *kq = kqueue_take(fd);
    if (kq == NULL)
        return 0;
    uint64_t id = kq->ports_pending ? kq->id : 0;
    kq->ports_pending = false;
    show_pending(kq);
    kqueue_give(kq);
    return id;
}

void kqueue_ports_ready(uint64_t id)
{
    sigset_t mask;
    struct kqueue *kq;
    lock_take(&kqueues.lock, &mask);
    LIST_FOREACH(kq, &kqueues.all, in_all)
    if (kq->id == id) {
        kq->ports_pending = true;
        show_pending(kq);
    }
    lock_give(&kqueues.lock, &mask);
}
