/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/threads.c - what a thread asks for, and what the calls tell of it (T2-T29, K225-K228) */
#include <errno.h>
#include <mach/policy.h>
#include <mach/task_policy.h>
#include <mach/thread_policy.h>
#include <mach/thread_switch.h>

#include "tests/push/common.h"

/* ---- looking ---- */

static struct thread_extended_info info_of(mach_port_t thread)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count), OK);
    CHECK_EQ(count, THREAD_EXTENDED_INFO_COUNT);
    return info;
}

static struct policy_timeshare_info timeshare_of(mach_port_t thread)
{
    struct policy_timeshare_info info = { 0 };
    mach_msg_type_number_t count = POLICY_TIMESHARE_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_SCHED_TIMESHARE_INFO, (thread_info_t)&info, &count), OK);
    return info;
}

static kern_return_t get(mach_port_t thread, int flavor, integer_t *words, unsigned n_words,
                         boolean_t *get_default)
{
    mach_msg_type_number_t count = n_words;
    boolean_t none = FALSE;
    return thread_policy_get(thread, (thread_policy_flavor_t)flavor, words, &count,
                             get_default ? get_default : &none);
}

static kern_return_t set(mach_port_t thread, int flavor, integer_t *words, unsigned n_words)
{
    return thread_policy_set(thread, (thread_policy_flavor_t)flavor, words, n_words);
}

static struct thread_requested_qos_policy requested_of(mach_port_t thread)
{
    struct thread_requested_qos_policy policy = { 0 };
    CHECK_EQ(get(thread, THREAD_REQUESTED_STATE_POLICY, (integer_t *)&policy,
                 THREAD_REQUESTED_STATE_POLICY_COUNT, NULL),
             OK);
    return policy;
}

/* Runs on a thread of its own, so that what it asks for ends with it. */
static void on_a_thread(void *(*body)(void *))
{
    world_thread_join(world_thread_spawn(body, NULL));
}

/* ---- classes ---- */

static void *new_thread(void *argument)
{
    mach_port_t self = mach_thread_self();
    CHECK_EQ(qos_class_self(), QOS_CLASS_DEFAULT);
    CHECK_EQ(base_of(self), 31);
    CHECK_EQ(requested_of(self).thrq_base_qos, THREAD_QOS_LEGACY);
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(a_new_thread_is_of_class_default_whatever_its_creator_is, "T5")
{
    role(PRIO_DARWIN_ROLE_UI);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0), 0);
    on_a_thread(new_thread);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

static int child_of_a_role(void *argument)
{
    mach_port_t self = mach_thread_self();
    CHECK_EQ(getpriority(PRIO_DARWIN_ROLE, 0), PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(base_of(self), 31);
    CHECK_EQ(requested_of(self).thrq_base_qos, THREAD_QOS_USER_INTERACTIVE);
    CHECK_EQ(qos_class_main(), QOS_CLASS_USER_INTERACTIVE);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(base_of(self), 47);
    return WORLD_OK;
}

TEST(a_child_has_the_default_role_and_its_main_thread_waits_for_another, "T6 T12 T3 T11")
{
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(getpriority(PRIO_DARWIN_ROLE, 0), PRIO_DARWIN_ROLE_UI_FOCAL);
    world_task *task = world_task_spawn(child_of_a_role, NULL, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

static void *asks(void *argument)
{
    mach_port_t self = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(0x1234, 0), EINVAL);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 1), EINVAL);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, -16), EINVAL);
    CHECK_EQ(base_of(self), 31);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, -15), 0);
    CHECK_EQ(base_of(self), 5);
    struct thread_qos_policy policy = { 0 };
    CHECK_EQ(get(self, THREAD_QOS_POLICY, (integer_t *)&policy, THREAD_QOS_POLICY_COUNT, NULL), OK);
    CHECK_EQ(policy.qos_tier, THREAD_QOS_UTILITY);
    CHECK_EQ(policy.tier_importance, -15);
    integer_t importance = 5;
    CHECK_EQ(set(self, THREAD_PRECEDENCE_POLICY, &importance, 1), OK);
    CHECK_EQ(base_of(self), 36);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0), EPERM);
    CHECK_EQ(qos_class_self(), QOS_CLASS_UNSPECIFIED);
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(a_class_is_in_force_when_the_call_returns_until_the_thread_leaves_classes, "T7 T8 T9 T26")
{
    on_a_thread(asks);
}

TEST(a_role_that_is_none_is_refused, "T11")
{
    errno = 0;
    CHECK_EQ(setpriority(PRIO_DARWIN_ROLE, 0, 7), -1);
    CHECK_EQ(errno, EINVAL);
    errno = 0;
    CHECK_EQ(setpriority(PRIO_DARWIN_ROLE, 4000000, PRIO_DARWIN_ROLE_UI), -1);
    CHECK_EQ(errno, ESRCH);
    errno = 0;
    CHECK_EQ(getpriority(PRIO_DARWIN_ROLE, 4000000), -1);
    CHECK_EQ(errno, ESRCH);
}

/* ---- thread_info ---- */

static void *named(void *argument)
{
    static const char long_name[] = "a name that is longer than what Linux keeps of names, but no more";
    mach_port_t self = mach_thread_self();
    CHECK_STR_EQ(info_of(self).pth_name, "");
    CHECK_EQ(pthread_setname_np("reader"), 0);
    CHECK_STR_EQ(info_of(self).pth_name, "reader");
    CHECK_EQ(pthread_setname_np(long_name), ENAMETOOLONG);
    CHECK_EQ(pthread_setname_np(long_name + 2), 0);
    CHECK_STR_EQ(info_of(self).pth_name, long_name + 2);
    CHECK_EQ(pthread_setname_np(NULL), 0);
    CHECK_STR_EQ(info_of(self).pth_name, "");
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(a_thread_tells_its_name_its_times_and_its_priorities, "T22 K225 K227")
{
    mach_port_t self = mach_thread_self();
    struct thread_basic_info basic = { 0 };
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    on_a_thread(named);
    struct thread_extended_info info = info_of(self);
    CHECK_EQ(info.pth_policy, POLICY_TIMESHARE);
    CHECK_EQ(info.pth_run_state, TH_STATE_RUNNING);
    CHECK_EQ(info.pth_curpri, 31);
    CHECK_EQ(info.pth_priority, 31);
    CHECK_EQ(info.pth_maxpriority, 63);
    CHECK_EQ(thread_info(self, THREAD_BASIC_INFO, (thread_info_t)&basic, &count), OK);
    CHECK_EQ(count, THREAD_BASIC_INFO_COUNT);
    CHECK_GE((uint64_t)basic.user_time.seconds * 1000000 + (uint64_t)basic.user_time.microseconds,
             info.pth_user_time / 1000);
    CHECK_GE(basic.cpu_usage, 0);
    CHECK_LE(basic.cpu_usage, TH_USAGE_SCALE);
    CHECK_EQ(basic.suspend_count, 0);
    count = THREAD_BASIC_INFO_COUNT - 1;
    CHECK_EQ(thread_info(self, THREAD_BASIC_INFO, (thread_info_t)&basic, &count), KERN_INVALID_ARGUMENT);
    count = THREAD_EXTENDED_INFO_COUNT - 1;
    CHECK_EQ(thread_info(self, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count), KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, self);
}

static void *fixed(void *argument)
{
    mach_port_t self = mach_thread_self();
    struct policy_rr_info rr = { 0 };
    mach_msg_type_number_t count = POLICY_RR_INFO_COUNT;
    integer_t timeshare = FALSE;
    CHECK_EQ(thread_info(self, THREAD_SCHED_RR_INFO, (thread_info_t)&rr, &count), KERN_INVALID_POLICY);
    CHECK_EQ(timeshare_of(self).base_priority, 31);
    CHECK_EQ(set(self, THREAD_EXTENDED_POLICY, &timeshare, 1), OK);
    CHECK_EQ(base_of(self), 31);
    CHECK_EQ(info_of(self).pth_policy, POLICY_RR);
    CHECK_EQ(thread_info(self, THREAD_SCHED_RR_INFO, (thread_info_t)&rr, &count), OK);
    CHECK_EQ(rr.base_priority, 31);
    struct policy_timeshare_info shared;
    count = POLICY_TIMESHARE_INFO_COUNT;
    CHECK_EQ(thread_info(self, THREAD_SCHED_TIMESHARE_INFO, (thread_info_t)&shared, &count),
             KERN_INVALID_POLICY);
    timeshare = 7;
    CHECK_EQ(get(self, THREAD_EXTENDED_POLICY, &timeshare, 1, NULL), OK);
    CHECK_EQ(timeshare, FALSE);
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(each_policy_has_its_flavor_of_information, "T24 T26 T28 K228")
{
    on_a_thread(fixed);
}

static void *depressed(void *argument)
{
    enum { LONG_MS = 60000, SHORT_MS = 1 };
    mach_port_t self = mach_thread_self();
    CHECK_EQ(thread_depress_abort(self), KERN_NOT_DEPRESSED);
    CHECK_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 0), OK);
    CHECK_EQ(info_of(self).pth_curpri, 31);
    CHECK_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, LONG_MS), OK);
    CHECK_EQ(info_of(self).pth_curpri, 0);
    CHECK_EQ(info_of(self).pth_priority, 31);
    struct policy_timeshare_info shared = timeshare_of(self);
    CHECK_EQ(shared.depressed, TRUE);
    CHECK_EQ(shared.base_priority, 0);
    CHECK_EQ(shared.depress_priority, 31);
    CHECK_EQ(thread_depress_abort(self), OK);
    CHECK_EQ(timeshare_of(self).depress_priority, -1);
    CHECK_EQ(base_of(self), 31);
    CHECK_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, SHORT_MS), OK);
    world_sleep_ms(3);
    CHECK_EQ(base_of(self), 31);
    CHECK_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, LONG_MS), OK); /* the thread ends depressed */
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(a_depression_is_shown_and_changes_nothing_else, "T25 T24")
{
    on_a_thread(depressed);
}

/* ---- policies ---- */

TEST(policies_are_told_as_they_were_asked_for, "T26 T27")
{
    mach_port_t self = mach_thread_self();
    struct thread_time_constraint_policy constraint = { 0 };
    integer_t word = 7, words[16];
    boolean_t get_default = FALSE;
    CHECK_EQ(get(self, THREAD_EXTENDED_POLICY, &word, 1, NULL), OK);
    CHECK_EQ(word, TRUE);
    CHECK_EQ(get(self, THREAD_PRECEDENCE_POLICY, &word, 1, NULL), OK);
    CHECK_EQ(word, 0);
    CHECK_EQ(get(self, THREAD_TIME_CONSTRAINT_POLICY, (integer_t *)&constraint,
                 THREAD_TIME_CONSTRAINT_POLICY_COUNT, &get_default),
             OK);
    CHECK_EQ(get_default, TRUE);
    CHECK_NE(constraint.computation, 0);
    static const struct {
        int flavor;
        unsigned count;
    } flavors[] = { { THREAD_TIME_CONSTRAINT_POLICY, 4 }, { THREAD_PRECEDENCE_POLICY, 1 },
                    { THREAD_POLICY_STATE, 16 },          { THREAD_LATENCY_QOS_POLICY, 1 },
                    { THREAD_THROUGHPUT_QOS_POLICY, 1 },  { THREAD_QOS_POLICY, 2 },
                    { THREAD_REQUESTED_STATE_POLICY, 7 } };
    for (unsigned i = 0; i < sizeof(flavors) / sizeof(flavors[0]); i++) {
        CHECK_EQ(get(self, flavors[i].flavor, words, flavors[i].count, NULL), OK);
        CHECK_EQ(get(self, flavors[i].flavor, words, flavors[i].count - 1, NULL), KERN_INVALID_ARGUMENT);
    }
    CHECK_EQ(get(self, 99, words, 16, NULL), KERN_INVALID_ARGUMENT);
    struct thread_policy_state state = { 0 };
    CHECK_EQ(get(self, THREAD_POLICY_STATE, (integer_t *)&state, THREAD_POLICY_STATE_COUNT, NULL), OK);
    CHECK_EQ((state.requested & POLICY_REQ_TH_QOS_MASK) >> POLICY_REQ_TH_QOS_SHIFT,
             THREAD_QOS_USER_INTERACTIVE);
    CHECK_EQ((state.effective & POLICY_EFF_TH_QOS_MASK) >> POLICY_EFF_TH_QOS_SHIFT, THREAD_QOS_LEGACY);
    CHECK_EQ(state.flags, 0);
    CHECK_EQ(state.thps_user_promotions, 0);
    mach_port_deallocate(SELF, self);
}

static void *real_time(void *argument)
{
    mach_port_t self = mach_thread_self();
    struct thread_time_constraint_policy constraint = { 100, 50, 40, TRUE }, got = { 0 };
    boolean_t get_default = FALSE;
    integer_t word = 1, words[2] = { THREAD_QOS_UTILITY, 0 };
    CHECK_EQ(set(self, THREAD_TIME_CONSTRAINT_POLICY, (integer_t *)&constraint, 4), KERN_INVALID_ARGUMENT);
    CHECK_EQ(qos_class_self(), QOS_CLASS_DEFAULT); /* a call that fails puts the class back */
    CHECK_EQ(set(self, THREAD_QOS_POLICY, words, 2), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set(self, 99, words, 2), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set(self, THREAD_PRECEDENCE_POLICY, words, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set(self, THREAD_TIME_CONSTRAINT_POLICY, (integer_t *)&constraint, 3), KERN_INVALID_ARGUMENT);
    constraint.constraint = 60;
    CHECK_EQ(set(self, THREAD_TIME_CONSTRAINT_POLICY, (integer_t *)&constraint, 4), OK);
    CHECK_EQ(base_of(self), 97);
    CHECK_EQ(qos_class_self(), QOS_CLASS_UNSPECIFIED);
    CHECK_EQ(get(self, THREAD_TIME_CONSTRAINT_POLICY, (integer_t *)&got, 4, &get_default), OK);
    CHECK_EQ(get_default, FALSE);
    CHECK_MEM_EQ(&got, &constraint, sizeof(got));
    CHECK_EQ(set(self, THREAD_EXTENDED_POLICY, &word, 1), OK);
    CHECK_EQ(base_of(self), 31);
    word = LATENCY_QOS_TIER_2;
    CHECK_EQ(set(self, THREAD_LATENCY_QOS_POLICY, &word, 1), OK);
    word = 0;
    CHECK_EQ(get(self, THREAD_LATENCY_QOS_POLICY, &word, 1, NULL), OK);
    CHECK_EQ(word, LATENCY_QOS_TIER_2);
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(setting_a_policy_takes_the_class_away_and_failing_leaves_it, "T28 T20 T26")
{
    on_a_thread(real_time);
}

TEST(a_policy_of_a_thread_that_ended_is_not_told, "T26 T28")
{
    struct caller caller = { .dest = port_with_send(), .qos_class = QOS_CLASS_DEFAULT };
    integer_t word = 0;
    caller_start(&caller);
    world_thread_interrupt(caller.world);
    world_thread_join(caller.world);
    for (int ms = 0; ms < PATIENCE_MS && get(caller.thread, THREAD_PRECEDENCE_POLICY, &word, 1, NULL) == OK;
         ms++)
        world_sleep_ms(1);
    kern_return_t kr = get(caller.thread, THREAD_PRECEDENCE_POLICY, &word, 1, NULL);
    CHECK(kr == KERN_TERMINATED || kr == MACH_SEND_INVALID_DEST);
    mach_port_deallocate(SELF, caller.thread);
    port_gone(caller.reply);
    port_gone(caller.dest);
}

/* ---- PRIO_DARWIN_BG ---- */

static void *background(void *argument)
{
    mach_port_t self = mach_thread_self();
    CHECK_EQ(getpriority(PRIO_DARWIN_THREAD, 0), 0);
    CHECK_EQ(setpriority(PRIO_DARWIN_THREAD, 0, PRIO_DARWIN_BG), 0);
    CHECK_EQ(base_of(self), 4);
    CHECK_EQ(getpriority(PRIO_DARWIN_THREAD, 0), 1);
    CHECK_EQ(setpriority(PRIO_DARWIN_THREAD, 0, 0), 0);
    CHECK_EQ(base_of(self), 31);
    errno = 0;
    CHECK_EQ(setpriority(PRIO_DARWIN_THREAD, 1, PRIO_DARWIN_BG), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(setpriority(PRIO_DARWIN_THREAD, 0, 5), -1);
    CHECK_EQ(errno, EINVAL);
    mach_port_deallocate(SELF, self);
    return NULL;
}

TEST(a_thread_or_a_process_can_be_put_into_the_background, "T10 T13")
{
    mach_port_t self = mach_thread_self();
    on_a_thread(background);
    CHECK_EQ(setpriority(PRIO_DARWIN_PROCESS, 0, PRIO_DARWIN_BG), 0);
    CHECK_EQ(getpriority(PRIO_DARWIN_PROCESS, 0), 1);
    CHECK_EQ(base_of(self), 4);
    CHECK_EQ(info_of(self).pth_maxpriority, 4);
    CHECK_EQ(setpriority(PRIO_DARWIN_PROCESS, 0, 0), 0);
    CHECK_EQ(base_of(self), 31);
    errno = 0;
    CHECK_EQ(setpriority(PRIO_DARWIN_GPU, 0, 1), -1);
    CHECK_EQ(errno, ENOTSUP);
    mach_port_deallocate(SELF, self);
}

/* ---- task_policy ---- */

TEST(the_policy_of_a_task_tells_and_sets_its_role_and_tiers, "T3 T10")
{
    integer_t role_now = 77, tiers[2] = { LATENCY_QOS_TIER_1, THROUGHPUT_QOS_TIER_4 };
    mach_msg_type_number_t count = 1;
    boolean_t get_default = FALSE;
    CHECK_EQ(task_policy_get(SELF, TASK_CATEGORY_POLICY, &role_now, &count, &get_default), OK);
    CHECK_EQ(role_now, TASK_UNSPECIFIED);
    role_now = TASK_FOREGROUND_APPLICATION;
    CHECK_EQ(task_policy_set(SELF, TASK_CATEGORY_POLICY, &role_now, 1), OK);
    CHECK_EQ(getpriority(PRIO_DARWIN_ROLE, 0), PRIO_DARWIN_ROLE_UI_FOCAL);
    role(PRIO_DARWIN_ROLE_UI_NON_FOCAL);
    CHECK_EQ(task_policy_get(SELF, TASK_CATEGORY_POLICY, &role_now, &count, &get_default), OK);
    CHECK_EQ(role_now, TASK_BACKGROUND_APPLICATION);
    struct task_policy_state state;
    count = TASK_POLICY_STATE_COUNT;
    CHECK_EQ(task_policy_get(SELF, TASK_POLICY_STATE, (integer_t *)&state, &count, &get_default), OK);
    struct task_requested_policy requested;
    memcpy(&requested, &state.tps_requested_policy, sizeof(requested));
    CHECK_EQ(requested.trp_role, TASK_BACKGROUND_APPLICATION);
    CHECK_EQ(requested.trp_apptype, TASK_APPTYPE_APP_DEFAULT);
    role_now = 99;
    CHECK_EQ(task_policy_set(SELF, TASK_CATEGORY_POLICY, &role_now, 1), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_policy_set(SELF, TASK_CATEGORY_POLICY, &role_now, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_policy_set(SELF, TASK_BASE_QOS_POLICY, tiers, 2), OK);
    integer_t got[2] = { 0 };
    count = 2;
    CHECK_EQ(task_policy_get(SELF, TASK_BASE_QOS_POLICY, got, &count, &get_default), OK);
    CHECK_MEM_EQ(got, tiers, sizeof(got));
    tiers[0] = 5;
    CHECK_EQ(task_policy_set(SELF, TASK_OVERRIDE_QOS_POLICY, tiers, 2), KERN_INVALID_ARGUMENT);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
