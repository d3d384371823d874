/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/links.c - sync links of special reply ports, without knotes (T44-T60, T96-T105)
 *
 * Without knotes a push shows only where a thread inherits it: at the thread that has sent a check-in (reason 1)
 * or got the right in answer to it (reason 6). So every push here runs to a helper that checked in. */
#include "tests/push/helper.h"

TEST(a_check_in_is_pushed_before_it_has_received_the_right, "T68 T73 T104 T105 T64 T66")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    helper_start(&helper, MACH_SEND_SYNC_BOOTSTRAP_CHECKIN);
    CHECK_EQ(base_of(caller.thread), 47);
    CHECK_EQ(base_of(helper.thread), 31);
    hand_over(&helper, port);
    CHECK_EQ(base_of(helper.thread), 47);
    CHECK_EQ(push_of(helper.thread), 47);
    step(&helper);
    CHECK_EQ(helper.base_with_right, 47);
    CHECK_EQ(base_of(helper.thread), 47);
    step(&helper);
    CHECK_EQ(helper.base_after_message, 31);
    CHECK_EQ(push_of(helper.thread), 0);
    step(&helper);
    helper_end(&helper);
    port_gone(helper.got);
    caller_end(&caller);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(without_the_flag_a_check_in_is_not_pushed, "T88 T174 T96")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    helper_start(&helper, 0);
    hand_over(&helper, port);
    CHECK_EQ(base_of(helper.thread), 31);
    step(&helper);
    CHECK_EQ(helper.base_with_right, 31);
    step(&helper);
    step(&helper);
    helper_end(&helper);
    port_gone(helper.got);
    caller_end(&caller);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_link_by_receive_pushes_too, "T52 T76 T102")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INITIATED, .timeout_ms = PATIENCE_MS };
    role(PRIO_DARWIN_ROLE_UI);
    push_helper(&helper, port);
    CHECK_EQ(base_of(helper.thread), 31);
    caller_start(&caller);
    CHECK_EQ(base_of(caller.thread), 37);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_WAITING);
    CHECK_EQ(base_of(helper.thread), 37);
    world_thread_interrupt(caller.world);
    CHECK_EQ(caller_end(&caller), MACH_RCV_INTERRUPTED);
    CHECK_EQ(base_of(helper.thread), 31);
    CHECK_EQ(push_of(helper.thread), 0);
    release_helper(&helper, port);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(pushes_do_not_add_up, "T35 T36 T38")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    struct caller high = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE },
                  middle = { .link = port, .qos_class = QOS_CLASS_USER_INITIATED },
                  low = { .link = port, .qos_class = QOS_CLASS_UTILITY };
    push_helper(&helper, port);
    caller_start(&low);
    CHECK_EQ(push_of(helper.thread), 20);
    CHECK_EQ(base_of(helper.thread), 31);
    caller_start(&high);
    caller_start(&middle);
    CHECK_EQ(base_of(helper.thread), 47);
    world_thread_interrupt(high.world);
    caller_end(&high);
    CHECK_EQ(push_of(helper.thread), 37);
    CHECK_EQ(base_of(helper.thread), 37);
    world_thread_interrupt(middle.world);
    caller_end(&middle);
    world_thread_interrupt(low.world);
    caller_end(&low);
    CHECK_EQ(push_of(helper.thread), 0);
    release_helper(&helper, port);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_role_changes_what_waiting_threads_push, "S14 T11 T37 T39")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    push_helper(&helper, port);
    caller_start(&caller);
    CHECK_EQ(base_of(helper.thread), 31);
    role(PRIO_DARWIN_ROLE_UI);
    CHECK_EQ(push_of(helper.thread), 46);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(push_of(helper.thread), 47);
    role(PRIO_DARWIN_ROLE_DARWIN_BG);
    CHECK_EQ(base_of(helper.thread), 4);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(push_of(helper.thread), 31);
    world_thread_interrupt(caller.world);
    caller_end(&caller);
    release_helper(&helper, port);
    port_gone(port);
}

TEST(a_timeout_ends_the_push, "T38 T57")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INITIATED, .timeout_ms = 100 };
    role(PRIO_DARWIN_ROLE_UI);
    push_helper(&helper, port);
    caller_start(&caller);
    CHECK_EQ(caller_end(&caller), MACH_RCV_TIMED_OUT);
    CHECK_EQ(push_of(helper.thread), 0);
    release_helper(&helper, port);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(destroying_the_reply_port_ends_the_push, "T58")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INITIATED };
    role(PRIO_DARWIN_ROLE_UI);
    push_helper(&helper, port);
    caller_start(&caller);
    CHECK_EQ(push_of(helper.thread), 37);
    CHECK_EQ(mach_port_mod_refs(SELF, caller.reply, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(push_of(helper.thread), 0);
    world_thread_join(caller.world);
    CHECK_EQ(caller.result, MACH_RCV_PORT_CHANGED);
    mach_port_deallocate(SELF, caller.reply);
    mach_port_deallocate(SELF, caller.thread);
    release_helper(&helper, port);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(the_first_destination_stays_linked, "S23 T50")
{
    mach_port_t first = port_with_send(), second = port_with_send(), reply = thread_get_special_reply_port();
    struct helper helper;
    push_helper(&helper, second);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(letter_send(i == 0 ? first : second, MACH_MSG_TYPE_COPY_SEND, reply,
                             MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 0, 0),
                 OK);
    CHECK_EQ(push_of(helper.thread), 0);
    port_gone(first);
    CHECK_EQ(letter_take(reply).header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(push_of(helper.thread), 0);
    step(&helper);
    step(&helper);
    step(&helper);
    helper_end(&helper);
    port_gone(reply);
    port_gone(second);
}

TEST(destroying_the_reply_right_wakes_the_caller_and_ends_the_push, "T53 T59 T60")
{
    mach_port_t port = port_with_send();
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INITIATED };
    caller_start(&caller);
    struct letter request = letter_take(port);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_WAITING);
    CHECK_EQ(mach_port_deallocate(SELF, request.header.msgh_remote_port), OK);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(caller.received_id, MACH_NOTIFY_SEND_ONCE);
    port_gone(port);
}

TEST(a_chain_of_rights_in_transit_carries_the_push, "T81 T82 T64 T65")
{
    enum { LENGTH = 10 };
    mach_port_t ports[LENGTH];
    struct helper helper;
    role(PRIO_DARWIN_ROLE_UI);
    for (int i = 0; i < LENGTH; i++)
        ports[i] = port_with_send();
    struct caller caller = { .link = ports[0], .qos_class = QOS_CLASS_USER_INITIATED };
    caller_start(&caller);
    for (int i = 0; i + 1 < LENGTH; i++)
        CHECK_EQ(letter_move(ports[i + 1], ports[i]), OK);
    push_helper(&helper, ports[LENGTH - 1]);
    CHECK_EQ(base_of(helper.thread), 37);
    step(&helper);
    CHECK_EQ(helper.base_with_right, 37);
    step(&helper);
    CHECK_EQ(helper.base_after_message, 31);
    step(&helper);
    helper_end(&helper);
    port_gone(helper.got);
    world_thread_interrupt(caller.world);
    caller_end(&caller);
    for (int i = 0; i < LENGTH - 1; i++)
        mach_port_deallocate(SELF, ports[i]);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

struct full {
    mach_port_t port;
    _Atomic mach_port_t thread;
    kern_return_t result;
};

static void *send_to_full(void *argument)
{
    struct full *full = argument;
    full->thread = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0), 0);
    full->result = letter_send(full->port, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    return NULL;
}

TEST(a_sender_on_a_full_queue_pushes, "S61 T89 T90 T92 T93 T94 T80")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct full full = { .port = port };
    role(PRIO_DARWIN_ROLE_UI);
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    world_thread *thread = world_thread_spawn(send_to_full, &full);
    until_waiting(&full.thread);
    push_helper(&helper, port);
    CHECK_EQ(push_of(helper.thread), 37);
    step(&helper);
    CHECK_EQ(helper.base_with_right, 37);
    step(&helper);
    CHECK_EQ(helper.base_after_message, 31);
    world_thread_join(thread);
    CHECK_EQ(full.result, OK);
    step(&helper);
    helper_end(&helper);
    mach_port_deallocate(SELF, full.thread);
    port_gone(helper.got);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_set_pushes_nobody, "S35 T33")
{
    mach_port_t reply = thread_get_special_reply_port(), port = port_with_send(), set = MACH_PORT_NULL;
    struct helper helper;
    struct letter letter;
    push_helper(&helper, port);
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set), OK);
    REQUIRE_EQ(mach_port_insert_member(SELF, reply, set), OK);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL,
                         0, 0, 0),
             OK);
    CHECK_EQ(push_of(helper.thread), 0);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(letter), set, 50, 0),
             MACH_RCV_TIMED_OUT);
    step(&helper);
    step(&helper);
    step(&helper);
    helper_end(&helper);
    mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1);
    port_gone(reply);
    port_gone(port);
}

/* ---- the ports themselves ---- */

TEST(a_special_reply_port_has_both_rights, "T44 T45 T47")
{
    mach_port_t first = thread_get_special_reply_port(), second = thread_get_special_reply_port();
    mach_port_type_t type = 0;
    struct letter letter;
    CHECK_NE(first, second);
    CHECK_EQ(mach_port_type(SELF, first, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(letter), first, 1, 0),
             MACH_RCV_TIMED_OUT);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_SYNC_WAIT, 0, sizeof(letter),
                      first, 1, second),
             MACH_RCV_INVALID_NOTIFY);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_SYNC_WAIT, 0, sizeof(letter),
                      second, 1, first),
             MACH_RCV_TIMED_OUT);
    port_gone(first);
    port_gone(second);
}

TEST(what_sync_wait_accepts, "S36 T102")
{
    mach_port_t reply = thread_get_special_reply_port(), port = port_with_send(), receive, set, once;
    mach_port_t dead = port_with_send();
    const mach_msg_option_t option = MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_SYNC_WAIT;
    mach_port_type_t type;
    struct letter letter;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &receive), OK);
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set), OK);
    REQUIRE_EQ(mach_port_extract_right(SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, dead, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    const struct {
        mach_port_t on, notify;
        mach_msg_option_t more;
        kern_return_t expected;
    } cases[] = {
        { port, port, 0, MACH_RCV_INVALID_NOTIFY },
        { set, port, 0, MACH_RCV_INVALID_NOTIFY },
        { reply, dead, 0, MACH_RCV_TIMED_OUT },
        { reply, once, 0, MACH_RCV_TIMED_OUT },
        { reply, MACH_PORT_NULL, 0, MACH_RCV_INVALID_NOTIFY },
        { reply, MACH_PORT_DEAD, 0, MACH_RCV_INVALID_NOTIFY },
        { reply, 0x777703, 0, MACH_RCV_TIMED_OUT },
        { reply, receive, 0, MACH_RCV_TIMED_OUT },
        { reply, port, 0, MACH_RCV_TIMED_OUT },
        { port, MACH_PORT_NULL, MACH_SEND_SYNC_OVERRIDE, MACH_RCV_TIMED_OUT },
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_EQ(mach_msg(&letter.header, option | cases[i].more, 0, sizeof(letter), cases[i].on, 1,
                          cases[i].notify),
                 cases[i].expected);
    mach_port_mod_refs(SELF, receive, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1);
    mach_port_deallocate(SELF, once);
    mach_port_deallocate(SELF, dead);
    port_gone(reply);
    port_gone(port);
}

TEST(what_a_special_reply_port_refuses, "S37 T46")
{
    mach_port_t reply = thread_get_special_reply_port(), port = port_with_send(), previous = MACH_PORT_NULL;
    CHECK_EQ(letter_move(port, reply), MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(mach_port_request_notification(SELF, reply, MACH_NOTIFY_PORT_DESTROYED, 0, port,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
             KERN_INVALID_RIGHT);
    port_gone(reply);
    port_gone(port);
}

TEST(a_plain_receiver_is_not_pushed, "S25 T54")
{
    mach_port_t port = port_with_send(), self = mach_thread_self();
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INITIATED };
    role(PRIO_DARWIN_ROLE_UI);
    int own = base_of(self);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0), 0);
    caller_start(&caller);
    struct letter request = letter_take(port);
    CHECK_EQ(push_of(self), 0);
    CHECK_EQ(base_of(self), 20);
    CHECK_EQ(answer(&request), OK);
    caller_end(&caller);
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    CHECK_EQ(base_of(self), own);
    mach_port_deallocate(SELF, self);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
