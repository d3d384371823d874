/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/life.c - what is left when callers, threads and faulting tasks end at odd moments */
#include <mach/exception_types.h>
#include <mach/mig_errors.h>
#include <mach/task_info.h>
#include <mach/thread_info.h>
#include <mach/thread_status.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/tasks/carry.h"

static int32_t stops_of(task_t task)
{
    mach_task_basic_info_data_t info = { .suspend_count = -1 };
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    CHECK_EQ(task_info(task, MACH_TASK_BASIC_INFO, (task_info_t)&info, &count), OK);
    return info.suspend_count;
}

static int sleep_on(void *argument)
{
    mach_port_t own = receive_new();
    CHECK_EQ(give(world_parent_port(), own, MACH_MSG_TYPE_MAKE_SEND), OK);
    while (type_of(own) != 0)
        world_sleep_ms(100);
    return WORLD_OK;
}

static int suspend_for_good(void *argument)
{
    mach_port_t own = receive_new(), token = MACH_PORT_NULL;
    CHECK_EQ(give(world_parent_port(), own, MACH_MSG_TYPE_MAKE_SEND), OK);
    struct carrier target = take(own);
    task_suspend2(target.port.name, &token);
    take(own);
    return WORLD_OK;
}

/* In the simulator the call waits for the sleeper to stop; in real life it may have its token already. */
TEST(a_suspender_killed_in_the_middle_of_its_call_leaves_no_suspension, "K245 K131")
{
    mach_port_t port = receive_new();
    world_task *sleeper = world_task_spawn(sleep_on, NULL, port);
    struct carrier its = take(port);
    world_task *suspender = world_task_spawn(suspend_for_good, NULL, port);
    struct carrier others = take(port);
    CHECK_EQ(give(others.port.name, world_task_port_of(sleeper), MACH_MSG_TYPE_COPY_SEND), OK);
    world_sleep_ms(10);
    world_task_kill(suspender);
    world_sleep_ms(200);
    CHECK_EQ(stops_of(world_task_port_of(sleeper)), 0);
    world_task_kill(sleeper);
    CHECK_EQ(mach_port_deallocate(SELF, its.port.name), OK);
    CHECK_EQ(mach_port_deallocate(SELF, others.port.name), OK);
    receive_free(port);
}

TEST(a_suspended_child_is_not_a_stopped_one_to_its_parent, "K142")
{
    if (!world_is_live())
        SKIP("there is no wait in the simulator");
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(sleep_on, NULL, port);
    struct carrier its = take(port);
    int pid = 0, status = 0;
    REQUIRE_EQ(pid_for_task(world_task_port_of(child), &pid), OK);
    CHECK_EQ(task_suspend(world_task_port_of(child)), OK);
    CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
    CHECK_EQ(task_resume(world_task_port_of(child)), OK);
    CHECK_EQ(kill(pid, SIGSTOP), 0);
    CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
    CHECK_EQ(stops_of(world_task_port_of(child)), 0); /* nor is a SIGSTOP a suspension */
    CHECK_EQ(kill(pid, SIGCONT), 0);
    world_task_kill(child);
    CHECK_EQ(mach_port_deallocate(SELF, its.port.name), OK);
    receive_free(port);
}

static int end_the_last_thread(void *argument)
{
    pthread_exit((void *)3);
}

TEST(a_process_whose_last_thread_ends_has_exited_well, "K157")
{
    if (!world_is_live())
        SKIP("simulated tasks end with their first thread");
    if (getenv("MACHD_SANITIZER"))
        SKIP("the sanitizer looks for leaks when the last thread ends");
    CHECK_EQ(world_task_wait(world_task_spawn(end_the_last_thread, NULL, MACH_PORT_NULL)), 0);
}

/* ---- threads ---- */

struct worker {
    _Atomic bool is_there, ends;
    mach_port_t self;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    worker->self = mach_thread_self();
    worker->is_there = true;
    while (!worker->ends)
        world_sleep_ms(1);
    return NULL;
}

static world_thread *start(struct worker *worker)
{
    world_thread *thread = world_thread_spawn(work, worker);
    while (!worker->is_there)
        world_sleep_ms(1);
    return thread;
}

static void finish(struct worker *worker, world_thread *thread)
{
    worker->ends = true;
    world_thread_join(thread);
    mach_port_deallocate(SELF, worker->self);
}

static bool is_listed(mach_port_t thread)
{
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t n = 0;
    bool found = false;
    REQUIRE_EQ(task_threads(SELF, &threads, &n), OK);
    for (mach_msg_type_number_t i = 0; i < n; i++) {
        found = found || threads[i] == thread;
        mach_port_deallocate(SELF, threads[i]);
    }
    CHECK_EQ(vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads), OK); /* the caller's own (K8) */
    return found;
}

TEST(threads_are_listed_from_their_first_trap_to_their_end, "K8 K30 K119 K121")
{
    struct worker worker = { 0 };
    world_thread *thread = start(&worker);
    CHECK(is_listed(worker.self));
    int64_t refs = sends_of(worker.self);
    CHECK(is_listed(worker.self));
    CHECK_EQ(sends_of(worker.self), refs);
    worker.ends = true;
    world_thread_join(thread);
    world_settle();
    CHECK(!is_listed(worker.self));
    mach_port_deallocate(SELF, worker.self);
}

static uint64_t id_of(thread_t thread)
{
    thread_identifier_info_data_t info = { 0 };
    mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &count), OK);
    return info.thread_id;
}

TEST(a_threads_number_is_its_own_for_ever, "K224 K226")
{
    uint64_t ids[3];
    for (int i = 0; i < 3; i++) {
        struct worker worker = { 0 };
        world_thread *thread = start(&worker);
        ids[i] = id_of(worker.self);
        CHECK_EQ(id_of(worker.self), ids[i]);
        CHECK_NE(ids[i], 0);
        finish(&worker, thread);
    }
    CHECK_NE(ids[0], ids[1]);
    CHECK_NE(ids[1], ids[2]);
    CHECK_NE(ids[0], ids[2]);
}

/* ---- faults ---- */

enum { BAD_ADDRESS = 16 };

static int fault(void *argument)
{
    if (world_is_live())
        signal(SIGSEGV, SIG_DFL); /* the harness reports faults of its own accord; here they are meant */
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, world_parent_port(),
                                      (int)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES), 0),
             OK);
    return (int)world_fault(BAD_ADDRESS);
}

union request {
    mach_msg_header_t header;
    uint8_t bytes[512];
};

static union request next_request(mach_port_t port)
{
    union request r = { .header = { 0 } };
    REQUIRE_EQ(mach_msg(&r.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof r, port, PATIENCE_MS, 0), OK);
    CHECK_EQ(r.header.msgh_id, 2405);
    return r;
}

static kern_return_t answer(union request *r, kern_return_t code)
{
    mig_reply_error_t reply = { .RetCode = code, .NDR = NDR_record };
    reply.Head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_size = sizeof reply,
        .msgh_remote_port = r->header.msgh_remote_port,
        .msgh_id = r->header.msgh_id + 100,
    };
    kern_return_t kr =
        mach_msg(&reply.Head, MACH_SEND_MSG, sizeof reply, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    if (kr == OK)
        r->header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&r->header);
    return kr;
}

TEST(a_fault_that_is_only_said_to_be_repaired_comes_again, "K203")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(fault, NULL, port);
    for (int i = 0; i < 3; i++) {
        union request r = next_request(port);
        CHECK_EQ(answer(&r, KERN_SUCCESS), OK);
    }
    union request r = next_request(port);
    CHECK_EQ(answer(&r, KERN_FAILURE), OK);
    CHECK_EQ(world_task_wait(child), -1);
    receive_free(port);
}

TEST(an_answer_to_a_task_that_was_killed_meanwhile_harms_nobody, "K242")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(fault, NULL, port);
    union request r = next_request(port);
    world_task_kill(child);
    kern_return_t kr = answer(&r, KERN_SUCCESS);
    CHECK(kr == OK || kr == MACH_SEND_INVALID_DEST);
    receive_free(port);
}
