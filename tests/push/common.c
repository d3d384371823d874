/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/push/common.h"

/* ---- callers ---- */

static void *call(void *argument)
{
    struct caller *caller = argument;
    struct letter reply = { 0 };
    mach_msg_option_t option = MACH_RCV_MSG | MACH_RCV_INTERRUPT | (caller->timeout_ms ? MACH_RCV_TIMEOUT : 0);
    caller->thread = mach_thread_self();
    caller->reply = thread_get_special_reply_port();
    CHECK_EQ(pthread_set_qos_class_self_np(caller->qos_class, 0), 0);
    if (caller->dest != MACH_PORT_NULL)
        CHECK_EQ(letter_send(caller->dest, MACH_MSG_TYPE_COPY_SEND, caller->reply,
                             MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 0, 0),
                 OK);
    else
        option |= MACH_RCV_SYNC_WAIT;
    caller->result =
        mach_msg(&reply.header, option, 0, sizeof(reply), caller->reply, caller->timeout_ms, caller->link);
    caller->received_id = reply.header.msgh_id;
    return NULL;
}

void until_waiting(const _Atomic mach_port_t *thread)
{
    for (int ms = 0; ms < PATIENCE_MS; ms++) {
        if (*thread != MACH_PORT_NULL && run_state_of(*thread) == TH_STATE_WAITING)
            return;
        world_sleep_ms(1);
    }
    REQUIRE(!"the thread has come to wait");
}

void caller_start(struct caller *caller)
{
    caller->world = world_thread_spawn(call, caller);
    until_waiting(&caller->thread);
}

kern_return_t caller_end(struct caller *caller)
{
    world_thread_join(caller->world);
    mach_port_deallocate(SELF, caller->thread);
    mach_port_mod_refs(SELF, caller->reply, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_deallocate(SELF, caller->reply);
    return caller->result;
}

void caller_leave(struct caller *caller)
{
    CHECK_EQ(mach_port_mod_refs(SELF, caller->reply, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(caller_end(caller), (kern_return_t)MACH_RCV_PORT_CHANGED);
}

/* ---- ports ---- */

mach_port_t port_with_send(void)
{
    mach_port_t port = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), OK);
    REQUIRE_EQ(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND), OK);
    return port;
}

void port_gone(mach_port_t port)
{
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    mach_port_deallocate(SELF, port);
}

/* ---- looking ---- */

int base_of(mach_port_t thread)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count), OK);
    CHECK_EQ(info.pth_curpri, info.pth_priority);
    return info.pth_priority;
}

int base_soon(mach_port_t thread, int expected)
{
    for (int ms = 0; ms < PATIENCE_MS && base_of(thread) != expected; ms++)
        world_sleep_ms(1);
    return base_of(thread);
}

int run_state_of(mach_port_t thread)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count), OK);
    return info.pth_run_state;
}

int push_of(mach_port_t thread)
{
    struct thread_policy_state state = { 0 };
    mach_msg_type_number_t count = THREAD_POLICY_STATE_COUNT;
    boolean_t get_default = FALSE;
    CHECK_EQ(thread_policy_get(thread, THREAD_POLICY_STATE, (thread_policy_t)&state, &count, &get_default),
             OK);
    return (int)state.thps_user_promotion_basepri;
}

/* ---- messages ---- */

kern_return_t letter_send(mach_port_t to, int to_how, mach_port_t reply, int reply_how, mach_port_t right,
                          int how, mach_msg_option_t more, uint32_t timeout_ms)
{
    struct letter letter = {
        .header = { .msgh_bits = MACH_MSGH_BITS((uint32_t)to_how, (uint32_t)reply_how),
                    .msgh_remote_port = to,
                    .msgh_local_port = reply,
                    .msgh_id = how ? ID_RIGHT : ID_CALL },
        .body = { 1 },
        .port = { .name = right, .disposition = (mach_msg_type_name_t)how, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    if (how)
        letter.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    return mach_msg(&letter.header, MACH_SEND_MSG | more | (timeout_ms ? MACH_SEND_TIMEOUT : 0),
                    how ? offsetof(struct letter, trailer) : sizeof(letter.header), 0, 0, timeout_ms, 0);
}

kern_return_t letter_move(mach_port_t to, mach_port_t right)
{
    return letter_send(to, MACH_MSG_TYPE_COPY_SEND, 0, 0, right, MACH_MSG_TYPE_MOVE_RECEIVE, 0, 0);
}

struct letter letter_take(mach_port_t from)
{
    struct letter letter = { 0 };
    REQUIRE_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(letter), from, PATIENCE_MS,
                        0),
               OK);
    return letter;
}

kern_return_t answer(const struct letter *request)
{
    mach_msg_header_t reply = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_remote_port = request->header.msgh_remote_port,
        .msgh_id = ID_REPLY,
    };
    return mach_msg(&reply, MACH_SEND_MSG, sizeof(reply), 0, 0, 0, 0);
}

void role(int value)
{
    REQUIRE_EQ(setpriority(PRIO_DARWIN_ROLE, 0, value), 0);
}
