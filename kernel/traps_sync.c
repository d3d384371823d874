/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_sync.h"

#include "kernel/ipc/timer_port.h"

static void answer(struct thread *thread, kern_return_t kr)
{
    thread->ipc.reply.result = (uint32_t)kr;
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
