/* SPDX-License-Identifier: Apache-2.0 */
/* wire/trace.h - what a tracer is told of each call and each message, and the ring in which it stands (ATTACH_TRACE)
 *
 * machd alone writes the ring, which the tracer maps read-only. Nobody waits for a tracer: what it has not read when
 * the ring comes round is overwritten, and the tracer counts it.
 *
 *   machd:   slot[n % TRACE_SLOTS].sequence = 0, fence, event, fence, sequence = n + 1; written = n + 1
 *   tracer:  for n below written: a slot whose sequence is n + 1 before and after the copy holds event n; else n is
 *            lost
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "wire/refusal.h"

#define TRACE_SLOTS 8192u
#define TRACE_RIGHTS 6u
#define TRACE_COMMAND 20u

/* kind     is told when                                  lives in the union
 * TRAP     a call that is a trap has its result          trap
 * SEND     a message has left its sender                 message
 * RECEIVE  a message has arrived with a receiver         message
 */
enum trace_kind { TRACE_TRAP = 1, TRACE_SEND, TRACE_RECEIVE };

/* A port right in a message. name: in the task of the actor, as it wrote or got it. */
struct trace_right {
    uint64_t object; /* the port; 0: none, or dead */
    uint32_t name;
    uint16_t disposition; /* SEND: as written; RECEIVE: the right that came */
    uint16_t guard;       /* MACH_MSG_GUARD_FLAGS_* of a guarded descriptor, + TRACE_IS_GUARDED; 0: a plain one */
};

#define TRACE_IS_GUARDED 0x8000u

/* flags of messages */
#define TRACE_TO_KERNEL 1u   /* a call of a kernel object */
#define TRACE_FROM_KERNEL 2u /* a kernel object's answer, or a notification */
#define TRACE_HAS_WORD 4u

struct trace_message {
    uint64_t number;      /* the same when it is sent and when it arrives */
    uint64_t port;        /* to which it is sent */
    uint64_t reply_port;  /* 0: none */
    uint64_t memory_size; /* bytes out of line */
    uint32_t flags;
    uint32_t bits, size;
    int32_t id;
    uint32_t remote, local;     /* msgh_remote_port, msgh_local_port as the actor sees them */
    uint32_t n_descriptors;
    uint32_t n_rights;          /* in the body, arrays included */
    uint32_t n_shown;           /* of them in right[] */
    uint32_t word;              /* at 32 bytes: the RetCode of an answer made by mig */
    int32_t peer_pid;           /* SEND: who receives there now; RECEIVE: who sent it; 0: the kernel, or nobody */
    uint32_t pad;
    struct trace_right right[TRACE_RIGHTS];
};

struct trace_trap {
    uint64_t began;  /* CLOCK_MONOTONIC, nanoseconds */
    uint64_t arg[7]; /* of mach_msg: option, send_size, rcv_size, rcv_name, timeout, notify */
    uint64_t value[3];
    uint32_t number; /* enum trap_number */
    uint32_t result;
};

struct trace_event {
    uint64_t time; /* CLOCK_MONOTONIC, nanoseconds: when machd told it */
    int32_t pid, tid; /* of the actor; 0: the kernel, or not known */
    uint32_t kind;    /* enum trace_kind */
    char command[TRACE_COMMAND];
    struct refused refused; /* if the call was: number is not 0 */
    union {
        struct trace_trap trap;
        struct trace_message message;
    };
};

struct trace_slot {
    _Atomic uint64_t sequence;
    struct trace_event event;
};

struct trace_ring {
    _Atomic uint64_t written;
    uint64_t pad[7];
    struct trace_slot slot[TRACE_SLOTS];
};

_Static_assert(sizeof(struct trace_event) == 272, "padding is explicit");

/* machd's side. */
static inline void trace_write(struct trace_ring *ring, const struct trace_event *event)
{
    uint64_t n = atomic_load_explicit(&ring->written, memory_order_relaxed);
    struct trace_slot *slot = &ring->slot[n % TRACE_SLOTS];
    atomic_store_explicit(&slot->sequence, 0, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    memcpy(&slot->event, event, sizeof(*event));
    atomic_store_explicit(&slot->sequence, n + 1, memory_order_release);
    atomic_store_explicit(&ring->written, n + 1, memory_order_release);
}

/* The tracer's: event n, which has been written. 0: it is lost. */
static inline int trace_read(const struct trace_ring *ring, uint64_t n, struct trace_event *event)
{
    const struct trace_slot *slot = &ring->slot[n % TRACE_SLOTS];
    if (atomic_load_explicit(&slot->sequence, memory_order_acquire) != n + 1)
        return 0;
    memcpy(event, &slot->event, sizeof(*event));
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&slot->sequence, memory_order_relaxed) == n + 1;
}
