/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/faulting.h - a child that faults, and the messages of its handler, by offset */
#pragma once

#include "tests/tasks/common.h"

#include <mach/exception_types.h>
#include <mach/mig_errors.h>
#include <mach/thread_status.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
enum {
    STATE = x86_THREAD_STATE64,
    STATE_WORDS = x86_THREAD_STATE64_COUNT,
    ARGUMENT_AT = 4 /* rdi, of 64 bits */
};
#else
enum { STATE = ARM_THREAD_STATE64, STATE_WORDS = 68, ARGUMENT_AT = 0 };
#endif

enum { BAD_ADDRESS = 16, ANSWER = 77, KILLED = -1 };
enum {
    STATE_CODES = (int)(EXCEPTION_STATE | MACH_EXCEPTION_CODES),
    DEFAULT_CODES = (int)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES),
    IDENTITY_CODES = (int)(EXCEPTION_STATE_IDENTITY | MACH_EXCEPTION_CODES)
};

/* At one address in parent and child. */
static const uint64_t readable = ANSWER;

/* ---- requests and answers, by offset (K188, K190) ---- */

union request {
    mach_msg_header_t header;
    uint8_t bytes[2048];
};

static inline uint32_t word_at(const union request *r, size_t offset)
{
    uint32_t word;
    memcpy(&word, r->bytes + offset, sizeof word);
    return word;
}

static inline int64_t wide_at(const union request *r, size_t offset)
{
    int64_t wide;
    memcpy(&wide, r->bytes + offset, sizeof wide);
    return wide;
}

static inline union request next_request(mach_port_t port, int id)
{
    union request r;
    memset(&r, 0, sizeof r);
    REQUIRE_EQ(mach_msg(&r.header,
                        MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_VOUCHER | MACH_RCV_TRAILER_TYPE(0) |
                            MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                        0, sizeof r, port, PATIENCE_MS, MACH_PORT_NULL),
               OK);
    CHECK_EQ(r.header.msgh_id, id);
    CHECK_EQ(r.header.msgh_bits & 0xffff,
             MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND));
    return r;
}

static inline mach_port_t port_at(const union request *r, size_t offset)
{
    mach_msg_port_descriptor_t port;
    memcpy(&port, r->bytes + offset, sizeof port);
    return port.name;
}

/* The two descriptors of a request with identities. */
static inline mach_port_t thread_of(const union request *r)
{
    return port_at(r, 28);
}

static inline mach_port_t task_of(const union request *r)
{
    return port_at(r, 40);
}

/* All that came with it but the reply right, which was used. */
static inline void request_free(union request *r)
{
    r->header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&r->header);
}

static inline void check_codes(const union request *r, size_t type_at, int type, int64_t code, int64_t subcode)
{
    CHECK_EQ(word_at(r, type_at), (uint32_t)type);
    CHECK_EQ(word_at(r, type_at + 4), 2);
    CHECK_EQ(wide_at(r, type_at + 8), code);
    CHECK_EQ(wide_at(r, type_at + 16), subcode);
}

static inline void answer(const union request *r, kern_return_t code)
{
    mig_reply_error_t reply = { .RetCode = code, .NDR = NDR_record };
    reply.Head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_size = sizeof reply,
        .msgh_remote_port = r->header.msgh_remote_port,
        .msgh_id = r->header.msgh_id + 100,
    };
    CHECK_EQ(mach_msg(&reply.Head, MACH_SEND_MSG, sizeof reply, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL), OK);
}

/* With the registers of the request at state_at, but for the one that holds the address. */
static inline kern_return_t send_answer(const union request *r, size_t state_at, uint64_t argument, uint32_t n_words, int id)
{
    struct {
        mach_msg_header_t header;
        NDR_record_t ndr;
        kern_return_t code;
        int flavor;
        uint32_t n_words;
        uint32_t words[STATE_WORDS];
    } reply = { .ndr = NDR_record, .flavor = STATE, .n_words = n_words };
    memcpy(reply.words, r->bytes + state_at, sizeof reply.words);
    memcpy(reply.words + 2 * ARGUMENT_AT, &argument, sizeof argument);
    reply.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_size = (mach_msg_size_t)(44 + 4 * n_words),
        .msgh_remote_port = r->header.msgh_remote_port,
        .msgh_id = id,
    };
    return mach_msg(&reply.header, MACH_SEND_MSG, reply.header.msgh_size, 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

static inline void answer_with(const union request *r, size_t state_at, uint64_t argument, uint32_t n_words,
                               int id)
{
    CHECK_EQ(send_answer(r, state_at, argument, n_words, id), OK);
}

static inline void repair(const union request *r, size_t state_at)
{
    answer_with(r, state_at, (uint64_t)(uintptr_t)&readable, STATE_WORDS, r->header.msgh_id + 100);
}

/* ---- a child that faults; its parent's port is the handler ---- */

struct plan {
    int thread_behavior, task_behavior; /* 0: none */
    exception_mask_t mask;
};

/* The harness reports faults of its own accord; here they are meant. */
static inline void fault_by_default(void)
{
    if (world_is_live())
        signal(SIGSEGV, SIG_DFL);
}

static inline int fault(void *argument)
{
    const struct plan *plan = argument;
    fault_by_default();
    mach_port_t self = mach_thread_self();
    if (plan->thread_behavior)
        CHECK_EQ(thread_set_exception_ports(self, plan->mask, world_parent_port(), plan->thread_behavior,
                                            STATE),
                 OK);
    if (plan->task_behavior)
        CHECK_EQ(task_set_exception_ports(SELF, plan->mask, world_parent_port(), plan->task_behavior, STATE),
                 OK);
    return (int)world_fault(BAD_ADDRESS);
}

static inline world_task *spawn_faulting(const struct plan *plan, mach_port_t port)
{
    return world_task_spawn(fault, (void *)(uintptr_t)plan, port);
}

/* Nobody is told anything. */
static inline void expect_no_request(mach_port_t port)
{
    union request r;
    CHECK_EQ(mach_msg(&r.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof r, port, 50, MACH_PORT_NULL),
             MACH_RCV_TIMED_OUT);
}
