/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/message.h - a message in the kernel: the sender's bytes, and beside them the rights and memory
 * in kernel form
 *
 * A message owns its destination right, its reply right and everything in its descriptors, from copy-in to
 * copy-out. It is queued on a port, held by a thread that waits for room, on the list of notes, or being
 * sunk.
 */
#pragma once

#include <mach/message.h>

#include "kernel/ipc/memory.h"
#include "kernel/ipc/port.h"
#include "kernel/sched/encoding.h"

struct timer_port;

struct token {
    security_token_t security;
    audit_token_t audit;
};

extern const struct token token_of_kernel; /* {0, 1} and zeros (P157) */

struct message_descriptor {
    uint8_t type;        /* MACH_MSG_*_DESCRIPTOR */
    uint8_t disposition; /* as received: 16, 17, 18; 0 none */
    union {
        uint8_t copy;
        uint8_t guard_flags; /* MACH_MSG_GUARD_FLAGS_* */
        uint8_t as_it_is;    /* of a plain port descriptor: no substitute for it (K73) */
    };
    uint8_t deallocate;
    uint32_t offset; /* of the descriptor in bytes[] */
    union {
        struct {
            struct port *port; /* NULL, PORT_DEAD, or a right of `disposition` */
            uint64_t only_in;  /* serial of the space that alone may get it (P201); 0: any */
        };
        struct memory *memory; /* NULL: size 0 */
        struct {
            struct port **ports;
            uint32_t count;
        };
    };
};

/* One right, in d->port; arrays of them aside. */
static inline bool descriptor_is_port(const struct message_descriptor *d)
{
    return d->type == MACH_MSG_PORT_DESCRIPTOR || d->type == MACH_MSG_GUARDED_PORT_DESCRIPTOR;
}

struct message {
    struct right dest;         /* send or send-once right to the queue it is for */
    struct reapable reap;      /* while it is being sunk by the reaper */
    struct list link;
    struct list all;           /* ipc->all_messages */
    struct timer_port *timer;  /* whose message it is: it outlives its being received; NULL */
    struct right reply;
    struct port *path;         /* a reference: where receive rights in it push (T81); NULL: it carries none */
    uint32_t reply_name_value; /* what to show when the reply is PORT_NULL/DEAD: 0 or MACH_PORT_DEAD */
    struct right voucher;      /* type 0: none, and the field is plain data (P103) */
    uint32_t voucher_data;
    struct sched_class qos;    /* message_qos.h */
    uint8_t override;          /* enum sched_qos */
    bool is_complex;
    bool is_from_kernel;
    int32_t id;
    uint64_t trace;            /* its number for those who trace; 0: nobody was told yet */
    uint32_t size;             /* bytes of the message as its sender gave it */
    struct token token;
    struct account *account;   /* paid for the message, until it is delivered or sunk */
    uint64_t charged;
    uint32_t n_descriptors;
    uint32_t n_copied_in;      /* descriptors that hold something: what sinking must release */
    uint32_t n_taken;          /* out-of-line descriptors copied in (P129) */
    uint32_t sink_at, sink_element; /* how far sinking has come */
    struct message_descriptor *descriptors;
    uint8_t *bytes;            /* size bytes, header included */
    uint8_t *aux;              /* auxiliary data, on the heap (P161); NULL: none */
    uint32_t aux_size;
};

/* Room for size bytes with n descriptors, paid by account; NULL: limit or no memory. Rights are none, the
 * token the kernel's. */
struct message *message_new(struct ipc *ipc, struct account *account, uint32_t size, uint32_t n_descriptors);
/* The same past every limit, for notifications: what has a send-once right registered was promised its message. Each
 * consumes such a right, and whoever holds that is charged for it; so this stays within a constant of what was charged. */
struct message *message_new_promised(struct ipc *ipc, struct account *account, uint32_t size,
                                     uint32_t n_descriptors);
/* For what the message carries beside its bytes; false at a limit. */
bool message_charge_more(struct ipc *ipc, struct message *message, uint64_t bytes);
/* Frees the struct, or gives it back to its timer; everything it carried has been moved or released. */
void message_free(struct ipc *ipc, struct message *message);

/* P124, to be carried out by the reaper. */
void message_sink(struct ipc *ipc, struct message *message, struct space *cause);
/* One right or region of it; true when nothing is left but to free it. */
bool message_sink_step(struct ipc *ipc, struct message *message, struct space *cause);

/* thread: of the sender, NULL: the kernel's, or one that blocked before there was a tap. */
static inline void message_tell_sent(struct ipc *ipc, struct message *message, struct ipc_thread *thread)
{
    message->trace = ++ipc->n_traced;
    ipc->tap(ipc->tap_context, message, thread, NULL);
}

/* The destination port of a queued or waiting message. */
static inline struct port *message_port(const struct message *message)
{
    return message->dest.port;
}

/* The port on whose queue this one is in transit, NULL if it is in no queue. What a message carries that is being sunk is not
 * in transit any more: such a message may have closed a circle (P114). */
static inline struct port *port_above(const struct port *port)
{
    if (port->state != PORT_CARRIED || list_is_linked(&port->carrier->reap.link))
        return NULL;
    struct port *above = message_port(port->carrier);
    return port_is_live(above) ? above : NULL;
}

static inline mach_msg_header_t *message_header(struct message *message)
{
    return (mach_msg_header_t *)message->bytes;
}
