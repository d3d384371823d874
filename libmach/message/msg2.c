/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/msg2.c - mach_msg2: the header as numbers, and vectors of a message and its auxiliary data (P161) */
#include <mach/mach.h>
#include <mach/mach_traps.h>

#include "libmach/message/guard.h"
#include "libmach/message/msg.h"
#include "wire/trap.h"

enum { KINDS = 0x1e }; /* MACH64_SEND_*_CALL and _ANY, from bit 32 */

static uint32_t low(uint64_t word)
{
    return (uint32_t)word;
}

static uint32_t high(uint64_t word)
{
    return (uint32_t)(word >> 32);
}

/* What the call is told of the message, by the six words. */
struct words {
    struct gather_head head;
    mach_msg_size_t send_size, rcv_size; /* numbers of vectors, if there are vectors */
    mach_port_name_t rcv_name;
    mach_msg_priority_t priority;
    uint64_t timeout;
};

static struct words unpack(uint64_t bits_and_size, uint64_t remote_and_local, uint64_t voucher_and_id,
                           uint64_t count_and_name, uint64_t size_and_priority, uint64_t timeout)
{
    return (struct words){
        .head.header = { .msgh_bits = low(bits_and_size),
                         .msgh_remote_port = low(remote_and_local),
                         .msgh_local_port = high(remote_and_local),
                         .msgh_voucher_port = low(voucher_and_id),
                         .msgh_id = (mach_msg_id_t)high(voucher_and_id) },
        .head.n_descriptors = low(count_and_name),
        .send_size = high(bits_and_size),
        .rcv_size = low(size_and_priority),
        .rcv_name = high(count_and_name),
        .priority = high(size_and_priority),
        .timeout = timeout,
    };
}

/* ---- vectors ---- */

static bool read_vectors(const void *data, uint32_t n, mach_msg_vector_t *vector)
{
    return n <= MACH_MSGV_MAX_COUNT && guard_copy(vector, data, n * sizeof *vector);
}

static mach_msg_return_t send_vectors(const void *data, uint32_t n, struct msg_call *call)
{
    mach_msg_vector_t vector[MACH_MSGV_MAX_COUNT] = { 0 };
    if (n == 0)
        return MACH_SEND_MSG_TOO_SMALL;
    if (!read_vectors(data, n, vector))
        return MACH_SEND_INVALID_DATA;
    call->msg = (mach_msg_header_t *)(uintptr_t)vector[MACH_MSGV_IDX_MSG].msgv_data;
    call->send_size = vector[MACH_MSGV_IDX_MSG].msgv_send_size;
    call->aux = (const void *)(uintptr_t)vector[MACH_MSGV_IDX_AUX].msgv_data;
    call->aux_size = vector[MACH_MSGV_IDX_AUX].msgv_send_size;
    return MACH_MSG_SUCCESS;
}

static void *receive_address(const mach_msg_vector_t *vector)
{
    return (void *)(uintptr_t)(vector->msgv_rcv_addr ? vector->msgv_rcv_addr : vector->msgv_data);
}

/* Room that has none for a head is a mistake. */
static mach_msg_return_t receive_vectors(const void *data, uint32_t n, struct msg_call *call)
{
    mach_msg_vector_t vector[MACH_MSGV_MAX_COUNT] = { 0 };
    if (n == 0 || !read_vectors(data, n, vector))
        return MACH_RCV_INVALID_ARGUMENTS;
    call->rcv_msg = receive_address(&vector[MACH_MSGV_IDX_MSG]);
    call->rcv_size = vector[MACH_MSGV_IDX_MSG].msgv_rcv_size;
    call->rcv_aux = receive_address(&vector[MACH_MSGV_IDX_AUX]);
    call->rcv_aux_size = vector[MACH_MSGV_IDX_AUX].msgv_rcv_size;
    return call->rcv_aux_size > 0 && call->rcv_aux_size < sizeof(mach_msg_aux_header_t)
               ? MACH_RCV_INVALID_ARGUMENTS
               : MACH_MSG_SUCCESS;
}

/* Both halves are looked at before anything is sent: what cannot be received for want of a place is not asked for. */
static mach_msg_return_t place(void *data, mach_msg_option64_t option64, const struct words *words,
                               struct msg_call *call)
{
    mach_msg_return_t mr = MACH_MSG_SUCCESS;
    if (!(option64 & MACH64_MSG_VECTOR)) {
        call->msg = call->rcv_msg = data;
        call->send_size = words->send_size;
        call->rcv_size = words->rcv_size;
        return mr;
    }
    if (option64 & MACH64_SEND_MSG)
        mr = send_vectors(data, words->send_size, call);
    if (mr == MACH_MSG_SUCCESS && (option64 & MACH64_RCV_MSG))
        mr = receive_vectors(data, words->rcv_size, call);
    if (call->aux_size > 0 || call->rcv_aux_size > 0)
        call->flags |= TRAP_MSG_AUX;
    return mr;
}

/* ---- the calls ---- */

static mach_msg_return_t make(void *data, mach_msg_option64_t option64, const struct words *words)
{
    struct msg_call call = {
        .option = (mach_msg_option_t)option64,
        .rcv_name = words->rcv_name,
        .timeout = words->timeout < UINT32_MAX ? (mach_msg_timeout_t)words->timeout : UINT32_MAX,
        .notify = words->priority,
        .flags = TRAP_MSG_2 | (high(option64) & KINDS) << TRAP_MSG_2_SHIFT,
        .head = &words->head,
    };
    if (!(option64 & (MACH64_SEND_MSG | MACH64_RCV_MSG)))
        return MACH_MSG_SUCCESS;
    mach_msg_return_t mr = place(data, option64, words, &call);
    return mr == MACH_MSG_SUCCESS ? msg_once(&call) : mr;
}

mach_msg_return_t mach_msg2_trap(void *data, mach_msg_option64_t options, uint64_t bits_and_size,
                                 uint64_t remote_and_local, uint64_t voucher_and_id, uint64_t count_and_name,
                                 uint64_t size_and_priority, uint64_t timeout)
{
    struct words words =
        unpack(bits_and_size, remote_and_local, voucher_and_id, count_and_name, size_and_priority, timeout);
    return make(data, options, &words);
}

/* What was given back stands in the buffer, and is what is sent again (P99, P122). */
static bool read_again(const void *data, mach_msg_option64_t option64, struct gather_head *head)
{
    mach_msg_vector_t vector = { .msgv_data = (uintptr_t)data };
    mach_msg_base_t base = { 0 };
    if ((option64 & MACH64_MSG_VECTOR) && !guard_copy(&vector, data, sizeof vector))
        return false;
    const void *message = (const void *)(uintptr_t)vector.msgv_data;
    if (!guard_copy(&base.header, message, sizeof base.header))
        return false;
    if ((base.header.msgh_bits & MACH_MSGH_BITS_COMPLEX) && !guard_copy(&base, message, sizeof base))
        return false;
    *head = (struct gather_head){ base.header, base.body.msgh_descriptor_count };
    return true;
}

mach_msg_return_t mach_msg2_internal(void *data, mach_msg_option64_t option64, uint64_t bits_and_size,
                                     uint64_t remote_and_local, uint64_t voucher_and_id,
                                     uint64_t count_and_name, uint64_t size_and_priority, uint64_t timeout)
{
    struct words words =
        unpack(bits_and_size, remote_and_local, voucher_and_id, count_and_name, size_and_priority, timeout);
    for (;;) {
        mach_msg_return_t mr = make(data, option64, &words);
        if (mr == MACH_SEND_INTERRUPTED && !(option64 & MACH64_SEND_INTERRUPT) &&
            read_again(data, option64, &words.head))
            continue;
        if (mr != MACH_RCV_INTERRUPTED || (option64 & MACH64_RCV_INTERRUPT))
            return mr;
        option64 &= ~(MACH64_SEND_MSG | MACH64_RCV_SYNC_WAIT); /* sent already; P159 */
    }
}
