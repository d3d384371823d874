/* SPDX-License-Identifier: Apache-2.0 */
/* wire/refusal.h - why calls are refused: numbers that the kernel keeps for each thread, and their words
 *
 * In the words, for tools: %n the name in question, %x detail as a name, %u detail as a number, %r detail as
 * the rights that a name denotes, %d other as a disposition, %o other as a number.
 */
#pragma once

#include <stdint.h>

/* REFUSAL(reason, rules, words) */
#define REFUSALS(REFUSAL) \
    REFUSAL(NOTHING, "", "nothing was refused") \
    /* names */ \
    REFUSAL(NAME_NULL, "P5", "the name is MACH_PORT_NULL") \
    REFUSAL(NAME_DEAD, "P5", "the name is MACH_PORT_DEAD, which stands for a right that has died") \
    REFUSAL(NAME_NEVER, "P7", "%n denotes nothing and never did in this task") \
    REFUSAL(NAME_RELEASED, "P7", \
            "%n denotes nothing any more: its last reference was released, or its right moved away") \
    REFUSAL(NAME_REUSED, "P8", "%n is of another generation: its slot is in use as %x, for another right") \
    REFUSAL(NAME_OLD, "P8", "%n is of another generation: its slot is free, and was used last as %x") \
    REFUSAL(NAME_IN_USE, "P14", "%n denotes a right already") \
    REFUSAL(NAME_SLOT_IN_USE, "P14", "the slot of %n is in use as %x") \
    REFUSAL(NAME_MALFORMED, "P6", \
            "%n is no possible name: the low two bits of a name are 3, its index is not 0") \
    REFUSAL(NAME_TOO_LARGE, "P10", "the index of %n is beyond the largest table") \
    REFUSAL(RIGHT_ELSEWHERE, "P39", "the task has a right to this port already, under %x") \
    /* rights */ \
    REFUSAL(RIGHT_WRONG, "P43", "%n denotes %r, and that cannot give what %d takes") \
    REFUSAL(RIGHT_KIND, "P28", "%n denotes %r, which is not the right that the call asks for") \
    REFUSAL(RIGHT_NOT_RECEIVE, "P46", "%n denotes %r; the call needs a receive right") \
    REFUSAL(RIGHT_NOT_SET, "P95", "%n denotes %r; the call needs a port set") \
    REFUSAL(RIGHT_DIED, "P106", "%n is a dead name: the port behind it has died") \
    REFUSAL(RIGHT_IMMOVABLE, "P43", "%n is immovable: it must not leave its task") \
    REFUSAL(PINNED, "P36", "%n is pinned: its last reference must stay") \
    REFUSAL(RIGHT_NOT_COUNTED, "P27", "%n denotes %r, which has no references to release") \
    REFUSAL(DISPOSITION_UNKNOWN, "P43", "the disposition is %d, which takes no right") \
    REFUSAL(BELOW_ZERO, "P24", "%n has %u references, and the change is %o") \
    REFUSAL(DELTA_ODD, "P34", "a right of this kind can change by 0 or -1 only, not by %o") \
    REFUSAL(BOTH_UNPAYABLE, "P107", "%n is to pay for destination and reply, and has not enough for both") \
    REFUSAL(GUARDED, "P62", "%n is guarded") \
    REFUSAL(GUARD_OTHER, "P60", "the guard of %n is another, or of another kind") \
    REFUSAL(GUARD_PRESENT, "P60", "%n has a context or guard already") \
    REFUSAL(MEMBER_ALREADY, "P85", "%n is in that set already") \
    REFUSAL(MEMBER_NOT, "P86", "%n is not in that set") \
    REFUSAL(QLIMIT_TOO_LARGE, "P58", "%u is above the largest queue limit, 1024") \
    /* messages */ \
    REFUSAL(SIZE_ODD, "P101", "the send size is %u: it must be a multiple of 4 and hold a header") \
    REFUSAL(SIZE_TOO_LARGE, "P101", "the send size is %u, more than a message may have") \
    REFUSAL(UNREADABLE, "P101", "the memory of the message cannot be read") \
    REFUSAL(CALL_KINDS, "P161", \
            "the options of mach_msg2 must say exactly one of: kernel object, queue, either, driver") \
    REFUSAL(CALL_WITHOUT_RECEIVE, "P161", "a kernel object is called by who receives its answer in the same call") \
    REFUSAL(CALL_OTHER_KIND, "P161", "the destination is of another kind than the options of mach_msg2 say") \
    REFUSAL(CALL_DESCRIPTORS, "P161", "a call of a kernel object has at most 3 descriptors") \
    REFUSAL(AUX_SIZE, "P161", "the auxiliary data have %o bytes: it must be 8 to 1024") \
    REFUSAL(COUNT_CUT, "P109", "a message of %u bytes cannot hold %o descriptors") \
    REFUSAL(DISPOSITION_REMOTE, "P102", \
            "the disposition of the destination is %d; it must take a send or send-once right") \
    REFUSAL(DISPOSITION_LOCAL, "P102", \
            "the disposition of the reply is %d; it must take a send or " \
            "send-once right, or be 0 with no name") \
    REFUSAL(VOUCHER, "P103", "%n is no send right to a voucher, or its disposition takes no send right") \
    REFUSAL(REPLY_IS_VOUCHER, "P104", "%n is the message's voucher, and cannot be its reply right too") \
    REFUSAL(SPACE_DIES, "P162", "the task is dying") \
    REFUSAL(DESCRIPTOR_CUT, "P110", "the message ends inside the descriptor") \
    REFUSAL(DESCRIPTOR_TYPE, "P110", "a descriptor of type %u is unknown") \
    REFUSAL(DESCRIPTOR_COPY, "P110", "the copy option is %u, neither physical nor virtual") \
    REFUSAL(GUARDED_DISPOSITION, "P110", "a guarded descriptor moves a receive right, and %d does not") \
    REFUSAL(GUARDED_FLAGS, "P110", \
            "the flags of the guarded descriptor are %u: none, unknown ones, or unguarded with a context") \
    REFUSAL(RIGHTS_TOO_MANY, "P110", "the message carries too many rights: %u") \
    REFUSAL(MEMORY, "P129", "the out-of-line memory, %u bytes, cannot be read") \
    REFUSAL(QUEUE_FULL, "P116", \
            "the queue held %u messages, which is its limit, and no room came within %o ms") \
    REFUSAL(QUEUE_CEILING, "P116", "the queue held %u messages, more than any queue may") \
    REFUSAL(INTERRUPTED, "P99", "a signal or an abort ended the wait") \
    /* receiving */ \
    REFUSAL(RECEIVE_NAME, "P139", "%n denotes %r; one can receive from a receive right or a port set only") \
    REFUSAL(RECEIVE_SYNC, "P140", \
            "to link a special reply port while waiting, one must receive on it and say to what") \
    REFUSAL(RECEIVE_EMPTY, "P141", "no message came within %u ms") \
    REFUSAL(RECEIVE_CHANGED, "P141", "the port or set went away, or moved, while the thread waited") \
    REFUSAL(RECEIVE_TOO_LARGE, "P144", "the message has %u bytes with its trailer, and the buffer %o") \
    REFUSAL(RECEIVE_NO_NAME, "P155", "the task has no room for the name of a right in the message") \
    /* the system */ \
    REFUSAL(LIMIT, "", "the task or its user is at its limit, or machd has no memory") \
    REFUSAL(PORT_IS_DEAD, "P17", "the port has died") \
    REFUSAL(NOT_BUILT, "P1", "this call is not built") \
    REFUSAL(UNKNOWN_CALL, "P180", "no kernel object has a routine with this number") \
    REFUSAL(BY_ROUTINE, "", "the routine itself answers so")

#define REFUSAL_ENUM(reason, rules, words) REFUSED_##reason,
enum refusal_reason { REFUSALS(REFUSAL_ENUM) REFUSED_REASONS };
#undef REFUSAL_ENUM

/* Which part of the call it was. */
enum refusal_argument {
    REFUSED_ARGUMENT_NONE,
    REFUSED_REMOTE,     /* msgh_remote_port */
    REFUSED_LOCAL,      /* msgh_local_port */
    REFUSED_VOUCHER_PORT,
    REFUSED_DESCRIPTOR, /* number `index` of the body */
    REFUSED_RCV_NAME,
};

/* The last refusal of a thread. */
struct refused {
    uint64_t when;   /* CLOCK_MONOTONIC, nanoseconds */
    uint64_t number; /* how many the thread has had */
    uint32_t code;   /* mach_msg_return_t or kern_return_t */
    uint16_t reason; /* enum refusal_reason */
    uint16_t argument;
    uint32_t index;  /* of a descriptor */
    uint32_t element; /* of an out-of-line array of names, + 1 */
    uint32_t trap;   /* enum trap_number */
    int32_t id;      /* msgh_id, of TRAP_MSG with a message */
    uint32_t name;
    uint32_t detail, other;
    uint32_t pad;
};

_Static_assert(sizeof(struct refused) == 56, "padding is explicit");
