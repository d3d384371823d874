/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_sync.h"

#include <mach/clock_types.h>

#include "kernel/ipc/semaphore.h"
#include "kernel/ipc/timer_port.h"

static void answer(struct thread *thread, kern_return_t kr)
{
    thread->ipc.reply.result = (uint32_t)kr;
}

/* ---- semaphores ---- */

/* A name that is no send right, or names what is no semaphore, has a code of its own each. */
static kern_return_t find_port(struct thread *thread, mach_port_name_t name, struct port **port_p)
{
    struct entry *entry =
        MACH_PORT_VALID(name) ? space_lookup(thread->ipc.ipc, thread->ipc.space, name) : NULL;
    if (!entry)
        return KERN_INVALID_NAME;
    if (!entry_has_send(entry))
        return KERN_INVALID_RIGHT;
    *port_p = entry->port;
    return KERN_SUCCESS;
}

static kern_return_t find_semaphore(struct thread *thread, uint64_t name, struct semaphore **semaphore_p)
{
    struct port *port;
    kern_return_t kr = find_port(thread, (mach_port_name_t)name, &port);
    if (kr != KERN_SUCCESS)
        return kr;
    *semaphore_p = semaphore_of_port(port);
    return *semaphore_p ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

void trap_semaphore_signal(struct thread *thread, const uint64_t *arg)
{
    struct semaphore *semaphore;
    kern_return_t kr = find_semaphore(thread, arg[0], &semaphore);
    answer(thread, kr == KERN_SUCCESS ? semaphore_wake_one(semaphore, true) : kr);
}

void trap_semaphore_signal_all(struct thread *thread, const uint64_t *arg)
{
    struct semaphore *semaphore;
    kern_return_t kr = find_semaphore(thread, arg[0], &semaphore);
    answer(thread, kr == KERN_SUCCESS ? semaphore_wake_all(semaphore) : kr);
}

static kern_return_t signal_named(struct thread *thread, struct semaphore *semaphore, mach_port_name_t name)
{
    struct port *port = NULL;
    if (name == MACH_PORT_NULL)
        return semaphore_wake_one(semaphore, false);
    find_port(thread, name, &port);
    struct thread *target = port ? thread_of_port(port) : NULL;
    return target ? semaphore_wake_thread(semaphore, &target->ipc) : KERN_INVALID_ARGUMENT;
}

void trap_semaphore_signal_thread(struct thread *thread, const uint64_t *arg)
{
    struct semaphore *semaphore;
    kern_return_t kr = find_semaphore(thread, arg[0], &semaphore);
    answer(thread, kr == KERN_SUCCESS ? signal_named(thread, semaphore, (mach_port_name_t)arg[1]) : kr);
}

static void begin_wait(struct thread *thread, uint64_t name, const uint64_t *signal_name,
                       struct wait_limit limit)
{
    struct semaphore *semaphore = NULL, *signal = NULL;
    kern_return_t kr = signal_name ? find_semaphore(thread, *signal_name, &signal) : KERN_SUCCESS;
    if (kr == KERN_SUCCESS)
        kr = find_semaphore(thread, name, &semaphore);
    if (kr == KERN_SUCCESS)
        semaphore_begin_wait(&thread->ipc, semaphore, signal, limit);
    else
        answer(thread, kr);
}

void trap_semaphore_wait(struct thread *thread, const uint64_t *arg)
{
    begin_wait(thread, arg[0], NULL, (struct wait_limit){ 0 });
}

void trap_semaphore_wait_signal(struct thread *thread, const uint64_t *arg)
{
    begin_wait(thread, arg[0], &arg[1], (struct wait_limit){ 0 });
}

static void begin_timed(struct thread *thread, uint64_t name, const uint64_t *signal_name,
                        const uint64_t *time)
{
    uint64_t seconds = (uint32_t)time[0];
    int32_t nanoseconds = (int32_t)time[1];
    if (nanoseconds < 0 || nanoseconds >= (int32_t)NSEC_PER_SEC)
        answer(thread, KERN_INVALID_VALUE);
    else
        begin_wait(thread, name, signal_name,
                   (struct wait_limit){ true, seconds * NSEC_PER_SEC + (uint32_t)nanoseconds });
}

void trap_semaphore_timedwait(struct thread *thread, const uint64_t *arg)
{
    begin_timed(thread, arg[0], NULL, arg + 1);
}

void trap_semaphore_timedwait_signal(struct thread *thread, const uint64_t *arg)
{
    begin_timed(thread, arg[0], &arg[1], arg + 2);
}

/* ---- clocks ---- */

/* No name is the system's clock. -1: no clock. */
static int find_clock(struct thread *thread, mach_port_name_t name)
{
    struct port *port = NULL;
    if (name == MACH_PORT_NULL)
        return SYSTEM_CLOCK;
    find_port(thread, name, &port);
    return system_clock_of_port(thread->task->system, port);
}

static void sleep_until(struct thread *thread, uint64_t deadline)
{
    uint64_t now = thread->ipc.ipc->now;
    answer(thread, KERN_SUCCESS);
    thread->ipc.reply.value[0] = now;
    if (deadline > now)
        thread_wait_sleep(&thread->ipc, deadline - now);
}

void trap_clock_sleep(struct thread *thread, const uint64_t *arg)
{
    mach_timespec_t time = { (unsigned int)arg[2], (clock_res_t)arg[3] };
    sleep_type_t type = (sleep_type_t)arg[1];
    int clock = find_clock(thread, (mach_port_name_t)arg[0]);
    if (clock < 0)
        answer(thread, KERN_INVALID_ARGUMENT);
    else if (clock != SYSTEM_CLOCK)
        answer(thread, KERN_FAILURE); /* XNU's calendar knows no sleep either */
    else if (BAD_ALRMTYPE(type) || BAD_MACH_TIMESPEC(&time))
        answer(thread, KERN_INVALID_VALUE);
    else
        sleep_until(thread, time.tv_sec * NSEC_PER_SEC + (uint64_t)time.tv_nsec +
                                (type == TIME_RELATIVE ? thread->ipc.ipc->now : 0));
}

/* ---- timers ---- */

void trap_timer_create(struct thread *thread, const uint64_t *arg)
{
    mach_port_name_t name = MACH_PORT_NULL;
    (void)arg;
    kern_return_t kr = timer_port_create(thread->ipc.ipc, thread->ipc.space, &name);
    thread->ipc.reply.result = kr == KERN_SUCCESS ? name : MACH_PORT_NULL;
}

void trap_timer_destroy(struct thread *thread, const uint64_t *arg)
{
    answer(thread, timer_port_destroy(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[0]));
}

void trap_timer_arm(struct thread *thread, const uint64_t *arg)
{
    answer(thread, timer_port_arm(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[0], arg[1]));
}

void trap_timer_cancel(struct thread *thread, const uint64_t *arg)
{
    uint64_t deadline = 0;
    answer(thread, timer_port_cancel(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[0], &deadline));
    thread->ipc.reply.value[0] = deadline;
}

/* The leeway is what the caller can bear, the flags how little it wants to: expiring in time suits both. */
void trap_timer_arm_leeway(struct thread *thread, const uint64_t *arg)
{
    answer(thread, timer_port_arm(thread->ipc.ipc, thread->ipc.space, (mach_port_name_t)arg[0], arg[2]));
}
