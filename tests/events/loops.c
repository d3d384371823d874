/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/events/loops.h"

static struct loop *_Atomic loops[LOOPS_MAX];
static _Atomic int n_loops;

bool soon(const _Atomic int *value, int expected)
{
    for (int ms = 0; ms < LONG_MS && *value < expected; ms++)
        world_sleep_ms(1);
    return *value >= expected;
}

static struct loop *loop_of(uint64_t id)
{
    return id >= FIRST_ID && id < FIRST_ID + (uint64_t)n_loops ? loops[id - FIRST_ID] : NULL;
}

int base_of_self(void)
{
    mach_port_t self = mach_thread_self();
    int base = base_of(self);
    mach_port_deallocate(SELF, self);
    return base;
}

static void keep(struct loop *loop, const struct kevent_qos_s *event)
{
    int i = loop->n_events % KEPT_MAX;
    loop->event[i] = *event;
    bool has_message =
        event->filter == EVFILT_MACHPORT && event->fflags == MACH_MSG_SUCCESS && event->ext[0] != 0;
    if (has_message)
        memcpy(&loop->letter[i], (const void *)(uintptr_t)event->ext[0],
               event->ext[1] < sizeof loop->letter[i] ? event->ext[1] : sizeof loop->letter[i]);
    loop->n_events++;
}

static void give_back(struct loop *loop, void **events, int *n)
{
    struct kevent_qos_s *event = *events;
    if (loop->own != NULL) {
        *events = loop->own;
        *n = loop->n_own;
        loop->own = NULL;
        return;
    }
    for (int i = 0; i < *n; i++) {
        event[i].flags = loop->again | (event[i].flags & EV_DISPATCH2);
        event[i].fflags = event[i].filter == EVFILT_MACHPORT ? RECEIVE : 0;
        memset(event[i].ext, 0, sizeof event[i].ext);
    }
    *n = loop->again != 0 ? *n : 0;
}

void served(uint64_t *id, void **events, int *n)
{
    struct loop *loop = loop_of(*id);
    int base = base_of_self();
    REQUIRE(loop != NULL);
    loop->n_inside++;
    loop->base = base;
    loop->qos_class = qos_class_self();
    loop->thread = pthread_self();
    for (int i = 0; i < *n; i++)
        keep(loop, (struct kevent_qos_s *)*events + i);
    if (loop->inside != NULL)
        loop->inside(loop);
    loop->n_calls++;
    for (int ms = 0; ms < LONG_MS && loop->hold; ms++)
        world_sleep_ms(1);
    give_back(loop, events, n);
    loop->n_inside--;
}

void worker(pthread_priority_t priority)
{
    (void)priority;
    FAIL("work without a workloop");
}

void kevent_worker(void **events, int *n)
{
    (void)events;
    (void)n;
    FAIL("events without a workloop");
}

void workqueue_install(void)
{
    static bool is_installed;
    if (!is_installed)
        REQUIRE_EQ(_pthread_workqueue_init_with_workloop(worker, kevent_worker, served, 0, 0), 0);
    is_installed = true;
}

struct loop *loop_new(void)
{
    static struct loop all[LOOPS_MAX];
    REQUIRE_LT(n_loops, LOOPS_MAX);
    struct loop *loop = &all[n_loops];
    loop->id = FIRST_ID + (uint64_t)n_loops;
    loops[n_loops++] = loop;
    workqueue_install();
    return loop;
}

void loop_fini(struct loop *loop)
{
    loop->hold = false;
    for (int ms = 0; ms < LONG_MS && loop->n_inside > 0; ms++)
        world_sleep_ms(1);
}

int change(struct loop *loop, const struct kevent_qos_s *change)
{
    struct kevent_qos_s error = { 0 };
    int n = kevent_id(loop->id, change, 1, &error, 1, NULL, NULL,
                      KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS);
    if (n < 0)
        return errno;
    CHECK(n == 0 || (error.flags & EV_ERROR));
    return n == 0 ? 0 : (int)error.data;
}

struct kevent_qos_s knote(uint64_t ident, int16_t filter, uint16_t flags, uint32_t fflags)
{
    return (struct kevent_qos_s){
        .ident = ident, .filter = filter, .flags = flags, .fflags = fflags, .qos = QOS_DEF, .udata = 0x42
    };
}

struct kevent_qos_s port_knote(mach_port_t port, uint32_t options)
{
    return knote(port, EVFILT_MACHPORT, EV_ADD | EV_ENABLE | EV_DISPATCH | EV_UDATA_SPECIFIC | EV_VANISHED,
                 options);
}

int knote_delete(struct loop *loop, struct kevent_qos_s knote)
{
    knote.flags = EV_DELETE | EV_ENABLE | (knote.flags & EV_UDATA_SPECIFIC);
    return change(loop, &knote);
}

int trigger(struct loop *loop, uint64_t ident)
{
    struct kevent_qos_s user = knote(ident, EVFILT_USER, 0, NOTE_TRIGGER);
    return change(loop, &user);
}
