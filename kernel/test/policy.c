/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/test/policy.c - from requests, roles and pushes to a base priority */
#include "kernel/sched/policy.h"

#include "tests/harness/harness.h"

static int base_in(enum sched_role role, enum sched_qos qos, int relative, int push)
{
    struct sched_task task;
    struct sched_thread thread;
    sched_task_init(&task, SCHED_APPLICATION);
    task.role = role;
    sched_thread_init(&thread, &task, qos);
    thread.relative = (int8_t)relative;
    return sched_base_of(&thread, push);
}

static int base_in_daemon(enum sched_kind kind, enum sched_qos qos, int push)
{
    struct sched_task task;
    struct sched_thread thread;
    sched_task_init(&task, kind);
    sched_thread_init(&thread, &task, qos);
    return sched_base_of(&thread, push);
}

TEST(each_class_has_its_base_priority, "T1 T2")
{
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_USER_INTERACTIVE, 0, 0), 46);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_USER_INITIATED, 0, 0), 37);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_DEFAULT, 0, 0), 31);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_UTILITY, 0, 0), 20);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_BACKGROUND, 0, 0), 4);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_MAINTENANCE, 0, 0), 4);
}

TEST(the_focus_adds_one_to_user_interactive_threads_alone, "T3 T19")
{
    CHECK_EQ(base_in(SCHED_ROLE_UI_FOCAL, SCHED_QOS_USER_INTERACTIVE, 0, 0), 47);
    CHECK_EQ(base_in(SCHED_ROLE_UI_FOCAL, SCHED_QOS_USER_INITIATED, 0, 0), 37);
    CHECK_EQ(base_in(SCHED_ROLE_UI_FOCAL, SCHED_QOS_DEFAULT, 0, 46), 47);
    CHECK_EQ(base_in(SCHED_ROLE_UI_FOCAL, SCHED_QOS_NONE, 0, 46), 46);
}

TEST(a_relative_priority_lowers_towards_the_next_class, "T4")
{
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_USER_INTERACTIVE, -15, 0), 38);
    CHECK_EQ(base_in(SCHED_ROLE_UI_FOCAL, SCHED_QOS_USER_INTERACTIVE, -15, 0), 39);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_USER_INTERACTIVE, -1, 0), 46);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_USER_INITIATED, -15, 0), 32);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_DEFAULT, -15, 0), 21);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_UTILITY, -15, 0), 5);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_BACKGROUND, -15, 0), 1);
    CHECK_EQ(base_in(SCHED_ROLE_UI, SCHED_QOS_MAINTENANCE, -15, 0), 1);
}

TEST(a_role_is_a_ceiling_on_classes, "T6 T10")
{
    static const struct {
        enum sched_role role;
        int interactive, without;
    } expected[] = {
        { SCHED_ROLE_DEFAULT, 31, 31 }, { SCHED_ROLE_UI_FOCAL, 47, 31 },     { SCHED_ROLE_UI, 46, 31 },
        { SCHED_ROLE_NON_UI, 31, 31 },  { SCHED_ROLE_UI_NON_FOCAL, 46, 31 }, { SCHED_ROLE_TAL_LAUNCH, 4, 4 },
        { SCHED_ROLE_DARWIN_BG, 4, 4 },
    };
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        CHECK_EQ(base_in(expected[i].role, SCHED_QOS_USER_INTERACTIVE, 0, 0), expected[i].interactive);
        CHECK_EQ(base_in(expected[i].role, SCHED_QOS_NONE, 0, 0), expected[i].without);
    }
    CHECK_EQ(base_in_daemon(SCHED_DAEMON_STANDARD, SCHED_QOS_USER_INTERACTIVE, 0), 37);
    CHECK_EQ(base_in_daemon(SCHED_DAEMON_INTERACTIVE, SCHED_QOS_USER_INTERACTIVE, 0), 37);
    CHECK_EQ(base_in_daemon(SCHED_DAEMON_BACKGROUND, SCHED_QOS_USER_INTERACTIVE, 0), 4);
}

TEST(a_push_passes_the_ceiling_but_not_the_maximum, "T13 T18")
{
    CHECK_EQ(base_in(SCHED_ROLE_DEFAULT, SCHED_QOS_DEFAULT, 0, 47), 47);
    CHECK_EQ(base_in(SCHED_ROLE_DEFAULT, SCHED_QOS_USER_INTERACTIVE, 0, 20), 31);
    CHECK_EQ(base_in(SCHED_ROLE_DARWIN_BG, SCHED_QOS_DEFAULT, 0, 47), 4);
    CHECK_EQ(base_in_daemon(SCHED_DAEMON_BACKGROUND, SCHED_QOS_DEFAULT, 47), 4);
    CHECK_EQ(base_in_daemon(SCHED_DAEMON_ADAPTIVE, SCHED_QOS_DEFAULT, 47), 47);
}

TEST(a_push_is_a_class_too, "T17")
{
    static const struct {
        int push;
        enum sched_qos qos;
    } expected[] = {
        { 47, SCHED_QOS_USER_INTERACTIVE },
        { 46, SCHED_QOS_USER_INTERACTIVE },
        { 45, SCHED_QOS_USER_INITIATED },
        { 37, SCHED_QOS_USER_INITIATED },
        { 36, SCHED_QOS_DEFAULT },
        { 31, SCHED_QOS_DEFAULT },
        { 30, SCHED_QOS_UTILITY },
        { 20, SCHED_QOS_UTILITY },
        { 19, SCHED_QOS_BACKGROUND },
        { 5, SCHED_QOS_BACKGROUND },
        { 4, SCHED_QOS_NONE },
        { 0, SCHED_QOS_NONE },
    };
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        CHECK_EQ(sched_promotion(expected[i].push), expected[i].qos);
}

TEST(outside_qos_the_importance_counts, "T7 T8 T14")
{
    struct sched_task task;
    struct sched_thread thread;
    sched_task_init(&task, SCHED_APPLICATION);
    sched_thread_init(&thread, &task, SCHED_QOS_NONE);
    thread.importance = 60 - 31;
    CHECK_EQ(sched_base_of(&thread, 0), 60);
    thread.importance = 10 - 31;
    CHECK_EQ(sched_base_of(&thread, 0), 10);
    CHECK_EQ(sched_base_of(&thread, 47), 47);
    thread.importance = -100;
    CHECK_EQ(sched_base_of(&thread, 0), 0);
    thread.importance = 100;
    CHECK_EQ(sched_base_of(&thread, 0), 63);
    thread.overrides[SCHED_QOS_USER_INTERACTIVE] = 1;
    thread.importance = 0;
    CHECK_EQ(sched_base_of(&thread, 0), 31);
}

TEST(overrides_raise_and_never_lower, "T14 T15 T16")
{
    struct sched_task task;
    struct sched_thread thread;
    sched_task_init(&task, SCHED_APPLICATION);
    task.role = SCHED_ROLE_UI;
    sched_thread_init(&thread, &task, SCHED_QOS_DEFAULT);
    thread.relative = -15;
    CHECK_EQ(sched_base_of(&thread, 0), 21);
    thread.overrides[SCHED_QOS_UTILITY] = 1;
    CHECK_EQ(sched_base_of(&thread, 0), 31);
    thread.overrides[SCHED_QOS_USER_INITIATED] = 2;
    CHECK_EQ(sched_base_of(&thread, 0), 37);
    thread.overrides[SCHED_QOS_USER_INITIATED] = 0;
    thread.overrides[SCHED_QOS_UTILITY] = 0;
    thread.servicer_override = SCHED_QOS_USER_INTERACTIVE;
    CHECK_EQ(sched_base_of(&thread, 0), 46);
}

TEST(real_time_pushes_with_63, "T20 T21")
{
    struct sched_task task;
    struct sched_thread thread;
    sched_task_init(&task, SCHED_APPLICATION);
    sched_thread_init(&thread, &task, SCHED_QOS_NONE);
    thread.is_real_time = true;
    CHECK_EQ(sched_base_of(&thread, 0), 97);
    CHECK_EQ(sched_push(97), 63);
    thread.is_real_time = false;
    task.role = SCHED_ROLE_DARWIN_BG;
    CHECK_EQ(sched_base_of(&thread, 0), 4);
    task.is_terminating = true;
    CHECK_EQ(sched_base_of(&thread, 0), 31);
}
