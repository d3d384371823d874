/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/thread_info.c - priorities, times and names as thread_info tells them (T22-T25, K225, K227, K228) */
#include <mach/policy.h>
#include <mach/thread_info.h>
#include <string.h>

#include "kernel/sched/policy.h"
#include "kernel/server/call.h"
#include "kernel/server/info.h"
#include "kernel/task/stop.h"

enum { NS_PER_US = 1000, US_PER_SECOND = 1000000, SAMPLE_NS = 100000000, QUANTUM_MS = 10 };

kern_return_t give_integers(integer_t *out, mach_msg_type_number_t *count_p, const void *value, size_t size)
{
    mach_msg_type_number_t count = (mach_msg_type_number_t)(size / sizeof(integer_t));
    if (*count_p < count)
        return KERN_INVALID_ARGUMENT;
    memcpy(out, value, size);
    *count_p = count;
    return KERN_SUCCESS;
}

/* ---- times ---- */

/* K225: the share since the last time that somebody asked, if that is long enough ago. */
static void take_sample(struct thread *thread, const struct host_thread_usage *usage)
{
    uint64_t now = call_ipc()->now, used = usage->user + usage->system;
    uint64_t since = now - thread->sample.at;
    if (since < SAMPLE_NS)
        return;
    if (thread->sample.at != 0 && used >= thread->sample.used) {
        uint64_t share = (used - thread->sample.used) * TH_USAGE_SCALE / since;
        thread->sample.usage = share < TH_USAGE_SCALE ? (int32_t)share : TH_USAGE_SCALE;
    }
    thread->sample.at = now;
    thread->sample.used = used;
}

/* What the host knows of the thread; nothing used, if it knows nothing. */
static struct host_thread_usage usage_of(struct thread *thread)
{
    struct host_thread_usage usage = { .state = 'X' };
    struct ipc *ipc = call_ipc();
    ipc->steps += 2 * HOST_STEPS_OF_A_FILE;
    if (ipc->ops->thread_usage(ipc->host, thread->task, thread->tid, &usage))
        take_sample(thread, &usage);
    return usage;
}

static time_value_t time_of(uint64_t ns)
{
    uint64_t us = ns / NS_PER_US;
    return (time_value_t){ .seconds = (integer_t)(us / US_PER_SECOND),
                           .microseconds = (integer_t)(us % US_PER_SECOND) };
}

/* ---- states ---- */

/* T23. The kernel's word, unless Linux has ended the thread already. */
static int32_t run_state(const struct thread *thread, char state_of_host)
{
    return state_of_host == 'Z' ? TH_STATE_HALTED : thread_run_state(thread);
}

/* K225: Linux's word for it. */
static int32_t run_state_of_host(char state)
{
    switch (state) {
    case 'R': return TH_STATE_RUNNING;
    case 'D': return TH_STATE_UNINTERRUPTIBLE;
    case 'X':
    case 'Z': return TH_STATE_HALTED;
    }
    return TH_STATE_WAITING;
}

static int32_t policy_of(const struct sched_thread *sched)
{
    return sched->is_fixed || sched->is_real_time ? POLICY_RR : POLICY_TIMESHARE;
}

static int32_t current_priority(const struct sched_thread *sched)
{
    return sched->is_depressed ? 0 : sched_base(sched);
}

/* ---- flavors ---- */

kern_return_t basic_thread_info(struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p)
{
    if (*count_p < THREAD_BASIC_INFO_COUNT)
        return KERN_INVALID_ARGUMENT;
    struct host_thread_usage usage = usage_of(thread);
    struct thread_basic_info info = {
        .user_time = time_of(usage.user),
        .system_time = time_of(usage.system),
        .cpu_usage = thread->sample.usage,
        .policy = policy_of(&thread->ipc.sched),
        .run_state = run_state_of_host(usage.state),
        .suspend_count = (integer_t)thread->stops,
    };
    return give_integers(out, count_p, &info, sizeof(info));
}

kern_return_t extended_info(struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p)
{
    const struct sched_thread *sched = &thread->ipc.sched;
    if (*count_p < THREAD_EXTENDED_INFO_COUNT)
        return KERN_INVALID_ARGUMENT;
    struct host_thread_usage usage = usage_of(thread);
    struct thread_extended_info info = {
        .pth_user_time = usage.user,
        .pth_system_time = usage.system,
        .pth_cpu_usage = thread->sample.usage,
        .pth_policy = policy_of(sched),
        .pth_run_state = run_state(thread, usage.state),
        .pth_curpri = current_priority(sched),
        .pth_priority = sched_base(sched),
        .pth_maxpriority = sched_task_max(sched->task),
    };
    memcpy(info.pth_name, thread->name, sizeof(info.pth_name));
    return give_integers(out, count_p, &info, sizeof(info));
}

kern_return_t timeshare_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p)
{
    const struct sched_thread *sched = &thread->ipc.sched;
    struct policy_timeshare_info info = {
        .max_priority = sched_task_max(sched->task),
        .base_priority = current_priority(sched),
        .cur_priority = current_priority(sched),
        .depressed = sched->is_depressed,
        .depress_priority = sched->is_depressed ? sched_base(sched) : -1,
    };
    if (sched->is_fixed || sched->is_real_time)
        return KERN_INVALID_POLICY;
    return give_integers(out, count_p, &info, sizeof(info));
}

kern_return_t rr_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p)
{
    const struct sched_thread *sched = &thread->ipc.sched;
    struct policy_rr_info info = {
        .max_priority = sched_task_max(sched->task),
        .base_priority = current_priority(sched),
        .quantum = QUANTUM_MS,
        .depressed = sched->is_depressed,
        .depress_priority = sched->is_depressed ? sched_base(sched) : -1,
    };
    if (!sched->is_fixed && !sched->is_real_time)
        return KERN_INVALID_POLICY;
    return give_integers(out, count_p, &info, sizeof(info));
}
