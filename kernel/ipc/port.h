/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/port.h - the port: a queue, one receive right, and those who can send to it
 *
 * `srights` and `sorights` count rights, `refs` counts pointers: every right, wherever it is, holds one
 * reference, and so does a dead name that has not been looked at yet. A port is live until its receive right
 * is destroyed; then it is dead at once for every lookup, is taken apart by the reaper (P52), and the memory
 * goes with the last reference.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/port.h>

#include "base/account.h"
#include "base/list.h"
#include "base/tree.h"
#include "kernel/ipc/ipc.h"
#include "kernel/sched/turnstile.h"

struct message;
struct monitor;
struct space;
struct pset;
struct special_reply;
struct watch;

/* Where the receive right is.
 *
 * state      receive right            live members                     leaves by
 * SPACE      entry `name` of `space`  space, name                      port_leave_space
 * CARRIED    in message `carrier`     carrier                          port_enter_space, port_die
 * KERNEL     held by the kernel       ktype, kobject, space            port_die
 * LIMBO      in no place, only inside an operation                     any
 * DEAD       destroyed                                                 never (P53)
 */
enum port_state { PORT_IN_SPACE, PORT_CARRIED, PORT_IN_KERNEL, PORT_IN_LIMBO, PORT_IS_DEAD };

/* How far the reaper has come with a dead port (P52). */
enum port_death { DEATH_RECEIVERS, DEATH_SENDERS, DEATH_REQUESTS_OF_PORT, DEATH_MESSAGES, DEATH_NAMES, DEATH_DONE };

/* How a control port stays in its task's space (K68); the numbers of the setting control-port-options. */
enum {
    STAYS_PINNED_SOFT = 1,
    STAYS_PINNED_HARD = 2,
    STAYS_IMMOVABLE_SOFT = 4,
    STAYS_IMMOVABLE_HARD = 8,
    STAYS_PINNED = STAYS_PINNED_SOFT | STAYS_PINNED_HARD,
    STAYS_IMMOVABLE = STAYS_IMMOVABLE_SOFT | STAYS_IMMOVABLE_HARD,
    STAYS_ALL = STAYS_PINNED | STAYS_IMMOVABLE
};

/* Kernel object types as mach_port_kobject reports them (K1, P171). */
enum kobject_type {
    KOBJECT_NONE = 0,
    KOBJECT_THREAD = 1,
    KOBJECT_TASK = 2,
    KOBJECT_HOST = 3,
    KOBJECT_HOST_PRIV = 4,
    KOBJECT_PROCESSOR = 5,
    KOBJECT_PROCESSOR_SET = 6,
    KOBJECT_PROCESSOR_SET_NAME = 7,
    KOBJECT_TIMER = 8, /* the only one whose receive right is in a space */
    KOBJECT_TASK_NAME = 20,
    KOBJECT_SEMAPHORE = 23,
    KOBJECT_CLOCK = 25,
    KOBJECT_NAMED_ENTRY = 28,
    KOBJECT_FILEPORT = 34,
    KOBJECT_TASK_RESUME = 36,
    KOBJECT_VOUCHER = 37,
    KOBJECT_UX_HANDLER = 40,
    KOBJECT_TASK_INSPECT = 44,
    KOBJECT_TASK_READ = 45,
    KOBJECT_THREAD_INSPECT = 46,
    KOBJECT_THREAD_READ = 47,
    KOBJECT_TASK_ID_TOKEN = 50,
    KOBJECT_REPLY = 255, /* of upcall.h; to programs an ordinary port */
};

/* What a walk along ports in transit reads stands together at the beginning. */
struct port {
    uint64_t serial; /* order of creation */
    uint32_t refs;
    enum port_state state;
    union {
        struct {
            struct space *space;
            mach_port_name_t name;
        };
        struct message *carrier;
        enum port_death death;
    };
    uint8_t check_mark; /* while invariants are checked */
    uint8_t ktype; /* enum kobject_type; kept when the object is detached (K39) */
    bool guarded, strict_guard, immovable_receive, immovable_send, importance, temp_owner;
    bool ends_unsent; /* of the kernel: it dies with its last send right */
    bool is_for_replies, wants_reply_ports; /* P193, P194 */
    uint8_t stays; /* STAYS_*: of a control port that its task alone has, in `space`; 0: any other */
    uint32_t srights, sorights; /* P4.1 */
    uint32_t mscount, seqno;    /* P47, P48 */
    uint32_t qlimit, n_messages, n_requests;
    struct ipc_thread *promised_to; /* promise.h: who may have taken messages from the queue by now; NULL */
    uint64_t context; /* and guard (P49) */
    void *kobject;         /* of kernel-object ports; NULL: disabled */
    struct port *own;      /* of a control port: what `space` gets instead (K69); NULL: every space gets this one */
    struct list messages;  /* struct message.link, first in first out */
    struct waitq senders;  /* struct ipc_thread.waiter */
    struct waitq receivers;
    struct turnstile push;               /* of whoever waits for the receiver to act: Send(p) of T31 */
    struct special_reply *special_reply; /* link.h; NULL: an ordinary port */
    struct watch *watch;                 /* watch.h; NULL: nobody was started to serve it */
    uint8_t link;                        /* enum port_link */
    bool has_check_in_mark;              /* T105 */
    struct list monitors;        /* struct monitor.of_source */
    uint32_t n_monitors;
    struct monitor *pusher;      /* the earliest of them that can push (D10); NULL: none can */
    struct list stashed;         /* stashed_on->stashed */
    struct monitor *stashed_on;  /* of KNOTE and STASH; NULL: a STASH without effect */
    struct list memberships;  /* struct membership.of_port, in the order of joining */
    struct tree send_entries; /* struct entry.by_space: S entries, by space */
    struct list once_entries; /* struct entry.of_port: SO entries */
    struct list requests;     /* struct request.link: in the order of registration */
    struct list armed;        /* struct request.armed */
    struct list epilogue;     /* notes to be sent when its death is complete (P30, P37) */
    struct port *no_senders;     /* send-once right registered by P77, or NULL */
    struct port *port_destroyed; /* P80 */
    struct account *account;
    struct reapable reap;
    struct list all; /* ipc->all_ports */
    uint32_t counted_sends, counted_onces, counted_receives, counted_others; /* while invariants are checked */
};

/* A right that is in no entry. type: MACH_MSG_TYPE_PORT_RECEIVE, _SEND, _SEND_ONCE, or 0 for none. The port
 * is NULL for MACH_PORT_NULL and PORT_DEAD for MACH_PORT_DEAD; a real port may have died since. */
struct right {
    struct port *port;
    uint8_t type;
};

#define PORT_DEAD ((struct port *)-1)

static inline bool port_is_real(const struct port *port)
{
    return port && port != PORT_DEAD;
}

static inline bool port_is_dead(const struct port *port)
{
    return port->state == PORT_IS_DEAD;
}

/* A real port that lives. */
static inline bool port_is_live(const struct port *port)
{
    return port_is_real(port) && !port_is_dead(port);
}

/* A live port in limbo with the properties of P12; the caller holds its receive right. NULL when the account
 * is at its limit or there is no memory. */
struct port *port_new(struct ipc *ipc, struct account *account);
/* A port whose receive right the kernel holds; paid by the account. */
struct port *port_new_kernel(struct ipc *ipc, struct account *account, uint8_t ktype, void *kobject);

/* All of the port will be read soon: its lines are fetched side by side. */
static inline void port_expect(const struct port *port)
{
    for (size_t at = 0; at < sizeof(*port); at += 64)
        __builtin_prefetch((const char *)port + at);
}

struct port *port_get(struct port *port);
void port_put(struct ipc *ipc, struct port *port);

/* New naked rights. The result is counted and referenced. */
struct right port_make_send(struct port *port);      /* raises the make-send count (P47) */
struct right port_copy_send(struct port *port);      /* needs a send right somewhere, or the kernel's word */
struct right port_make_send_once(struct port *port);

/* Gives up a naked right: no-senders (P78), SEND_ONCE (P82), death or PORT_DESTROYED (P52, P81). Null and
 * dead are fine. */
void right_release(struct ipc *ipc, struct right right);
/* The send-once right was used: no notification. */
void right_use_once(struct ipc *ipc, struct port *port);

/* A copy of a stored send right (K17, K77): null stays null; a port that died gives PORT_DEAD. */
struct right right_copy(struct right right);

/* The receive right leaves its space (P50): sets, receivers, counts, context and guard. Afterwards LIMBO. */
void port_leave_space(struct ipc *ipc, struct port *port);
void port_enter_space(struct port *port, struct space *space, mach_port_name_t name);

/* The receive right, in limbo, is destroyed: PORT_DESTROYED if somebody asked for it (P81), else death. */
void port_destroy(struct ipc *ipc, struct port *port, struct space *cause);
/* Death without questions (P52): dead at once, the rest is the reaper's. */
void port_die(struct ipc *ipc, struct port *port, struct space *cause);

/* May a message from a send right be queued now? (P116.1) */
static inline bool port_is_full(const struct port *port)
{
    return port->n_messages >= port->qlimit;
}
