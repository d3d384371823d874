/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/kevent.c - kevent, kevent64 and kevent_qos: changes in, events out (T110-T112)
 *
 * The three forms differ in their structs alone; inside everything is the largest one. Changes are copied in before the
 * lock is taken and events out after it was given, some at a time. Knotes on ports, and on processes that machd knows, are the
 * kernel's (wire/kevent.h); a thread of the library hears that it has something for a kqueue (ports.c).
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "libmach/kqueue/events.h"
#include "libmach/message/guard.h"
#include "libmach/live/handlers.h"
#include "libmach/kqueue/kevent_trap.h"
#include "libmach/kqueue/kqueue.h"
#include "libmach/live/live.h"
#include "libmach/message/transport.h"

enum { AT_ONCE = 16, NANOSECONDS = 1000000000 };

#define KEVENT_ID_FLAGS                                                                                      \
    (KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST | KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST)

enum form { FORM_PLAIN, FORM_64, FORM_QOS };

struct call {
    enum form form;
    int fd;
    unsigned flags;
    char *area; /* for messages */
    size_t area_size;
    const char *changes;
    int n_changes;
    char *events;
    int n_events, n_told;
    bool has_deadline;
    bool has_error; /* events so far are answers to changes */
    uint64_t deadline;
};

/* ---- forms ---- */

static size_t size_of(enum form form)
{
    switch (form) {
    case FORM_PLAIN: return sizeof(struct kevent);
    case FORM_64: return sizeof(struct kevent64_s);
    case FORM_QOS: return sizeof(struct kevent_qos_s);
    }
    return 0;
}

union any {
    struct kevent plain;
    struct kevent64_s wide;
    struct kevent_qos_s qos;
};

static struct kevent_qos_s widen(enum form form, const union any *from)
{
    switch (form) {
    case FORM_PLAIN:
        return (struct kevent_qos_s){ .ident = from->plain.ident,
                                      .filter = from->plain.filter,
                                      .flags = from->plain.flags,
                                      .fflags = from->plain.fflags,
                                      .data = from->plain.data,
                                      .udata = (uintptr_t)from->plain.udata };
    case FORM_64:
        return (struct kevent_qos_s){ .ident = from->wide.ident,
                                      .filter = from->wide.filter,
                                      .flags = from->wide.flags,
                                      .fflags = from->wide.fflags,
                                      .data = from->wide.data,
                                      .udata = from->wide.udata,
                                      .ext = { from->wide.ext[0], from->wide.ext[1] } };
    case FORM_QOS: break;
    }
    return from->qos;
}

static void narrow(enum form form, const struct kevent_qos_s *from, union any *to)
{
    switch (form) {
    case FORM_PLAIN:
        to->plain = (struct kevent){ .ident = (uintptr_t)from->ident,
                                     .filter = from->filter,
                                     .flags = from->flags,
                                     .fflags = from->fflags,
                                     .data = (intptr_t)from->data,
                                     .udata = (void *)(uintptr_t)from->udata };
        return;
    case FORM_64:
        to->wide = (struct kevent64_s){ .ident = from->ident,
                                        .filter = from->filter,
                                        .flags = from->flags,
                                        .fflags = from->fflags,
                                        .data = from->data,
                                        .udata = from->udata,
                                        .ext = { from->ext[0], from->ext[1] } };
        return;
    case FORM_QOS: to->qos = *from; return;
    }
}

static int copy_in(const struct call *call, int first, struct kevent_qos_s *change, int n)
{
    size_t size = size_of(call->form);
    for (int i = 0; i < n; i++) {
        union any any;
        if (!guard_copy(&any, call->changes + (size_t)(first + i) * size, size))
            return EFAULT;
        change[i] = widen(call->form, &any);
    }
    return 0;
}

static int copy_out(struct call *call, const struct kevent_qos_s *event, int n)
{
    size_t size = size_of(call->form);
    for (int i = 0; i < n; i++) {
        union any any;
        narrow(call->form, &event[i], &any);
        if (!guard_copy(call->events + (size_t)call->n_told * size, &any, size))
            return EFAULT;
        call->n_told++;
    }
    return 0;
}

/* ---- changes ---- */

static int change_in_kernel(int fd, struct kevent_qos_s *change)
{
    uint64_t id = kqueue_begin_ports(fd);
    struct kevent_qos_s plain = *change;
    struct kevent_trap trap = { .number = TRAP_KEVENT,
                                .kind = KQUEUE_DESCRIPTOR,
                                .id = id,
                                .flags = KEVENT_FLAG_ERROR_EVENTS | KEVENT_FLAG_IMMEDIATE,
                                .changes = &plain,
                                .n_changes = 1 };
    plain.flags &= (uint16_t)~EV_RECEIPT; /* the answer is written here */
    if (id == 0)
        return EBADF;
    if (!ports_watch())
        return EAGAIN;
    int error = kevent_trap_make(&trap);
    if (trap.reply & KEVENT_REPLY_MORE)
        kqueue_ports_ready(id);
    return error;
}

static int change_own(int fd, const struct kevent_qos_s *change)
{
    struct kqueue *kq = kqueue_take(fd);
    if (kq == NULL)
        return EBADF;
    int error = kqueue_change(kq, change);
    kqueue_give(kq);
    return error;
}

/* Nobody asks machd, or has it started, for the end of a child of a program that does not use it. */
static bool is_for_kernel(int fd, const struct kevent_qos_s *change)
{
    uint32_t ends = NOTE_EXIT | NOTE_EXITSTATUS | NOTE_EXIT_DETAIL;
    if (change->filter == EVFILT_MACHPORT)
        return true;
    if (change->filter != EVFILT_PROC || kqueue_knows(fd, change))
        return false;
    return live_is_attached() || (change->fflags & ~ends);
}

/* A process that the kernel does not know is watched here. */
static int change_one(int fd, struct kevent_qos_s *change)
{
    if (!is_for_kernel(fd, change))
        return change_own(fd, change);
    int error = change_in_kernel(fd, change);
    bool is_unknown = change->filter == EVFILT_PROC && (error == ESRCH || error == ENOTCONN);
    return is_unknown ? change_own(fd, change) : error;
}

/* Applies changes until one fails that there is no room to tell of. What is told stands in `change` afterwards, n_p of them. */
static int apply(const struct call *call, struct kevent_qos_s *change, int *n_p)
{
    int n = *n_p, room = call->n_events - call->n_told, told = 0, error = 0;
    *n_p = 0;
    for (int i = 0; i < n && error == 0; i++) {
        struct kevent_qos_s answer = change[i];
        int result = change_one(call->fd, &answer);
        if (result == 0 && !(answer.flags & EV_RECEIPT))
            continue;
        if (told == room) {
            error = result;
            continue;
        }
        answer.flags |= EV_ERROR;
        answer.data = result;
        change[told++] = answer;
    }
    *n_p = told;
    return error;
}

static int apply_all(struct call *call)
{
    struct kevent_qos_s change[AT_ONCE];
    for (int first = 0; first < call->n_changes; first += AT_ONCE) {
        int n = call->n_changes - first < AT_ONCE ? call->n_changes - first : AT_ONCE;
        int error = copy_in(call, first, change, n);
        if (error != 0)
            return error;
        error = apply(call, change, &n);
        int fault = copy_out(call, change, n);
        if (fault != 0 || error != 0)
            return fault != 0 ? fault : error;
    }
    call->has_error = call->n_told > 0;
    return 0;
}

/* ---- events ---- */

/* What there is now, as far as there is room. */
static int fetch(struct call *call)
{
    struct kevent_qos_s event[AT_ONCE];
    uint64_t round = 0;
    int n = AT_ONCE, error = 0;
    while (error == 0 && n == AT_ONCE && call->n_told < call->n_events) {
        int room = call->n_events - call->n_told;
        struct kqueue *kq = kqueue_take(call->fd);
        if (kq == NULL)
            return EBADF;
        n = kqueue_collect(kq, &round, event, room < AT_ONCE ? room : AT_ONCE);
        kqueue_give(kq);
        error = copy_out(call, event, n);
    }
    return error;
}

/* What ports have. */
static int fetch_ports(struct call *call)
{
    struct kevent_qos_s event[AT_ONCE];
    int room = call->n_events - call->n_told;
    struct kevent_trap trap = { .number = TRAP_KEVENT,
                                .kind = KQUEUE_DESCRIPTOR,
                                .flags = call->flags | KEVENT_FLAG_IMMEDIATE,
                                .events = event,
                                .n_events = (uint32_t)(room < AT_ONCE ? room : AT_ONCE),
                                .area = call->area,
                                .area_size = call->area_size,
                                .from_end = call->flags & KEVENT_FLAG_STACK_DATA };
    trap.id = room > 0 ? kqueue_take_ports(call->fd) : 0;
    if (trap.id == 0)
        return 0;
    int error = kevent_trap_make(&trap);
    if (trap.reply & KEVENT_REPLY_MORE)
        kqueue_ports_ready(trap.id);
    call->area_size -= trap.area_used;
    if (!trap.from_end)
        call->area += trap.area_used;
    return error == 0 || error == ENOENT ? copy_out(call, event, (int)trap.n_told) : error;
}

static int fetch_all(struct call *call)
{
    int error = fetch_ports(call);
    return error != 0 ? error : fetch(call);
}

/* 0: something may have happened; ETIMEDOUT. */
static int wait_for_more(const struct call *call)
{
    struct pollfd look = { .fd = call->fd, .events = POLLIN };
    struct timespec left = { 0 };
    uint32_t n_silent = handlers_n_silent();
    if (call->has_deadline) {
        uint64_t now = transport_now();
        uint64_t time = call->deadline > now ? call->deadline - now : 0;
        left = (struct timespec){ (time_t)(time / NANOSECONDS), (long)(time % NANOSECONDS) };
    }
    int n = ppoll(&look, 1, call->has_deadline ? &left : NULL, NULL);
    if (n < 0)
        return errno == EINTR && handlers_n_silent() != n_silent ? 0 : errno;
    return n == 0 ? ETIMEDOUT : 0;
}

/* A level that went down again, or another thread that was faster: then there is nothing, and the wait goes on. */
static int fetch_some(struct call *call)
{
    int error = fetch_all(call);
    while (error == 0 && call->n_told == 0) {
        error = wait_for_more(call);
        if (error == 0)
            error = fetch_all(call);
    }
    return error == ETIMEDOUT ? 0 : error;
}

static int finish(int error, int n)
{
    if (error == 0)
        return n;
    errno = error;
    return -1;
}

static int make(struct call *call, unsigned flags)
{
    call->flags = flags & (KEVENT_FLAG_ERROR_EVENTS | KEVENT_FLAG_STACK_DATA);
    call->n_changes = call->n_changes > 0 ? call->n_changes : 0;
    call->n_events = call->n_events > 0 ? call->n_events : 0;
    if (call->n_changes == 0 && !kqueue_is(call->fd))
        return finish(EBADF, 0);
    int error = apply_all(call);
    if (error == 0 && !call->has_error && !(flags & KEVENT_FLAG_ERROR_EVENTS) && call->n_events > 0)
        error = fetch_some(call);
    return finish(error, call->n_told);
}

/* ---- calls of programs ---- */

static int set_deadline(struct call *call, const struct timespec *timeout)
{
    struct timespec time;
    uint64_t length;
    if (timeout == NULL)
        return 0;
    if (!guard_copy(&time, timeout, sizeof time))
        return EFAULT;
    if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= NANOSECONDS)
        return EINVAL;
    if (__builtin_mul_overflow((uint64_t)time.tv_sec, (uint64_t)NANOSECONDS, &length) ||
        __builtin_add_overflow(length, (uint64_t)time.tv_nsec + transport_now(), &call->deadline))
        return 0; /* for ever */
    call->has_deadline = true;
    return 0;
}

int kevent(int kq, const struct kevent *changelist, int nchanges, struct kevent *eventlist, int nevents,
           const struct timespec *timeout)
{
    struct call call = { .form = FORM_PLAIN,
                         .fd = kq,
                         .changes = (const char *)changelist,
                         .n_changes = nchanges,
                         .events = (char *)eventlist,
                         .n_events = nevents };
    int error = set_deadline(&call, timeout);
    return error != 0 ? finish(error, 0) : make(&call, KEVENT_FLAG_NONE);
}

int kevent64(int kq, const struct kevent64_s *changelist, int nchanges, struct kevent64_s *eventlist,
             int nevents, unsigned int flags, const struct timespec *timeout)
{
    static const struct timespec none;
    struct call call = { .form = FORM_64,
                         .fd = kq,
                         .changes = (const char *)changelist,
                         .n_changes = nchanges,
                         .events = (char *)eventlist,
                         .n_events = nevents };
    if (flags & KEVENT_ID_FLAGS)
        return finish(EINVAL, 0);
    int error = set_deadline(&call, flags & KEVENT_FLAG_IMMEDIATE ? &none : timeout);
    return error != 0 ? finish(error, 0) : make(&call, flags);
}

int kevent_qos(int kq, const struct kevent_qos_s *changelist, int nchanges, struct kevent_qos_s *eventlist,
               int nevents, void *data_out, size_t *data_available, unsigned int flags)
{
    struct call call = { .form = FORM_QOS,
                         .fd = kq,
                         .changes = (const char *)changelist,
                         .n_changes = nchanges,
                         .events = (char *)eventlist,
                         .n_events = nevents,
                         .has_deadline = flags & KEVENT_FLAG_IMMEDIATE,
                         .area = data_out };
    if (flags & KEVENT_ID_FLAGS)
        return finish(EINVAL, 0);
    if (flags & KEVENT_FLAG_WORKQ)
        return finish(ENOTSUP, 0);
    if (data_out != NULL && data_available != NULL &&
        !guard_copy(&call.area_size, data_available, sizeof call.area_size))
        return finish(EFAULT, 0);
    size_t before = call.area_size;
    int n = make(&call, flags);
    if (call.area_size != before && !guard_copy(data_available, &call.area_size, sizeof call.area_size))
        return finish(EFAULT, 0);
    return n;
}
