/* SPDX-License-Identifier: Apache-2.0 */
/* sim/host.c - what the kernel asks of its host: that a thread goes on, stops or parks, that a task ends or begins, what it uses */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/internal.h"

/* ---- parking: a trap of its own on the thread's page, which then is as it was ---- */

#if defined(__x86_64__)
enum { STATE = 4, STATE_WORDS = 42 };
#else
enum { STATE = 6, STATE_WORDS = 68 };
#endif

void sim_park(struct sim_thread *thread)
{
    const uint32_t head[2] = { STATE, STATE_WORDS };
    thread->below = malloc(TRAP_PAGE_SIZE);
    ASSERT(thread->below != NULL);
    memcpy(thread->below, thread->page, TRAP_PAGE_SIZE);
    thread->must_park = false;
    thread->is_parking = true;
    thread->page->req = (struct trap_request){ .number = TRAP_PARK,
                                               .arg = { sizeof(head) + STATE_WORDS * sizeof(uint32_t) } };
    memcpy(trap_data(thread->page), head, sizeof(head));
    memcpy(trap_data(thread->page) + sizeof(head), thread->registers, STATE_WORDS * sizeof(uint32_t));
}

static void end_park(struct sim_thread *thread)
{
    if (thread->page->reply.value[0] > 0)
        memcpy(thread->registers, trap_data(thread->page) + 2 * sizeof(uint32_t),
               STATE_WORDS * sizeof(uint32_t));
    memcpy(thread->page, thread->below, TRAP_PAGE_SIZE);
    free(thread->below);
    thread->below = NULL;
    thread->is_parking = false;
}

/* ---- called by the kernel ---- */

void sim_thread_done(void *host, struct thread *kernel_thread)
{
    struct sim_thread *thread = kernel_thread_host(kernel_thread);
    ASSERT(thread->state == SIM_TRAP || thread->state == SIM_KERNEL);
    thread->done = atomic_load(&thread->page->request);
    thread->state = SIM_RUN;
    thread->is_away = thread->is_parking && thread->page->reply.value[1] != TRAP_ERRAND_NONE;
    if (thread->is_parking && !thread->is_away)
        end_park(thread);
}

/* It parks when it would run next. */
bool sim_thread_stop(void *host, struct thread *kernel_thread)
{
    struct sim_thread *thread = kernel_thread_host(kernel_thread);
    thread->must_park = true;
    return true;
}

/* Nobody has handlers here: each of these signals ends the task. */
void sim_thread_signal(void *host, struct thread *kernel_thread, int signal)
{
    struct sim_thread *thread = kernel_thread_host(kernel_thread);
    if (thread)
        thread->task->is_broken = true;
}

void sim_task_kill(void *host, struct task *task, const char *why)
{
    struct sim_task *killed = kernel_task_host(task);
    killed->is_broken = true;
}

void sim_task_broken(void *host, struct task *task, const char *why)
{
    struct sim_task *broken = kernel_task_host(task);
    fprintf(stderr, "sim: task %d broke the protocol: %s\n", broken->identity.pid, why);
    broken->is_broken = true;
}

/* A day in November 2023, and what has passed since. */
uint64_t sim_calendar_now(void *host)
{
    return 1700000000ull * 1000000000ull + sim.now;
}

/* ---- announced tasks ---- */

int sim_process_claim(void *host, struct task *parent, int32_t pid, struct task_identity *identity,
                      void **record_p)
{
    list_for_each(node, &sim.tasks)
    {
        struct sim_task *task = list_entry(node, struct sim_task, all);
        if (task->identity.pid != pid || task->announced_by != kernel_task_host(parent))
            continue;
        *identity = task->identity;
        *record_p = task;
        return 0;
    }
    return ESRCH;
}

void sim_process_born(void *host, void *record, struct task *kernel)
{
    struct sim_task *task = record;
    task->announced_by = NULL;
    task->kernel = kernel;
}

void sim_process_unborn(void *host, struct task *task)
{
    ((struct sim_task *)kernel_task_host(task))->is_broken = true;
}

void sim_process_command(void *host, struct task *task, char *command)
{
    const struct sim_task *named = kernel_task_host(task);
    memcpy(command, named->identity.command, sizeof(named->identity.command));
}

/* ---- what the kernel wants to know ---- */

bool sim_task_usage(void *host, struct task *task)
{
    (void)host;
    ((struct sim_task *)kernel_task_host(task))->is_asked_about = true;
    return true;
}

bool sim_machine_usage(void *host)
{
    (void)host;
    sim.is_asked_about = true;
    return true;
}

struct sim_task *sim_task_asked_about(void)
{
    list_for_each(node, &sim.tasks)
    {
        struct sim_task *task = list_entry(node, struct sim_task, all);
        if (task->is_asked_about && task->kernel != NULL)
            return task;
    }
    return NULL;
}

/* A small process, always. */
void sim_answer_about(struct sim_task *task)
{
    const struct host_task_usage usage = {
        .size = 8 << 20,
        .resident = 1 << 20,
        .resident_peak = 2 << 20,
        .anonymous = 600 << 10,
        .files = 424 << 10,
        .swapped = 100 << 10,
        .live_user = 30000000,
        .live_system = 20000000,
        .ended_user = 2000000,
        .ended_system = 1000000,
        .faults = 70,
        .major_faults = 7,
        .switches = 17,
    };
    task->is_asked_about = false;
    kernel_task_usage(sim.kernel, task->kernel, &usage);
}

void sim_answer_about_machine(void)
{
    static const uint32_t ticks[][HOST_CPU_STATES] = { { 400, 300, 200, 100 } };
    const struct host_machine_usage usage = {
        .load = { 500, 1500, 3000 },
        .n_cpus = 1,
        .ticks = ticks,
        .free = 1000,
        .active = 2000,
        .inactive = 3000,
        .wired = 4000,
        .faults = 5000,
        .pages_in = 6000,
        .pages_out = 7000,
    };
    sim.is_asked_about = false;
    kernel_machine_usage(sim.kernel, &usage);
}
