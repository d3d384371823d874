/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/self.c - traps that name nothing but the caller, and those that find tasks by pid (K34 to K41, K105 to K110) */
#include <errno.h>
#include <mach/mach.h>
#include <sys/proc.h>

#include "libmach/message/trap.h"

mach_port_name_t mach_reply_port(void)
{
    return TRAP_NAME(TRAP_REPLY_PORT);
}

mach_port_name_t thread_self_trap(void)
{
    return TRAP_NAME(TRAP_THREAD_SELF);
}

mach_port_name_t task_self_trap(void)
{
    return TRAP_NAME(TRAP_TASK_SELF);
}

mach_port_name_t host_self_trap(void)
{
    return TRAP_NAME(TRAP_HOST_SELF);
}

mach_port_name_t thread_get_special_reply_port(void)
{
    return TRAP_NAME(TRAP_SPECIAL_REPLY_PORT);
}

mach_port_t mach_host_self(void)
{
    return host_self_trap();
}

mach_port_t mach_thread_self(void)
{
    return thread_self_trap();
}

/* ---- by pid ---- */

static kern_return_t name_by_pid(enum trap_number number, mach_port_name_t target, int pid,
                                 mach_port_name_t *name_p)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(number, value, target, (uint32_t)pid);
    *name_p = kr == KERN_SUCCESS ? (mach_port_name_t)value[0] : MACH_PORT_NULL;
    return kr == MACH_SEND_INVALID_DEST ? KERN_FAILURE : kr;
}

kern_return_t task_for_pid(mach_port_name_t target_tport, int pid, mach_port_name_t *t)
{
    return name_by_pid(TRAP_TASK_FOR_PID, target_tport, pid, t);
}

kern_return_t task_name_for_pid(mach_port_name_t target_tport, int pid, mach_port_name_t *tn)
{
    return name_by_pid(TRAP_TASK_NAME_FOR_PID, target_tport, pid, tn);
}

kern_return_t debug_control_port_for_pid(mach_port_name_t target_tport, int pid, mach_port_name_t *t)
{
    return name_by_pid(TRAP_DEBUG_CONTROL_FOR_PID, target_tport, pid, t);
}

/* Of POSIX's kind. */
static int flavor_by_pid(unsigned int target, int pid, mach_task_flavor_t flavor, unsigned int *name_p)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_TASK_FLAVOR_FOR_PID, value, target, (uint32_t)pid, flavor);
    *name_p = (unsigned int)value[1];
    if (kr == KERN_SUCCESS && value[0] == 0)
        return 0;
    errno = kr == KERN_SUCCESS ? (int)value[0] : EINVAL;
    return -1;
}

int task_read_for_pid(unsigned int target_tport, int pid, unsigned int *t)
{
    return flavor_by_pid(target_tport, pid, TASK_FLAVOR_READ, t);
}

int task_inspect_for_pid(unsigned int target_tport, int pid, unsigned int *t)
{
    return flavor_by_pid(target_tport, pid, TASK_FLAVOR_INSPECT, t);
}

kern_return_t pid_for_task(mach_port_name_t t, int *x)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_PID_FOR_TASK, value, t);
    *x = kr == KERN_SUCCESS ? (int)value[0] : -1;
    return kr == MACH_SEND_INVALID_DEST ? KERN_FAILURE : kr;
}

/* ---- stopping by pid (K143) ---- */

static int suspend_by_pid(int pid, bool stop)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_PID_SUSPEND, value, (uint32_t)pid, stop);
    if (kr == KERN_SUCCESS && value[0] == 0)
        return 0;
    errno = kr == KERN_SUCCESS ? (int)value[0] : ESRCH;
    return -1;
}

/* The mark is there; what waits until it has stopped is a suspension that is given back at once. */
static void await_stop(int pid)
{
    mach_port_t task = MACH_PORT_NULL;
    if (task_for_pid(mach_task_self_, pid, &task) != KERN_SUCCESS)
        return;
    if (!mach_task_is_self(task) && task_suspend(task) == KERN_SUCCESS)
        task_resume(task);
    mach_port_deallocate(mach_task_self_, task);
}

int pid_suspend(int pid)
{
    int result = suspend_by_pid(pid, true);
    if (result == 0)
        await_stop(pid);
    return result;
}

int pid_resume(int pid)
{
    return suspend_by_pid(pid, false);
}
