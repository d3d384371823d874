/* SPDX-License-Identifier: Apache-2.0 */
/* tests/live/world.c - tests/world.h in real life: tasks are processes, threads are threads
 *
 * The test program runs under a private machd (see tests/ports/meson.build). Nothing tells a program that another one waits in
 * the kernel: for a thread Linux says at least that it sleeps, then, as for tasks, a short sleep must do. A test may fail to
 * provoke what it is after when the machine is slow, but it must not fail because of it. */
#include "tests/world.h"

#include <mach/mach.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/harness/harness.h"
#include "tests/world_common.h"

enum { BLOCKED_MS = 20, SETTLE_MS = 40, REAP_MS = 10000, PATIENCE_MS = 5000 };

struct world_task {
    pid_t pid;
    mach_port_t port;
};

struct world_thread {
    pthread_t pthread;
    _Atomic pid_t tid; /* 0: not running yet */
    _Atomic bool is_finished;
    void *(*fn)(void *argument);
    void *argument;
};

static mach_port_t parent_port;

bool world_is_live(void)
{
    return true;
}

static _Noreturn void child_main(int (*fn)(void *argument), void *argument)
{
    parent_port = world_child_hello();
    world_task_exit(fn(argument));
}

world_task *world_task_spawn(int (*fn)(void *argument), void *argument, mach_port_t port)
{
    world_task *task = calloc(1, sizeof(*task));
    mach_port_t saved = MACH_PORT_NULL;
    mach_port_t hello = world_hello_begin(&saved);
    fflush(NULL);
    task->pid = fork();
    REQUIRE_GE(task->pid, 0);
    if (task->pid == 0)
        child_main(fn, argument);
    task->port = world_hello_end(hello, saved, port);
    return task;
}

mach_port_t world_parent_port(void)
{
    return parent_port;
}

mach_port_t world_task_port_of(world_task *task)
{
    return task->port;
}

/* The task port dies in the same stroke as all other ports of the task (P166). */
static void await_reaped(const world_task *task)
{
    for (int i = 0; i < REAP_MS; i++) {
        mach_port_type_t type = 0;
        if (mach_port_type(mach_task_self(), task->port, &type) != KERN_SUCCESS ||
            (type & MACH_PORT_TYPE_DEAD_NAME))
            return;
        world_sleep_ms(1);
    }
    FAIL("the task port of process %d did not die", (int)task->pid);
}

static int reap(world_task *task)
{
    int status = 0;
    REQUIRE_EQ(waitpid(task->pid, &status, 0), task->pid);
    await_reaped(task);
    mach_port_deallocate(mach_task_self(), task->port);
    free(task);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void world_task_kill(world_task *task)
{
    kill(task->pid, SIGKILL);
    reap(task);
}

int world_task_wait(world_task *task)
{
    return reap(task);
}

void world_task_exit(int value)
{
    fflush(NULL);
    _exit(value);
}

/* ---- threads ---- */

static void on_signal(int sig)
{
    (void)sig;
}

__attribute__((constructor)) static void install(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &action, NULL);
}

static void *begin(void *argument)
{
    world_thread *thread = argument;
    atomic_store(&thread->tid, (pid_t)syscall(SYS_gettid));
    void *result = thread->fn(thread->argument);
    atomic_store(&thread->is_finished, true);
    return result;
}

world_thread *world_thread_spawn(void *(*fn)(void *argument), void *argument)
{
    world_thread *thread = calloc(1, sizeof(*thread));
    thread->fn = fn;
    thread->argument = argument;
    REQUIRE_EQ(pthread_create(&thread->pthread, NULL, begin, thread), 0);
    return thread;
}

void *world_thread_join(world_thread *thread)
{
    void *result = NULL;
    pthread_join(thread->pthread, &result);
    free(thread);
    return result;
}

void world_thread_interrupt(world_thread *thread)
{
    pthread_kill(thread->pthread, SIGUSR1);
}

/* As a thread waits for machd: libmach's own lock is waited for in another way. */
static bool sleeps_on_its_word(pid_t tid)
{
    enum { FUTEX_WAIT_BITSET_SHARED = 9 };
    char path[64];
    long number = -1;
    unsigned long address, operation = 0;
    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
    FILE *file = tid ? fopen(path, "re") : NULL;
    bool known = file && fscanf(file, "%ld %lx %lx", &number, &address, &operation) == 3;
    if (file)
        fclose(file);
    return known && number == SYS_futex && operation == FUTEX_WAIT_BITSET_SHARED;
}

/* A thread falls asleep before machd has taken its request if machd is slow: hence the wait after that. */
void world_yield_until_blocked(world_thread *thread)
{
    for (int i = 0; i < PATIENCE_MS && !atomic_load(&thread->is_finished); i++) {
        if (sleeps_on_its_word(atomic_load(&thread->tid)))
            break;
        world_sleep_ms(1);
    }
    world_sleep_ms(BLOCKED_MS);
}

bool world_become_privileged(void)
{
    return geteuid() == 0;
}

uint64_t world_fault(uint64_t address)
{
    uint64_t value;
#if defined(__x86_64__)
    __asm__ volatile("movq (%%rdi), %0" : "=a"(value), "+D"(address) : : "memory");
#else
    register uint64_t x0 __asm__("x0") = address;
    __asm__ volatile("ldr x1, [x0]\n\tmov %0, x1" : "=r"(value), "+r"(x0) : : "x1", "memory");
#endif
    return value;
}

void world_settle(void)
{
    world_sleep_ms(SETTLE_MS);
}

void world_sleep_ms(uint32_t milliseconds)
{
    struct timespec time = { milliseconds / 1000, (long)(milliseconds % 1000) * 1000000 };
    while (nanosleep(&time, &time) != 0)
        continue;
}
