/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/msg2.c - mach_msg2: the header as an argument, kinds of destinations, vectors and auxiliary data (P161) */
#include <mach/mach_traps.h>

#include "tests/ports/util.h"

enum { AUX_MAX = 1024 };

static const mach_msg_option64_t kinds[] = { MACH64_SEND_KOBJECT_CALL, MACH64_SEND_MQ_CALL, MACH64_SEND_ANY,
                                             MACH64_SEND_DK_CALL };

static mach_msg_return_t send2(struct message *message, mach_msg_option64_t options)
{
    return mach_msg2(message, MACH64_SEND_MSG | MACH64_SEND_TIMEOUT | options, message->header,
                     message->header.msgh_size, 0, MACH_PORT_NULL, 0, 0);
}

static mach_msg_return_t receive2(struct message *message, mach_port_t from, mach_msg_option64_t options)
{
    mach_msg_header_t none = { 0 };
    return mach_msg2(message, MACH64_RCV_MSG | MACH64_RCV_TIMEOUT | options, none, 0, sizeof(*message), from,
                     0, 0);
}

/* ---- the header ---- */

TEST(the_header_is_an_argument_and_what_stands_in_the_message_is_not_looked_at, "P161 P100")
{
    mach_port_t port = make_port(), carried = make_port();
    struct message message = message_with_port(port, MAKE_SEND, 42, carried, MAKE_SEND);
    mach_msg_header_t header = message.header;
    memset(&message.header, 0xff, sizeof(message.header));
    CHECK_EQ(mach_msg2(&message, MACH64_SEND_MSG | MACH64_RCV_MSG | MACH64_SEND_MQ_CALL, header,
                       header.msgh_size, sizeof(message), port, 0, 0),
             OK);
    CHECK_EQ(message.header.msgh_id, 42);
    CHECK_EQ(message.header.msgh_local_port, port);
    CHECK_EQ(message.header.msgh_size, header.msgh_size);
    CHECK_EQ(message.port[0].name, carried);
    CHECK_EQ(message.port[0].disposition, MOVE_SEND);
    CHECK_EQ(type_of(carried), MACH_PORT_TYPE_SEND_RECEIVE);
    destroy_port(carried);
    destroy_port(port);
}

TEST(a_large_message_has_the_header_of_the_argument_too, "P161")
{
    enum { SIZE = 40000 };
    mach_port_t port = make_port();
    uint8_t *buffer = make_memory(SIZE + 100);
    mach_msg_header_t header = { .msgh_bits = MACH_MSGH_BITS(MAKE_SEND, 0),
                                 .msgh_remote_port = port,
                                 .msgh_id = 9 };
    memset(buffer, 0x5a, SIZE);
    CHECK_EQ(mach_msg2(buffer, MACH64_SEND_MSG | MACH64_RCV_MSG | MACH64_SEND_ANY, header, SIZE, SIZE + 100,
                       port, 0, 0),
             OK);
    CHECK_EQ(((mach_msg_header_t *)buffer)->msgh_id, 9);
    CHECK_EQ(((mach_msg_header_t *)buffer)->msgh_size, SIZE);
    CHECK_EQ(buffer[24], 0x5a);
    CHECK_EQ(buffer[SIZE - 1], 0x5a);
    vm_deallocate(SELF, (vm_address_t)buffer, SIZE + 100);
    destroy_port(port);
}

TEST(what_comes_back_can_be_sent_again_by_mach_msg2, "P161 P122")
{
    mach_port_t port = port_new_with_sends(1), reply = make_port();
    struct message message = message_plain(port, COPY_SEND, reply, MAKE_SEND_ONCE, 7);
    qlimit_set(port, 0);
    CHECK_EQ(send2(&message, MACH64_SEND_MQ_CALL), MACH_SEND_TIMED_OUT);
    CHECK_EQ(message.header.msgh_bits, MACH_MSGH_BITS(MOVE_SEND, MOVE_SEND_ONCE));
    CHECK_EQ(refs_of(port, SEND), 2);
    qlimit_set(port, 5);
    CHECK_EQ(send2(&message, MACH64_SEND_MQ_CALL), OK);
    CHECK_EQ(receive2(&message, port, 0), OK);
    CHECK_EQ(message.header.msgh_id, 7);
    mach_msg_destroy(&message.header);
    destroy_port(reply);
    destroy_port(port);
}

TEST(without_a_half_mach_msg2_does_nothing, "P161 P98")
{
    mach_msg_header_t none = { 0 };
    CHECK_EQ(mach_msg2(NULL, 0, none, 0, 0, MACH_PORT_NULL, 0, 0), OK);
    CHECK_EQ(mach_msg2_trap(NULL, MACH64_SEND_ANY, 0, 0, 0, 0, 0, 0), OK);
}

/* ---- kinds of destinations ---- */

TEST(exactly_one_kind_of_destination_is_named, "P161")
{
    mach_port_t port = make_port(), reply = make_port();
    for (uint32_t set = 0; set < 16; set++) {
        struct message message = message_plain(port, MAKE_SEND, reply, MAKE_SEND_ONCE, 1);
        mach_msg_option64_t options = 0;
        for (int i = 0; i < 4; i++)
            if (set & 1u << i)
                options |= kinds[i];
        bool is_good = options == MACH64_SEND_MQ_CALL || options == MACH64_SEND_ANY;
        CHECK_EQ(send2(&message, options), is_good ? OK : MACH_SEND_INVALID_OPTIONS);
    }
    drain(port);
    for (int i = 0; i < 2; i++) /* of those that were sent; nothing was taken for the others */
        expect_notification(reply, MACH_NOTIFY_SEND_ONCE);
    expect_nothing(reply);
    destroy_port(reply);
    destroy_port(port);
}

/* mach_port_type of a name, by hand. */
static mach_msg_return_t ask_type(mach_msg_option64_t options, mach_port_t name, mach_port_type_t *type_p)
{
    mach_port_t reply = mach_reply_port();
    union {
        struct {
            mach_msg_header_t header;
            NDR_record_t ndr;
            mach_port_name_t name;
        } request;
        struct {
            mach_msg_header_t header;
            NDR_record_t ndr;
            kern_return_t code;
            mach_port_type_t type;
            mach_msg_trailer_t trailer;
        } answer;
    } message = { .request = { .header = { .msgh_bits = MACH_MSGH_BITS(COPY_SEND, MAKE_SEND_ONCE),
                                           .msgh_remote_port = SELF,
                                           .msgh_local_port = reply,
                                           .msgh_id = 3201 },
                               .ndr = NDR_record,
                               .name = name } };
    mach_msg_return_t mr = mach_msg2(&message, MACH64_SEND_MSG | options, message.request.header,
                                     sizeof(message.request), sizeof(message.answer), reply, 0, 0);
    *type_p = message.answer.type;
    if (mr == OK && (options & MACH64_RCV_MSG))
        CHECK_EQ(message.answer.code, OK);
    CHECK_EQ(mach_port_mod_refs(SELF, reply, RECEIVE, -1), OK);
    return mr;
}

TEST(a_kernel_object_is_called_as_such_by_who_takes_the_answer, "P161 P177")
{
    mach_port_t port = make_port();
    mach_port_type_t type = 0;
    CHECK_EQ(ask_type(MACH64_RCV_MSG | MACH64_SEND_KOBJECT_CALL, port, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(ask_type(MACH64_RCV_MSG | MACH64_SEND_ANY, port, &type), OK);
    CHECK_EQ(ask_type(MACH64_SEND_ANY, port, &type), OK);
    CHECK_EQ(ask_type(MACH64_SEND_KOBJECT_CALL, port, &type), MACH_SEND_INVALID_OPTIONS);
    CHECK_EQ(ask_type(MACH64_RCV_MSG | MACH64_SEND_MQ_CALL, port, &type), MACH_SEND_INVALID_OPTIONS);
    CHECK_EQ(ask_type(MACH64_RCV_MSG | MACH64_SEND_DK_CALL, port, &type), MACH_SEND_INVALID_OPTIONS);
    destroy_port(port);
}

TEST(an_ordinary_port_is_no_kernel_object, "P161")
{
    mach_port_t port = make_port();
    struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(mach_msg2(&message,
                       MACH64_SEND_MSG | MACH64_RCV_MSG | MACH64_RCV_TIMEOUT | MACH64_SEND_KOBJECT_CALL,
                       message.header, message.header.msgh_size, sizeof(message), port, 0, 0),
             MACH_SEND_INVALID_OPTIONS);
    expect_nothing(port);
    destroy_port(port);
}

TEST(a_call_of_a_kernel_object_has_at_most_three_descriptors, "P161")
{
    mach_port_t reply = make_port(), carried = port_new_with_sends(1);
    for (int n = 3; n <= 4; n++) {
        struct message message = message_plain(SELF, COPY_SEND, reply, MAKE_SEND_ONCE, 77777);
        for (int i = 0; i < n; i++)
            add_port(&message, carried, COPY_SEND);
        CHECK_EQ(mach_msg2(&message, MACH64_SEND_MSG | MACH64_RCV_MSG | MACH64_SEND_KOBJECT_CALL,
                           message.header, message.header.msgh_size, sizeof(message), reply, 0, 0),
                 n == 3 ? OK : MACH_SEND_INVALID_OPTIONS);
    }
    CHECK_EQ(refs_of(carried, SEND), 1);
    destroy_port(carried);
    destroy_port(reply);
}

/* ---- vectors ---- */

struct parcel {
    mach_msg_vector_t vector[2];
    struct message message, received;
    uint8_t aux[AUX_MAX + 8], received_aux[AUX_MAX + 8];
};

static void parcel_make(struct parcel *parcel, mach_port_t dest, uint32_t aux_size, uint32_t aux_room)
{
    memset(parcel, 0, sizeof(*parcel));
    parcel->message = message_plain(dest, MAKE_SEND, MACH_PORT_NULL, 0, 5);
    for (uint32_t i = 0; i < sizeof(parcel->aux); i++)
        parcel->aux[i] = (uint8_t)(i * 7 + 1);
    memset(parcel->received_aux, 0xee, sizeof(parcel->received_aux));
    parcel->vector[MACH_MSGV_IDX_MSG] =
        (mach_msg_vector_t){ .msgv_data = (uintptr_t)&parcel->message,
                             .msgv_rcv_addr = (uintptr_t)&parcel->received,
                             .msgv_send_size = parcel->message.header.msgh_size,
                             .msgv_rcv_size = sizeof(parcel->received) };
    parcel->vector[MACH_MSGV_IDX_AUX] = (mach_msg_vector_t){ .msgv_data = (uintptr_t)parcel->aux,
                                                             .msgv_rcv_addr = (uintptr_t)parcel->received_aux,
                                                             .msgv_send_size = aux_size,
                                                             .msgv_rcv_size = aux_room };
}

static mach_msg_return_t parcel_send(struct parcel *parcel, uint32_t n)
{
    return mach_msg2(parcel->vector,
                     MACH64_SEND_MSG | MACH64_SEND_TIMEOUT | MACH64_MSG_VECTOR | MACH64_SEND_MQ_CALL,
                     parcel->message.header, n, 0, MACH_PORT_NULL, 0, 0);
}

static mach_msg_return_t parcel_receive(struct parcel *parcel, mach_port_t from, uint32_t n,
                                        mach_msg_option64_t options)
{
    mach_msg_header_t none = { 0 };
    return mach_msg2(parcel->vector, MACH64_RCV_MSG | MACH64_RCV_TIMEOUT | MACH64_MSG_VECTOR | options, none,
                     0, n, from, 0, 0);
}

static mach_msg_aux_header_t aux_head(const struct parcel *parcel)
{
    mach_msg_aux_header_t head;
    memcpy(&head, parcel->received_aux, sizeof(head));
    return head;
}

TEST(a_message_can_come_as_one_vector, "P161")
{
    mach_port_t port = make_port();
    struct parcel parcel;
    parcel_make(&parcel, port, 0, 0);
    CHECK_EQ(parcel_send(&parcel, 1), OK);
    CHECK_EQ(parcel_receive(&parcel, port, 1, 0), OK);
    CHECK_EQ(parcel.received.header.msgh_id, 5);
    parcel.vector[0].msgv_rcv_addr = 0; /* into where it was sent from */
    CHECK_EQ(parcel_send(&parcel, 1), OK);
    CHECK_EQ(parcel_receive(&parcel, port, 1, 0), OK);
    CHECK_EQ(parcel.message.header.msgh_local_port, port);
    destroy_port(port);
}

TEST(auxiliary_data_come_with_the_message, "P161")
{
    mach_port_t port = make_port();
    static const uint32_t sizes[] = { 8, 9, 128, 1023, AUX_MAX };
    struct parcel parcel;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        parcel_make(&parcel, port, sizes[i], AUX_MAX);
        CHECK_EQ(parcel_send(&parcel, 2), OK);
        CHECK_EQ(parcel_receive(&parcel, port, 2, 0), OK);
        CHECK_EQ(aux_head(&parcel).msgdh_size, sizes[i]);
        CHECK_EQ(aux_head(&parcel).msgdh_reserved, 0);
        CHECK_MEM_EQ(parcel.received_aux + 8, parcel.aux + 8, sizes[i] - 8);
        CHECK_EQ(parcel.received_aux[sizes[i]], 0xee);
    }
    destroy_port(port);
}

TEST(sizes_of_auxiliary_data, "P161")
{
    mach_port_t port = make_port();
    struct parcel parcel;
    for (uint32_t size = 1; size < 8; size++) {
        parcel_make(&parcel, port, size, AUX_MAX);
        CHECK_EQ(parcel_send(&parcel, 2), MACH_SEND_AUX_TOO_SMALL);
        parcel_make(&parcel, port, 0, size);
        CHECK_EQ(parcel_receive(&parcel, port, 2, 0), MACH_RCV_INVALID_ARGUMENTS);
    }
    static const uint32_t large[] = { AUX_MAX + 1, 1u << 20, UINT32_MAX };
    for (int i = 0; i < 3; i++) {
        parcel_make(&parcel, port, large[i], AUX_MAX);
        CHECK_EQ(parcel_send(&parcel, 2), MACH_SEND_AUX_TOO_LARGE);
    }
    parcel_make(&parcel, port, 64, 0);
    parcel.vector[MACH_MSGV_IDX_AUX].msgv_data = 64; /* nothing is there */
    CHECK_EQ(parcel_send(&parcel, 2), MACH_SEND_INVALID_DATA);
    expect_nothing(port);
    destroy_port(port);
}

TEST(numbers_of_vectors, "P161")
{
    mach_port_t port = make_port();
    struct parcel parcel;
    parcel_make(&parcel, port, 8, AUX_MAX);
    CHECK_EQ(parcel_send(&parcel, 0), MACH_SEND_MSG_TOO_SMALL);
    CHECK_EQ(parcel_send(&parcel, 3), MACH_SEND_INVALID_DATA);
    CHECK_EQ(parcel_receive(&parcel, port, 0, 0), MACH_RCV_INVALID_ARGUMENTS);
    CHECK_EQ(parcel_receive(&parcel, port, 3, 0), MACH_RCV_INVALID_ARGUMENTS);
    mach_msg_header_t header = parcel.message.header;
    void *volatile nowhere = (void *)64;
    CHECK_EQ(mach_msg2(nowhere, MACH64_SEND_MSG | MACH64_MSG_VECTOR | MACH64_SEND_ANY, header, 1, 0,
                       MACH_PORT_NULL, 0, 0),
             MACH_SEND_INVALID_DATA);
    CHECK_EQ(mach_msg2(nowhere, MACH64_RCV_MSG | MACH64_RCV_TIMEOUT | MACH64_MSG_VECTOR, header, 0, 1, port,
                       0, 0),
             MACH_RCV_INVALID_ARGUMENTS);
    expect_nothing(port);
    destroy_port(port);
}

TEST(who_has_no_vector_for_auxiliary_data_loses_them, "P161")
{
    mach_port_t port = make_port();
    struct parcel parcel;
    parcel_make(&parcel, port, 64, AUX_MAX);
    CHECK_EQ(parcel_send(&parcel, 2), OK);
    CHECK_EQ(parcel_send(&parcel, 2), OK);
    CHECK_EQ(parcel_send(&parcel, 2), OK);
    CHECK_EQ(parcel_receive(&parcel, port, 1, 0), OK);
    CHECK_EQ(parcel.received.header.msgh_id, 5);
    CHECK_EQ(parcel.received_aux[0], 0xee);
    expect_message(port, 5); /* by mach_msg */
    parcel.vector[MACH_MSGV_IDX_AUX].msgv_rcv_size = 0;
    CHECK_EQ(parcel_receive(&parcel, port, 2, 0), OK);
    CHECK_EQ(parcel.received_aux[0], 0xee);
    destroy_port(port);
}

TEST(who_has_one_gets_zeroes_if_there_are_none, "P161")
{
    mach_port_t port = make_port();
    struct parcel parcel;
    parcel_make(&parcel, port, 0, 16);
    CHECK_EQ(say(port, 5), OK);
    CHECK_EQ(parcel_send(&parcel, 1), OK);
    for (int i = 0; i < 2; i++) {
        memset(parcel.received_aux, 0xee, sizeof(parcel.received_aux));
        CHECK_EQ(parcel_receive(&parcel, port, 2, 0), OK);
        CHECK_EQ(aux_head(&parcel).msgdh_size, 0);
        CHECK_EQ(aux_head(&parcel).msgdh_reserved, 0);
        CHECK_EQ(parcel.received_aux[8], 0xee);
    }
    destroy_port(port);
}

TEST(auxiliary_data_that_do_not_fit_are_a_message_too_large, "P161 P145")
{
    mach_port_t port = make_port();
    struct parcel parcel;
    parcel_make(&parcel, port, 65, 64);
    CHECK_EQ(parcel_send(&parcel, 2), OK);
    CHECK_EQ(parcel_receive(&parcel, port, 2, MACH64_RCV_LARGE), MACH_RCV_TOO_LARGE);
    CHECK_EQ(parcel.received.header.msgh_size, parcel.message.header.msgh_size);
    parcel.vector[MACH_MSGV_IDX_AUX].msgv_rcv_size = 65;
    CHECK_EQ(parcel_receive(&parcel, port, 2, MACH64_RCV_LARGE), OK);
    CHECK_EQ(aux_head(&parcel).msgdh_size, 65);
    destroy_port(port);
}

static uint8_t big[50000], got[50000 + 68];

TEST(messages_of_every_size_have_auxiliary_data, "P161")
{
    static const uint32_t sizes[] = { 24, 12000, 14800, 14848, 15800, 15872, 15876, 20000, 50000 };
    mach_port_t port = make_port();
    struct parcel parcel;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        parcel_make(&parcel, port, AUX_MAX, AUX_MAX);
        memset(big, (int)i + 1, sizeof(big));
        parcel.vector[0] = (mach_msg_vector_t){ .msgv_data = (uintptr_t)big,
                                                .msgv_rcv_addr = (uintptr_t)got,
                                                .msgv_send_size = sizes[i],
                                                .msgv_rcv_size = sizeof(got) };
        CHECK_EQ(parcel_send(&parcel, 2), OK);
        CHECK_EQ(parcel_receive(&parcel, port, 2, 0), OK);
        CHECK_EQ(((mach_msg_header_t *)got)->msgh_size, sizes[i]);
        if (sizes[i] > 24)
            CHECK_MEM_EQ(got + 24, big + 24, sizes[i] - 24);
        CHECK_EQ(aux_head(&parcel).msgdh_size, AUX_MAX);
        CHECK_MEM_EQ(parcel.received_aux + 8, parcel.aux + 8, AUX_MAX - 8);
    }
    destroy_port(port);
}

TEST(memory_and_auxiliary_data_travel_together, "P161 P131")
{
    mach_port_t port = make_port();
    struct parcel parcel;
    static const uint32_t sizes[] = { 100, 8000, 14000, 100000 };
    char *memory = make_memory(100000);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memset(memory, (int)i + 3, sizes[i]);
        parcel_make(&parcel, port, 500, AUX_MAX);
        add_memory(&parcel.message, memory, sizes[i], false, MACH_MSG_PHYSICAL_COPY);
        parcel.vector[0].msgv_send_size = parcel.message.header.msgh_size;
        CHECK_EQ(parcel_send(&parcel, 2), OK);
        CHECK_EQ(parcel_receive(&parcel, port, 2, 0), OK);
        CHECK_EQ(parcel.received.ool.size, sizes[i]);
        CHECK_MEM_EQ(parcel.received.ool.address, memory, sizes[i]);
        CHECK_EQ(aux_head(&parcel).msgdh_size, 500);
        CHECK_MEM_EQ(parcel.received_aux + 8, parcel.aux + 8, 492);
        vm_deallocate(SELF, (vm_address_t)parcel.received.ool.address, sizes[i]);
    }
    vm_deallocate(SELF, (vm_address_t)memory, 100000);
    destroy_port(port);
}

struct waiting {
    mach_port_t port;
    struct parcel parcel;
    mach_msg_return_t mr;
};

static void *wait_for_parcel(void *argument)
{
    struct waiting *waiting = argument;
    mach_msg_header_t none = { 0 };
    waiting->mr = mach_msg2(waiting->parcel.vector, MACH64_RCV_MSG | MACH64_MSG_VECTOR, none, 0, 2,
                            waiting->port, 0, 0);
    return NULL;
}

TEST(auxiliary_data_reach_a_thread_that_waits_for_them, "P161 P91 P99")
{
    static struct waiting waiting;
    mach_port_t port = make_port();
    waiting.port = port;
    parcel_make(&waiting.parcel, port, 0, AUX_MAX);
    world_thread *thread = world_thread_spawn(wait_for_parcel, &waiting);
    world_yield_until_blocked(thread);
    world_thread_interrupt(thread); /* which the library hides */
    struct parcel parcel;
    parcel_make(&parcel, port, 100, 0);
    CHECK_EQ(parcel_send(&parcel, 2), OK);
    world_thread_join(thread);
    CHECK_EQ(waiting.mr, OK);
    CHECK_EQ(aux_head(&waiting.parcel).msgdh_size, 100);
    CHECK_MEM_EQ(waiting.parcel.received_aux + 8, parcel.aux + 8, 92);
    destroy_port(port);
}
