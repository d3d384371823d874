/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/semaphore.c - semaphores: messages, and the traps' names for them (abi-ipc 6.1, 11) */
#include <mach/mach.h>
#include <mach/mach_traps.h>

#include "libmach/kernelrpc.h"

kern_return_t semaphore_signal(semaphore_t semaphore)
{
    return _kernelrpc_semaphore_signal(semaphore);
}

kern_return_t semaphore_signal_all(semaphore_t semaphore)
{
    return _kernelrpc_semaphore_signal_all(semaphore);
}

kern_return_t semaphore_wait(semaphore_t semaphore)
{
    return _kernelrpc_semaphore_wait(semaphore);
}

kern_return_t semaphore_signal_thread(semaphore_t semaphore, thread_t thread)
{
    return _kernelrpc_semaphore_signal_thread(semaphore, thread);
}

kern_return_t semaphore_timedwait(semaphore_t semaphore, mach_timespec_t wait_time)
{
    return _kernelrpc_semaphore_timedwait(semaphore, wait_time);
}

kern_return_t semaphore_wait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore)
{
    return _kernelrpc_semaphore_wait_signal(wait_semaphore, signal_semaphore);
}

kern_return_t semaphore_timedwait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore,
                                         mach_timespec_t wait_time)
{
    return _kernelrpc_semaphore_timedwait_signal(wait_semaphore, signal_semaphore, wait_time);
}

kern_return_t semaphore_signal_trap(mach_port_name_t signal_name)
{
    return semaphore_signal(signal_name);
}

kern_return_t semaphore_signal_all_trap(mach_port_name_t signal_name)
{
    return semaphore_signal_all(signal_name);
}

kern_return_t semaphore_signal_thread_trap(mach_port_name_t signal_name, mach_port_name_t thread_name)
{
    return semaphore_signal_thread(signal_name, thread_name);
}

kern_return_t semaphore_wait_trap(mach_port_name_t wait_name)
{
    return semaphore_wait(wait_name);
}

kern_return_t semaphore_wait_signal_trap(mach_port_name_t wait_name, mach_port_name_t signal_name)
{
    return semaphore_wait_signal(wait_name, signal_name);
}

kern_return_t semaphore_timedwait_trap(mach_port_name_t wait_name, unsigned int sec, clock_res_t nsec)
{
    return semaphore_timedwait(wait_name, (mach_timespec_t){ sec, nsec });
}

kern_return_t semaphore_timedwait_signal_trap(mach_port_name_t wait_name, mach_port_name_t signal_name,
                                              unsigned int sec, clock_res_t nsec)
{
    return semaphore_timedwait_signal(wait_name, signal_name, (mach_timespec_t){ sec, nsec });
}
