/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/applied.c - what Linux makes of it: the niceness of a thread follows its Mach priority (live only) */
#include <errno.h>
#include <sys/syscall.h>
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
