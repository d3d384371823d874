/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/timers.c - timer ports: what they send, and what cannot be done with them (P183, abi-ipc 12) */
#include "tests/ports/util.h"

#include <mach/mach_time.h>
#include <mach/mk_timer.h>

enum { TIMER_OBJECT = 8, NEVER_S = 3600 };

static uint64_t from_now(uint64_t milliseconds)
{
    return mach_absolute_time() + milliseconds * NSEC_PER_MSEC;
}

static mach_port_t make_timer(void)
{
    mach_port_t timer = mk_timer_create();
    REQUIRE_NE(timer, MACH_PORT_NULL);
    return timer;
}

/* All zero but the size and where it came. */
static void expect_expiry(mach_port_t from, mach_port_t timer)
{
    struct message message;
    memset(&message, 0xee, sizeof message);
    REQUIRE_EQ(message_receive(&message, from, PATIENCE_MS), OK);
    CHECK_EQ(message.header.msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND));
    CHECK_EQ(message.header.msgh_size, 48);
    CHECK_EQ(message.header.msgh_remote_port, MACH_PORT_NULL);
    CHECK_EQ(message.header.msgh_local_port, timer);
    CHECK_EQ(message.header.msgh_voucher_port, MACH_PORT_NULL);
    CHECK_EQ(message.header.msgh_id, 0);
    for (int i = 0; i < 6; i++)
        CHECK_EQ(message.words[i], 0);
}

TEST(a_timer_sends_one_message_when_it_expires, "P176")
{
    mach_port_t timer = make_timer();
    CHECK_EQ(mk_timer_arm(timer, from_now(20)), OK);
    expect_expiry(timer, timer);
    world_sleep_ms(50);
    expect_nothing(timer);
    CHECK_EQ(mk_timer_destroy(timer), OK);
    CHECK_EQ(type_of(timer), 0);
}

TEST(a_timer_does_not_expire_early, "P176")
{
    mach_port_t timer = make_timer();
    uint64_t deadline = from_now(30);
    CHECK_EQ(mk_timer_arm_leeway(timer, MK_TIMER_CRITICAL, deadline, 0), OK);
    expect_expiry(timer, timer);
    CHECK_GE(mach_absolute_time(), deadline);
    CHECK_EQ(mk_timer_destroy(timer), OK);
}

TEST(a_time_that_has_passed_expires_at_once, "P176")
{
    mach_port_t timer = make_timer();
    CHECK_EQ(mk_timer_arm(timer, 0), OK);
    CHECK_EQ(status_of(timer).mps_msgcount, 1);
    expect_expiry(timer, timer);
    CHECK_EQ(mk_timer_destroy(timer), OK);
}

TEST(a_timer_can_be_armed_again_and_taken_back, "P176")
{
    mach_port_t timer = make_timer();
    uint64_t when = from_now(NEVER_S * 1000), result = 1;
    CHECK_EQ(mk_timer_cancel(timer, &result), OK);
    CHECK_EQ(result, 0);
    CHECK_EQ(mk_timer_arm(timer, from_now(10)), OK);
    CHECK_EQ(mk_timer_arm(timer, when), OK);
    world_sleep_ms(40);
    expect_nothing(timer); /* the first arming is no more */
    CHECK_EQ(mk_timer_cancel(timer, &result), OK);
    CHECK_EQ(result, when);
    CHECK_EQ(mk_timer_cancel(timer, NULL), OK);
    CHECK_EQ(mk_timer_arm(timer, from_now(10)), OK);
    expect_expiry(timer, timer);
    CHECK_EQ(mk_timer_destroy(timer), OK);
}

TEST(expiries_that_nobody_received_are_one, "P176 P58")
{
    mach_port_t timer = make_timer();
    qlimit_set(timer, 0); /* the limit does not hold it up */
    for (int i = 0; i < 3; i++)
        CHECK_EQ(mk_timer_arm(timer, 0), OK);
    CHECK_EQ(status_of(timer).mps_msgcount, 1);
    expect_expiry(timer, timer);
    expect_nothing(timer);
    CHECK_EQ(mk_timer_arm(timer, 0), OK); /* received, so the next one is heard again */
    expect_expiry(timer, timer);
    CHECK_EQ(mk_timer_destroy(timer), OK);
}

TEST(timers_expire_in_their_order_into_a_port_set, "P176 P88")
{
    mach_port_t first = make_timer(), second = make_timer(), set = set_new();
    CHECK_EQ(mach_port_move_member(SELF, first, set), OK);
    CHECK_EQ(mach_port_move_member(SELF, second, set), OK);
    CHECK_EQ(mk_timer_arm(second, from_now(40)), OK);
    CHECK_EQ(mk_timer_arm(first, from_now(20)), OK);
    expect_expiry(set, first);
    expect_expiry(set, second);
    CHECK_EQ(mk_timer_destroy(first), OK);
    CHECK_EQ(mk_timer_destroy(second), OK);
    CHECK_EQ(mach_port_destroy(SELF, set), OK);
}

TEST(what_cannot_be_done_with_a_timer_port, "P183 P63 P80 P56 P171")
{
    mach_port_t timer = make_timer(), notify = make_port(), previous = MACH_PORT_NULL;
    natural_t type = 0;
    mach_vm_address_t address = 1;
    CHECK_EQ(mach_port_kobject(SELF, timer, &type, &address), OK);
    CHECK_EQ(type, TIMER_OBJECT);
    CHECK_EQ(address, 0);
    struct message message = message_with_port(notify, MAKE_SEND, 1, timer, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), MACH_SEND_INVALID_RIGHT);
    mach_port_t poly = MACH_PORT_NULL;
    mach_msg_type_name_t how = 0;
    CHECK_EQ(mach_port_extract_right(SELF, timer, MOVE_RECEIVE, &poly, &how), KERN_INVALID_CAPABILITY);
    CHECK_EQ(request_previous(timer, MACH_NOTIFY_PORT_DESTROYED, 0, notify, MAKE_SEND_ONCE, &previous),
             KERN_INVALID_RIGHT);
    int unused = 0;
    static const int flavors[] = { MACH_PORT_TEMPOWNER, MACH_PORT_IMPORTANCE_RECEIVER,
                                   MACH_PORT_DENAP_RECEIVER };
    for (int i = 0; i < 3; i++)
        CHECK_EQ(mach_port_set_attributes(SELF, timer, flavors[i], &unused, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(rights_of(timer), MACH_PORT_TYPE_RECEIVE);
    destroy_port(notify);
    CHECK_EQ(mk_timer_destroy(timer), OK);
}

TEST(everything_else_is_allowed_with_a_timer_port, "P183")
{
    mach_port_t timer = make_timer(), notify = make_port();
    qlimit_set(timer, 2);
    CHECK_EQ(mach_port_set_context(SELF, timer, 77), OK);
    send_add(timer, 1); /* send rights are made as of any port */
    CHECK_EQ(say(timer, 5), OK);
    expect_message(timer, 5);
    CHECK_EQ(request(timer, MACH_NOTIFY_DEAD_NAME, 0, notify), OK);
    CHECK_EQ(mk_timer_arm(timer, from_now(10)), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, timer, RECEIVE, -1), OK); /* destroyed while it is armed */
    CHECK_EQ(expect_notification(notify, MACH_NOTIFY_DEAD_NAME), timer);
    CHECK_EQ(rights_of(timer), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mk_timer_arm(timer, 0), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_mod_refs(SELF, timer, DEAD_NAME, -2), OK);
    world_sleep_ms(30);
    mach_port_t full = make_timer();
    CHECK_EQ(mk_timer_arm(full, 0), OK);
    CHECK_EQ(mach_port_destroy(SELF, full), OK); /* with its message in the queue */
    destroy_port(notify);
}

TEST(the_timers_send_right_holds_off_no_senders, "P183 P78")
{
    mach_port_t timer = make_timer(), notify = make_port();
    CHECK_EQ(status_of(timer).mps_srights, TRUE);
    CHECK_EQ(request(timer, MACH_NOTIFY_NO_SENDERS, 0, notify), OK);
    send_add(timer, 1);
    CHECK_EQ(mach_port_mod_refs(SELF, timer, SEND, -1), OK);
    expect_nothing(notify);
    CHECK_EQ(mk_timer_destroy(timer), OK);
    expect_notification(notify, MACH_NOTIFY_SEND_ONCE); /* the request is given up with the port */
    destroy_port(notify);
}

TEST(names_that_are_no_timers, "P183")
{
    mach_port_t plain = make_port(), set = set_new(), timer = make_timer();
    struct item send = item_new(K_S, 1);
    uint64_t result;
    const struct {
        mach_port_name_t name;
        kern_return_t kr;
    } cases[] = {
        { plain, KERN_INVALID_ARGUMENT },         { set, KERN_INVALID_RIGHT },
        { send.name, KERN_INVALID_RIGHT },        { name_unknown(), KERN_INVALID_NAME },
        { MACH_PORT_NULL, KERN_INVALID_NAME },    { MACH_PORT_DEAD, KERN_INVALID_NAME },
        { mach_task_self(), KERN_INVALID_RIGHT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_EQ(mk_timer_arm(cases[i].name, 0), cases[i].kr);
        CHECK_EQ(mk_timer_arm_leeway(cases[i].name, 0, 0, 0), cases[i].kr);
        CHECK_EQ(mk_timer_cancel(cases[i].name, &result), cases[i].kr);
        CHECK_EQ(mk_timer_destroy(cases[i].name), cases[i].kr);
    }
    item_free(&send);
    destroy_port(plain);
    CHECK_EQ(mach_port_destroy(SELF, set), OK);
    CHECK_EQ(mk_timer_destroy(timer), OK);
}

static int arm_and_die(void *argument)
{
    mach_port_t timers[3];
    for (int i = 0; i < 3; i++)
        timers[i] = make_timer();
    CHECK_EQ(mk_timer_arm(timers[0], from_now(20)), OK);
    CHECK_EQ(mk_timer_arm(timers[1], 0), OK);
    return WORLD_OK;
}

TEST(timers_end_with_their_task, "P183 P162")
{
    CHECK_EQ(world_task_wait(world_task_spawn(arm_and_die, NULL, MACH_PORT_NULL)), WORLD_OK);
    world_sleep_ms(40);
}

static void *receive_expiry(void *timer)
{
    expect_expiry(*(mach_port_t *)timer, *(mach_port_t *)timer);
    return NULL;
}

TEST(a_thread_that_waits_gets_the_expiry, "P176")
{
    mach_port_t timer = make_timer();
    world_thread *thread = world_thread_spawn(receive_expiry, &timer);
    world_yield_until_blocked(thread);
    CHECK_EQ(mk_timer_arm(timer, from_now(10)), OK);
    world_thread_join(thread);
    CHECK_EQ(mk_timer_destroy(timer), OK);
}
