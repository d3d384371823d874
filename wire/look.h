/* SPDX-License-Identifier: Apache-2.0 */
/* wire/look.h - what machd shows of tasks and their names to those who may see them (ATTACH_LOOK)
 *
 * The tool asks for one piece at a time: records from a cursor on, as many as fit into one packet, found by a
 * bounded search; the answer carries the cursor of the next piece, 0 at the end. machd remembers nothing between two
 * pieces, so a table that changes meanwhile is seen partly old and partly new. Numbers called an object name a port
 * or a set; they are never used twice while machd runs.
 *
 * Root sees all tasks, others those whose effective and real uid are both their own.
 */
#pragma once

#include <stdint.h>

#define LOOK_BYTES 2032u     /* records of one answer */
#define LOOK_COMMAND 20u
#define LOOK_SETS 4u         /* of the sets that a port is in, these are named */
#define LOOK_WAITERS_MAX 64u /* counted no further */

/* kind    asks                         is answered with
 * TASKS   cursor                       struct look_task, in no order
 * NAMES   pid, cursor                  struct look_name, by slot; KERN_INVALID_TASK, KERN_NO_ACCESS
 * USAGE   cursor                       struct look_usage of tasks, in no order
 * USERS   cursor                       struct look_usage of the uids that have something of machd
 * REFUSED pid, the tid as cursor       one struct refused (wire/refusal.h); KERN_INVALID_ARGUMENT: no such thread
 * WAITS   pid, cursor                  struct look_wait of the threads that wait or are pushed; errors as NAMES
 * PATH    pid, the tid as cursor       struct look_hop from what the thread waits for to whoever can end it
 */
enum look_kind { LOOK_TASKS = 1, LOOK_NAMES, LOOK_USAGE, LOOK_USERS, LOOK_REFUSED, LOOK_WAITS, LOOK_PATH };

struct look_task {
    int32_t pid;
    uint32_t uid;
    uint32_t n_names, n_threads;
    char command[LOOK_COMMAND];
    uint32_t pad;
};

/* Where the receive right of a port is. */
enum look_place {
    LOOK_NOWHERE,    /* no port: a set, or a dead name */
    LOOK_IN_SPACE,   /* under holder_name of holder_pid; 0 with pid 0: kept for the next launchd, or not to be seen */
    LOOK_IN_TRANSIT, /* in a message to the port `transit` */
    LOOK_IN_KERNEL,
};

/* flags */
#define LOOK_GUARDED 1u
#define LOOK_STRICT_GUARD 2u
#define LOOK_IMMOVABLE_RECEIVE 4u
#define LOOK_IMMOVABLE_SEND 8u
#define LOOK_SPECIAL_REPLY 0x10u
#define LOOK_TEMP_OWNER 0x20u
#define LOOK_NO_SENDERS 0x40u      /* somebody asked for it */
#define LOOK_PORT_DESTROYED 0x80u
#define LOOK_HIDDEN_HOLDER 0x100u  /* held by a task that the asker may not see */

struct look_name {
    uint32_t name;
    uint32_t type;   /* MACH_PORT_TYPE_*, requests of this name included */
    uint32_t urefs;
    uint16_t flags;
    uint8_t ktype;   /* kernel object (IKOT), 0: none */
    uint8_t place;   /* enum look_place */
    uint64_t object;
    uint64_t context;
    uint64_t transit;
    int32_t object_pid, object_tid; /* task and thread behind a kernel object */
    int32_t holder_pid;
    uint32_t holder_name;
    char holder_command[LOOK_COMMAND]; /* or of object_pid */
    uint32_t qlimit, n_messages, mscount, seqno;
    uint32_t srights, sorights, n_requests; /* of the port, whoever has them */
    uint16_t n_senders, n_receivers;        /* threads that wait for room, for a message; LOOK_WAITERS_MAX: or more */
    int32_t head_id, head_pid;              /* the oldest message: its msgh_id and who sent it (0: the kernel) */
    uint32_t n_sets;                        /* LOOK_SETS + 1: or more */
    uint32_t sets[LOOK_SETS];
};

/* What is charged, as in machd.conf(5) and in that order. */
enum look_charge {
    LOOK_PORTS,
    LOOK_CHARGED_NAMES,
    LOOK_MESSAGES,
    LOOK_HEAP_BYTES,
    LOOK_SEGMENTS,
    LOOK_SEGMENT_BYTES,
    LOOK_THREADS,
    LOOK_TIMERS,
    LOOK_CHARGED_TASKS,
    LOOK_CONNECTIONS,
    LOOK_DESCRIPTORS,
    LOOK_N_CHARGES
};

struct look_usage {
    int32_t pid; /* 0: a uid's */
    uint32_t uid;
    char command[LOOK_COMMAND];
    uint32_t is_pressed; /* beyond a soft limit: served after others */
    uint64_t steps;      /* of machd's work, ever */
    uint64_t traps;      /* 0 for a uid */
    uint64_t used[LOOK_N_CHARGES];
    uint64_t limit[LOOK_N_CHARGES]; /* UINT64_MAX: none */
};

#define LOOK_THREAD_NAME 32u

enum look_waiting {
    LOOK_RUNS,         /* waits nowhere in machd */
    LOOK_SENDS,        /* for room in the queue of port `object` */
    LOOK_RECEIVES,     /* for a message at port `object`, under `name` in its task */
    LOOK_RECEIVES_SET, /* the same at a set */
    LOOK_AT_SEMAPHORE,
    LOOK_SLEEPS,
    LOOK_AWAITS_EVENT, /* kevent, a workloop, or work */
    LOOK_AWAITS_HANDLER, /* of its exception */
};

/* flags of a wait */
#define LOOK_HAS_TIMEOUT 1u

struct look_wait {
    int32_t pid, tid;
    uint32_t waiting;       /* enum look_waiting */
    uint8_t priority, push; /* B and U (T18) */
    uint8_t qos;            /* requested class */
    uint8_t flags;
    uint32_t trap;          /* number of the call that waits: the same number, the same wait */
    uint32_t name;
    uint64_t object;
    uint64_t deadline;      /* CLOCK_MONOTONIC, nanoseconds; 0: none */
    int32_t id;             /* msgh_id of what is to be sent */
    uint32_t pad;
    char thread_name[LOOK_THREAD_NAME];
};

/* A path goes from a thing to what its turnstile pushes on, as far as the next thread. Where it pushes on nobody the path goes
 * on, with reason 0, to the queue in which the request stands, or ends at the task that alone can go on with it. */
enum look_thing {
    LOOK_QUEUE = 1, /* a port: what waits for its receiver to act. holder: of the receive right */
    LOOK_PORT,      /* a port at which a thread waits for a message. holder: of the one right to write to it */
    LOOK_SPECIAL_REPLY_PORT,
    LOOK_KNOTE,     /* object: the name that it watches in the holder's task */
    LOOK_WORKLOOP,  /* object: its id there */
};

enum look_next {
    LOOK_NEXT_ANYBODY, /* as far as is known */
    LOOK_NEXT_HOP,
    LOOK_NEXT_THREAD,  /* next_pid, next_tid */
    LOOK_NEXT_TASK,    /* any thread of holder_pid */
};

/* flags of a hop */
#define LOOK_HIDDEN 1u /* a task that the asker may not see */

struct look_hop {
    uint64_t object;
    uint32_t thing;     /* enum look_thing */
    uint8_t priority;   /* with which it pushes: of its strongest waiter */
    uint8_t reason;     /* why it pushes on what is next: enum push_reason; 0: on nobody */
    uint8_t next;       /* enum look_next */
    uint8_t flags;
    int32_t holder_pid; /* 0: nobody, or hidden */
    uint32_t holder_name;
    int32_t next_pid, next_tid;
    uint32_t n_messages;
    int32_t head_id, head_pid; /* the oldest message: its msgh_id and who sent it (0: the kernel) */
    int32_t carrier_id;        /* in transit: msgh_id of the message with the receive right */
    char command[LOOK_COMMAND]; /* of the holder */
    uint32_t pad;
};

_Static_assert(sizeof(struct look_wait) == 80 && sizeof(struct look_hop) == 72, "padding is explicit");
_Static_assert(sizeof(struct look_usage) == 224, "padding is explicit");
_Static_assert(sizeof(struct look_task) == 40, "padding is explicit");
_Static_assert(sizeof(struct look_name) == 136, "padding is explicit");
