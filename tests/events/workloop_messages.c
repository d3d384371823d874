/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/workloop_messages.c - what workloops of a real process do with messages, and whom those push (T120-T142) */
#include "tests/events/loops.h"

#include <mach/mach_vm.h>
#include <stdlib.h>

TEST(a_message_is_received_into_the_servicers_area, "T126 T127 T128 T123")
{
    struct loop *loop = loop_new();
    mach_port_t port = port_with_send(), carried = port_with_send();
    struct kevent_qos_s watch = port_knote(port, RECEIVE);
    CHECK_EQ(change(loop, &watch), 0);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, carried, MACH_MSG_TYPE_COPY_SEND, 0, 0), OK);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->event[0].ident, port);
    CHECK_EQ(loop->event[0].fflags, MACH_MSG_SUCCESS);
    CHECK_EQ(loop->event[0].data, 0);
    CHECK_EQ(loop->event[0].ext[1] % 4, 0);
    CHECK_EQ(loop->letter[0].header.msgh_local_port, port);
    CHECK_EQ(loop->letter[0].port.name, carried);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, carried, MACH_MSG_TYPE_COPY_SEND, 0, 0), OK);
    world_sleep_ms(10);
    CHECK_EQ(loop->n_calls, 1); /* disabled by the delivery */
    watch.flags = EV_ENABLE | EV_DISPATCH2;
    loop->again = EV_ENABLE;
    CHECK_EQ(change(loop, &watch), 0);
    REQUIRE(soon(&loop->n_calls, 2));
    for (int i = 3; i < 10; i++) {
        CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, carried, MACH_MSG_TYPE_COPY_SEND, 0, 0), OK);
        REQUIRE(soon(&loop->n_calls, i));
    }
    CHECK_EQ(knote_delete(loop, watch), 0);
    loop_fini(loop);
    port_gone(port);
    port_gone(carried);
}

TEST(without_receiving_the_message_stays_where_it_is, "T124 T125")
{
    struct loop *loop = loop_new();
    mach_port_t port = port_with_send();
    struct kevent_qos_s watch = port_knote(port, MACH_RCV_SYNC_PEEK);
    CHECK_EQ(change(loop, &watch), 0);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0, 0, 0, 0), OK);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->event[0].ident, port);
    CHECK_EQ(loop->event[0].data, port);
    CHECK_EQ(loop->event[0].fflags, 0);
    CHECK_EQ(loop->event[0].ext[0], 0);
    letter_take(port);
    CHECK_EQ(knote_delete(loop, watch), 0);
    loop_fini(loop);
    port_gone(port);
}

struct heavy {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
};

static void sum(struct loop *loop)
{
    const struct heavy *heavy = (const struct heavy *)(uintptr_t)loop->event[loop->n_events - 1].ext[0];
    const uint8_t *bytes = heavy->memory.address;
    uint64_t total = 0;
    for (uint32_t i = 0; i < heavy->memory.size; i++)
        total += bytes[i];
    CHECK_EQ(total, heavy->memory.size);
    CHECK_EQ(mach_vm_deallocate(SELF, (uintptr_t)heavy->memory.address, heavy->memory.size), OK);
}

TEST(memory_out_of_line_comes_with_the_event, "T126")
{
    static uint8_t bytes[200000];
    const mach_msg_size_t sizes[] = { 10, 5000, sizeof bytes };
    struct loop *loop = loop_new();
    mach_port_t port = port_with_send();
    struct kevent_qos_s watch = port_knote(port, RECEIVE);
    loop->again = EV_ENABLE;
    loop->inside = sum;
    memset(bytes, 1, sizeof bytes);
    CHECK_EQ(change(loop, &watch), 0);
    for (int i = 0; i < 3; i++) {
        struct heavy heavy = { .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                                        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                           .msgh_size = sizeof heavy,
                                           .msgh_remote_port = port },
                               .body = { 1 },
                               .memory = { .address = bytes,
                                           .size = sizes[i],
                                           .copy = MACH_MSG_VIRTUAL_COPY,
                                           .type = MACH_MSG_OOL_DESCRIPTOR } };
        CHECK_EQ(mach_msg(&heavy.header, MACH_SEND_MSG, sizeof heavy, 0, 0, 0, 0), OK);
        REQUIRE(soon(&loop->n_calls, i + 1));
    }
    CHECK_EQ(knote_delete(loop, watch), 0);
    loop_fini(loop);
    port_gone(port);
}

TEST(a_message_too_large_for_the_area_tells_its_size_and_stays, "T126 S45")
{
    enum { SIZE = 40000 };
    struct loop *loop = loop_new();
    mach_port_t port = port_with_send();
    struct kevent_qos_s watch = port_knote(port, RECEIVE);
    mach_msg_header_t *large = calloc(1, SIZE + MAX_TRAILER_SIZE);
    *large = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_size = SIZE,
                                  .msgh_remote_port = port };
    CHECK_EQ(change(loop, &watch), 0);
    CHECK_EQ(mach_msg(large, MACH_SEND_MSG, SIZE, 0, 0, 0, 0), OK);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->event[0].fflags, MACH_RCV_TOO_LARGE);
    CHECK_EQ(loop->event[0].data, port);
    CHECK_GE(loop->event[0].ext[1], SIZE);
    CHECK_EQ(mach_msg(large, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, SIZE + MAX_TRAILER_SIZE, port, 0, 0), OK);
    CHECK_EQ(knote_delete(loop, watch), 0);
    loop_fini(loop);
    free(large);
    port_gone(port);
}

/* ---- pushes: the pattern of programs that launch services ---- */

static mach_port_t moved;

/* In the callback: the receive right goes away in a message to nobody. */
static void send_off(struct loop *loop)
{
    CHECK_EQ(loop->base, 47);
    CHECK_EQ(letter_send(moved, MACH_MSG_TYPE_COPY_SEND, 0, 0, (mach_port_t)loop->event[0].ident,
                         MACH_MSG_TYPE_MOVE_RECEIVE, 0, 0),
             OK);
    CHECK_EQ(base_of_self(), 31);
}

TEST(a_servicer_has_the_push_of_a_port_until_the_right_leaves, "T137 T64 T119 T163")
{
    struct loop *loop = loop_new();
    mach_port_t port = port_with_send();
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    struct kevent_qos_s watch = port_knote(port, RECEIVE);
    moved = port_with_send();
    loop->inside = send_off;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    CHECK_EQ(change(loop, &watch), 0);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0, 0, 0, 0), OK);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->n_events, 1); /* that it vanished is told when the knote is enabled */
    port_gone(moved);
    mach_port_mod_refs(SELF, caller.reply, MACH_PORT_RIGHT_RECEIVE, -1);
    caller_end(&caller);
    CHECK_EQ(knote_delete(loop, watch), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_fini(loop);
}

static void answer_it(struct loop *loop)
{
    const struct letter *request = &loop->letter[loop->n_events - 1];
    CHECK_EQ(loop->base, 47);
    CHECK_EQ(answer(request), OK);
    CHECK_EQ(base_of_self(), 31);
}

/* Sends and waits in one call, so that the push is there before the message is. */
static void *call_once(void *argument)
{
    struct letter letter = { .header = { .msgh_size = sizeof(mach_msg_header_t),
                                         .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                     MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                         .msgh_remote_port = *(mach_port_t *)argument,
                                         .msgh_local_port = thread_get_special_reply_port() } };
    mach_port_t reply = letter.header.msgh_local_port;
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    CHECK_EQ(mach_msg(&letter.header, MACH_SEND_MSG | MACH_RCV_MSG, letter.header.msgh_size, sizeof letter,
                      reply, 0, MACH_PORT_NULL),
             OK);
    mach_port_mod_refs(SELF, reply, MACH_PORT_RIGHT_RECEIVE, -1);
    return NULL;
}

TEST(a_servicer_runs_at_the_priority_of_who_waits_for_it, "T53 T61 T67 T137 T142")
{
    struct loop *loop = loop_new();
    mach_port_t port = port_with_send();
    struct kevent_qos_s watch = port_knote(port, RECEIVE);
    loop->again = EV_ENABLE;
    loop->inside = answer_it;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(change(loop, &watch), 0);
    for (int i = 1; i <= 5; i++) {
        world_thread *caller = world_thread_spawn(call_once, &port);
        world_thread_join(caller);
        REQUIRE(soon(&loop->n_calls, i));
    }
    CHECK_EQ(knote_delete(loop, watch), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_fini(loop);
    port_gone(port);
}
