/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/policy.c - priorities as thread_policy_set and thread_policy_get tell them (T26-T29) */
#include "kernel/server/info.h"

#include <mach/thread_policy.h>
#include <mach/thread_policy_private.h>
#include <string.h>

#include "kernel/sched/policy.h"
#include "kernel/server/call.h"
#include "kernel/task/policy.h"
#include "thread_act_server.h"

/* ---- thread_policy_get ---- */

static struct thread_requested_policy requested_bits(const struct sched_thread *sched)
{
    return (struct thread_requested_policy){
        .thrp_int_darwinbg = sched->is_background,
        .thrp_qos = sched->qos,
        .thrp_qos_relprio = (unsigned)-sched->relative & 15,
        .thrp_qos_override = sched_override(sched),
        .thrp_qos_promote = sched_promotion(sched->push),
        .thrp_qos_kevent_override = sched->kevent_override,
        .thrp_terminated = sched->task->is_terminating,
        .thrp_qos_workq_override = sched->workq_override,
        .thrp_qos_wlsvc_override = sched->servicer_override,
    };
}

static struct thread_effective_policy effective_bits(const struct sched_thread *sched)
{
    enum sched_qos qos = sched_effective_qos(sched, sched->push);
    bool is_plain = qos == sched->qos && sched_override(sched) == SCHED_QOS_NONE;
    return (struct thread_effective_policy){
        .thep_darwinbg = sched->is_background || sched_task_max(sched->task) == PRIORITY_THROTTLE,
        .thep_terminated = sched->task->is_terminating,
        .thep_qos_ui_is_urgent =
            sched->task->kind == SCHED_APPLICATION && sched->task->role == SCHED_ROLE_UI_FOCAL,
        .thep_qos = qos,
        .thep_qos_relprio = is_plain ? (unsigned)-sched->relative & 15 : 0,
        .thep_qos_promote = sched_promotion(sched->push),
    };
}

/* The same in the bits of older structures. */
static integer_t requested_word(const struct thread_requested_policy *bits)
{
    return (integer_t)((bits->thrp_int_darwinbg ? POLICY_REQ_INT_DARWIN_BG : 0) |
                       (bits->thrp_terminated ? POLICY_REQ_TERMINATED : 0) |
                       (uint32_t)bits->thrp_qos << POLICY_REQ_TH_QOS_SHIFT |
                       (uint32_t)bits->thrp_qos_override << POLICY_REQ_TH_QOS_OVER_SHIFT);
}

static integer_t effective_word(const struct thread_effective_policy *bits)
{
    return (integer_t)((bits->thep_darwinbg ? POLICY_EFF_DARWIN_BG : 0) |
                       (bits->thep_terminated ? POLICY_EFF_TERMINATED : 0) |
                       (bits->thep_qos_ui_is_urgent ? POLICY_EFF_QOS_UI_IS_URGENT : 0) |
                       (uint32_t)bits->thep_qos << POLICY_EFF_TH_QOS_SHIFT);
}

/* D13: root, and who owns the thread. */
static bool may_see_state(const struct thread *thread)
{
    const struct task *caller = call_now()->caller->task;
    return caller == thread->task || caller->identity.uid == 0;
}

enum { IS_WORK_QUEUE = 1 }; /* of flags (T27) */

static kern_return_t get_state(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p)
{
    const struct sched_thread *sched = &thread->ipc.sched;
    struct thread_requested_policy requested = requested_bits(sched);
    struct thread_effective_policy effective = effective_bits(sched);
    struct thread_policy_state state = {
        .requested = requested_word(&requested),
        .effective = effective_word(&effective),
        .flags = thread->is_pooled ? THREAD_POLICY_STATE_FLAG_STATIC_PARAM : 0,
        .thps_user_promotion_basepri = (uint32_t)sched->push,
        .thps_ipc_overrides = sched->kevent_override != SCHED_QOS_NONE,
    };
    state.flags = thread->is_pooled ? IS_WORK_QUEUE : 0;
    memcpy(&state.thps_requested_policy, &requested, sizeof(requested));
    memcpy(&state.thps_effective_policy, &effective, sizeof(effective));
    return may_see_state(thread) ? give_integers(out, count_p, &state, sizeof(state))
                                 : KERN_PROTECTION_FAILURE;
}

static kern_return_t get_requested(const struct sched_thread *sched, integer_t *out,
                                   mach_msg_type_number_t *count_p)
{
    struct thread_requested_qos_policy requested = {
        .thrq_base_qos = sched->qos,
        .thrq_qos_relprio = -sched->relative,
        .thrq_qos_override = sched_override(sched),
        .thrq_qos_promote = sched_promotion(sched->push),
        .thrq_qos_kevent_override = sched->kevent_override,
        .thrq_qos_workq_override = sched->workq_override,
        .thrq_qos_wlsvc_override = sched->servicer_override,
    };
    return give_integers(out, count_p, &requested, sizeof(requested));
}

/* What a thread that never asked would have asked for. */
static const struct time_constraint no_constraint = { 0, 25000000, 50000000, true };

static kern_return_t get_real_time(const struct thread *thread, integer_t *out,
                                   mach_msg_type_number_t *count_p, boolean_t *get_default)
{
    if (!thread->ipc.sched.is_real_time)
        *get_default = TRUE;
    const struct time_constraint *from = *get_default ? &no_constraint : &thread->time_constraint;
    struct thread_time_constraint_policy policy = {
        .period = from->period,
        .computation = from->computation,
        .constraint = from->constraint,
        .preemptible = from->is_preemptible,
    };
    return give_integers(out, count_p, &policy, sizeof(policy));
}

kern_return_t serve_thread_policy_get(struct thread *thread, thread_policy_flavor_t flavor,
                                      thread_policy_t policy_info, mach_msg_type_number_t *policy_infoCnt,
                                      boolean_t *get_default)
{
    if (!thread)
        return KERN_INVALID_ARGUMENT;
    const struct sched_thread *sched = &thread->ipc.sched;
    integer_t word;
    switch (flavor) {
    case THREAD_EXTENDED_POLICY:
        word = *get_default || !(sched->is_fixed || sched->is_real_time);
        return give_integers(policy_info, policy_infoCnt, &word, sizeof(word));
    case THREAD_TIME_CONSTRAINT_POLICY:
        return get_real_time(thread, policy_info, policy_infoCnt, get_default);
    case THREAD_PRECEDENCE_POLICY:
        word = *get_default ? 0 : sched->importance;
        return give_integers(policy_info, policy_infoCnt, &word, sizeof(word));
    case THREAD_POLICY_STATE: return get_state(thread, policy_info, policy_infoCnt);
    case THREAD_LATENCY_QOS_POLICY:
        return give_integers(policy_info, policy_infoCnt, &thread->latency_tier, sizeof(thread->latency_tier));
    case THREAD_THROUGHPUT_QOS_POLICY:
        return give_integers(policy_info, policy_infoCnt, &thread->throughput_tier,
                             sizeof(thread->throughput_tier));
    case THREAD_QOS_POLICY: {
        struct thread_qos_policy policy = { sched->qos, sched->relative };
        return give_integers(policy_info, policy_infoCnt, &policy, sizeof(policy));
    }
    case THREAD_REQUESTED_STATE_POLICY: return get_requested(sched, policy_info, policy_infoCnt);
    case THREAD_AFFINITY_POLICY:
    case THREAD_BACKGROUND_POLICY: return KERN_NOT_SUPPORTED;
    }
    return KERN_INVALID_ARGUMENT;
}

/* ---- thread_policy_set ---- */

static kern_return_t set_real_time(struct thread *thread, const integer_t *in)
{
    struct thread_time_constraint_policy policy;
    memcpy(&policy, in, sizeof(policy));
    const struct time_constraint constraint = { policy.period, policy.computation, policy.constraint,
                                                policy.preemptible != 0 };
    return thread_set_real_time(thread, &constraint);
}

static kern_return_t set_tier(struct thread *thread, uint32_t *tier, integer_t value)
{
    *tier = (uint32_t)value;
    thread_leave_qos(thread);
    return KERN_SUCCESS;
}

static mach_msg_type_number_t count_of(thread_policy_flavor_t flavor)
{
    switch (flavor) {
    case THREAD_TIME_CONSTRAINT_POLICY: return THREAD_TIME_CONSTRAINT_POLICY_COUNT;
    case THREAD_PRECEDENCE_POLICY: return THREAD_PRECEDENCE_POLICY_COUNT;
    case THREAD_LATENCY_QOS_POLICY: return THREAD_LATENCY_QOS_POLICY_COUNT;
    case THREAD_THROUGHPUT_QOS_POLICY: return THREAD_THROUGHPUT_QOS_POLICY_COUNT;
    }
    return 0;
}

/* The pool decides about its threads. THREAD_QOS_POLICY is refused: a class is set through pthread alone (T28). */
kern_return_t serve_thread_policy_set(struct thread *thread, thread_policy_flavor_t flavor,
                                      thread_policy_t policy_info, mach_msg_type_number_t policy_infoCnt)
{
    if (thread && thread->is_pooled)
        return KERN_POLICY_STATIC; /* T28 */
    if (!thread || flavor == THREAD_QOS_POLICY || policy_infoCnt < count_of(flavor))
        return KERN_INVALID_ARGUMENT;
    switch (flavor) {
    case THREAD_EXTENDED_POLICY: /* also THREAD_STANDARD_POLICY: nothing given, timeshare meant */
        thread_set_fixed(thread, policy_infoCnt > 0 && policy_info[0] == 0);
        return KERN_SUCCESS;
    case THREAD_TIME_CONSTRAINT_POLICY: return set_real_time(thread, policy_info);
    case THREAD_PRECEDENCE_POLICY: thread_set_importance(thread, policy_info[0]); return KERN_SUCCESS;
    case THREAD_LATENCY_QOS_POLICY: return set_tier(thread, &thread->latency_tier, policy_info[0]);
    case THREAD_THROUGHPUT_QOS_POLICY: return set_tier(thread, &thread->throughput_tier, policy_info[0]);
    case THREAD_AFFINITY_POLICY:
    case THREAD_BACKGROUND_POLICY: return KERN_NOT_SUPPORTED;
    }
    return KERN_INVALID_ARGUMENT;
}
