/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kqueue/common.h"

enum { LOOPS_MAX = 1024, FIRST_ID = 1000 };

static struct loop *_Atomic loops[LOOPS_MAX];
static _Atomic uint64_t last_id = FIRST_ID;

static struct loop *loop_of(uint64_t id)
{
    return loops[id % LOOPS_MAX];
}

/* ---- the servicer ---- */

static void note_message(struct loop *loop, int i)
{
    const struct kevent_qos_s *event = &loop->events[i];
    if (event->filter != EVFILT_MACHPORT || event->ext[0] == 0 || event->fflags != 0)
        return;
    size_t size = event->ext[1] < sizeof(loop->letters[i]) ? event->ext[1] : sizeof(loop->letters[i]);
    memcpy(&loop->letters[i], (const void *)(uintptr_t)event->ext[0], size);
}

static void note_call(struct loop *loop, const struct kevent_qos_s *events, int n)
{
    mach_port_t self = mach_thread_self();
    loop->n_events = n;
    memset(loop->letters, 0, sizeof(loop->letters));
    memcpy(loop->events, events, (size_t)n * sizeof(*events));
    for (int i = 0; i < n; i++)
        note_message(loop, i);
    loop->base = base_of(self);
    loop->push = push_of(self);
    loop->qos = qos_class_self();
    loop->thread = self;
    loop->n_calls++;
}

static void serve(uint64_t *id, void **events, int *n_events)
{
    struct loop *loop = loop_of(*id);
    int n = 0;
    if (loop != NULL) {
        CHECK_EQ(loop->id, *id);
        note_call(loop, *events, *n_events);
        if (loop->body != NULL)
            n = loop->body(loop, *events, *n_events);
        if (loop->is_closed)
            letter_take(loop->gate);
        loop->n_done++;
    }
    *n_events = n;
}

static void never(unsigned long priority)
{
    (void)priority;
    CHECK(!"no plain worker is asked for");
}

static void never_events(void **events, int *n)
{
    (void)events;
    (void)n;
    CHECK(!"no kqueue of the work queue exists");
}

/* ---- loops ---- */

void loop_begin(struct loop *loop)
{
    int error = _pthread_workqueue_init_with_workloop(never, never_events, serve, 0, 0);
    REQUIRE(error == 0 || error == EBUSY);
    loop->id = ++last_id;
    loop->gate = port_with_send();
    loops[loop->id % LOOPS_MAX] = loop;
}

void loop_end(struct loop *loop)
{
    loop->is_closed = false;
    loops[loop->id % LOOPS_MAX] = NULL;
    port_gone(loop->gate);
}

void loop_open(struct loop *loop)
{
    loop->is_closed = false;
    CHECK_EQ(letter_send(loop->gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
}

void until(const _Atomic int *count, int n)
{
    for (int ms = 0; ms < PATIENCE_MS && *count < n; ms++)
        world_sleep_ms(1);
    REQUIRE(*count >= n);
}

void until_calls(struct loop *loop, int n)
{
    until(&loop->n_calls, n);
}

void until_done(struct loop *loop, int n)
{
    until(&loop->n_done, n);
}

/* ---- changes ---- */

int change_event(struct loop *loop, struct kevent_qos_s *event)
{
    struct kevent_qos_s out = { 0 };
    int n =
        kevent_id(loop->id, event, 1, &out, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS);
    if (n < 0)
        return errno;
    if (n == 0)
        return 0;
    CHECK(out.flags & EV_ERROR);
    *event = out;
    return (int)out.data;
}

int change(struct loop *loop, uint64_t ident, int16_t filter, uint16_t flags, uint32_t fflags, int qos)
{
    struct kevent_qos_s event = {
        .ident = ident,
        .filter = filter,
        .flags = flags,
        .qos = qos,
        .udata = ident,
        .fflags = fflags,
    };
    return change_event(loop, &event);
}

enum { SOURCE = EV_ADD | EV_DISPATCH2 | EV_VANISHED };

int monitor(struct loop *loop, mach_port_t port, int qos)
{
    return change(loop, port, EVFILT_MACHPORT, SOURCE, MACH_RCV_MSG, qos);
}

int unmonitor(struct loop *loop, mach_port_t port)
{
    return change(loop, port, EVFILT_MACHPORT, EV_DELETE | EV_ENABLE | EV_DISPATCH2, 0, 0);
}

int reenable(struct loop *loop, mach_port_t port)
{
    return change(loop, port, EVFILT_MACHPORT, EV_ENABLE | EV_DISPATCH2, MACH_RCV_MSG, 0);
}

mach_port_t monitored_new(struct loop *loop)
{
    mach_port_t port = port_with_send();
    loop_begin(loop);
    CHECK_EQ(monitor(loop, port, QOS_DEF), 0);
    return port;
}

void monitored_end(struct loop *loop, mach_port_t port)
{
    CHECK_EQ(unmonitor(loop, port), 0);
    loop_end(loop);
    port_gone(port);
}

/* ---- a servicer that stays ---- */

void busy_begin(struct loop *loop)
{
    *loop = (struct loop){ .is_closed = true };
    loop_begin(loop);
    CHECK_EQ(change(loop, 1, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER, QOS_DEF), 0);
    until_calls(loop, 1);
}

void busy_end(struct loop *loop)
{
    loop_open(loop);
    until_done(loop, 1);
    loop_end(loop);
}

void focal_begin(struct loop *loop)
{
    busy_begin(loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
}

void focal_end(struct loop *loop)
{
    role(PRIO_DARWIN_ROLE_DEFAULT);
    busy_end(loop);
}

/* ---- messages ---- */

void post(mach_port_t to, uint32_t qos, uint32_t override)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_remote_port = to,
                                  .msgh_id = ID_CALL };
    mach_msg_option_t option = MACH_SEND_MSG | (qos || override ? MACH_SEND_OVERRIDE : 0);
    CHECK_EQ(mach_msg(&message, option, sizeof(message), 0, 0, 0,
                      qos || override ? mach_msg_priority_encode(override, qos, 0) : 0),
             OK);
}

void answer_event(const struct loop *loop, int index)
{
    CHECK_EQ(answer(&loop->letters[index]), OK);
}

void caller_of(struct caller *caller, mach_port_t dest)
{
    *caller = (struct caller){ .dest = dest, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(caller);
}
