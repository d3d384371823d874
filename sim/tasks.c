/* SPDX-License-Identifier: Apache-2.0 */
/* sim/tasks.c - the records of tasks and threads: made, found, ended
 *
 * A record stays until sim_end, so that whoever waits for it can read how it ended. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "sim/internal.h"

struct sim_task *sim_task_of_pid(int32_t pid)
{
    list_for_each(node, &sim.tasks)
    {
        struct sim_task *task = list_entry(node, struct sim_task, all);
        if (task->identity.pid == pid && task->kernel != NULL)
            return task;
    }
    return NULL;
}

struct task *sim_task_kernel(struct sim_task *task)
{
    return task->kernel;
}

int32_t sim_task_pid(const struct sim_task *task)
{
    return task->identity.pid;
}

struct lib_task *sim_task_library(struct sim_task *task)
{
    return &task->library;
}

uintptr_t *sim_task_word(struct sim_task *task, unsigned index)
{
    ASSERT(index < SIM_TASK_WORDS);
    return &task->word[index];
}

struct thread *sim_thread_kernel(struct sim_thread *thread)
{
    return thread->kernel;
}

struct lib_thread *sim_thread_library(struct sim_thread *thread)
{
    return &thread->library;
}

/* ---- making tasks and threads ---- */

static struct trap_page *page_new(void)
{
    void *page = mmap(NULL, TRAP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT(page != MAP_FAILED);
    return page;
}

struct sim_thread *sim_thread_new(struct sim_task *task, int32_t tid)
{
    struct sim_thread *thread = calloc(1, sizeof(*thread));
    ASSERT(thread != NULL);
    thread->task = task;
    thread->tid = tid;
    thread->page = page_new();
    thread->library.page = thread->page;
    thread->library.live = thread;
    thread->kernel = kernel_thread_new(sim.kernel, task->kernel, tid, thread->page, thread);
    ASSERT(thread->kernel != NULL);
    thread->state = SIM_RUN;
    list_append(&sim.threads, &thread->all);
    return thread;
}

static bool is_in_use(int32_t id)
{
    list_for_each(node, &sim.tasks)
    {
        const struct sim_task *task = list_entry(node, struct sim_task, all);
        if (task->identity.pid == id && (task->kernel != NULL || task->announced_by != NULL))
            return true;
    }
    list_for_each(node, &sim.threads)
    {
        const struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (thread->tid == id && thread->state != SIM_GONE)
            return true;
    }
    return false;
}

static int32_t id_new(void)
{
    do {
        if (++sim.last_id < SIM_END_OF_PIDS)
            continue;
        sim.last_id = SIM_FIRST_PID;
        sim.has_wrapped = true;
    } while (sim.has_wrapped && is_in_use(sim.last_id));
    return sim.last_id;
}

void sim_set_last_id(int32_t id)
{
    sim.last_id = id;
}

static struct sim_task *record_new(void)
{
    struct sim_task *task = calloc(1, sizeof(*task));
    ASSERT(task != NULL);
    task->identity = (struct task_identity){
        .pid = id_new(), .uid = 501, .gid = 20, .ruid = 501, .rgid = 20, .svuid = 501, .svgid = 20
    };
    snprintf(task->identity.command, sizeof(task->identity.command), "sim-%d", task->identity.pid);
    list_append(&sim.tasks, &task->all);
    return task;
}

struct sim_task *sim_task_new(struct inherit *inherit)
{
    struct sim_task *task = record_new();
    task->kernel = kernel_task_new(sim.kernel, &task->identity, inherit, task);
    ASSERT(task->kernel != NULL);
    return task;
}

static void *task_main(void *argument)
{
    struct sim_task *task = argument;
    sim_task_exit(task->body(task->argument));
}

static void thread_main(void *argument)
{
    struct sim_thread *thread = argument;
    sim_after_switch();
    sim_thread_exit(thread->body(thread->argument));
}

static struct sim_thread *thread_start(struct sim_thread *thread, void *(*body)(void *), void *argument)
{
    thread->body = body;
    thread->argument = argument;
    thread->coroutine = coroutine_new(thread_main, thread);
    ASSERT(thread->coroutine != NULL);
    return thread;
}

struct sim_task *sim_task_spawn(int (*body)(void *argument), void *argument)
{
    struct inherit *inherit = kernel_inherit_new(sim.kernel, sim_task_self()->kernel);
    ASSERT(inherit != NULL);
    struct sim_task *task = sim_task_new(inherit);
    task->body = body;
    task->argument = argument;
    thread_start(sim_thread_new(task, task->identity.pid), task_main, task);
    return task;
}

struct sim_task *sim_task_announce(void)
{
    struct sim_task *task = record_new();
    task->announced_by = sim_task_self();
    return task;
}

void sim_task_go(struct sim_task *task, int (*body)(void *argument), void *argument)
{
    ASSERT(task->kernel != NULL);
    task->body = body;
    task->argument = argument;
    thread_start(sim_thread_new(task, task->identity.pid), task_main, task);
}

struct sim_thread *sim_thread_spawn(void *(*body)(void *argument), void *argument)
{
    return thread_start(sim_thread_new(sim_task_self(), id_new()), body, argument);
}

/* ---- what an end leaves ---- */

static void thread_drop(struct sim_thread *thread)
{
    thread->kernel = NULL;
    thread->state = SIM_GONE;
    free(thread->below);
    thread->below = NULL;
    if (thread->page != NULL)
        munmap(thread->page, TRAP_PAGE_SIZE);
    thread->page = NULL;
    if (thread->coroutine == NULL || thread == sim.first)
        return;
    if (thread == sim.current)
        sim.to_free = thread->coroutine;
    else
        coroutine_free(thread->coroutine);
    thread->coroutine = NULL;
}

static void image_drop(struct sim_task *task)
{
    list_for_each(node, &sim.threads)
    {
        struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (thread->task == task && thread->state != SIM_GONE)
            thread_drop(thread);
    }
    sim_segments_of_dead_task(task);
}

void sim_task_die(struct sim_task *task, int exit_value)
{
    if (task->kernel == NULL)
        return;
    const struct process_end end = { .has_status = true,
                                     .status = exit_value < 0 ? SIGKILL : exit_value << 8 };
    kernel_process_ended(sim.kernel, task->kernel, false, &end);
    task->kernel = NULL;
    task->exit_value = exit_value;
    image_drop(task);
    sim_check_invariants();
}

void sim_kill_broken(void)
{
    list_for_each(node, &sim.tasks)
    {
        struct sim_task *task = list_entry(node, struct sim_task, all);
        if (task->is_broken)
            sim_task_die(task, -1);
    }
}

void sim_thread_die(struct sim_thread *thread)
{
    kernel_thread_died(sim.kernel, thread->kernel);
    thread_drop(thread);
}

/* ---- ends ---- */

void sim_task_set_uid(struct sim_task *task, uint32_t uid)
{
    task->identity.uid = uid;
}

void sim_task_become(struct sim_task *task, uint32_t uid)
{
    task->identity.uid = task->identity.ruid = uid;
}

void sim_task_exec(int (*body)(void *argument), void *argument)
{
    struct sim_task *task = sim_task_self();
    ASSERT(sim.current != sim.first && task != sim.first->task);
    task->kernel = kernel_task_exec(sim.kernel, task->kernel, &task->identity, task);
    ASSERT(task->kernel != NULL);
    image_drop(task);
    memset(&task->library, 0, sizeof(task->library));
    sim_task_go(task, body, argument);
    sim_check_invariants();
    sim_leave_for_good();
}

void sim_kill(struct sim_task *task)
{
    ASSERT(task != sim.first->task);
    sim_task_die(task, -1);
    if (task == sim_task_self())
        sim_leave_for_good();
}

static struct list *nth(struct list *all, unsigned n)
{
    struct list *node = all->next;
    while (n-- > 0 && node != all)
        node = node->next;
    return node != all ? node : NULL;
}

struct sim_task *sim_task_nth(unsigned n)
{
    struct list *node = nth(&sim.tasks, n);
    return node ? list_entry(node, struct sim_task, all) : NULL;
}

struct sim_thread *sim_thread_nth(unsigned n)
{
    struct list *node = nth(&sim.threads, n);
    return node ? list_entry(node, struct sim_thread, all) : NULL;
}

void sim_task_doom(struct sim_task *task)
{
    ASSERT(task != sim.first->task);
    task->is_broken = true;
}

void sim_thread_doom(struct sim_thread *thread)
{
    ASSERT(thread != sim.first);
    thread->is_doomed = true;
}

void sim_task_exit(int value)
{
    ASSERT(sim_task_self() != sim.first->task);
    sim_task_die(sim_task_self(), value);
    sim_leave_for_good();
}

void sim_thread_exit(void *result)
{
    struct sim_thread *self = sim.current;
    ASSERT(self != sim.first);
    self->result = result;
    sim_thread_die(self);
    sim_leave_for_good();
}

void sim_records_free(void)
{
    for (struct list *node; (node = list_pop(&sim.threads)) != NULL;)
        free(list_entry(node, struct sim_thread, all));
    for (struct list *node; (node = list_pop(&sim.tasks)) != NULL;)
        free(list_entry(node, struct sim_task, all));
}
