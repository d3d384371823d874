/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/task_info.c - what task_info tells (K214-K223)
 *
 * Three kinds of flavors: what the kernel knows, what the host has to find out (the call waits for it), and what does not
 * exist here and is told as zeros. Of the memory flavors, which have grown over the years, a caller gets as much as it knows.
 */
#include <mach/policy.h>
#include <mach/task_info.h>
#include <string.h>

#include "kernel/server/call.h"
#include "kernel/server/info.h"
#include "task_server.h"

enum { NS_PER_US = 1000, US_PER_SECOND = 1000000 };

/* Of a program on Linux. */
#if defined(__x86_64__)
enum { ADDRESS_BITS = 47 };
#else
enum { ADDRESS_BITS = 48 };
#endif

static time_value_t time_of(uint64_t ns)
{
    uint64_t us = ns / NS_PER_US;
    return (time_value_t){ .seconds = (integer_t)(us / US_PER_SECOND),
                           .microseconds = (integer_t)(us % US_PER_SECOND) };
}

static natural_t capped(uint64_t bytes)
{
    return bytes < UINT32_MAX ? (natural_t)bytes : UINT32_MAX;
}

static integer_t count_of(uint64_t n)
{
    return n < INT32_MAX ? (integer_t)n : INT32_MAX;
}

/* One record, whole; the count becomes its own. */
#define GIVE(record) give_integers(info, count_p, &(record), sizeof(record))

/* ---- what the host finds out ---- */

static kern_return_t give_basic(const struct task *task, integer_t *info, mach_msg_type_number_t *count_p)
{
    const struct host_task_usage *usage = &task->usage;
    const struct mach_task_basic_info record = {
        .virtual_size = usage->size,
        .resident_size = usage->resident,
        .resident_size_max = usage->resident_peak,
        .user_time = time_of(usage->ended_user),
        .system_time = time_of(usage->ended_system),
        .policy = POLICY_TIMESHARE,
        .suspend_count = (integer_t)task->suspension.stops,
    };
    return GIVE(record);
}

static kern_return_t give_basic_64(const struct task *task, integer_t *info, mach_msg_type_number_t *count_p)
{
    const struct host_task_usage *usage = &task->usage;
    const struct task_basic_info_64 record = {
        .suspend_count = (integer_t)task->suspension.stops,
        .virtual_size = usage->size,
        .resident_size = usage->resident,
        .user_time = time_of(usage->ended_user),
        .system_time = time_of(usage->ended_system),
        .policy = POLICY_TIMESHARE,
    };
    return GIVE(record);
}

static kern_return_t give_basic_32(const struct task *task, uint64_t resident, integer_t *info,
                                   mach_msg_type_number_t *count_p)
{
    const struct host_task_usage *usage = &task->usage;
    const struct task_basic_info_32 record = {
        .suspend_count = (integer_t)task->suspension.stops,
        .virtual_size = capped(usage->size),
        .resident_size = capped(resident),
        .user_time = time_of(usage->ended_user),
        .system_time = time_of(usage->ended_system),
        .policy = POLICY_TIMESHARE,
    };
    return GIVE(record);
}

/* One unit of absolute time is a nanosecond. */
static kern_return_t give_absolute_times(const struct host_task_usage *usage, integer_t *info,
                                         mach_msg_type_number_t *count_p)
{
    const struct task_absolutetime_info record = {
        .total_user = usage->live_user + usage->ended_user,
        .total_system = usage->live_system + usage->ended_system,
        .threads_user = usage->live_user,
        .threads_system = usage->live_system,
    };
    return GIVE(record);
}

static kern_return_t give_thread_times(const struct host_task_usage *usage, integer_t *info,
                                       mach_msg_type_number_t *count_p)
{
    const struct task_thread_times_info record = { time_of(usage->live_user), time_of(usage->live_system) };
    return GIVE(record);
}

static kern_return_t give_events(const struct task *task, integer_t *info, mach_msg_type_number_t *count_p)
{
    const struct task_events_info record = {
        .faults = count_of(task->usage.faults),
        .pageins = count_of(task->usage.major_faults),
        .messages_sent = count_of(task->space->n_sent),
        .messages_received = count_of(task->space->n_received),
        .syscalls_mach = count_of(task->n_traps),
        .csw = count_of(task->usage.switches),
    };
    return GIVE(record);
}

static struct task_power_info power_of(const struct host_task_usage *usage)
{
    return (struct task_power_info){
        .total_user = usage->live_user + usage->ended_user,
        .total_system = usage->live_system + usage->ended_system,
    };
}

static kern_return_t give_power(const struct host_task_usage *usage, integer_t *info,
                                mach_msg_type_number_t *count_p)
{
    const struct task_power_info record = power_of(usage);
    return GIVE(record);
}

/* The older form is the beginning of the newer one. */
static kern_return_t give_power_v2(const struct host_task_usage *usage, integer_t *info,
                                   mach_msg_type_number_t *count_p)
{
    const struct task_power_info_v2 record = { .cpu_energy = power_of(usage) };
    mach_msg_type_number_t n =
        *count_p >= TASK_POWER_INFO_V2_COUNT ? TASK_POWER_INFO_V2_COUNT : TASK_POWER_INFO_V2_COUNT_OLD;
    return give_integers(info, count_p, &record, n * sizeof(*info));
}

static kern_return_t give_memory(const struct task *task, integer_t *info, mach_msg_type_number_t *count_p)
{
    static const mach_msg_type_number_t revisions[] = {
        TASK_VM_INFO_REV7_COUNT, TASK_VM_INFO_REV6_COUNT, TASK_VM_INFO_REV5_COUNT, TASK_VM_INFO_REV4_COUNT,
        TASK_VM_INFO_REV3_COUNT, TASK_VM_INFO_REV2_COUNT, TASK_VM_INFO_REV1_COUNT, TASK_VM_INFO_REV0_COUNT,
    };
    const struct host_task_usage *usage = &task->usage;
    const struct task_vm_info record = {
        .virtual_size = usage->size,
        .page_size = (integer_t)task->system->machine.page_size,
        .resident_size = usage->resident,
        .resident_size_peak = usage->resident_peak,
        .internal = usage->anonymous,
        .external = usage->files,
        .compressed = usage->swapped,
        .phys_footprint = usage->anonymous + usage->swapped,
        .min_address = task->system->machine.page_size,
        .max_address = 1ull << ADDRESS_BITS,
    };
    for (unsigned i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++)
        if (*count_p >= revisions[i])
            return give_integers(info, count_p, &record, revisions[i] * sizeof(*info));
    return KERN_INVALID_ARGUMENT;
}

/* ---- what is told as zeros, nearly ---- */

static kern_return_t give_zeros(mach_msg_type_number_t n, integer_t *info, mach_msg_type_number_t *count_p)
{
    static const integer_t zeros[TASK_EXTMOD_INFO_COUNT];
    return give_integers(info, count_p, zeros, n * sizeof(*info));
}

/* Nobody knows where a task's dynamic linker keeps its list. An older form ended before the format. */
static kern_return_t give_dyld(integer_t *info, mach_msg_type_number_t *count_p)
{
    enum { OLD_COUNT = 4 };
    const struct task_dyld_info record = { .all_image_info_format = TASK_DYLD_ALL_IMAGE_INFO_64 };
    mach_msg_type_number_t n = *count_p >= TASK_DYLD_INFO_COUNT ? TASK_DYLD_INFO_COUNT : OLD_COUNT;
    if (flavor_of_port(call_now()->port) > FLAVOR_READ)
        return KERN_INVALID_ARGUMENT;
    return give_integers(info, count_p, &record, n * sizeof(*info));
}

/* ---- all of it ---- */

/* The least that a flavor of the first kind takes: refused before anybody is asked. 0: it is not one of them. */
static mach_msg_type_number_t least_of(task_flavor_t flavor)
{
    switch (flavor) {
    case TASK_ABSOLUTETIME_INFO: return TASK_ABSOLUTETIME_INFO_COUNT;
    case TASK_EVENTS_INFO: return TASK_EVENTS_INFO_COUNT;
    case TASK_THREAD_TIMES_INFO: return TASK_THREAD_TIMES_INFO_COUNT;
    case TASK_BASIC_INFO_32:
    case TASK_BASIC2_INFO_32: return TASK_BASIC_INFO_32_COUNT;
    case TASK_BASIC_INFO_64: return TASK_BASIC_INFO_64_COUNT;
    case MACH_TASK_BASIC_INFO: return MACH_TASK_BASIC_INFO_COUNT;
    case TASK_POWER_INFO: return TASK_POWER_INFO_COUNT;
    case TASK_POWER_INFO_V2: return TASK_POWER_INFO_V2_COUNT_OLD;
    case TASK_VM_INFO:
    case TASK_VM_INFO_PURGEABLE: return TASK_VM_INFO_REV0_COUNT;
    }
    return 0;
}

static kern_return_t give_usage(struct task *task, task_flavor_t flavor, integer_t *info,
                                mach_msg_type_number_t *count_p)
{
    const struct host_task_usage *usage = &task->usage;
    switch (flavor) {
    case TASK_ABSOLUTETIME_INFO: return give_absolute_times(usage, info, count_p);
    case TASK_EVENTS_INFO: return give_events(task, info, count_p);
    case TASK_THREAD_TIMES_INFO: return give_thread_times(usage, info, count_p);
    case TASK_BASIC_INFO_32: return give_basic_32(task, usage->resident, info, count_p);
    case TASK_BASIC2_INFO_32: return give_basic_32(task, usage->resident_peak, info, count_p);
    case TASK_BASIC_INFO_64: return give_basic_64(task, info, count_p);
    case MACH_TASK_BASIC_INFO: return give_basic(task, info, count_p);
    case TASK_POWER_INFO: return give_power(usage, info, count_p);
    case TASK_POWER_INFO_V2: return give_power_v2(usage, info, count_p);
    }
    return give_memory(task, info, count_p);
}

/* K223 names the codes of flavors that are not served for good. */
static kern_return_t other_flavor(task_flavor_t flavor)
{
    enum { LAST = 32 };
    if (flavor == TASK_SCHED_RR_INFO || flavor == TASK_SCHED_FIFO_INFO)
        return KERN_INVALID_POLICY;
    if (flavor == 0 || flavor > LAST || flavor == TASK_SCHED_INFO || flavor == TASK_TRACE_MEMORY_INFO)
        return KERN_INVALID_ARGUMENT;
    return KERN_NOT_SUPPORTED;
}

static kern_return_t give_known(const struct task *task, task_flavor_t flavor, integer_t *info,
                                mach_msg_type_number_t *count_p)
{
    const struct task_flags_info flags = { .flags = TF_LP64 | TF_64B_DATA };
    const integer_t base = PRIORITY_DEFAULT;
    switch (flavor) {
    case TASK_SECURITY_TOKEN: return GIVE(task->token.security);
    case TASK_AUDIT_TOKEN: return GIVE(task->token.audit);
    case TASK_FLAGS_INFO: return GIVE(flags);
    case TASK_SCHED_TIMESHARE_INFO: return GIVE(base);
    case TASK_KERNELMEMORY_INFO: return give_zeros(TASK_KERNELMEMORY_INFO_COUNT, info, count_p);
    case TASK_AFFINITY_TAG_INFO: return give_zeros(TASK_AFFINITY_TAG_INFO_COUNT, info, count_p);
    case TASK_WAIT_STATE_INFO: return give_zeros(TASK_WAIT_STATE_INFO_COUNT, info, count_p);
    case TASK_EXTMOD_INFO: return give_zeros(TASK_EXTMOD_INFO_COUNT, info, count_p);
    case TASK_DYLD_INFO: return give_dyld(info, count_p);
    }
    return other_flavor(flavor);
}

kern_return_t serve_task_info(struct task *target_task, task_flavor_t flavor, task_info_t task_info_out,
                              mach_msg_type_number_t *task_info_outCnt)
{
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    mach_msg_type_number_t least = least_of(flavor);
    if (least == 0)
        return give_known(target_task, flavor, task_info_out, task_info_outCnt);
    kern_return_t kr = *task_info_outCnt >= least ? call_task_usage(target_task) : KERN_INVALID_ARGUMENT;
    return kr == KERN_SUCCESS ? give_usage(target_task, flavor, task_info_out, task_info_outCnt) : kr;
}

kern_return_t serve_task_set_info(struct task *target_task, task_flavor_t flavor, task_info_t task_info_in,
                                  mach_msg_type_number_t task_info_inCnt)
{
    return KERN_INVALID_ARGUMENT;
}
