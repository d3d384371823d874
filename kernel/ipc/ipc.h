/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/ipc.h - what all of IPC shares: the lists that the door drains, the clock of the trap, the
 * census
 *
 * IPC never calls upwards and never recurses. What an operation causes beyond its own objects is recorded on
 * one of five lists and carried out by ipc_drain() (drain.h) when the operation is over, or at the points
 * that the rules fix:
 *
 *   notes     messages of the kernel, in the order in which they were caused; sending one is O(1)
 *   reap      dead ports, spaces, sets and messages to be sunk, first in first out, taken apart in counted steps
 *   signals   what the layers above shall do about it, such as to look at a port that has got a message
 *   resumed   threads whose wait has ended and which have a result, or their receive half, before them
 *   finished  threads whose reply is complete; the door publishes them
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/host_ops.h"
#include "base/list.h"
#include "base/tree.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/timers.h"
#include "kernel/sched/waitq.h"

struct account;
struct ipc_thread;
struct message;
struct port;

struct ipc_census {
    uint64_t spaces, names, ports, port_sets, messages, message_bytes, memory_objects, requests;
};

struct ipc {
    const struct host_ops *ops;
    void *host;
    struct list notes;    /* struct message.link */
    struct list reap;     /* struct reapable.link */
    struct list signals;  /* struct signal.link */
    struct list resumed;  /* struct ipc_thread.resumed */
    struct list finished; /* struct ipc_thread.resumed: the reply is complete, the door publishes it */
    struct list resumes;  /* struct resume_port.link: suspensions that were given back */
    struct list all_ports, all_messages, all_spaces; /* oldest first, for checks and listings */
    struct timers timers;
    struct tree vouchers;  /* struct voucher.node, by uid and values */
    struct list promises;  /* struct promise.link */
    struct waitq sleepers; /* threads that wait for nothing but the time */
    uint64_t serial;      /* last number given out: ports, spaces, arrivals */
    uint64_t now;         /* of the trap or event being served, nanoseconds */
    uint32_t steps;       /* counted in it so far */
    struct sched sched;
    bool prioritizes_launch; /* reasons 1, 3 and 6 push (D15) */
    bool boosts_receivers; /* whoever holds a reply right inherits its caller's priority (decision 16) */
    bool raises_guards; /* guard.h */
    struct ipc_thread *served; /* whose trap it is; NULL for events. For the calls that know a space only (refusal.h) */
    bool is_refused;      /* something was, in the trap being served */
    struct account *account; /* pays for what the kernel makes for itself */
    struct ipc_census census;
    /* Called for each message when it has been sent (port NULL) and when it has arrived, its header and descriptors
     * being the receiver's; NULL: nobody traces. */
    void (*tap)(void *context, struct message *message, struct ipc_thread *thread, const struct port *port);
    void *tap_context;
    uint64_t n_traced; /* messages */
};

/* A dead thing that waits to be taken apart. `cause`: the space whose trap killed it; that one waits for the
 * end of it. */
enum reap_kind { REAP_PORT, REAP_SPACE, REAP_MESSAGE, REAP_SEMAPHORES, REAP_LATER };

struct reapable {
    struct list link;
    enum reap_kind kind;
    struct space *cause;
};

/* Of the layers above: step takes it apart a little and says whether nothing is left, done comes last. */
struct later_reaping {
    struct reapable reap;
    bool (*step)(struct ipc *ipc, struct later_reaping *reap);
    void (*done)(struct ipc *ipc, struct later_reaping *reap);
};

void ipc_init(struct ipc *ipc, struct account *account, const struct host_ops *ops, void *host);

static inline uint64_t ipc_serial(struct ipc *ipc)
{
    return ++ipc->serial;
}
