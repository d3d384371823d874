/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/classes.c - the numbers of section 1 of the T-rules, as a thread is told them: classes with a relative priority,
 * and what class a push is */
#include <pthread/qos_private.h>

#include "tests/push/helper.h"

enum { PROMOTION_AT = 25, CLASS_BITS = 7 };

struct asker {
    qos_class_t qos_class;
    int relative, base;
};

static void *ask(void *argument)
{
    struct asker *asker = argument;
    mach_port_t self = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(asker->qos_class, asker->relative), 0);
    asker->base = base_of(self);
    mach_port_deallocate(SELF, self);
    return NULL;
}

static int base_with(qos_class_t qos_class, int relative)
{
    struct asker asker = { .qos_class = qos_class, .relative = relative };
    world_thread_join(world_thread_spawn(ask, &asker));
    return asker.base;
}

TEST(a_class_with_a_relative_priority_is_between_it_and_the_next, "T1 T2 T3 T4 T9")
{
    static const struct {
        qos_class_t qos_class;
        int top, middle, bottom; /* at 0, -8 and -15, out of focus */
    } rows[] = {
        { QOS_CLASS_USER_INTERACTIVE, 46, 42, 38 }, { QOS_CLASS_USER_INITIATED, 37, 34, 32 },
        { QOS_CLASS_DEFAULT, 31, 26, 21 },          { QOS_CLASS_UTILITY, 20, 12, 5 },
        { QOS_CLASS_BACKGROUND, 4, 2, 1 },          { QOS_CLASS_MAINTENANCE, 4, 2, 1 },
    };
    role(PRIO_DARWIN_ROLE_UI_NON_FOCAL);
    for (int i = 0; i < 6; i++) {
        CHECK_EQ(base_with(rows[i].qos_class, 0), rows[i].top);
        CHECK_EQ(base_with(rows[i].qos_class, -8), rows[i].middle);
        CHECK_EQ(base_with(rows[i].qos_class, -15), rows[i].bottom);
    }
    CHECK_EQ(base_with(QOS_CLASS_USER_INTERACTIVE, -1), 46);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(base_with(QOS_CLASS_USER_INTERACTIVE, 0), 47);
    CHECK_EQ(base_with(QOS_CLASS_USER_INTERACTIVE, -1), 47);
    CHECK_EQ(base_with(QOS_CLASS_USER_INTERACTIVE, -15), 39);
    CHECK_EQ(base_with(QOS_CLASS_USER_INITIATED, 0), 37);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

/* Outside QoS, so that it pushes with any number (T7). */
static void set_priority(mach_port_t thread, int priority)
{
    thread_precedence_policy_data_t precedence = { .importance = priority - 31 };
    CHECK_EQ(thread_policy_set(thread, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                               THREAD_PRECEDENCE_POLICY_COUNT),
             OK);
}

static int promotion_of(mach_port_t thread)
{
    struct thread_policy_state state = { 0 };
    mach_msg_type_number_t count = THREAD_POLICY_STATE_COUNT;
    boolean_t get_default = FALSE;
    CHECK_EQ(thread_policy_get(thread, THREAD_POLICY_STATE, (thread_policy_t)&state, &count, &get_default),
             OK);
    return (int)((uint64_t)state.thps_requested_policy >> PROMOTION_AT & CLASS_BITS);
}

TEST(a_push_is_the_highest_class_that_is_not_above_it, "T17 T18 T27 T36")
{
    static const struct {
        int push, qos;
    } rows[] = {
        { 47, THREAD_QOS_USER_INTERACTIVE }, { 46, THREAD_QOS_USER_INTERACTIVE },
        { 45, THREAD_QOS_USER_INITIATED },   { 37, THREAD_QOS_USER_INITIATED },
        { 36, THREAD_QOS_LEGACY },           { 31, THREAD_QOS_LEGACY },
        { 30, THREAD_QOS_UTILITY },          { 20, THREAD_QOS_UTILITY },
        { 19, THREAD_QOS_BACKGROUND },       { 5, THREAD_QOS_BACKGROUND },
        { 4, THREAD_QOS_UNSPECIFIED },
    };
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_DEFAULT };
    push_helper(&helper, port);
    caller_start(&caller);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set_priority(caller.thread, rows[i].push);
        CHECK_EQ(push_of(helper.thread), rows[i].push);
        CHECK_EQ(promotion_of(helper.thread), rows[i].qos);
        CHECK_EQ(base_of(helper.thread), rows[i].push > 31 ? rows[i].push : 31);
    }
    world_thread_interrupt(caller.world);
    CHECK_EQ(caller_end(&caller), MACH_RCV_INTERRUPTED);
    CHECK_EQ(promotion_of(helper.thread), THREAD_QOS_UNSPECIFIED);
    release_helper(&helper, port);
    port_gone(port);
}

TEST(in_a_focal_application_a_push_of_46_is_one_of_47_onward_but_outside_classes, "T19")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_DEFAULT };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    push_helper(&helper, port);
    caller_start(&caller);
    set_priority(caller.thread, 46);
    CHECK_EQ(push_of(helper.thread), 46);
    CHECK_EQ(base_of(helper.thread), 47);
    set_priority(helper.thread, 31);
    CHECK_EQ(base_of(helper.thread), 46);
    world_thread_interrupt(caller.world);
    CHECK_EQ(caller_end(&caller), MACH_RCV_INTERRUPTED);
    CHECK_EQ(base_of(helper.thread), 31);
    release_helper(&helper, port);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
