/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sim.c - who runs next
 *
 * There is no scheduler's stack: a thread that gives up control calls yield(), which carries out whatever it draws (traps,
 * kernel work, the clock) on the spot until it draws a thread that may run, and then switches to that one, or returns if it
 * is the caller itself. Threads that died in the middle of something are swept up by the next yield on another stack.
 * tasks.c makes and ends tasks and threads; host.c answers the kernel.
 */
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/internal.h"
#include "sim/oracle.h"

void (*sim_deadlock_hook)(const char *who_waits);
void (*sim_leave_task_hook)(struct sim_task *task);
void (*sim_enter_task_hook)(struct sim_task *task);
void (*sim_before_step)(void);

enum {
    CHECK_ALWAYS_BELOW = 400,    /* names, ports and messages: so many are checked after every trap */
    ORACLE_ALWAYS_BELOW = 1000,  /* likewise for priorities: enough for chains of 64 */
    CHECK_SELDOM_ABOVE = 100000, /* memory that is in no cache: a check costs several times as much for each */
    TRAP_NANOSECONDS = 1000,     /* what a trap takes, and up to as much again */
};

struct simulation sim;

struct kernel *sim_kernel(void)
{
    return sim.kernel;
}

uint64_t sim_now(void)
{
    return sim.now;
}

struct sim_thread *sim_thread_self(void)
{
    return sim.current;
}

struct sim_task *sim_task_self(void)
{
    return sim.current->task;
}

/* ---- the clock and the invariants ---- */

void sim_check_invariants(void)
{
    struct kernel_census census = kernel_census(sim.kernel);
    uint64_t size = census.names + census.ports + census.messages;
    sim.unchecked += CHECK_ALWAYS_BELOW;
    bool is_due = size <= CHECK_ALWAYS_BELOW || sim.unchecked >= size * (size > CHECK_SELDOM_ABOVE ? 128 : 16);
    if (is_due || size <= ORACLE_ALWAYS_BELOW)
        oracle_check(kernel_system(sim.kernel));
    if (!is_due)
        return;
    sim.unchecked = 0;
    kernel_check_invariants(sim.kernel);
}

static void clock_to(uint64_t now)
{
    sim.now = now;
    if (kernel_next_deadline(sim.kernel) <= now)
        kernel_tick(sim.kernel, now);
    list_for_each(node, &sim.threads)
    {
        struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (thread->state == SIM_SLEEP && thread->until <= now)
            thread->state = SIM_RUN;
    }
}

static uint64_t next_instant(void)
{
    uint64_t next = kernel_next_deadline(sim.kernel);
    list_for_each(node, &sim.threads)
    {
        struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (thread->state == SIM_SLEEP && thread->until < next)
            next = thread->until;
    }
    return next;
}

static void before_step(void)
{
    if (sim_before_step == NULL)
        return;
    sim_before_step();
    sim_kill_broken();
    list_for_each(node, &sim.threads)
    {
        struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (!thread->is_doomed || thread->kernel == NULL)
            continue;
        sim_thread_die(thread);
        sim_check_invariants();
    }
}

/* ---- what happens next ---- */

static void carry_out(struct sim_thread *thread)
{
    thread->state = SIM_KERNEL;
    kernel_trap(sim.kernel, thread->kernel, sim.now);
    sim_kill_broken();
    sim_check_invariants();
    clock_to(sim.now + TRAP_NANOSECONDS + sim_random_below(&sim.random, TRAP_NANOSECONDS));
}

static bool is_candidate(struct sim_thread *thread)
{
    switch (thread->state) {
    case SIM_RUN: return true;
    case SIM_TRAP: return kernel_task_may_trap(thread->task->kernel);
    case SIM_WATCH: return thread->is_ready(thread);
    case SIM_KERNEL: return thread->must_park && !thread->is_parking;
    case SIM_SLEEP:
    case SIM_SETTLE:
    case SIM_GONE: return false;
    }
    return false;
}

/* One of those that may go on, all with the same chance; NULL if it is the kernel's turn or nobody's. *any_p: whether
 * anything at all can happen. */
static struct sim_thread *draw(bool *any_p)
{
    uint32_t n = kernel_has_work(sim.kernel) || sim.is_asked_about || sim_task_asked_about() ? 1 : 0;
    struct sim_thread *drawn = NULL;
    *any_p = n > 0;
    list_for_each(node, &sim.threads)
    {
        struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (!is_candidate(thread))
            continue;
        *any_p = true;
        if (sim_random_below(&sim.random, ++n) == 0)
            drawn = thread;
    }
    return drawn;
}

static const char *state_name(const struct sim_thread *thread)
{
    switch (thread->state) {
    case SIM_RUN: return "runs";
    case SIM_TRAP: return "makes a trap that its task may not make yet";
    case SIM_KERNEL: return "waits in the kernel";
    case SIM_SLEEP: return "sleeps";
    case SIM_WATCH: return "waits for another thread or task";
    case SIM_SETTLE: return "waits for the others to settle";
    case SIM_GONE: return "is gone";
    }
    return "";
}

static void describe_waiters(char *text, size_t size)
{
    size_t at = 0;
    text[0] = 0;
    list_for_each(node, &sim.threads)
    {
        const struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (thread->state == SIM_GONE || at >= size)
            continue;
        const struct trap_request *request = &thread->page->req;
        at += (size_t)snprintf(text + at, size - at, "task %d thread %d %s", thread->task->identity.pid,
                               thread->tid, state_name(thread));
        if (thread->state == SIM_KERNEL && at < size)
            at += (size_t)snprintf(text + at, size - at,
                                   ": trap %u, option 0x%x, receive name 0x%x, send size %u", request->number,
                                   request->msg.option, request->msg.rcv_name, request->msg.send_size);
        if (at < size)
            at += (size_t)snprintf(text + at, size - at, "\n");
    }
}

static void settle_or_advance(void)
{
    uint64_t next;
    list_for_each(node, &sim.threads)
    {
        struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (thread->state == SIM_SETTLE) {
            thread->state = SIM_RUN;
            return;
        }
    }
    next = next_instant();
    if (next != KERNEL_NO_DEADLINE) {
        clock_to(next > sim.now ? next : sim.now);
        return;
    }
    static char text[8192];
    describe_waiters(text, sizeof(text));
    sim.deadlock = text;
    sim.first->state = SIM_RUN;
}

/* The kernel goes on with what it has to do, or hears what it wants to know. */
static void take_kernels_turn(void)
{
    struct sim_task *task = sim_task_asked_about();
    bool is_asked = task != NULL || sim.is_asked_about;
    if (!is_asked || (kernel_has_work(sim.kernel) && sim_random_below(&sim.random, 2) == 0))
        kernel_work(sim.kernel);
    else if (task != NULL)
        sim_answer_about(task);
    else
        sim_answer_about_machine();
    sim_check_invariants();
}

static struct sim_thread *choose(void)
{
    for (;;) {
        bool any;
        before_step();
        struct sim_thread *thread = draw(&any);
        if (sim.deadlock != NULL)
            return sim.first;
        if (thread == NULL && any) {
            take_kernels_turn();
        } else if (thread == NULL) {
            settle_or_advance();
        } else if (thread->state == SIM_TRAP) {
            carry_out(thread);
        } else if (thread->state == SIM_KERNEL) {
            kernel_abort(sim.kernel, thread->kernel); /* the signal ends its wait */
        } else if (thread->is_away) {
            thread->is_away = false;
            sim_run_errand(thread->page);
            carry_out(thread);
        } else if (thread->must_park) {
            sim_park(thread);
            carry_out(thread);
        } else {
            thread->state = SIM_RUN;
            return thread;
        }
    }
}

void sim_after_switch(void)
{
    coroutine_free(sim.to_free);
    sim.to_free = NULL;
    if (sim.deadlock == NULL || sim.current != sim.first)
        return;
    char *text = sim.deadlock;
    sim.deadlock = NULL;
    if (sim_deadlock_hook != NULL)
        sim_deadlock_hook(text);
    fprintf(stderr, "sim: nothing can happen any more\n%s", text);
    abort();
}

static void switch_to(struct sim_thread *next)
{
    struct sim_thread *self = sim.current;
    struct coroutine *mine = self->coroutine != NULL ? self->coroutine : sim.to_free;
    if (next->task != self->task && sim_leave_task_hook != NULL)
        sim_leave_task_hook(self->task);
    if (next->task != self->task && sim_enter_task_hook != NULL)
        sim_enter_task_hook(next->task);
    sim.current = next;
    coroutine_switch(mine, next->coroutine);
}

/* Gives up control; returns when the running thread's state is SIM_RUN and it was drawn. */
static void yield(void)
{
    struct sim_thread *next = choose();
    if (next != sim.current)
        switch_to(next);
    sim_after_switch();
}

_Noreturn void sim_leave_for_good(void)
{
    yield();
    ASSERT(!"a thread that is gone was drawn");
    abort();
}

/* ---- waiting ---- */

static void watch(bool (*is_ready)(struct sim_thread *self), void *watched)
{
    sim.current->is_ready = is_ready;
    sim.current->watched = watched;
    sim.current->state = SIM_WATCH;
    yield();
}

static bool task_is_gone(struct sim_thread *self)
{
    return ((struct sim_task *)self->watched)->kernel == NULL;
}

static bool thread_is_gone(struct sim_thread *self)
{
    return ((struct sim_thread *)self->watched)->state == SIM_GONE;
}

static bool thread_is_blocked(struct sim_thread *self)
{
    struct sim_thread *other = self->watched;
    return other->state != SIM_RUN && other->state != SIM_TRAP && !kernel_has_work(sim.kernel);
}

int sim_task_wait(struct sim_task *task)
{
    watch(task_is_gone, task);
    return task->exit_value;
}

void *sim_thread_join(struct sim_thread *thread)
{
    watch(thread_is_gone, thread);
    return thread->result;
}

void sim_wait_until_blocked(struct sim_thread *thread)
{
    watch(thread_is_blocked, thread);
}

void sim_sleep(uint64_t nanoseconds)
{
    sim.current->until = sim.now + nanoseconds;
    sim.current->state = SIM_SLEEP;
    yield();
}

void sim_settle(void)
{
    sim.current->state = SIM_SETTLE;
    yield();
}

void sim_thread_interrupt(struct sim_thread *thread)
{
    if (thread->kernel != NULL && thread->state == SIM_KERNEL)
        kernel_abort(sim.kernel, thread->kernel);
}

void sim_trap(void)
{
    sim.current->state = SIM_TRAP;
    yield();
}

/* ---- beginning and end ---- */

bool sim_boosts_receivers = true, sim_prioritizes_launch = true, sim_raises_guards, sim_relaxed_host_ports;
uint32_t sim_guard_default, sim_control_port_options;

void sim_begin(uint64_t seed)
{
    struct kernel_config config = kernel_config_default();
    config.boost_receivers = sim_boosts_receivers;
    config.prioritize_launch = sim_prioritizes_launch;
    config.raise_guards = sim_raises_guards;
    config.relaxed_host_ports = sim_relaxed_host_ports;
    config.guard_default = sim_guard_default;
    config.control_port_options = sim_control_port_options;
    ASSERT(sim.kernel == NULL);
    list_init(&sim.tasks);
    list_init(&sim.threads);
    sim_random_seed(&sim.random, seed);
    sim.now = 1;
    sim.last_id = SIM_FIRST_PID - 1;
    sim.kernel = kernel_new(&config, &sim_ops, NULL);
    ASSERT(sim.kernel != NULL);
    struct sim_task *root = sim_task_new(NULL);
    sim.first = sim_thread_new(root, root->identity.pid);
    sim.first->coroutine = coroutine_adopt();
    sim.current = sim.first;
    if (sim_enter_task_hook != NULL)
        sim_enter_task_hook(root);
}

static void drain_kernel(void)
{
    while (kernel_has_work(sim.kernel)) {
        kernel_work(sim.kernel);
        sim_check_invariants();
    }
}

void sim_end(void)
{
    ASSERT(sim.current == sim.first);
    /* youngest first, as a session ends; the root task last */
    for (struct list *node = sim.tasks.prev; node != &sim.tasks; node = node->prev)
        sim_task_die(list_entry(node, struct sim_task, all), -1);
    drain_kernel();
    ASSERT(sim_n_segments() == 0);
    kernel_free(sim.kernel);
    coroutine_free(sim.first->coroutine);
    sim_records_free();
    sim_segments_free();
    memset(&sim, 0, sizeof(sim));
}
