/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/limits.c - how many threads a pool has, who gets the next one, and servicers that end (T143-T145)
 *
 * Servicers wait at a gate, a port on which they receive: a thread that waits in the kernel counts as scheduled and not
 * as running. Each message lets one go. */
#include <pthread.h>
#include <pthread/workqueue_private.h>
#include <sys/event.h>
#include <unistd.h>

#include "tests/push/common.h"

enum {
    LOOPS_MAX = 512,
    FIRST_ID = 90000,
    QOS_UT = 0x4ff,
    QOS_DEF = 0x8ff,
    QOS_IN = 0x10ff,
    OVERCOMMIT = (int)0x80000000,
    SCHEDULED_MAX = 64,
    SETTLE_MS = 200,
    LONG_MS = 30000,
};

static mach_port_t gate;
static int n_loops; /* of all tests: an id is used once */
static _Atomic int n_inside, n_called, ends_itself;
static _Atomic uint64_t order[LOOPS_MAX];

/* For as long as it takes. */
static void wait_at_gate(void)
{
    struct letter letter;
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG, 0, sizeof letter, gate, 0, MACH_PORT_NULL), OK);
}

static void serve(uint64_t *id, void **events, int *n)
{
    (void)events;
    order[n_called++ % LOOPS_MAX] = *id;
    *n = 0;
    if (ends_itself) {
        ends_itself = 0;
        pthread_exit(NULL);
    }
    n_inside++;
    wait_at_gate();
    n_inside--;
}

static void never(pthread_priority_t priority)
{
    (void)priority;
}

static void never_events(void **events, int *n)
{
    (void)events;
    (void)n;
}

static void begin(void)
{
    if (gate == MACH_PORT_NULL)
        REQUIRE_EQ(_pthread_workqueue_init_with_workloop(never, never_events, serve, 0, 0), 0);
    gate = gate == MACH_PORT_NULL ? port_with_send() : gate;
    n_called = 0;
}

static bool is_soon(const _Atomic int *value, int expected)
{
    for (int ms = 0; ms < LONG_MS && *value != expected; ms++)
        world_sleep_ms(1);
    return *value == expected;
}

static void let_go(int n)
{
    for (int i = 0; i < n; i++)
        CHECK_EQ(letter_send(gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0, 0, 0, 0), OK);
}

static int change(uint64_t id, struct kevent_qos_s event)
{
    return kevent_id(id, &event, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP);
}

/* A new workloop with something to do. */
static uint64_t ask(int qos)
{
    uint64_t id = FIRST_ID + (uint64_t)n_loops++;
    CHECK_EQ(change(id, (struct kevent_qos_s){ .ident = 1,
                                               .filter = EVFILT_USER,
                                               .flags = EV_ADD | EV_ONESHOT,
                                               .qos = qos,
                                               .fflags = NOTE_TRIGGER }),
             0);
    return id;
}

TEST(ordinary_workloops_have_a_limit_and_overcommitting_ones_have_not, "T145 S43")
{
    enum { ORDINARY = SCHEDULED_MAX + 20, MORE = 40 };
    begin();
    if (sysconf(_SC_NPROCESSORS_ONLN) * 5 > SCHEDULED_MAX)
        SKIP("the limit is higher with so many CPUs");
    for (int i = 0; i < ORDINARY; i++)
        ask(QOS_DEF);
    CHECK(is_soon(&n_inside, SCHEDULED_MAX));
    world_sleep_ms(SETTLE_MS);
    CHECK_EQ(n_inside, SCHEDULED_MAX);
    for (int i = 0; i < MORE; i++)
        ask(QOS_DEF | OVERCOMMIT);
    CHECK(is_soon(&n_inside, SCHEDULED_MAX + MORE));
    let_go(ORDINARY + MORE); /* nothing fails: what waited begins as others end */
    CHECK(is_soon(&n_called, ORDINARY + MORE));
    CHECK(is_soon(&n_inside, 0));
}

TEST(the_most_urgent_request_gets_the_next_thread, "T144 S44")
{
    struct caller caller;
    begin();
    if (sysconf(_SC_NPROCESSORS_ONLN) * 5 > SCHEDULED_MAX)
        SKIP("the limit is higher with so many CPUs");
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = 0; i < SCHEDULED_MAX; i++)
        ask(QOS_DEF);
    REQUIRE(is_soon(&n_inside, SCHEDULED_MAX));
    uint64_t low = ask(QOS_UT), first = ask(QOS_IN), second = ask(QOS_IN),
             pushed = FIRST_ID + (uint64_t)n_loops++;
    mach_port_t port = port_with_send();
    CHECK_EQ(change(pushed, (struct kevent_qos_s){ .ident = port,
                                                   .filter = EVFILT_MACHPORT,
                                                   .flags = EV_ADD | EV_DISPATCH2 | EV_VANISHED,
                                                   .qos = QOS_UT,
                                                   .fflags = MACH_RCV_SYNC_PEEK }),
             0);
    caller = (struct caller){ .dest = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    for (int i = 1; i <= 4; i++) {
        let_go(1);
        REQUIRE(is_soon(&n_called, SCHEDULED_MAX + i));
    }
    CHECK_EQ(order[SCHEDULED_MAX], pushed);
    CHECK_EQ(order[SCHEDULED_MAX + 1], first);
    CHECK_EQ(order[SCHEDULED_MAX + 2], second);
    CHECK_EQ(order[SCHEDULED_MAX + 3], low);
    let_go(SCHEDULED_MAX);
    CHECK(is_soon(&n_inside, 0));
    port_gone(port);
    caller_end(&caller);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_workloop_whose_servicer_ends_is_served_by_another, "T143")
{
    begin();
    uint64_t id = FIRST_ID + (uint64_t)n_loops++;
    ends_itself = 1;
    struct kevent_qos_s user = {
        .ident = 1, .filter = EVFILT_USER, .flags = EV_ADD | EV_CLEAR, .qos = QOS_DEF, .fflags = NOTE_TRIGGER
    };
    CHECK_EQ(change(id, user), 0);
    REQUIRE(is_soon(&n_called, 1));
    user.flags = 0;
    CHECK_EQ(change(id, user), 0);
    REQUIRE(is_soon(&n_called, 2));
    CHECK_EQ(order[1], id);
    let_go(1);
    CHECK(is_soon(&n_inside, 0));
    user.flags = EV_DELETE;
    CHECK_EQ(change(id, user), 0);
}
