/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/applied.c - what Linux makes of it: the niceness of a thread follows its Mach priority (live only) */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/push/common.h"

enum { NICE_PATIENCE_MS = 2000, NICE_OF_47 = -10, NICE_OF_4 = 19 };

struct server {
    mach_port_t port, gate;
    int tid;
    _Atomic mach_port_t thread;
};

static void *serve(void *argument)
{
    struct server *server = argument;
    server->tid = (int)syscall(SYS_gettid);
    server->thread = mach_thread_self();
    struct letter request = letter_take(server->port);
    letter_take(server->gate);
    CHECK_EQ(answer(&request), OK);
    letter_take(server->gate);
    return NULL;
}

static int niceness(int tid)
{
    errno = 0;
    return getpriority(PRIO_PROCESS, (id_t)tid);
}

/* Raising is done before the trap returns; lowering may wait for a wake to be seen. */
static int niceness_soon(int tid, int expected)
{
    for (int i = 0; i < NICE_PATIENCE_MS && niceness(tid) != expected; i++)
        world_sleep_ms(1);
    return niceness(tid);
}

static void skip_unless_root(void)
{
    if (geteuid() != 0)
        SKIP("raising a thread needs CAP_SYS_NICE");
}

TEST(a_pushed_thread_runs_at_its_callers_niceness, "T18 T29")
{
    skip_unless_root();
    struct server server = { .port = port_with_send(), .gate = port_with_send() };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    world_thread *thread = world_thread_spawn(serve, &server);
    until_waiting(&server.thread);
    CHECK_EQ(niceness(server.tid), 0);
    struct caller caller = { .dest = server.port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    CHECK_EQ(base_soon(server.thread, 47), 47);
    CHECK_EQ(niceness_soon(server.tid, NICE_OF_47), NICE_OF_47);
    CHECK_EQ(letter_send(server.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(base_of(server.thread), 31);
    CHECK_EQ(niceness_soon(server.tid, 0), 0);
    CHECK_EQ(letter_send(server.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    world_thread_join(thread);
    mach_port_deallocate(SELF, server.thread);
    port_gone(server.port);
    port_gone(server.gate);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_class_has_its_niceness, "T2 T9 T10")
{
    skip_unless_root();
    int tid = (int)syscall(SYS_gettid);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(niceness_soon(tid, NICE_OF_47), NICE_OF_47);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_BACKGROUND, 0), 0);
    CHECK_EQ(niceness_soon(tid, NICE_OF_4), NICE_OF_4);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(niceness_soon(tid, 0), 0);
}

TEST(a_thread_with_a_policy_of_its_own_keeps_it, "T10")
{
    skip_unless_root();
    int tid = (int)syscall(SYS_gettid);
    struct sched_param zero = { 0 };
    REQUIRE_EQ(sched_setscheduler(0, SCHED_BATCH, &zero), 0);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(niceness_soon(tid, 0), 0);
    CHECK_EQ(sched_getscheduler(0), SCHED_BATCH);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    REQUIRE_EQ(sched_setscheduler(0, SCHED_OTHER, &zero), 0);
}

/* ---- between sessions ---- */

static void skip_unless_sessions_compete(void)
{
    skip_unless_root();
    FILE *file = fopen("/proc/sys/kernel/sched_autogroup_enabled", "re");
    int on = file ? fgetc(file) : EOF;
    if (file)
        fclose(file);
    if (on != '1')
        SKIP("niceness is compared between sessions here: autogroup is off");
}

static uint64_t cpu_ms(void)
{
    struct timespec ran;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
    return (uint64_t)ran.tv_sec * 1000 + (uint64_t)ran.tv_nsec / 1000000;
}

static void compute(uint64_t ms)
{
    for (uint64_t end = cpu_ms() + ms; ms && cpu_ms() < end;)
        ;
}

/* In a session of its own: takes a call, and answers it when it is told to; computes meanwhile, if that is asked for. */
static int serve_from_afar(void *argument)
{
    const uint64_t busy_ms = *(const uint64_t *)argument;
    setsid();
    mach_port_t port = port_with_send(), gate = port_with_send();
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, port, MACH_MSG_TYPE_MAKE_SEND, 0,
                         0),
             OK);
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, gate, MACH_MSG_TYPE_MAKE_SEND, 0,
                         0),
             OK);
    struct letter request = letter_take(port);
    compute(busy_ms);
    letter_take(gate);
    CHECK_EQ(answer(&request), OK);
    letter_take(gate);
    return WORLD_OK;
}

static int policy_soon(int tid, int expected)
{
    for (int i = 0; i < NICE_PATIENCE_MS && (sched_getscheduler(tid) & ~SCHED_RESET_ON_FORK) != expected; i++)
        world_sleep_ms(1);
    return sched_getscheduler(tid) & ~SCHED_RESET_ON_FORK;
}

/* Checks the policy of a server of another session while it is pushed, and afterwards. */
static void push_from_afar(uint64_t busy_ms, int expected)
{
    mach_port_t from_child = port_with_send();
    int pid = 0;
    skip_unless_sessions_compete();
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    world_task *child = world_task_spawn(serve_from_afar, &busy_ms, from_child);
    mach_port_t port = letter_take(from_child).port.name, gate = letter_take(from_child).port.name;
    REQUIRE_EQ(pid_for_task(world_task_port_of(child), &pid), OK);
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    if (busy_ms == 0)
        CHECK_EQ(policy_soon(pid, SCHED_RR), SCHED_RR);
    else
        CHECK_EQ(niceness_soon(pid, NICE_OF_47), NICE_OF_47);
    CHECK_EQ(policy_soon(pid, expected), expected);
    CHECK_EQ(letter_send(gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(policy_soon(pid, SCHED_OTHER), SCHED_OTHER);
    CHECK_EQ(niceness_soon(pid, 0), 0);
    CHECK_EQ(letter_send(gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    mach_port_deallocate(SELF, port);
    mach_port_deallocate(SELF, gate);
    port_gone(from_child);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_push_from_another_session_makes_a_thread_run_round_robin, "T18")
{
    push_from_afar(0, SCHED_RR);
}

TEST(a_push_from_another_session_is_good_for_so_much_time_of_the_cpu, "T18")
{
    push_from_afar(200, SCHED_OTHER);
}

enum { CALLS = 60, MS_EACH = 1 }; /* more than one push may spend, by far */

static int serve_often_from_afar(void *argument)
{
    unsigned n_slow = 0;
    setsid();
    mach_port_t port = port_with_send();
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, port, MACH_MSG_TYPE_MAKE_SEND, 0,
                         0),
             OK);
    for (int i = 0; i < CALLS; i++) {
        struct letter request = letter_take(port);
        compute(MS_EACH);
        n_slow += (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) != SCHED_RR;
        CHECK_EQ(answer(&request), OK);
    }
    CHECK_EQ(n_slow, 0);
    return WORLD_OK;
}

static void *call_often(void *argument)
{
    mach_port_t port = *(mach_port_t *)argument, reply = thread_get_special_reply_port();
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    for (int i = 0; i < CALLS; i++) {
        struct letter letter = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                         MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                             .msgh_remote_port = port,
                                             .msgh_local_port = reply } };
        CHECK_EQ(mach_msg(&letter.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(letter.header), sizeof(letter),
                          reply, 0, MACH_PORT_NULL),
                 OK);
    }
    return NULL;
}

TEST(each_push_from_another_session_has_its_own_time_of_the_cpu, "T18")
{
    mach_port_t from_child = port_with_send();
    skip_unless_sessions_compete();
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    world_task *child = world_task_spawn(serve_often_from_afar, NULL, from_child);
    mach_port_t port = letter_take(from_child).port.name;
    world_thread_join(world_thread_spawn(call_often, &port));
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    mach_port_deallocate(SELF, port);
    port_gone(from_child);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
