/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/test/trace.c - what the tap is told, whatever stands in pages by then */
#include <mach/mach.h>
#include <mach/semaphore.h>
#include <string.h>

#include "kernel/task/thread.h"
#include "sim/sim.h"
#include "tests/harness/harness.h"
#include "tests/world.h"

static struct trace_event seen;

static void keep_wait(void *context, struct trace_event *event, const struct task *task,
                      const struct task *peer)
{
    (void)context, (void)task, (void)peer;
    if (event->kind == TRACE_TRAP && event->trap.number == TRAP_SEMAPHORE_WAIT)
        seen = *event;
}

struct who_waits {
    semaphore_t semaphore;
    struct thread *thread;
};

static void *wait_for_it(void *argument)
{
    struct who_waits *waiter = argument;
    waiter->thread = sim_thread_kernel(sim_thread_self());
    CHECK_EQ(semaphore_wait(waiter->semaphore), KERN_SUCCESS);
    return NULL;
}

TEST(a_trace_shows_the_arguments_that_the_kernel_read, "")
{
    struct who_waits waiter = { 0 };
    REQUIRE_EQ(semaphore_create(mach_task_self(), &waiter.semaphore, SYNC_POLICY_FIFO, 0), KERN_SUCCESS);
    kernel_tap(sim_kernel(), keep_wait, NULL);
    world_thread *thread = world_thread_spawn(wait_for_it, &waiter);
    world_yield_until_blocked(thread);
    memset(waiter.thread->page->req.arg, 0xee, sizeof(waiter.thread->page->req.arg));
    CHECK_EQ(semaphore_signal(waiter.semaphore), KERN_SUCCESS);
    world_thread_join(thread);
    kernel_tap(sim_kernel(), NULL, NULL);
    CHECK_EQ(seen.trap.number, TRAP_SEMAPHORE_WAIT);
    CHECK_EQ(seen.trap.arg[0], waiter.semaphore);
    CHECK_EQ(semaphore_destroy(mach_task_self(), waiter.semaphore), KERN_SUCCESS);
}
