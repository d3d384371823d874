/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/test/classes.c - what a message's class and override are (T96-T101), seen in the queue itself: programs see them
 * through knotes alone */
#include <mach/mach.h>
#include <mach/mach_voucher.h>
#include <mach/notify.h>
#include <mach/thread_policy.h>
#include <pthread/qos.h>
#include <voucher/ipc_pthread_priority_types.h>

#include "kernel/ipc/message_qos.h"
#include "kernel/task/task.h"
#include "sim/sim.h"
#include "tests/harness/harness.h"

#define SELF mach_task_self()

enum { ENCODED_UI = 1u << 13 | 0xff, ENCODED_IN = 1u << 12 | 0xff, ENCODED_UT = 1u << 10 | 0xff };

static mach_port_t port_with_send(void)
{
    mach_port_t name = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_insert_right(SELF, name, name, MACH_MSG_TYPE_MAKE_SEND), KERN_SUCCESS);
    return name;
}

static mach_msg_return_t send_with(mach_port_t port, mach_msg_option_t option, mach_msg_priority_t priority)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = port,
    };
    return mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT | option, sizeof(message), 0, MACH_PORT_NULL,
                    0, priority);
}

/* The message at that place of the port's queue, 0 the first. */
static const struct message *queued(mach_port_t name, unsigned place)
{
    struct entry *entry = space_peek(sim_task_kernel(sim_task_self())->space, name);
    struct list *node = entry->port->messages.next;
    for (; place > 0; place--)
        node = node->next;
    REQUIRE(node != &entry->port->messages);
    return list_entry(node, struct message, link);
}

#define CHECK_MESSAGE(port, place, class, rel, over)                                                         \
    do {                                                                                                     \
        const struct message *message_ = queued(port, place);                                                \
        CHECK_EQ(message_qos(message_).qos, class);                                                          \
        CHECK_EQ(message_qos(message_).relative, rel);                                                       \
        CHECK_EQ(message_override(message_), over);                                                          \
    } while (0)

TEST(the_last_argument_gives_a_class_or_an_override_in_two_encodings, "T96 T97 T98")
{
    mach_port_t port = port_with_send();
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, 0), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_NONE, 0, SCHED_QOS_NONE);
    port = port_with_send();
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, ENCODED_IN), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_NONE, 0, SCHED_QOS_USER_INITIATED);
    port = port_with_send();
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE,
                       mach_msg_priority_encode(MACH_MSG_QOS_DEFAULT, MACH_MSG_QOS_UTILITY, -3)),
             MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_UTILITY, -3, SCHED_QOS_DEFAULT);
    port = port_with_send();
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE,
                       mach_msg_priority_encode(MACH_MSG_QOS_UTILITY, MACH_MSG_QOS_USER_INTERACTIVE, 0)),
             MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_USER_INTERACTIVE, 0, SCHED_QOS_USER_INTERACTIVE);
    port = port_with_send();
    CHECK_EQ(send_with(port, 0, 0), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_NONE, 0, SCHED_QOS_NONE);
}

TEST(an_encoding_of_nonsense_gives_nothing_or_the_nearest, "T97")
{
    mach_port_t port = port_with_send();
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, 0xff), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_NONE, 0, SCHED_QOS_NONE);
    port = port_with_send();
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, 0x00ff0000), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_NONE, 0, SCHED_QOS_NONE);
    port = port_with_send();
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, 4u << 16 | 0x8000), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_DEFAULT, SCHED_RELATIVE_MIN, SCHED_QOS_DEFAULT);
}

TEST(a_priority_is_written_and_read_back, "T97 T106")
{
    CHECK_EQ(sched_encode(sched_class_of(SCHED_QOS_USER_INTERACTIVE, 0)), ENCODED_UI);
    CHECK_EQ(sched_encode(sched_class_of(SCHED_QOS_NONE, 0)), 0);
    for (uint32_t qos = SCHED_QOS_MAINTENANCE; qos < SCHED_QOS_COUNT; qos++)
        for (int relative = SCHED_RELATIVE_MIN; relative <= 0; relative++) {
            struct sched_class class = sched_decode(sched_encode(sched_class_of(qos, relative)));
            CHECK_EQ(class.qos, qos);
            CHECK_EQ(class.relative, relative);
        }
    CHECK_EQ(sched_decode(0x3f00 | 0xff).qos, SCHED_QOS_MAINTENANCE);
    CHECK_EQ(sched_decode(ENCODED_UI | PTHREAD_PRIORITY_SCHED_PRI).qos, SCHED_QOS_NONE);
    CHECK_EQ(sched_decode(ENCODED_UI | PTHREAD_PRIORITY_EVENT_MANAGER).qos, SCHED_QOS_NONE);
    CHECK_EQ(sched_decode(1u << 8 | 0x10).relative, 0);
}

TEST(a_sender_gives_its_requested_class_along_if_it_asks_for_it, "T96 T98 T100")
{
    mach_port_t port = port_with_send(), self = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, -4), 0);
    CHECK_EQ(send_with(port, MACH_SEND_PROPAGATE_QOS, 0), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_USER_INITIATED, -4, SCHED_QOS_USER_INITIATED);
    CHECK_EQ(send_with(port, MACH_SEND_PROPAGATE_QOS | MACH_SEND_OVERRIDE,
                       mach_msg_priority_encode(0, MACH_MSG_QOS_BACKGROUND, 0)),
             MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 1, SCHED_QOS_BACKGROUND, 0, SCHED_QOS_BACKGROUND);
    CHECK_EQ(send_with(port, MACH_SEND_PROPAGATE_QOS | MACH_SEND_OVERRIDE, ENCODED_UI), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 2, SCHED_QOS_USER_INITIATED, -4, SCHED_QOS_USER_INTERACTIVE);
    thread_precedence_policy_data_t precedence = { .importance = 10 }; /* B = 41: out of QoS */
    CHECK_EQ(thread_policy_set(self, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                               THREAD_PRECEDENCE_POLICY_COUNT),
             KERN_SUCCESS);
    CHECK_EQ(send_with(port, MACH_SEND_PROPAGATE_QOS, 0), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 3, SCHED_QOS_USER_INITIATED, 0, SCHED_QOS_USER_INITIATED);
}

static mach_msg_return_t send_voucher(mach_port_t port, mach_msg_option_t option, mach_msg_priority_t priority)
{
    struct {
        mach_voucher_attr_recipe_data_t head;
        uint32_t content;
    } recipe = { { MACH_VOUCHER_ATTR_KEY_PTHPRIORITY, MACH_VOUCHER_ATTR_PTHPRIORITY_CREATE, MACH_PORT_NULL, 4 },
                 sched_encode(sched_class_of(SCHED_QOS_UTILITY, -2)) };
    mach_port_t voucher = MACH_PORT_NULL;
    CHECK_EQ(host_create_mach_voucher(mach_host_self(), (uint8_t *)&recipe, sizeof(recipe), &voucher),
             KERN_SUCCESS);
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, MACH_MSG_TYPE_MOVE_SEND, 0),
        .msgh_remote_port = port,
        .msgh_voucher_port = voucher,
    };
    return mach_msg(&message, MACH_SEND_MSG | option, sizeof(message), 0, MACH_PORT_NULL, 0, priority);
}

TEST(a_voucher_gives_the_class_where_the_argument_does_not, "T98 T106")
{
    mach_port_t port = port_with_send();
    CHECK_EQ(send_voucher(port, MACH_SEND_PROPAGATE_QOS, 0), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_UTILITY, -2, SCHED_QOS_UTILITY);
    CHECK_EQ(send_voucher(port, MACH_SEND_OVERRIDE, mach_msg_priority_encode(0, MACH_MSG_QOS_BACKGROUND, 0)),
             MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 1, SCHED_QOS_BACKGROUND, 0, SCHED_QOS_BACKGROUND);
    CHECK_EQ(send_voucher(port, MACH_SEND_OVERRIDE, ENCODED_IN), MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 2, SCHED_QOS_UTILITY, -2, SCHED_QOS_USER_INITIATED);
}

TEST(a_message_raises_the_override_of_those_ahead_and_lowers_none, "T99")
{
    mach_port_t port = port_with_send();
    mach_port_limits_t limits = { .mpl_qlimit = 10 };
    CHECK_EQ(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                      MACH_PORT_LIMITS_INFO_COUNT),
             KERN_SUCCESS);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, mach_msg_priority_encode(0, MACH_MSG_QOS_UTILITY, 0)),
                 MACH_MSG_SUCCESS);
    CHECK_MESSAGE(port, 0, SCHED_QOS_UTILITY, 0, SCHED_QOS_UTILITY);
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, ENCODED_UI), MACH_MSG_SUCCESS);
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, ENCODED_UT), MACH_MSG_SUCCESS);
    for (unsigned i = 0; i < 5; i++)
        CHECK_MESSAGE(port, i, SCHED_QOS_UTILITY, 0, SCHED_QOS_USER_INTERACTIVE);
    CHECK_MESSAGE(port, 5, SCHED_QOS_NONE, 0, SCHED_QOS_USER_INTERACTIVE);
    CHECK_MESSAGE(port, 6, SCHED_QOS_NONE, 0, SCHED_QOS_UTILITY);
}

TEST(a_sender_that_waits_raises_nobody_and_one_that_asks_to_hear_of_room_raises_the_first, "T99 T101")
{
    mach_port_t port = port_with_send(), notify = port_with_send(), previous;
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        CHECK_EQ(send_with(port, 0, 0), MACH_MSG_SUCCESS);
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, ENCODED_UI), MACH_SEND_TIMED_OUT);
    CHECK_MESSAGE(port, 0, SCHED_QOS_NONE, 0, SCHED_QOS_NONE);
    REQUIRE_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_SEND_POSSIBLE, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               KERN_SUCCESS);
    CHECK_EQ(send_with(port, MACH_SEND_NOTIFY | MACH_SEND_OVERRIDE, ENCODED_IN), MACH_SEND_TIMED_OUT);
    CHECK_MESSAGE(port, 0, SCHED_QOS_NONE, 0, SCHED_QOS_USER_INITIATED);
    CHECK_MESSAGE(port, 1, SCHED_QOS_NONE, 0, SCHED_QOS_NONE);
}

TEST(raising_is_paid_once_for_each_message_and_class, "T99")
{
    enum { MANY = 1000 };
    mach_port_t port = port_with_send();
    mach_port_limits_t limits = { .mpl_qlimit = MACH_PORT_QLIMIT_MAX };
    CHECK_EQ(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                      MACH_PORT_LIMITS_INFO_COUNT),
             KERN_SUCCESS);
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(send_with(port, 0, 0), MACH_MSG_SUCCESS);
    struct account *account = kernel_task_account(sim_task_kernel(sim_task_self()));
    uint64_t before = account->steps;
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, ENCODED_UI), MACH_MSG_SUCCESS);
    uint64_t first = account->steps - before;
    CHECK_GE(first, MANY);
    CHECK_EQ(send_with(port, MACH_SEND_OVERRIDE, ENCODED_UI), MACH_MSG_SUCCESS);
    CHECK_LT(account->steps - before - first, 20);
}
