/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/fault_waits.c - a thread that waits for the handler of its fault (K183-K187, K242) */
#include "tests/tasks/faulting.h"

#include <mach/mach_voucher.h>
#include <mach/mach_vm.h>
#include <pthread/qos.h>
#include <sys/resource.h>

enum { URGENT = 47, PLAIN = 31 };

static int base_of(mach_port_t thread)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count), OK);
    return info.pth_priority;
}

/* ---- in one task: a thread faults, another one handles it ---- */

static void *fault_urgently(void *value_p)
{
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    *(uint64_t *)value_p = world_fault(BAD_ADDRESS);
    return NULL;
}

static void *handle_one(void *port_p)
{
    mach_port_t self = mach_thread_self();
    union request r = next_request(*(mach_port_t *)port_p, 2406);
    CHECK_EQ(base_of(self), URGENT);
    repair(&r, 64);
    for (int ms = 0; ms < PATIENCE_MS && base_of(self) != PLAIN; ms++)
        world_sleep_ms(1);
    CHECK_EQ(base_of(self), PLAIN);
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(who_is_told_of_a_fault_runs_at_the_priority_of_its_thread, "K183 K43 K186")
{
    skip_if_sanitized();
    mach_port_t port = both_new();
    uint64_t value = 0;
    REQUIRE_EQ(setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL), 0);
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, port, STATE_CODES, STATE), OK);
    world_thread *handler = world_thread_spawn(handle_one, &port);
    world_thread *thread = world_thread_spawn(fault_urgently, &value);
    world_thread_join(thread);
    world_thread_join(handler);
    CHECK_EQ(value, ANSWER);
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, MACH_PORT_NULL, 0, 0), OK);
    REQUIRE_EQ(setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_DEFAULT), 0);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
}

static void *fault_once(void *value_p)
{
    *(uint64_t *)value_p = world_fault(BAD_ADDRESS);
    return NULL;
}

TEST(threads_that_fault_are_told_and_answered_independently, "K186 K184")
{
    skip_if_sanitized();
    enum { N = 3 };
    mach_port_t port = both_new();
    uint64_t value[N] = { 0 };
    world_thread *thread[N];
    union request r[N];
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, port, STATE_CODES, STATE), OK);
    for (int i = 0; i < N; i++)
        thread[i] = world_thread_spawn(fault_once, &value[i]);
    for (int i = 0; i < N; i++)
        r[i] = next_request(port, 2406); /* all are there before one is answered, and this thread runs */
    for (int i = N - 1; i >= 0; i--)
        repair(&r[i], 64);
    for (int i = 0; i < N; i++) {
        world_thread_join(thread[i]);
        CHECK_EQ(value[i], ANSWER);
    }
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, MACH_PORT_NULL, 0, 0), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
}

static mach_port_t voucher_new(void)
{
    enum { SIZE = 4 };
    const mach_voucher_attr_recipe_data_t head = { .key = MACH_VOUCHER_ATTR_KEY_USER_DATA,
                                                   .command = MACH_VOUCHER_ATTR_USER_DATA_STORE,
                                                   .content_size = SIZE };
    uint8_t recipe[sizeof head + SIZE] = { 0 };
    mach_port_t voucher = MACH_PORT_NULL, host = mach_host_self();
    memcpy(recipe, &head, sizeof head);
    memcpy(recipe + sizeof head, "exc", SIZE);
    CHECK_EQ(host_create_mach_voucher(host, recipe, sizeof recipe, &voucher), OK);
    mach_port_deallocate(SELF, host);
    return voucher;
}

static void *fault_with_voucher(void *voucher_p)
{
    mach_port_t self = mach_thread_self();
    CHECK_EQ(thread_set_mach_voucher(self, *(mach_port_t *)voucher_p), OK);
    mach_port_deallocate(SELF, self);
    world_fault(BAD_ADDRESS);
    return NULL;
}

TEST(the_faulting_threads_voucher_comes_with_the_request, "K187")
{
    skip_if_sanitized();
    mach_port_t port = both_new(), voucher = voucher_new();
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, port, STATE_CODES, STATE), OK);
    world_thread *thread = world_thread_spawn(fault_with_voucher, &voucher);
    union request r = next_request(port, 2406);
    CHECK_EQ(MACH_MSGH_BITS_VOUCHER(r.header.msgh_bits), MACH_MSG_TYPE_MOVE_SEND);
    CHECK_EQ(r.header.msgh_voucher_port, voucher);
    repair(&r, 64);
    world_thread_join(thread);
    request_free(&r);
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, MACH_PORT_NULL, 0, 0), OK);
    mach_port_deallocate(SELF, voucher);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
}

/* ---- the wait ---- */

TEST(a_fault_waits_for_its_handler_without_limit, "K183")
{
    skip_if_sanitized();
    enum { A_DAY_MS = 24 * 3600 * 1000 };
    static const struct plan plan = { .task_behavior = STATE_CODES, .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request r = next_request(port, 2406);
    world_sleep_ms(world_is_live() ? 200 : A_DAY_MS);
    repair(&r, 64);
    CHECK_EQ(world_task_wait(task), ANSWER);
    receive_free(port);
}

TEST(thread_abort_ends_the_level_and_its_late_answer_means_nothing, "K184 K151 K43")
{
    skip_if_sanitized();
    static const struct plan plan = { .thread_behavior = DEFAULT_CODES,
                                      .task_behavior = EXCEPTION_STATE,
                                      .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request first = next_request(port, 2405);
    CHECK_EQ(thread_abort_safely(thread_of(&first)), OK);
    expect_no_request(port); /* it goes on waiting */
    CHECK_EQ(thread_abort(thread_of(&first)), OK);
    union request second = next_request(port, 2402);
    CHECK_EQ(type_of(first.header.msgh_remote_port), MACH_PORT_TYPE_DEAD_NAME);
    repair(&second, 56);
    CHECK_EQ(world_task_wait(task), ANSWER);
    CHECK_EQ(mach_port_deallocate(SELF, first.header.msgh_remote_port), OK);
    request_free(&first);
    receive_free(port);
}

TEST(the_wait_for_the_handler_of_a_crash_is_not_aborted, "K184 K206")
{
    skip_if_sanitized();
    static const struct plan plan = { .task_behavior = DEFAULT_CODES, .mask = EXC_MASK_CRASH };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request r = next_request(port, 2405);
    CHECK_EQ(thread_abort(thread_of(&r)), OK);
    CHECK_EQ(type_of(r.header.msgh_remote_port), MACH_PORT_TYPE_SEND_ONCE);
    int pid = 0;
    CHECK_EQ(pid_for_task(world_task_port_of(task), &pid), OK);
    answer(&r, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(task), KILLED);
    request_free(&r);
    receive_free(port);
}

static uint64_t secret;

static int fault_with_a_secret(void *argument)
{
    secret = 4711;
    fault_by_default();
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, world_parent_port(), DEFAULT_CODES, 0), OK);
    return (int)world_fault(BAD_ADDRESS);
}

/* The only thread that could show the memory is the one that waits. */
TEST(the_memory_of_a_task_is_read_while_its_only_thread_waits_for_the_handler, "K184 K185")
{
    skip_if_sanitized();
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(fault_with_a_secret, NULL, port);
    union request r = next_request(port, 2405);
    uint64_t state[STATE_WORDS / 2] = { 0 }, seen = 0, nowhere = 0;
    mach_msg_type_number_t n = STATE_WORDS;
    mach_vm_size_t size = 0;
    task_t of_task = world_task_port_of(task);
    CHECK_EQ(task_suspend(of_task), OK);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(mach_vm_read_overwrite(of_task, (uintptr_t)&secret, sizeof seen, (uintptr_t)&seen, &size),
                 OK);
        CHECK_EQ(seen, 4711);
    }
    CHECK_NE(mach_vm_read_overwrite(of_task, BAD_ADDRESS, sizeof nowhere, (uintptr_t)&nowhere, &size), OK);
    CHECK_EQ(task_resume(of_task), OK);
    CHECK_EQ(mach_vm_read_overwrite(of_task, (uintptr_t)&secret, sizeof seen, (uintptr_t)&seen, &size), OK);
    CHECK_EQ(thread_get_state(thread_of(&r), STATE, (thread_state_t)state, &n), OK);
    CHECK_EQ(state[ARGUMENT_AT], BAD_ADDRESS);
    state[ARGUMENT_AT] = (uintptr_t)&readable;
    CHECK_EQ(thread_set_state(thread_of(&r), STATE, (thread_state_t)state, STATE_WORDS), OK);
    answer(&r, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(task), ANSWER);
    request_free(&r);
    receive_free(port);
}

TEST(who_is_killed_while_it_waits_leaves_a_dead_reply_right, "K242 K184")
{
    skip_if_sanitized();
    static const struct plan plan = { .task_behavior = STATE_CODES, .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request r = next_request(port, 2406);
    world_task_kill(task);
    for (int ms = 0; ms < PATIENCE_MS && type_of(r.header.msgh_remote_port) == MACH_PORT_TYPE_SEND_ONCE; ms++)
        world_sleep_ms(1);
    CHECK_EQ(type_of(r.header.msgh_remote_port), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, r.header.msgh_remote_port), OK);
    expect_no_request(port);
    receive_free(port);
}
