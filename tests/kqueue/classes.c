/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/classes.c - what class and override messages have, as whoever receives them through a knote is told (T96-T101, T127) */
#include <mach/notify.h>

#include "tests/kqueue/common.h"

/* A loop that takes one message of a port each time it is asked to. */
struct taker {
    mach_port_t port;
    struct loop loop;
    int n_taken;
};

static void taker_begin(struct taker *taker)
{
    *taker = (struct taker){ .port = port_with_send() };
    loop_begin(&taker->loop);
    CHECK_EQ(change(&taker->loop, taker->port, EVFILT_MACHPORT,
                    EV_ADD | EV_DISPATCH2 | EV_VANISHED | EV_DISABLE, MACH_RCV_MSG, QOS_DEF),
             0);
}

static void taker_end(struct taker *taker)
{
    CHECK_EQ(unmonitor(&taker->loop, taker->port), 0);
    loop_end(&taker->loop);
    port_gone(taker->port);
}

/* The class of the next message in the upper half, its override in the lower. */
static uint64_t take(struct taker *taker)
{
    CHECK_EQ(reenable(&taker->loop, taker->port), 0);
    until_done(&taker->loop, ++taker->n_taken);
    CHECK_EQ(received_by(&taker->loop, 0), MACH_MSG_SUCCESS);
    return taker->loop.events[0].ext[2];
}

#define CLASSES(class, override) ((uint64_t)(class) << 32 | (override))

static kern_return_t send_with(mach_port_t to, mach_msg_option_t option, mach_msg_priority_t priority)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_remote_port = to,
                                  .msgh_id = ID_CALL };
    return mach_msg(&message, MACH_SEND_MSG | option, sizeof(message), 0, 0, 0, priority);
}

static uint64_t classes_of(struct taker *taker, mach_msg_option_t option, mach_msg_priority_t priority)
{
    CHECK_EQ(send_with(taker->port, option, priority), OK);
    return take(taker);
}

TEST(the_last_argument_gives_a_class_and_an_override_or_an_override_alone, "T96 T97 T98 T127")
{
    const mach_msg_option_t override = MACH_SEND_OVERRIDE;
    struct taker taker;
    taker_begin(&taker);
    CHECK_EQ(classes_of(&taker, override, 0), 0);
    CHECK_EQ(classes_of(&taker, 0, QOS_UI), 0);
    CHECK_EQ(classes_of(&taker, override, QOS_IN), CLASSES(0, QOS_IN));
    CHECK_EQ(classes_of(&taker, override,
                        mach_msg_priority_encode(MACH_MSG_QOS_DEFAULT, MACH_MSG_QOS_UTILITY, 0)),
             CLASSES(QOS_UT, QOS_DEF));
    CHECK_EQ(classes_of(&taker, override,
                        mach_msg_priority_encode(MACH_MSG_QOS_UTILITY, MACH_MSG_QOS_USER_INTERACTIVE, 0)),
             CLASSES(QOS_UI, QOS_UI));
    CHECK_EQ(classes_of(&taker, override, mach_msg_priority_encode(0, MACH_MSG_QOS_UTILITY, -3)) >> 32,
             (QOS_UT & ~0xff) | (uint8_t)(-3 - 1));
    taker_end(&taker);
}

static void *send_with_own_class(void *argument)
{
    mach_port_t port = *(mach_port_t *)argument, self = mach_thread_self();
    thread_precedence_policy_data_t precedence = { .importance = 10 }; /* 41, out of QoS */
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0), 0);
    CHECK_EQ(send_with(port, MACH_SEND_PROPAGATE_QOS, 0), OK);
    CHECK_EQ(send_with(port, MACH_SEND_PROPAGATE_QOS | MACH_SEND_OVERRIDE, QOS_UI), OK);
    CHECK_EQ(thread_policy_set(self, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                               THREAD_PRECEDENCE_POLICY_COUNT),
             OK);
    CHECK_EQ(send_with(port, MACH_SEND_PROPAGATE_QOS, 0), OK);
    mach_port_deallocate(SELF, self);
    return NULL;
}

/* All three are in the queue together: the second raises the override of the first (T99). */
TEST(a_sender_that_asks_for_it_gives_its_own_class_along, "T100 T98")
{
    struct taker taker;
    taker_begin(&taker);
    world_thread_join(world_thread_spawn(send_with_own_class, &taker.port));
    CHECK_EQ(take(&taker), CLASSES(QOS_UT, QOS_UI));
    CHECK_EQ(take(&taker), CLASSES(QOS_UT, QOS_UI));
    CHECK_EQ(take(&taker), CLASSES(QOS_IN, QOS_IN));
    taker_end(&taker);
}

TEST(who_asks_to_hear_of_room_raises_the_first_message, "T101")
{
    struct taker taker;
    mach_port_t notify = port_with_send(), previous;
    taker_begin(&taker);
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        post(taker.port, 0, 0);
    CHECK_EQ(mach_port_request_notification(SELF, taker.port, MACH_NOTIFY_SEND_POSSIBLE, 0, notify,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
             OK);
    CHECK_EQ(send_with(taker.port, MACH_SEND_TIMEOUT | MACH_SEND_NOTIFY | MACH_SEND_OVERRIDE, QOS_IN),
             MACH_SEND_TIMED_OUT);
    CHECK_EQ(take(&taker), CLASSES(0, QOS_IN));
    CHECK_EQ(take(&taker), 0);
    CHECK_EQ(letter_take(notify).header.msgh_id, MACH_NOTIFY_SEND_POSSIBLE);
    for (int i = 2; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        CHECK_EQ(take(&taker), 0);
    taker_end(&taker);
    port_gone(notify);
}
