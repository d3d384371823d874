/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/task_policy.c - task_policy_set and task_policy_get: the role, the tiers, and the state as a whole (T3, T10, T11) */
#include <mach/task_policy.h>
#include <string.h>

#include "kernel/sched/policy.h"
#include "kernel/server/call.h"
#include "kernel/server/info.h"
#include "kernel/task/policy.h"
#include "task_server.h"

/* TASK_* of a role, which counts them in another order (T10). */
static const integer_t task_roles[SCHED_ROLE_COUNT] = {
    [SCHED_ROLE_DEFAULT] = TASK_UNSPECIFIED,
    [SCHED_ROLE_UI_FOCAL] = TASK_FOREGROUND_APPLICATION,
    [SCHED_ROLE_UI] = TASK_DEFAULT_APPLICATION,
    [SCHED_ROLE_NON_UI] = TASK_NONUI_APPLICATION,
    [SCHED_ROLE_UI_NON_FOCAL] = TASK_BACKGROUND_APPLICATION,
    [SCHED_ROLE_TAL_LAUNCH] = TASK_THROTTLE_APPLICATION,
    [SCHED_ROLE_DARWIN_BG] = TASK_DARWINBG_APPLICATION,
};

/* ---- set ---- */

/* The roles that an application may have by this call; the control application's and the graphics server's are not built. */
static kern_return_t set_role(struct task *task, integer_t role)
{
    switch (role) {
    case TASK_FOREGROUND_APPLICATION: return task_set_role(task, SCHED_ROLE_UI_FOCAL);
    case TASK_BACKGROUND_APPLICATION: return task_set_role(task, SCHED_ROLE_UI_NON_FOCAL);
    case TASK_DEFAULT_APPLICATION: return task_set_role(task, SCHED_ROLE_UI);
    case TASK_CONTROL_APPLICATION:
    case TASK_GRAPHICS_SERVER: return KERN_NOT_SUPPORTED;
    }
    return KERN_INVALID_ARGUMENT;
}

static bool is_tier(integer_t value, integer_t first, integer_t last)
{
    return value == 0 || (value >= first && value <= last);
}

/* Nothing follows from tiers on Linux: they are kept as they were asked for. */
static kern_return_t set_tiers(struct task *task, enum task_tiers which, const integer_t *in)
{
    if (!is_tier(in[0], LATENCY_QOS_TIER_0, LATENCY_QOS_TIER_5) ||
        !is_tier(in[1], THROUGHPUT_QOS_TIER_0, THROUGHPUT_QOS_TIER_5))
        return KERN_INVALID_ARGUMENT;
    task->tiers[which].latency = in[0];
    task->tiers[which].throughput = in[1];
    return KERN_SUCCESS;
}

static kern_return_t set_base_latency(struct task *task, integer_t tier)
{
    return set_tiers(task, TASK_TIERS_BASE, (integer_t[]){ tier, task->tiers[TASK_TIERS_BASE].throughput });
}

static kern_return_t set_base_throughput(struct task *task, integer_t tier)
{
    return set_tiers(task, TASK_TIERS_BASE, (integer_t[]){ task->tiers[TASK_TIERS_BASE].latency, tier });
}

static mach_msg_type_number_t count_of(task_policy_flavor_t flavor)
{
    switch (flavor) {
    case TASK_CATEGORY_POLICY: return TASK_CATEGORY_POLICY_COUNT;
    case TASK_BASE_QOS_POLICY:
    case TASK_OVERRIDE_QOS_POLICY:
    case TASK_BASE_LATENCY_QOS_POLICY:
    case TASK_BASE_THROUGHPUT_QOS_POLICY: return TASK_QOS_POLICY_COUNT;
    case TASK_SUPPRESSION_POLICY: return TASK_SUPPRESSION_POLICY_COUNT;
    }
    return 0;
}

kern_return_t serve_task_policy_set(struct task *task, task_policy_flavor_t flavor, task_policy_t policy_info,
                                    mach_msg_type_number_t policy_infoCnt)
{
    if (!task || policy_infoCnt < count_of(flavor))
        return KERN_INVALID_ARGUMENT;
    switch (flavor) {
    case TASK_CATEGORY_POLICY: return set_role(task, policy_info[0]);
    case TASK_BASE_QOS_POLICY: return set_tiers(task, TASK_TIERS_BASE, policy_info);
    case TASK_OVERRIDE_QOS_POLICY: return set_tiers(task, TASK_TIERS_OVERRIDE, policy_info);
    case TASK_BASE_LATENCY_QOS_POLICY: return set_base_latency(task, policy_info[0]);
    case TASK_BASE_THROUGHPUT_QOS_POLICY: return set_base_throughput(task, policy_info[1]);
    case TASK_SUPPRESSION_POLICY: return KERN_NOT_SUPPORTED;
    }
    return KERN_INVALID_ARGUMENT;
}

/* ---- get ---- */

static const uint8_t apptypes[] = {
    [SCHED_APPLICATION] = TASK_APPTYPE_APP_DEFAULT,
    [SCHED_DAEMON_STANDARD] = TASK_APPTYPE_DAEMON_STANDARD,
    [SCHED_DAEMON_INTERACTIVE] = TASK_APPTYPE_DAEMON_INTERACTIVE,
    [SCHED_DAEMON_ADAPTIVE] = TASK_APPTYPE_DAEMON_ADAPTIVE,
    [SCHED_DAEMON_BACKGROUND] = TASK_APPTYPE_DAEMON_BACKGROUND,
};

static unsigned tier_number(integer_t tier)
{
    return (unsigned)tier & 7;
}

static struct task_requested_policy requested_bits(const struct task *task)
{
    return (struct task_requested_policy){
        .trp_int_darwinbg = task->sched.is_background,
        .trp_terminated = task->sched.is_terminating,
        .trp_base_latency_qos = tier_number(task->tiers[TASK_TIERS_BASE].latency),
        .trp_base_through_qos = tier_number(task->tiers[TASK_TIERS_BASE].throughput),
        .trp_apptype = apptypes[task->sched.kind],
        .trp_role = (unsigned)task_roles[task->sched.role],
        .trp_over_latency_qos = tier_number(task->tiers[TASK_TIERS_OVERRIDE].latency),
        .trp_over_through_qos = tier_number(task->tiers[TASK_TIERS_OVERRIDE].throughput),
    };
}

static struct task_effective_policy effective_bits(const struct task *task)
{
    const struct sched_task *sched = &task->sched;
    enum sched_qos ceiling = sched_ceiling(sched);
    return (struct task_effective_policy){
        .tep_darwinbg = sched_task_max(sched) == PRIORITY_THROTTLE,
        .tep_terminated = sched->is_terminating,
        .tep_qos_ui_is_urgent = sched->kind == SCHED_APPLICATION && sched->role == SCHED_ROLE_UI_FOCAL,
        .tep_role = (unsigned)task_roles[sched->role],
        .tep_qos_ceiling = ceiling == SCHED_QOS_USER_INTERACTIVE ? SCHED_QOS_NONE : ceiling,
    };
}

/* D13, as for threads: root, and the task itself. */
static kern_return_t get_state(const struct task *task, integer_t *out, mach_msg_type_number_t *count_p)
{
    const struct task *caller = call_now()->caller->task;
    struct task_requested_policy requested = requested_bits(task);
    struct task_effective_policy effective = effective_bits(task);
    struct task_policy_state state = { 0 };
    memcpy(&state.tps_requested_policy, &requested, sizeof(requested));
    memcpy(&state.tps_effective_policy, &effective, sizeof(effective));
    if (caller != task && caller->identity.uid != 0)
        return KERN_PROTECTION_FAILURE;
    return give_integers(out, count_p, &state, sizeof(state));
}

static kern_return_t get_tiers(const struct task_tier *tier, bool get_default, integer_t *out,
                               mach_msg_type_number_t *count_p)
{
    struct task_qos_policy policy = { tier->latency, tier->throughput };
    if (get_default)
        policy = (struct task_qos_policy){ 0 };
    return give_integers(out, count_p, &policy, sizeof(policy));
}

kern_return_t serve_task_policy_get(struct task *task, task_policy_flavor_t flavor, task_policy_t policy_info,
                                    mach_msg_type_number_t *policy_infoCnt, boolean_t *get_default)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    switch (flavor) {
    case TASK_CATEGORY_POLICY: {
        integer_t role = *get_default ? TASK_UNSPECIFIED : task_roles[task->sched.role];
        return give_integers(policy_info, policy_infoCnt, &role, sizeof(role));
    }
    case TASK_BASE_QOS_POLICY:
        return get_tiers(&task->tiers[TASK_TIERS_BASE], *get_default, policy_info, policy_infoCnt);
    case TASK_OVERRIDE_QOS_POLICY:
        return get_tiers(&task->tiers[TASK_TIERS_OVERRIDE], *get_default, policy_info, policy_infoCnt);
    case TASK_POLICY_STATE: return get_state(task, policy_info, policy_infoCnt);
    case TASK_SUPPRESSION_POLICY: return KERN_NOT_SUPPORTED;
    }
    return KERN_INVALID_ARGUMENT;
}
