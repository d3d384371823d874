/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/host.c - calls on the host and the clocks that the library answers or completes itself */
#include <mach/clock.h>
#include <mach/host_priv.h>
#include <mach/mach.h>
#include <mach/mach_time.h>
#include <mach/mach_traps.h>
#include <mach/thread_switch.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "libmach/message/trap.h"

/* The size is our own (K231). */
kern_return_t host_page_size(host_t host, vm_size_t *out_page_size)
{
    if (!MACH_PORT_VALID(host))
        return KERN_INVALID_ARGUMENT;
    *out_page_size = (vm_size_t)getpagesize();
    return KERN_SUCCESS;
}

kern_return_t host_get_UNDServer(host_priv_t host_priv, UNDServerRef *server)
{
    return host_get_special_port(host_priv, HOST_LOCAL_NODE, HOST_USER_NOTIFICATION_PORT, server);
}

kern_return_t host_set_UNDServer(host_priv_t host_priv, UNDServerRef server)
{
    return host_set_special_port(host_priv, HOST_USER_NOTIFICATION_PORT, server);
}

/* ---- time: one unit is one nanosecond, on this machine and every other ---- */

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

kern_return_t mach_timebase_info(mach_timebase_info_t info)
{
    info->numer = info->denom = 1;
    return KERN_SUCCESS;
}

uint64_t mach_absolute_time(void)
{
    return transport_now();
}

uint64_t mach_approximate_time(void)
{
    return transport_now();
}

uint64_t mach_continuous_time(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

uint64_t mach_continuous_approximate_time(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

kern_return_t mach_get_times(uint64_t *absolute_time, uint64_t *continuous_time, struct timespec *tp)
{
    if (absolute_time != NULL)
        *absolute_time = mach_absolute_time();
    if (continuous_time != NULL)
        *continuous_time = mach_continuous_time();
    if (tp != NULL)
        clock_gettime(CLOCK_REALTIME, tp);
    return KERN_SUCCESS;
}

uint64_t mach_boottime_usec(void)
{
    return (read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME)) / NSEC_PER_USEC;
}

kern_return_t mach_wait_until(uint64_t deadline)
{
    return transport_sleep_until(deadline) ? KERN_SUCCESS : KERN_ABORTED;
}

kern_return_t clock_sleep_trap(mach_port_name_t clock_name, sleep_type_t sleep_type, int sleep_sec,
                               int sleep_nsec, mach_timespec_t *wakeup_time)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_CLOCK_SLEEP, value, clock_name, (uint32_t)sleep_type, (uint32_t)sleep_sec,
                               (uint32_t)sleep_nsec);
    if (kr == KERN_SUCCESS && wakeup_time != NULL)
        *wakeup_time = (mach_timespec_t){ (unsigned int)(value[0] / NSEC_PER_SEC),
                                          (clock_res_t)(value[0] % NSEC_PER_SEC) };
    return kr;
}

/* ---- scheduling ---- */

boolean_t swtch_pri(int pri)
{
    sched_yield();
    return FALSE;
}

boolean_t swtch(void)
{
    sched_yield();
    return FALSE;
}

static void sleep_ms(mach_msg_timeout_t ms)
{
    clock_sleep_trap(MACH_PORT_NULL, TIME_RELATIVE, (int)(ms / 1000), (int)(ms % 1000 * NSEC_PER_MSEC), NULL);
}

/* Depressed for no time at all is over when the call returns (T25). */
static void give_way(int option, mach_msg_timeout_t ms)
{
    if (ms > 0 && (option == SWITCH_OPTION_DEPRESS || option == SWITCH_OPTION_OSLOCK_DEPRESS))
        TRAP_KR(TRAP_DEPRESS, NULL, ms);
    sched_yield();
}

/* Which thread should run is Linux's business; the calling one gives way, or waits as long as it says. */
kern_return_t thread_switch(mach_port_name_t thread_name, int option, mach_msg_timeout_t option_time)
{
    if (!valid_switch_option(option))
        return KERN_INVALID_ARGUMENT;
    if (option == SWITCH_OPTION_WAIT || option == SWITCH_OPTION_OSLOCK_WAIT)
        sleep_ms(option_time);
    else
        give_way(option, option_time);
    return KERN_SUCCESS;
}

/* ---- not built ---- */

kern_return_t clock_sleep(mach_port_t clock, int sleep_type, mach_timespec_t sleep_time,
                          mach_timespec_t *wakeup_time)
{
    return clock_sleep_trap(clock, sleep_type, (int)sleep_time.tv_sec, sleep_time.tv_nsec, wakeup_time);
}

kern_return_t clock_get_res(mach_port_t clock, clock_res_t *res)
{
    mach_msg_type_number_t count = 1;
    return clock_get_attributes(clock, CLOCK_GET_TIME_RES, (clock_attr_t)res, &count);
}

kern_return_t clock_set_res(mach_port_t clock, clock_res_t res)
{
    return KERN_NOT_SUPPORTED;
}

/* ---- words ---- */

void panic_init(mach_port_t port)
{
}

void panic(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

void slot_name(cpu_type_t cpu_type, cpu_subtype_t cpu_subtype, char **cpu_name, char **cpu_subname)
{
    *cpu_subname = (char *)"";
    *cpu_name = (char *)(cpu_type == CPU_TYPE_X86_64  ? "x86_64"
                         : cpu_type == CPU_TYPE_ARM64 ? "arm64"
                                                      : "Unknown CPU");
}
