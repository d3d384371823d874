/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/table.c - what must work on tasks and threads, and what is refused (K166) */
#include "tests/tasks/faulting.h"

#if defined(__x86_64__)
enum { DEBUG = 11, DEBUG_WORDS = 16 };
#else
enum { DEBUG = 15, DEBUG_WORDS = 130 };
#endif

static int stay(void *argument)
{
    mach_msg_empty_rcv_t never;
    mach_msg(&never.header, MACH_RCV_MSG, 0, sizeof never, receive_new(), 0, MACH_PORT_NULL);
    return 0;
}

static thread_t first_thread(task_t task)
{
    thread_act_array_t threads;
    mach_msg_type_number_t n = 0;
    REQUIRE_EQ(task_threads(task, &threads, &n), OK);
    thread_t first = threads[0];
    for (mach_msg_type_number_t i = 1; i < n; i++)
        mach_port_deallocate(SELF, threads[i]);
    vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads);
    return first;
}

TEST(what_nobody_can_do_to_another_task_is_said_to_be_unsupported, "K166 K155")
{
    world_task *child = world_task_spawn(stay, NULL, MACH_PORT_NULL);
    task_t task = world_task_port_of(child);
    thread_t thread = MACH_PORT_NULL;
    natural_t state[STATE_WORDS] = { 0 }, counters[16];
    mach_msg_type_number_t n = 16;
    mach_port_t port = MACH_PORT_NULL;
    int limit = 0;
    CHECK_EQ(thread_create(task, &thread), KERN_NOT_SUPPORTED);
    CHECK_EQ(thread_create_running(task, STATE, (thread_state_t)state, STATE_WORDS, &thread),
             KERN_NOT_SUPPORTED);
    CHECK_EQ(task_generate_corpse(task, &port), KERN_NOT_SUPPORTED);
    CHECK_EQ(task_set_phys_footprint_limit(task, 1, &limit), KERN_NOT_SUPPORTED);
    CHECK_EQ(task_inspect(task, TASK_INSPECT_BASIC_COUNTS, (task_inspect_info_t)counters, &n),
             KERN_NOT_SUPPORTED);
    CHECK_EQ(task_swap_mach_voucher(task, MACH_PORT_NULL, &port), KERN_NOT_SUPPORTED);
    world_task_kill(child);
}

TEST(debug_registers_are_unsupported_other_unknown_ones_are_invalid, "K166 K159")
{
    world_task *child = world_task_spawn(stay, NULL, MACH_PORT_NULL);
    thread_t thread = first_thread(world_task_port_of(child));
    natural_t state[DEBUG_WORDS] = { 0 };
    mach_msg_type_number_t n = DEBUG_WORDS;
    CHECK_EQ(thread_get_state(thread, DEBUG, (thread_state_t)state, &n), KERN_NOT_SUPPORTED);
    CHECK_EQ(thread_set_state(thread, DEBUG, (thread_state_t)state, DEBUG_WORDS), KERN_NOT_SUPPORTED);
    CHECK_EQ(thread_get_state(thread, 99, (thread_state_t)state, &n), KERN_INVALID_ARGUMENT);
    world_task_kill(child);
    mach_port_deallocate(SELF, thread);
}

static uint64_t id_of(thread_t thread)
{
    thread_identifier_info_data_t info = { 0 };
    mach_msg_type_number_t n = THREAD_IDENTIFIER_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &n), OK);
    return info.thread_id;
}

TEST(what_must_work_on_another_task_does, "K166")
{
    skip_if_sanitized();
    world_task *child = world_task_spawn(stay, NULL, MACH_PORT_NULL);
    task_t task = world_task_port_of(child);
    thread_t thread = first_thread(task), self = mach_thread_self();
    task_suspension_token_t token = MACH_PORT_NULL;
    uint64_t state[STATE_WORDS / 2] = { 0 };
    mach_msg_type_number_t n = STATE_WORDS;
    world_settle();
    CHECK_EQ(task_suspend2(task, &token), OK);
    CHECK_EQ(thread_suspend(thread), OK);
    CHECK_EQ(thread_get_state(thread, STATE, (thread_state_t)state, &n), OK);
    CHECK_EQ(thread_set_state(thread, STATE, (thread_state_t)state, STATE_WORDS), OK);
    CHECK_EQ(thread_resume(thread), OK);
    CHECK_EQ(task_resume2(token), OK);
    CHECK_NE(id_of(thread), 0);
    CHECK_NE(id_of(thread), id_of(self));
    CHECK_EQ(thread_terminate(thread), KERN_DENIED); /* and has taken a reference (K153) */
    world_task_kill(child);
    mach_port_deallocate(SELF, self);
}
