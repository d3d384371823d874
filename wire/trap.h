/* SPDX-License-Identifier: Apache-2.0 */
/* wire/trap.h - the page through which one client thread asks machd and is answered
 *
 * Each client thread has one trap page, shared with machd alone. It is the whole of the trap protocol:
 * libmach writes a request into it, the kernel's door reads every field once into its own memory, and later
 * writes the reply. The client is not trusted: whatever stands here may change under the reader's eyes, and
 * nothing that machd wrote is ever read back.
 *
 *   client                                            machd
 *   request body, payload                 ->
 *   request += 1 (one atomic add, so that a handler
 *     on top of a half-made trap is harmless)
 *   hot == 0 or table asleep: sets its bit in
 *     trap_rung() of its area, rings the bell
 *                                         <-          takes it; done at once: reply, payload, wake lines, word = request
 *                                                     must wait: wake lines, accepted = request; later as
 *                                                     above
 *   sees word == request, or accepted == request: wakes what it was asked to wake, then waits on its word
 *
 * The word stands in the wake table (see below): machd alone writes it, every client of one uid may wait on
 * and wake it. A word holds the number of the last completed request of its thread. Numbers wrap; they are
 * compared as (int32_t)(a - b).
 *
 * Before it sleeps, a client stores sleeping = 1, fences, and looks at accepted and its word again; machd
 * stores first, fences, and then reads sleeping. So one of the two always sees the other. The same dance
 * protects `asleep` of the table (machd sleeps in epoll) against a request that is just being made.
 *
 * Taking a wait back: the thread stores into `abort` the number that its next request will have, and then
 * makes that request without touching `req`. machd ends the wait of the request before it
 * (MACH_SEND_INTERRUPTED, MACH_RCV_INTERRUPTED) or finds it complete, or, if it never saw it, carries it out
 * first; in all cases the reply of the *first* request stands in the page when the word reaches the number of
 * the abort. A request word that advances by anything but 1, or by 2 with an abort, is a broken protocol and
 * ends that client.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define TRAP_PAGE_SIZE 16384u   /* one slot of a trap area */
#define TRAP_DATA_OFFSET 512u   /* payload of requests and replies */
#define TRAP_DATA_SIZE (TRAP_PAGE_SIZE - TRAP_DATA_OFFSET)
#define TRAP_PROMISE_MAX 16u     /* messages */
#define TRAP_PROMISE_SIZE 4096u  /* bytes for them, at the end of the payload */
#define TRAP_PROMISE_OFFSET (TRAP_DATA_SIZE - TRAP_PROMISE_SIZE) /* from the payload's begin */
#define TRAP_MAX_WAKES 2u
#define TRAP_WAKE_MAX 16 /* sleepers that a wake of one word wakes: others than its own may wait on it */
#define TRAP_NO_WORD UINT32_MAX

/* Numbers are those of XNU's Mach traps where there is one. Arguments a0.. and results are those of the call
 * of that name: names and codes in the low half. Results: reply.result is the return code (or the port name
 * for the traps that return one), reply.value[] the out arguments in order. */
enum trap_number {
    TRAP_PORT_ALLOCATE = 16,    /* task, right -> name */
    TRAP_PORT_DEALLOCATE = 18,  /* task, name */
    TRAP_PORT_MOD_REFS = 19,    /* task, name, right, delta */
    TRAP_PORT_MOVE_MEMBER = 20, /* task, member, after */
    TRAP_PORT_INSERT_RIGHT = 21,         /* task, name, poly, disposition */
    TRAP_PORT_INSERT_MEMBER = 22,        /* task, member, set */
    TRAP_PORT_EXTRACT_MEMBER = 23,       /* task, member, set */
    TRAP_PORT_CONSTRUCT = 24,            /* task, flags, qlimit, context, reserved[0] -> name */
    TRAP_PORT_DESTRUCT = 25,             /* task, name, srdelta, guard */
    TRAP_REPLY_PORT = 26,                /* -> result is a name */
    TRAP_THREAD_SELF = 27,               /* -> result is a name */
    TRAP_TASK_SELF = 28,                 /* -> result is a name */
    TRAP_HOST_SELF = 29,                 /* -> result is a name */
    TRAP_MSG = 32,                       /* struct trap_msg in the request; payload: the message and its memory */
    TRAP_SEMAPHORE_SIGNAL = 33,           /* name */
    TRAP_SEMAPHORE_SIGNAL_ALL = 34,       /* name */
    TRAP_SEMAPHORE_SIGNAL_THREAD = 35,    /* name, thread */
    TRAP_SEMAPHORE_WAIT = 36,             /* name */
    TRAP_SEMAPHORE_WAIT_SIGNAL = 37,      /* name, name to signal */
    TRAP_SEMAPHORE_TIMEDWAIT = 38,        /* name, seconds, nanoseconds */
    TRAP_SEMAPHORE_TIMEDWAIT_SIGNAL = 39, /* name, name to signal, seconds, nanoseconds */
    TRAP_PORT_GUARD = 41,                /* task, name, guard, strict */
    TRAP_PORT_UNGUARD = 42,              /* task, name, guard */
    TRAP_TASK_NAME_FOR_PID = 44,         /* task, pid -> name */
    TRAP_TASK_FOR_PID = 45,              /* task, pid -> name */
    TRAP_PID_FOR_TASK = 46,              /* name -> pid */
    TRAP_SPECIAL_REPLY_PORT = 50,        /* -> result is a name */
    TRAP_PORT_TYPE = 76,                 /* task, name -> type */
    TRAP_PORT_REQUEST_NOTIFICATION = 77, /* task, name, msgid, sync, notify, disposition -> previous */
    TRAP_CLOCK_SLEEP = 62,               /* clock, type, seconds, nanoseconds -> time of the end */
    TRAP_TIMER_CREATE = 91,              /* -> result is a name */
    TRAP_TIMER_DESTROY = 92,             /* name */
    TRAP_TIMER_ARM = 93,                 /* name, deadline */
    TRAP_TIMER_CANCEL = 94,              /* name -> deadline, or 0 */
    TRAP_TIMER_ARM_LEEWAY = 95,          /* name, flags, deadline, leeway */
    TRAP_DEBUG_CONTROL_FOR_PID = 96,     /* task, pid -> name */
    TRAP_BOOTSTRAP_PORT = 200,           /* ours: -> result is a name of the task's bootstrap port, as get_special_port (B18) */
    TRAP_SEGMENT_BORROW = 201,           /* ours: name, size -> id | slot << 32 | TRAP_LOAN_*, size, slots | sequence << 32 */
    TRAP_MEMORY_ENTRY = 210,             /* ours: task, size, offset, permission, parent or 0 -> name (libmach/memory/entry.c) */
    TRAP_MAP_ENTRY = 211,                /* ours: task, name, offset, size, permission -> segment id, offset in it, size */
    TRAP_FILE_PORT = 212,                /* ours: segment id -> name (wire/attach.h, SEGMENT_FILE) */
    TRAP_FILE_PORT_OPEN = 213,           /* ours: name -> segment id */
    TRAP_SET_QOS = 202,                  /* ours: thread, class, relative priority (T9) */
    TRAP_OVERRIDE = 203,                 /* ours: thread, class, begins (T16) */
    TRAP_GET_ROLE = 204,                 /* ours: pid or 0 -> PRIO_DARWIN_ROLE_* */
    TRAP_SET_ROLE = 205,                 /* ours: pid or 0, PRIO_DARWIN_ROLE_* (T11) */
    TRAP_SET_NAME = 206,                 /* ours: payload: 64 bytes, the name of the calling thread and zeros (T22) */
    TRAP_DEPRESS = 207,                  /* ours: milliseconds (T25) */
    TRAP_BACKGROUND = 208,               /* ours: PRIO_DARWIN_THREAD or _PROCESS, who, TRAP_BACKGROUND_* -> is it? */
    TRAP_TASK_FLAVOR_FOR_PID = 209,      /* ours: task, pid, TASK_FLAVOR_READ or _INSPECT -> error of POSIX, name (K109) */
    TRAP_PID_SUSPEND = 214,              /* ours: pid, 1: stop, 0: go on -> error of POSIX (K143) */
    TRAP_EXCEPTION = 220,                /* ours: type, code, subcode, bytes of payload -> as TRAP_PARK */
    TRAP_PARK = 221,                     /* ours: bytes of payload, 0 -> bytes of payload, or 0 and an errand; from an
                                          * errand: 0, 1, result, two out values, bytes -> the same (TRAP_PARK_SIGNAL) */
    TRAP_KEVENT = 230,                   /* ours, as those up to 237: wire/kevent.h */
    TRAP_WORKQ_SETUP = 231,
    TRAP_WORKQ_PARK = 232,
    TRAP_KNOTE_FIRE = 233,
    TRAP_WORKLOOP_CREATE = 234,
    TRAP_WORKLOOP_DESTROY = 235,
    TRAP_KQUEUE_WATCH = 236,
    TRAP_KQUEUE_CLOSE = 237,

    /* Ours, see wire/process.h; value[0] is an error number of POSIX. Structures stand at data[]. */
    TRAP_SPAWN_PREPARE = 240,   /* size of a struct spawn_request -> error, ticket */
    TRAP_SPAWN_COMMIT = 241,    /* ticket, pid -> error */
    TRAP_SPAWN_DONE = 242,      /* ticket -> error */
    TRAP_SPAWN_UNDO = 243,      /* ticket -> error */
    TRAP_PROCESS_INFO = 244,    /* pid (0: the caller's), PROCESS_FIND_ZOMBIES or 0 -> error; struct process_info */
    TRAP_PROCESS_LIST = 245,    /* cursor, at most so many -> error, n, next cursor (0: that was all); struct process_item[n] */
    TRAP_PROCESS_THREADS = 246, /* pid, how many to leave out -> error, n, number of all; struct process_thread[n] */
    TRAP_PROCESS_SET = 247,     /* enum process_setting, value -> error, value: of the caller's own record (F166), or of all */
};

enum { TRAP_BACKGROUND_END, TRAP_BACKGROUND_BEGIN, TRAP_BACKGROUND_ASK };
#define TRAP_NAME_SIZE 64u

/* machd stops a thread that runs its program, or asks for its registers, by this signal, which libmach keeps for itself. Its
 * handler makes the trap TRAP_PARK with the registers of the program, in the form of TRAP_EXCEPTION's payload; the trap ends
 * when the thread may go on, with the registers that it shall have, or without any if they are to stay as they are. */
#define TRAP_PARK_SIGNAL 62

/* A parked thread may be sent to do something with the memory of its own process, which others have asked for: reply.value[1]
 * is the kind, the payload a struct trap_errand and its bytes. It makes the trap again with what came of it, and leaves behind
 * the structure what it brings. Addresses and sizes are those of the calls of the same names. */
enum trap_errand_kind {
    TRAP_ERRAND_NONE = 0,
    TRAP_ERRAND_READ = 1,           /* address, size -> bytes */
    TRAP_ERRAND_WRITE = 2,          /* address; bytes */
    TRAP_ERRAND_ALLOCATE = 3,       /* address, size, flags -> address */
    TRAP_ERRAND_DEALLOCATE = 4,     /* address, size */
    TRAP_ERRAND_PROTECT = 5,        /* address, size, set_maximum, protection */
    TRAP_ERRAND_REGION = 6,         /* address, flavor, count -> address, size; info */
    TRAP_ERRAND_REGION_RECURSE = 7, /* address, depth, count -> address, size; info */
};

#define TRAP_ERRAND_BYTES 8192u
#define TRAP_ERRAND_ARGS 4u
#define TRAP_ERRAND_OUTS 2u

struct trap_errand {
    uint32_t kind;
    uint32_t size; /* of the bytes behind it */
    uint64_t arg[TRAP_ERRAND_ARGS];
};

/* The payload of TRAP_EXCEPTION: register states, {flavor, number of words, the words} each. */
#define TRAP_EXCEPTION_STATES_MAX 2048u

/* Every trap that names a task takes the caller's own task only; another name answers MACH_SEND_INVALID_DEST,
 * and the library then sends the message of the same routine (P2). */

/* mach_msg, as the program called it. Sizes in bytes, timeout in milliseconds. */
struct trap_msg {
    uint32_t option;
    uint32_t send_size;
    uint32_t rcv_size;
    uint32_t rcv_name;
    uint32_t timeout;
    uint32_t notify; /* also the priority of MACH_SEND_OVERRIDE */
    uint32_t flags;  /* TRAP_MSG_* */
};

#define TRAP_MSG_UNREADABLE_HEADER 1u /* the fault guard tripped in the first 24 bytes (P101 step 3) */
#define TRAP_MSG_UNREADABLE_BODY 2u   /* ... behind them (P101 step 6) */
#define TRAP_MSG_2 4u   /* mach_msg2 (P161): the bits of its options from 32 up stand in flags, from TRAP_MSG_2_SHIFT up */
#define TRAP_MSG_AUX 8u /* arg[0]: bytes of auxiliary data to send, arg[1]: room for those that come; see TRAP_AUX_OFFSET */
#define TRAP_MSG_2_SHIFT 8

/* Auxiliary data stand at the end of data[], in requests and in replies (value[0]: how many bytes). A payload that would reach
 * there goes as a segment. */
#define TRAP_AUX_MAX 1024u
#define TRAP_AUX_OFFSET (TRAP_DATA_SIZE - TRAP_AUX_MAX)

/* A payload, in either direction, stands at data[] or, when it does not fit, in a segment:
 *
 *   the message (received ones: with their trailer), padded to 8 | n_items x struct trap_item | inline bytes
 *   ...
 *
 * One item for each out-of-line descriptor (memory or ports) of the message, in the order of the descriptors.
 * In a request the address fields of those descriptors mean nothing to machd; in a reply they are 0 and
 * libmach fills them. */
enum trap_item_kind {
    TRAP_ITEM_EMPTY = 0,      /* size 0: no memory (P130) */
    TRAP_ITEM_INLINE = 1,     /* size bytes at `at` from the start of the payload */
    TRAP_ITEM_SEGMENT = 2,    /* size bytes at the start of segment number `at` */
    TRAP_ITEM_UNREADABLE = 3, /* the fault guard tripped: MACH_SEND_INVALID_MEMORY for this descriptor */
};

/* Segments come in two kinds.
 *
 * *Sealed*: the client makes a memfd, fills it, seals it also against writing, and registers it (wire/attach.h,
 * SEGMENT). Its id is odd. It is used once; who receives it maps it.
 *
 * *Lent*: machd makes it and lends it to one task to write for one other, again and again. Its pages are there
 * already, which is what makes large messages fast. Each use has an id of its own, an even one:
 *
 *   writer                                   machd                              reader
 *   SEGMENT_BORROW name, size         ->     who holds the name's receive right is the reader; a free segment
 *                                     <-     of that pair, or a new one (packet SEGMENT, WRITE, comes before)
 *   new: maps it, seals it (FUTURE_WRITE
 *     and SEAL), closes the descriptor
 *   writes; sends a message that names
 *     the id in an item               ->     queues it
 *                                            packet SEGMENT, READ; the message               ->
 *                                                                               copies what it needs, closes
 *                                     <-     id in done[] of its next trap
 *
 * What must hold: a task never sees bytes that were not sent to it. So a segment that a task has been given is
 * lent again for that task alone; not if it has forked since (the child may hold what the parent held); and if the
 * message then goes to another one after all (the receive right has moved meanwhile), that one reads it and the
 * segment is given up. FUTURE_WRITE, which machd checks before anybody reads, leaves the writer's mapping the only
 * way to write. The writer may write at any time: who reads copies once and believes nothing.
 *
 * Reading ahead. When a thread of the reader waits where the message will arrive, SEGMENT_BORROW says so (AHEAD), the
 * reader gets the SEGMENT packet at once, and its page names the segment. The writer then stores after each piece how
 * far it has come, as id << 32 | bytes, into the 8 bytes behind the segment's size, and the reader copies what is there
 * while it waits. The message then comes under the same id, without another packet; or it does not come, or goes to somebody
 * else: the id keeps its meaning until a packet SEGMENT says VOID. A hint is given once for each request that waits, so
 * nobody's socket is filled by hints, and nothing waits for it.
 *
 * A borrowed segment that is not sent after all goes back through done[] too. `slots` is the set of the slots
 * (numbers below TRAP_LOAN_SLOTS) that are still lent to the task at `sequence`: it unmaps the others. */
#define TRAP_LOAN_SLOTS 32u
#define TRAP_LOAN_NEW (1ull << 63)
#define TRAP_LOAN_AHEAD (1ull << 62)
#define TRAP_DONE_MAX 7u

/* As n_done: who asks (a vfork child, whose descriptors are not those of the task) cannot have what comes as a descriptor.
 * Nothing is lent, out-of-line memory that would come in a segment is missing (MACH_MSG_VM_KERNEL), and so is a message that
 * would (MACH_RCV_INVALID_DATA); entries are not mapped. */
#define TRAP_TAKES_NO_SEGMENTS UINT32_MAX

/* Promised messages. With a message from a port machd may copy some that follow in its queue to TRAP_PROMISE_OFFSET, each as
 * 8 bytes with its size (trailer included), then the message, padded to 8; the reply says how many. A later receive of the
 * thread that asks in the same way may take the next of them instead of making a trap, by a compare and exchange of
 * page->promise from promise << 32 | n taken to one more. When that fails, machd has taken the promise back: what was not taken
 * will be received as ever. The copies are good until the thread's next reply, or request with a payload
 * larger than TRAP_PROMISE_OFFSET. */

struct trap_item {
    uint32_t kind;
    uint32_t at;
    uint64_t size;
};

/* Three cache lines: the head, which is all that most messages need; arguments of the other traps; done[]. */
struct trap_request {
    uint32_t number;
    uint32_t n_items;
    uint32_t segment;      /* 0: the payload stands at data[] */
    uint32_t payload_size; /* bytes of the whole payload */
    struct trap_msg msg;   /* TRAP_MSG alone */
    uint32_t n_done; /* of done[]: ids of lent segments that the task is done with; others than its own mean nothing. Or
                      * TRAP_TAKES_NO_SEGMENTS */
    uint64_t send_at, rcv_at; /* TRAP_MSG: the program's buffers. machd does not look there: guards are called so (P123, P137) */
    uint64_t arg[7]; /* all but TRAP_MSG without TRAP_MSG_AUX */
    uint64_t arg_pad;
    uint32_t done[TRAP_DONE_MAX];
    uint32_t done_pad[9];
};

/* delivered: what stands in the payload */
enum trap_delivered {
    TRAP_DELIVERED_NOTHING = 0,
    TRAP_DELIVERED_RECEIVED = 1, /* a received message with its trailer, for the receive buffer */
    TRAP_DELIVERED_RETURNED = 2, /* the send's own message given back (P122), for the send buffer */
    TRAP_DELIVERED_SIZE = 3,     /* MACH_RCV_LARGE: value[0] the size, value[1] the port's name (P145) */
};

struct trap_reply {
    uint32_t result;
    uint32_t delivered;
    uint32_t segment;      /* 0: the payload stands at data[] */
    uint32_t message_size; /* bytes of the message and its trailer, unpadded */
    uint32_t n_items;
    uint32_t n_taken; /* out-of-line descriptors of the request that were copied in: unmap those that say deallocate (P129) */
    uint64_t payload_size;
    uint64_t value[3];
    uint32_t n_promised; /* messages promised behind the one delivered */
    uint32_t promise;    /* which promise it is */
};

/* Each part begins a cache line (64 bytes) that one side alone writes: on its way from one CPU to the other a line costs
 * about 0.1 us, and a hot trap takes 0.6 us in all. */
struct trap_page {
    /* written by the client, polled by machd */
    _Atomic uint32_t request;
    _Atomic uint32_t sleeping;
    _Atomic uint32_t abort; /* the number of the request that takes back the one before it */
    _Atomic uint32_t cpu; /* a hint: 1 + the CPU on which the request is made; 0: not known */
    uint32_t client_pad[12];

    /* written by the client after each request, hardly ever read */
    _Atomic uint32_t seen; /* the last completed request that the thread noticed: what ends a delegated wake */
    uint32_t seen_pad;
    _Atomic uint64_t promise; /* number of the promise << 32 | messages taken; machd writes it, too */
    uint32_t promise_pad[12];

    /* written by machd, though not for a request that is done at once and wakes nobody */
    _Atomic uint32_t accepted;
    _Atomic uint32_t hot;      /* the request word is being polled: no need to ring */
    uint32_t wake_request;     /* the request that the wake lines belong to */
    uint32_t n_wakes;
    uint32_t wake[TRAP_MAX_WAKES]; /* indices into the wake table */
    _Atomic uint32_t ahead;  /* to be read ahead: the reader's id of a lent segment, stored last; 0: nothing yet */
    uint32_t ahead_use;      /* the writer's id */
    uint64_t ahead_size;     /* bytes that will come */
    uint64_t ahead_progress; /* offset of the word that tells how many are there */
    uint32_t ahead_request;  /* the request that waits for it; of others it is the past */
    uint32_t machd_pad[3];

    struct trap_request req;   /* 192..  written by the client */
    struct trap_reply reply;   /* 384..  written by machd */
};

_Static_assert(offsetof(struct trap_request, arg) == 64 && offsetof(struct trap_request, done) == 128, "lines");
_Static_assert(offsetof(struct trap_page, req) % 64 == 0 && offsetof(struct trap_page, reply) % 64 == 0, "lines");
_Static_assert(sizeof(struct trap_item) == 16, "the layout of items is the protocol");
_Static_assert(sizeof(struct trap_page) <= TRAP_DATA_OFFSET, "the payload must not overlap the words");

/* Who has rung, in the first page of each area: a bit for each of its pages. machd takes it and looks at those pages alone, so
 * that a ring costs no more the more threads a task has. It is no part of that page's thread, which may come and go. */
#define TRAP_RUNG_OFFSET 448u
_Static_assert(sizeof(struct trap_page) <= TRAP_RUNG_OFFSET && TRAP_RUNG_OFFSET + 8 <= TRAP_DATA_OFFSET, "its own line");

static inline _Atomic uint64_t *trap_rung(struct trap_page *first_of_area)
{
    return (_Atomic uint64_t *)((uint8_t *)first_of_area + TRAP_RUNG_OFFSET);
}

static inline uint8_t *trap_data(struct trap_page *page)
{
    return (uint8_t *)page + TRAP_DATA_OFFSET;
}

static inline uint64_t trap_round8(uint64_t size)
{
    return (size + 7) & ~(uint64_t)7;
}

/* The wake table of one uid: read-only for clients. Each word has a cache line of its own. */
struct wake_line {
    _Atomic uint32_t word;
    uint32_t pad[15];
};

#define WAKE_TABLE_LINES 16384u /* line 0 is the head */

struct wake_table {
    union {
        struct {
            _Atomic uint32_t asleep; /* machd waits in epoll: ring, whatever hot says */
            uint32_t pid;            /* of machd, for people */
        };
        uint8_t head_pad[64];
    };
    struct wake_line line[WAKE_TABLE_LINES - 1]; /* index 1 is line[0] */
};

static inline _Atomic uint32_t *wake_word(struct wake_table *table, uint32_t index)
{
    return &table->line[index - 1].word;
}
