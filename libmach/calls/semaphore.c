/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/semaphore.c - semaphores: the traps, and the calls that are the same (abi-ipc 6.1, 11) */
#include <mach/mach.h>
#include <mach/mach_traps.h>

#include "libmach/message/trap.h"

kern_return_t semaphore_signal_trap(mach_port_name_t signal_name)
{
    return TRAP_KR(TRAP_SEMAPHORE_SIGNAL, NULL, signal_name);
}

kern_return_t semaphore_signal_all_trap(mach_port_name_t signal_name)
{
    return TRAP_KR(TRAP_SEMAPHORE_SIGNAL_ALL, NULL, signal_name);
}

kern_return_t semaphore_signal_thread_trap(mach_port_name_t signal_name, mach_port_name_t thread_name)
{
    return TRAP_KR(TRAP_SEMAPHORE_SIGNAL_THREAD, NULL, signal_name, thread_name);
}

kern_return_t semaphore_wait_trap(mach_port_name_t wait_name)
{
    return TRAP_KR(TRAP_SEMAPHORE_WAIT, NULL, wait_name);
}

kern_return_t semaphore_wait_signal_trap(mach_port_name_t wait_name, mach_port_name_t signal_name)
{
    return TRAP_KR(TRAP_SEMAPHORE_WAIT_SIGNAL, NULL, wait_name, signal_name);
}

kern_return_t semaphore_timedwait_trap(mach_port_name_t wait_name, unsigned int sec, clock_res_t nsec)
{
    return TRAP_KR(TRAP_SEMAPHORE_TIMEDWAIT, NULL, wait_name, sec, (uint32_t)nsec);
}

kern_return_t semaphore_timedwait_signal_trap(mach_port_name_t wait_name, mach_port_name_t signal_name,
                                              unsigned int sec, clock_res_t nsec)
{
    return TRAP_KR(TRAP_SEMAPHORE_TIMEDWAIT_SIGNAL, NULL, wait_name, signal_name, sec, (uint32_t)nsec);
}

kern_return_t semaphore_signal(semaphore_t semaphore)
{
    return semaphore_signal_trap(semaphore);
}

kern_return_t semaphore_signal_all(semaphore_t semaphore)
{
    return semaphore_signal_all_trap(semaphore);
}

kern_return_t semaphore_wait(semaphore_t semaphore)
{
    return semaphore_wait_trap(semaphore);
}

kern_return_t semaphore_signal_thread(semaphore_t semaphore, thread_t thread)
{
    return semaphore_signal_thread_trap(semaphore, thread);
}

kern_return_t semaphore_timedwait(semaphore_t semaphore, mach_timespec_t wait_time)
{
    return semaphore_timedwait_trap(semaphore, wait_time.tv_sec, wait_time.tv_nsec);
}

kern_return_t semaphore_wait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore)
{
    return semaphore_wait_signal_trap(wait_semaphore, signal_semaphore);
}

kern_return_t semaphore_timedwait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore,
                                         mach_timespec_t wait_time)
{
    return semaphore_timedwait_signal_trap(wait_semaphore, signal_semaphore, wait_time.tv_sec,
                                           wait_time.tv_nsec);
}
