/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/load.c - much of everything at once, and its end by kill -9, beside an honest pair
 *
 * Each test makes a great deal of one thing, kills who made it while it is in use, and compares what machd holds then with
 * what it held before. An honest pair (bench/pairs.h) checks its own messages from beginning to end. The counts of a test run
 * are small; LOAD=n makes each n times as large. What the longest honest call took is printed, not checked.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/event_private.h>
#include <unistd.h>

#include "tests/hostile/scene.h"

static const char *const service_name = "test.hostile.load";

static void be_server(struct child *parent, const char *unused)
{
    mach_port_t port;

    (void)unused;
    child_tell(parent, check_in(bootstrap_port, service_name, &port));
    serve(port);
}

static void receive_for_ever(mach_port_t port)
{
    char room[256];

    mach_msg((mach_msg_header_t *)room, MACH_RCV_MSG, 0, sizeof(room), port, 0, MACH_PORT_NULL);
}

/* ---- tasks ---- */

static void be_one_of_a_crowd(struct child *parent, const char *unused)
{
    mach_port_t port = MACH_PORT_NULL, reply = mach_reply_port();
    kern_return_t kr = look(service_name, &port);

    (void)unused;
    for (int i = 0; i < 3 && kr == KERN_SUCCESS; i++)
        kr = call(port, reply, i) == i + 100 ? KERN_SUCCESS : KERN_FAILURE;
    child_tell(parent, kr);
    receive_for_ever(reply);
}

TEST(a_crowd_of_tasks_calls_one_server_and_is_killed, "P166 P167")
{
    struct scene s;

    scene_begin(&s);
    start_one(be_server, NULL);
    hear_all();
    start_many(loads(20), be_one_of_a_crowd);
    for (unsigned i = 1; i < n_children; i++)
        CHECK_EQ(child_hear(&children[i]), KERN_SUCCESS);
    tell(&s, "all have called");
    kill_all();
    scene_end(&s, "the end of a crowd of tasks");
}

/* ---- threads ---- */

enum { TASKS_OF_THREADS = 4 };

static atomic_uint n_failed, n_waiting;

static void *be_thread(void *unused)
{
    mach_port_t port = mach_reply_port();

    (void)unused;
    atomic_fetch_add(port == MACH_PORT_NULL ? &n_failed : &n_waiting, 1);
    receive_for_ever(port);
    return NULL;
}

static void have_threads(struct child *parent, const char *unused)
{
    unsigned n = loads(25);
    pthread_attr_t small;
    pthread_t thread;

    (void)unused;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    for (unsigned i = 0; i < n; i++)
        if (pthread_create(&thread, &small, be_thread, NULL) != 0)
            atomic_fetch_add(&n_failed, 1);
    while (n_failed + n_waiting < n)
        usleep(1000);
    child_tell(parent, n_failed == 0 ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE);
    pause();
}

TEST(a_crowd_of_threads_waits_in_calls_and_is_killed, "P141 P166")
{
    struct scene s;

    scene_begin(&s);
    start_many(TASKS_OF_THREADS, have_threads);
    hear_all();
    tell(&s, "all wait");
    kill_all();
    scene_end(&s, "the end of a crowd of threads");
}

/* ---- ports ---- */

enum { MANY_PORTS = 25000, MANY_BYTES = MANY_PORTS * 400 };

static void have_ports(struct child *parent, const char *unused)
{
    unsigned n = loads(1000);
    mach_port_t port;
    kern_return_t kr = KERN_SUCCESS;

    (void)unused;
    for (unsigned i = 0; i < n && kr == KERN_SUCCESS; i++)
        kr = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    child_tell(parent, kr);
    pause();
}

TEST(a_task_with_very_many_ports_is_killed, "P162 P166")
{
    struct scene s;

    scene_begin(&s);
    start_one(have_ports, NULL);
    hear_all();
    tell(&s, "all ports are made");
    kill_all();
    tell(&s, "it is dead");
    scene_end(&s, "the end of a task with very many ports");
}

/* Without the pair, so that it is quick. */
static void have_more_ports(struct child *parent, const char *unused)
{
    mach_port_t port;
    unsigned n = 0;

    (void)unused;
    while (n < MANY_PORTS &&
           mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) == KERN_SUCCESS)
        n++;
    child_tell(parent, n == MANY_PORTS ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE);
    pause();
}

TEST(what_a_task_has_left_goes_back_to_the_machine, "P166")
{
    uint64_t before, end;

    warm_up();
    before = machd_resident();
    start_one(have_more_ports, NULL);
    hear_all();
    CHECK_GT(machd_resident(), before + MANY_BYTES);
    kill_all();
    for (end = now_ms() + PATIENCE_MS; machd_resident() > before + MANY_BYTES / 2 && now_ms() < end;)
        sleep_ms(10);
    CHECK_LE(machd_resident(), before + MANY_BYTES / 2);
}

/* ---- messages ---- */

enum { QUEUE = 500 };

/* `n` messages, QUEUE of them to a port, all ports in one set; 0 if all is well. */
static kern_return_t fill_set(mach_port_t set, unsigned n)
{
    mach_port_limits_t limits = { QUEUE };
    mach_port_t port = MACH_PORT_NULL;
    kern_return_t kr = KERN_SUCCESS;

    for (unsigned i = 0; i < n && kr == KERN_SUCCESS; i++) {
        if (i % QUEUE == 0) {
            port = port_with_send();
            mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                     MACH_PORT_LIMITS_INFO_COUNT);
            mach_port_move_member(mach_task_self(), port, set);
        }
        kr = send_id(port, (int)i);
    }
    return kr;
}

/* Half of them are received, the rest dies with the task. */
static void have_messages(struct child *parent, const char *unused)
{
    unsigned n = loads(1000);
    mach_port_t set = MACH_PORT_NULL;
    kern_return_t kr = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set);
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message;

    (void)unused;
    if (kr == KERN_SUCCESS)
        kr = fill_set(set, n);
    child_tell(parent, kr);
    for (unsigned i = 0; i < n / 2 && kr == KERN_SUCCESS; i++)
        kr = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), set, 0,
                      MACH_PORT_NULL);
    child_tell(parent, kr);
    pause();
}

TEST(a_set_with_very_many_messages_is_half_received_when_its_task_is_killed, "P88 P124")
{
    struct scene s;

    scene_begin(&s);
    start_one(have_messages, NULL);
    hear_all();
    tell(&s, "all messages are queued");
    hear_all();
    tell(&s, "half of them are received");
    kill_all();
    scene_end(&s, "the end of a set with very many messages");
}

/* ---- workloops ---- */

static void have_workloops(struct child *parent, const char *unused)
{
    unsigned n = loads(100);
    int n_refused = 0;

    (void)unused;
    for (unsigned i = 0; i < n; i++) {
        struct kevent_qos_s event = { .ident = port_with_send(),
                                      .filter = EVFILT_MACHPORT,
                                      .flags = EV_ADD | EV_ENABLE | EV_DISPATCH2,
                                      .qos = 0x8ff,
                                      .udata = i + 1,
                                      .fflags = MACH_RCV_MSG };
        if (kevent_id(i + 1, &event, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_IMMEDIATE) < 0)
            n_refused++;
    }
    child_tell(parent, n_refused);
    pause();
}

TEST(a_task_with_very_many_workloops_is_killed, "T112 T119")
{
    struct scene s;

    scene_begin(&s);
    start_one(have_workloops, NULL);
    hear_all();
    tell(&s, "all workloops are made");
    kill_all();
    scene_end(&s, "the end of a task with very many workloops");
}
