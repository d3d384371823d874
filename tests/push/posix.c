/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/posix.c - what needs the C library's threads: classes at creation, scheduling parameters, overrides, names (T5, T8, T9,
 * T16; live only) */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include "tests/push/helper.h"

struct sleeper {
    pthread_t id;
    _Atomic mach_port_t port;
    sem_t end;
};

static void *sleep_until_told(void *argument)
{
    struct sleeper *sleeper = argument;
    sleeper->port = mach_thread_self();
    while (sem_wait(&sleeper->end) != 0)
        ;
    return NULL;
}

static void sleeper_start(struct sleeper *sleeper, const pthread_attr_t *attributes)
{
    sleeper->port = MACH_PORT_NULL;
    REQUIRE_EQ(sem_init(&sleeper->end, 0, 0), 0);
    REQUIRE_EQ(pthread_create(&sleeper->id, attributes, sleep_until_told, sleeper), 0);
    for (int ms = 0; ms < PATIENCE_MS && sleeper->port == MACH_PORT_NULL; ms++)
        world_sleep_ms(1);
}

static void sleeper_end(struct sleeper *sleeper)
{
    sem_post(&sleeper->end);
    CHECK_EQ(pthread_join(sleeper->id, NULL), 0);
    mach_port_deallocate(SELF, sleeper->port);
}

TEST(a_thread_is_created_with_the_class_of_its_attributes, "T5")
{
    pthread_attr_t attributes;
    struct sleeper sleeper;
    role(PRIO_DARWIN_ROLE_UI);
    CHECK_EQ(pthread_attr_init(&attributes), 0);
    CHECK_EQ(pthread_attr_set_qos_class_np(&attributes, 0x44, 0), EINVAL);
    CHECK_EQ(pthread_attr_set_qos_class_np(NULL, QOS_CLASS_UTILITY, 0), EINVAL);
    CHECK_EQ(pthread_attr_set_qos_class_np(&attributes, QOS_CLASS_USER_INITIATED, -15), 0);
    sleeper_start(&sleeper, &attributes);
    CHECK_EQ(base_of(sleeper.port), 32);
    sleeper_end(&sleeper);
    CHECK_EQ(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED), 0);
    CHECK_EQ(pthread_attr_set_qos_class_np(&attributes, QOS_CLASS_UTILITY, 0), EINVAL);
    pthread_attr_destroy(&attributes);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(scheduling_parameters_are_mach_priorities, "T8")
{
    struct sleeper sleeper;
    struct sched_param param = { 0 };
    int policy = -1;
    sleeper_start(&sleeper, NULL);
    CHECK_EQ(pthread_getschedparam(sleeper.id, &policy, &param), 0);
    CHECK_EQ(policy, SCHED_OTHER);
    CHECK_EQ(param.sched_priority, 31);
    for (int priority = 1; priority <= 63; priority += 31) {
        param.sched_priority = priority;
        CHECK_EQ(pthread_setschedparam(sleeper.id, SCHED_OTHER, &param), 0);
        CHECK_EQ(base_of(sleeper.port), priority);
    }
    param.sched_priority = 40;
    CHECK_EQ(pthread_setschedparam(sleeper.id, SCHED_RR, &param), 0);
    param.sched_priority = 0;
    CHECK_EQ(pthread_getschedparam(sleeper.id, &policy, &param), 0);
    CHECK_EQ(policy, SCHED_RR);
    CHECK_EQ(param.sched_priority, 40);
    CHECK_EQ(base_of(sleeper.port), 40);
    param.sched_priority = 64;
    CHECK_EQ(pthread_setschedparam(sleeper.id, SCHED_OTHER, &param), EINVAL);
    param.sched_priority = 0;
    CHECK_EQ(pthread_setschedparam(sleeper.id, SCHED_OTHER, &param), EINVAL);
    param.sched_priority = 31;
    CHECK_EQ(pthread_setschedparam(sleeper.id, 77, &param), EINVAL);
    qos_class_t qos_class = QOS_CLASS_DEFAULT;
    CHECK_EQ(pthread_get_qos_class_np(sleeper.id, &qos_class, NULL), 0);
    CHECK_EQ(qos_class, QOS_CLASS_UNSPECIFIED);
    sleeper_end(&sleeper);
}

TEST(an_override_raises_another_thread_until_it_is_ended, "T16 T14 T15")
{
    struct sleeper sleeper;
    role(PRIO_DARWIN_ROLE_UI);
    sleeper_start(&sleeper, NULL);
    pthread_override_t high = pthread_override_qos_class_start_np(sleeper.id, QOS_CLASS_USER_INTERACTIVE, 0),
                       low = pthread_override_qos_class_start_np(sleeper.id, QOS_CLASS_UTILITY, 0);
    CHECK_EQ(base_of(sleeper.port), 46);
    CHECK_EQ(pthread_override_qos_class_end_np(high), 0);
    CHECK_EQ(base_of(sleeper.port), 31);
    CHECK_EQ(pthread_override_qos_class_end_np(low), 0);
    sleeper_end(&sleeper);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(the_name_of_a_thread_is_told_whole, "T22")
{
    char name[64] = "";
    CHECK_EQ(pthread_setname_np("a name of more than fifteen bytes"), 0);
    CHECK_EQ(pthread_getname_np(pthread_self(), name, sizeof(name)), 0);
    CHECK_STR_EQ(name, "a name of more than fifteen bytes");
    CHECK_EQ(pthread_getname_np(pthread_self(), name, 7), 0);
    CHECK_STR_EQ(name, "a name");
    CHECK_EQ(pthread_setname_np(NULL), 0);
}

TEST(a_thread_begins_with_the_scheduling_parameter_of_its_attributes, "T8")
{
    struct sleeper sleeper;
    pthread_attr_t attributes;
    struct sched_param param = { .sched_priority = 40 };
    REQUIRE_EQ(pthread_attr_init(&attributes), 0);
    CHECK_EQ(pthread_attr_setschedparam(&attributes, &param), 0);
    sleeper_start(&sleeper, &attributes);
    CHECK_EQ(base_of(sleeper.port), 40);
    CHECK_EQ(pthread_setschedparam(sleeper.id, SCHED_OTHER, &(struct sched_param){ .sched_priority = 31 }), 0);
    CHECK_EQ(base_of(sleeper.port), 31);
    sleeper_end(&sleeper);
    pthread_attr_destroy(&attributes);
}

struct waiter {
    pthread_t id;
    mach_port_t link, reply;
    _Atomic mach_port_t port;
    kern_return_t result;
};

static void *wait_for_answer(void *argument)
{
    struct waiter *waiter = argument;
    struct letter letter;
    waiter->reply = thread_get_special_reply_port();
    waiter->port = mach_thread_self();
    waiter->result = mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT, 0, sizeof(letter),
                              waiter->reply, 0, waiter->link);
    return NULL;
}

TEST(an_override_of_a_waiting_thread_is_passed_on, "S13 T39 T16")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct waiter waiter = { .link = port };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    push_helper(&helper, port);
    REQUIRE_EQ(pthread_create(&waiter.id, NULL, wait_for_answer, &waiter), 0);
    until_waiting(&waiter.port);
    CHECK_EQ(push_of(helper.thread), 31);
    pthread_override_t middle = pthread_override_qos_class_start_np(waiter.id, QOS_CLASS_USER_INITIATED, 0);
    CHECK_EQ(base_of(helper.thread), 37);
    pthread_override_t high = pthread_override_qos_class_start_np(waiter.id, QOS_CLASS_USER_INTERACTIVE, 0);
    CHECK_EQ(base_of(helper.thread), 47);
    CHECK_EQ(pthread_override_qos_class_end_np(high), 0);
    CHECK_EQ(base_of(helper.thread), 37);
    CHECK_EQ(pthread_override_qos_class_end_np(middle), 0);
    CHECK_EQ(base_of(helper.thread), 31);
    CHECK_EQ(mach_port_mod_refs(SELF, waiter.reply, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(pthread_join(waiter.id, NULL), 0);
    CHECK_EQ(waiter.result, MACH_RCV_PORT_CHANGED);
    mach_port_deallocate(SELF, waiter.reply);
    mach_port_deallocate(SELF, waiter.port);
    release_helper(&helper, port);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
