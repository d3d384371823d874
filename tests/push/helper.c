/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/push/helper.h"

static void wait_for_next(struct helper *helper)
{
    struct letter letter;
    helper->is_calling = true;
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT | MACH_RCV_INTERRUPT, 0,
                      sizeof(letter), helper->reply, 0, helper->next),
             MACH_RCV_INTERRUPTED);
}

static void *check_in(void *argument)
{
    struct helper *helper = argument;
    helper->thread = mach_thread_self();
    helper->reply = thread_get_special_reply_port();
    CHECK_EQ(letter_send(helper->launcher, MACH_MSG_TYPE_COPY_SEND, helper->reply,
                         MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0, helper->flags, 0),
             OK);
    letter_take(helper->gate);
    helper->got = letter_take(helper->reply).port.name;
    helper->base_with_right = base_of(helper->thread);
    helper->n_steps++;
    if (helper->next != MACH_PORT_NULL)
        wait_for_next(helper);
    letter_take(helper->gate);
    struct letter request = letter_take(helper->got);
    helper->base_after_message = base_of(helper->thread);
    helper->n_steps++;
    letter_take(helper->gate);
    if (request.header.msgh_remote_port != MACH_PORT_NULL)
        CHECK_EQ(answer(&request), OK);
    helper->n_steps++;
    return NULL;
}

void helper_start(struct helper *helper, mach_msg_option_t flags)
{
    *helper = (struct helper){ .launcher = port_with_send(), .gate = port_with_send(), .flags = flags };
    helper->world = world_thread_spawn(check_in, helper);
    until_waiting(&helper->thread);
}

void step(struct helper *helper)
{
    CHECK_EQ(letter_send(helper->gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    helper->n_told++;
    for (int ms = 0; ms < PATIENCE_MS && helper->n_steps < helper->n_told; ms++)
        world_sleep_ms(1);
}

void helper_end(struct helper *helper)
{
    world_thread_join(helper->world);
    mach_port_deallocate(SELF, helper->thread);
    port_gone(helper->reply);
    port_gone(helper->launcher);
    port_gone(helper->gate);
}

void hand_over(struct helper *helper, mach_port_t port)
{
    struct letter request = letter_take(helper->launcher);
    CHECK_EQ(letter_send(request.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0, 0, port,
                         MACH_MSG_TYPE_MOVE_RECEIVE, 0, 0),
             OK);
}

void push_helper(struct helper *helper, mach_port_t port)
{
    helper_start(helper, MACH_SEND_SYNC_BOOTSTRAP_CHECKIN);
    hand_over(helper, port);
}

void release_called_helper(struct helper *helper, mach_port_t port)
{
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    step(helper);
    step(helper);
    helper_end(helper);
}

void release_helper(struct helper *helper, mach_port_t port)
{
    step(helper);
    release_called_helper(helper, port);
}
