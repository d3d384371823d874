/* SPDX-License-Identifier: Apache-2.0 */
/* sim/sim.c - who runs next
 *
 * There is no scheduler's stack: a thread that gives up control calls yield(), which carries out whatever it draws (traps,
 * kernel work, the clock) on the spot until it draws a thread that may run, and then switches to that one, or returns if it
 * is the caller itself. Threads that died in the middle of something are swept up by the next yield on another stack.
 */
#include "sim/sim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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
    FIRST_PID = 100,
    END_OF_PIDS = 99999,
};

static struct {
    struct kernel *kernel;
    struct sim_random random;
    uint64_t now;
    struct list tasks, threads;
    struct sim_thread *current, *first;
    struct coroutine *to_free; /* the stack that was left for good by the last switch */
    uint64_t unchecked;        /* grows with each trap by what exists: a check is due when it is large */
    char *deadlock;
    bool is_asked_about; /* what the machine uses, and the answer has not come yet */
    int32_t last_id;
    bool has_wrapped;
} sim;

struct kernel *sim_kernel(void)
{
    return sim.kernel;
}

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

/* ---- parking: a trap of its own on the thread's page, which then is as it was ---- */

#if defined(__x86_64__)
enum { STATE = 4, STATE_WORDS = 42 };
#else
enum { STATE = 6, STATE_WORDS = 68 };
#endif

static void begin_park(struct sim_thread *thread)
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

/* ---- the clock and the invariants ---- */

/* A day in November 2023, and what has passed since. */
uint64_t sim_calendar_now(void *host)
{
    return 1700000000ull * 1000000000ull + sim.now;
}

static void check_invariants(void)
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

/* ---- threads that end ---- */

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

static void task_die(struct sim_task *task, int exit_value)
{
    if (task->kernel == NULL)
        return;
    const struct process_end end = { .has_status = true,
                                     .status = exit_value < 0 ? SIGKILL : exit_value << 8 };
    kernel_process_ended(sim.kernel, task->kernel, false, &end);
    task->kernel = NULL;
    task->exit_value = exit_value;
    image_drop(task);
    check_invariants();
}

static void kill_broken(void)
{
    list_for_each(node, &sim.tasks)
    {
        struct sim_task *task = list_entry(node, struct sim_task, all);
        if (task->is_broken)
            task_die(task, -1);
    }
}

static void thread_die(struct sim_thread *thread)
{
    kernel_thread_died(sim.kernel, thread->kernel);
    thread_drop(thread);
}

static void before_step(void)
{
    if (sim_before_step == NULL)
        return;
    sim_before_step();
    kill_broken();
    list_for_each(node, &sim.threads)
    {
        struct sim_thread *thread = list_entry(node, struct sim_thread, all);
        if (!thread->is_doomed || thread->kernel == NULL)
            continue;
        thread_die(thread);
        check_invariants();
    }
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

static struct sim_task *asked_about(void)
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
static void answer_about(struct sim_task *task)
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

static void answer_about_machine(void)
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

/* ---- what happens next ---- */

static void carry_out(struct sim_thread *thread)
{
    thread->state = SIM_KERNEL;
    kernel_trap(sim.kernel, thread->kernel, sim.now);
    kill_broken();
    check_invariants();
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
    uint32_t n = kernel_has_work(sim.kernel) || sim.is_asked_about || asked_about() ? 1 : 0;
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
    struct sim_task *task = asked_about();
    bool is_asked = task != NULL || sim.is_asked_about;
    if (!is_asked || (kernel_has_work(sim.kernel) && sim_random_below(&sim.random, 2) == 0))
        kernel_work(sim.kernel);
    else if (task != NULL)
        answer_about(task);
    else
        answer_about_machine();
    check_invariants();
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
            begin_park(thread);
            carry_out(thread);
        } else {
            thread->state = SIM_RUN;
            return thread;
        }
    }
}

static void after_switch(void)
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
    after_switch();
}

/* ---- making tasks and threads ---- */

static struct trap_page *page_new(void)
{
    void *page = mmap(NULL, TRAP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT(page != MAP_FAILED);
    return page;
}

static struct sim_thread *thread_new(struct sim_task *task, int32_t tid)
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
        if (++sim.last_id < END_OF_PIDS)
            continue;
        sim.last_id = FIRST_PID;
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

static struct sim_task *task_new(struct inherit *inherit)
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
    after_switch();
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
    struct sim_task *task = task_new(inherit);
    task->body = body;
    task->argument = argument;
    thread_start(thread_new(task, task->identity.pid), task_main, task);
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
    thread_start(thread_new(task, task->identity.pid), task_main, task);
}

struct sim_thread *sim_thread_spawn(void *(*body)(void *argument), void *argument)
{
    return thread_start(thread_new(sim_task_self(), id_new()), body, argument);
}

/* ---- ends ---- */

static _Noreturn void leave_for_good(void)
{
    yield();
    ASSERT(!"a thread that is gone was drawn");
    abort();
}

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
    check_invariants();
    leave_for_good();
}

void sim_kill(struct sim_task *task)
{
    ASSERT(task != sim.first->task);
    task_die(task, -1);
    if (task == sim_task_self())
        leave_for_good();
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
    task_die(sim_task_self(), value);
    leave_for_good();
}

void sim_thread_exit(void *result)
{
    struct sim_thread *self = sim.current;
    ASSERT(self != sim.first);
    self->result = result;
    thread_die(self);
    leave_for_good();
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

bool sim_boosts_receivers = true, sim_prioritizes_launch = true, sim_raises_guards;
uint32_t sim_guard_default;

void sim_begin(uint64_t seed)
{
    struct kernel_config config = kernel_config_default();
    config.boost_receivers = sim_boosts_receivers;
    config.prioritize_launch = sim_prioritizes_launch;
    config.raise_guards = sim_raises_guards;
    config.guard_default = sim_guard_default;
    ASSERT(sim.kernel == NULL);
    list_init(&sim.tasks);
    list_init(&sim.threads);
    sim_random_seed(&sim.random, seed);
    sim.now = 1;
    sim.last_id = FIRST_PID - 1;
    sim.kernel = kernel_new(&config, &sim_ops, NULL);
    ASSERT(sim.kernel != NULL);
    struct sim_task *root = task_new(NULL);
    sim.first = thread_new(root, root->identity.pid);
    sim.first->coroutine = coroutine_adopt();
    sim.current = sim.first;
    if (sim_enter_task_hook != NULL)
        sim_enter_task_hook(root);
}

static void drain_kernel(void)
{
    while (kernel_has_work(sim.kernel)) {
        kernel_work(sim.kernel);
        check_invariants();
    }
}

static void records_free(void)
{
    for (struct list *node; (node = list_pop(&sim.threads)) != NULL;)
        free(list_entry(node, struct sim_thread, all));
    for (struct list *node; (node = list_pop(&sim.tasks)) != NULL;)
        free(list_entry(node, struct sim_task, all));
}

void sim_end(void)
{
    ASSERT(sim.current == sim.first);
    /* youngest first, as a session ends; the root task last */
    for (struct list *node = sim.tasks.prev; node != &sim.tasks; node = node->prev)
        task_die(list_entry(node, struct sim_task, all), -1);
    drain_kernel();
    ASSERT(sim_n_segments() == 0);
    kernel_free(sim.kernel);
    coroutine_free(sim.first->coroutine);
    records_free();
    sim_segments_free();
    memset(&sim, 0, sizeof(sim));
}
