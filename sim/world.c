/* SPDX-License-Identifier: Apache-2.0 */
/* sim/world.c - tests/world.h in the simulator, and a fresh machine around every test
 *
 * The seed of a test comes from MACHD_SIM_SEED (1 if it is not set), so that a failing history can be seen again. */
#include "tests/world.h"

#include <mach/exception_types.h>
#include <mach/mach.h>
#include <mach/mach_traps.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/task/task.h"
#include "libmach/exception/exception.h"
#include "libmach/message/guard.h"
#include "sim/sim.h"
#include "tests/harness/harness.h"
#include "tests/world_common.h"

enum { WORD_PARENT_PORT, WORD_SELF, WORD_BOOTSTRAP };

struct world_task {
    struct sim_task *sim;
    mach_port_t port;
};

struct child {
    int (*fn)(void *argument);
    void *argument;
};

/* ---- faults ---- */

#if defined(__x86_64__)
enum { STATE = x86_THREAD_STATE64, STATE_WORDS = x86_THREAD_STATE64_COUNT, ARGUMENT_AT = 4 };
#else
enum { STATE = ARM_THREAD_STATE64, STATE_WORDS = 68, ARGUMENT_AT = 0 };
#endif
enum { UNMAPPED_END = 4096 };

struct registers {
    uint64_t value[STATE_WORDS / 2];
};

/* What libmach does with the registers of a real thread, whose program counter must be an address. */
static bool set_registers(void *context, int flavor, const uint32_t *words, unsigned n_words)
{
    struct registers registers;
    if (flavor != STATE || n_words != STATE_WORDS)
        return false;
    memcpy(&registers, words, sizeof registers);
    if (registers.value[ARGUMENT_AT + 1] >> 47)
        return false;
    memcpy(context, &registers, sizeof registers);
    return true;
}

static bool deliver(struct registers *registers, int type, int64_t code, int64_t subcode)
{
    uint8_t states[TRAP_EXCEPTION_STATES_MAX];
    struct exception_fault fault = {
        .type = type,
        .code = { code, subcode },
        .states = states,
        .set_state = set_registers,
        .context = registers,
    };
    fault.states_size = (size_t)(exception_put_state(states, STATE, registers, STATE_WORDS) - states);
    return exception_deliver(&fault);
}

uint64_t world_fault(uint64_t address)
{
    struct registers registers = { .value[ARGUMENT_AT] = address };
    while (registers.value[ARGUMENT_AT] < UNMAPPED_END) {
        int64_t at = (int64_t)registers.value[ARGUMENT_AT];
        if (deliver(&registers, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, at))
            continue;
        deliver(&registers, EXC_CRASH, SIGSEGV << 24 | EXC_BAD_ACCESS << 20 | KERN_INVALID_ADDRESS, at);
        sim_kill(sim_task_self());
    }
    return *(const uint64_t *)(uintptr_t)registers.value[ARGUMENT_AT];
}

bool world_is_live(void)
{
    return false;
}

/* What libmach's constructor does for a real process (B18). */
static void begin_task(void)
{
    mach_task_self_ = task_self_trap();
    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &bootstrap_port);
}

static int child_main(void *argument)
{
    struct child child = *(struct child *)argument;
    free(argument);
    begin_task();
    *sim_task_word(sim_task_self(), WORD_PARENT_PORT) = world_child_hello();
    return child.fn(child.argument);
}

world_task *world_task_spawn(int (*fn)(void *argument), void *argument, mach_port_t port)
{
    world_task *task = calloc(1, sizeof(*task));
    struct child *child = malloc(sizeof(*child));
    mach_port_t saved = MACH_PORT_NULL;
    mach_port_t hello = world_hello_begin(&saved);
    *child = (struct child){ fn, argument };
    task->sim = sim_task_spawn(child_main, child);
    task->port = world_hello_end(hello, saved, port);
    return task;
}

mach_port_t world_parent_port(void)
{
    return (mach_port_t)*sim_task_word(sim_task_self(), WORD_PARENT_PORT);
}

mach_port_t world_task_port_of(world_task *task)
{
    return task->port;
}

static void forget(world_task *task)
{
    mach_port_deallocate(mach_task_self(), task->port);
    free(task);
}

void world_task_kill(world_task *task)
{
    sim_kill(task->sim);
    sim_settle();
    forget(task);
}

int world_task_wait(world_task *task)
{
    int value = sim_task_wait(task->sim);
    sim_settle();
    forget(task);
    return value;
}

void world_task_exit(int value)
{
    sim_task_exit(value);
}

world_thread *world_thread_spawn(void *(*fn)(void *argument), void *argument)
{
    return (world_thread *)sim_thread_spawn(fn, argument);
}

void *world_thread_join(world_thread *thread)
{
    return sim_thread_join((struct sim_thread *)thread);
}

void world_thread_interrupt(world_thread *thread)
{
    sim_thread_interrupt((struct sim_thread *)thread);
}

void world_yield_until_blocked(world_thread *thread)
{
    sim_wait_until_blocked((struct sim_thread *)thread);
}

void world_settle(void)
{
    sim_settle();
}

void world_sleep_ms(uint32_t milliseconds)
{
    sim_sleep((uint64_t)milliseconds * 1000000u);
}

bool world_become_privileged(void)
{
    struct task *task = sim_task_kernel(sim_task_self());
    right_release(&task->system->ipc, task->slots.host);
    task->slots.host = port_copy_send(task->system->host_priv);
    return true;
}

/* ---- around every test ---- */

static void leave_task(struct sim_task *task)
{
    *sim_task_word(task, WORD_SELF) = mach_task_self_;
    *sim_task_word(task, WORD_BOOTSTRAP) = bootstrap_port;
}

static void enter_task(struct sim_task *task)
{
    mach_task_self_ = (mach_port_t)*sim_task_word(task, WORD_SELF);
    bootstrap_port = (mach_port_t)*sim_task_word(task, WORD_BOOTSTRAP);
}

static void on_deadlock(const char *who_waits)
{
    FAIL("nothing can happen any more: %s", who_waits);
    test_abort();
}

static struct sim_task *root;

/* A failed REQUIRE outside the main stack ends that thread; a child's first thread takes the child along, so that whoever
 * waits for it goes on. */
static void on_abort(void)
{
    if (sim_task_self() == root)
        sim_thread_exit(NULL);
    sim_task_exit(127);
}

static uint64_t seed(void)
{
    const char *text = getenv("MACHD_SIM_SEED");
    return text != NULL ? strtoull(text, NULL, 0) : 1;
}

static void on_assert(const char *expression, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, expression);
}

static struct alloc_census before_test;

static void around_test(const struct test *test, bool after)
{
    if (!after) {
        if (sim_kernel() != NULL)
            sim_end(); /* a skipped test ends without its census */
        before_test = alloc_census();
        sim_begin(seed());
        root = sim_task_self();
        begin_task();
        return;
    }
    sim_end();
    CHECK_EQ(alloc_census().blocks, before_test.blocks);
}

/* What the stacks of killed threads held of the heap is lost here, as it goes with a real process: the event buffers of a pool,
 * and a launcher's notes of its children. The address sanitizer asks. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:workloop_serve\nleak:copy_of\n";
}

/* The fault guard's part of libmach/live/handlers.c; a fault elsewhere happens again, with its usual effect. */
static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)info;
    if (!guard_fixup(context))
        signal(sig, SIG_DFL);
}

__attribute__((constructor)) static void install(void)
{
    struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
    sigaction(SIGSEGV, &fault, NULL);
    sigaction(SIGBUS, &fault, NULL);
    assert_set_hook(on_assert);
    test_census_hook = around_test;
    test_abort_hook = on_abort;
    sim_deadlock_hook = on_deadlock;
    sim_leave_task_hook = leave_task;
    sim_enter_task_hook = enter_task;
}
