/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/link.h - for whom a port's waiters wait: sync links, and the inheritor that follows from them
 * (T44-T88)
 *
 * Whoever waits on a port is collected by its turnstile `push` (Send(p) of the rules), and a special reply
 * port has a second one for the threads blocked in receive on it (Rcv(p)). Who inherits is a pure function of
 * where the receive right is and of the link (T64, T75); link_update() says it anew after whatever changes
 * one of them. The link itself is changed here and nowhere else.
 *
 * link       of a special reply port (T62)               of another port (T66)
 * ANY        nothing to wait for yet                     nothing special
 * PORT       its caller sent to `linked` (T50)           never
 * KNOTE      came out through a knote                    came out through a knote
 * STASH      ... behind another right                    ... behind another right
 * NONE       was linked, and the link was cut            never
 * THREAD     never                                       came out in answer to a check-in (T105)
 *
 * Allowed changes are in link.c's table. The thread of THREAD, and the one that holds a reply right (decision
 * 16), are remembered by the turnstile that pushes on them and by nothing else, so that the end of a thread
 * leaves no pointer behind.
 */
#pragma once

#include "kernel/ipc/wait.h"

/* PORT_SYNC_LINK_* */
enum port_link { LINK_ANY, LINK_PORT, LINK_KNOTE, LINK_STASH, LINK_NONE, LINK_THREAD };

struct special_reply {
    struct turnstile receive;  /* Rcv(p): threads blocked in receive directly on it (T49) */
    struct port *linked;       /* of PORT: a reference */
    struct ipc_thread *bound;  /* T44; NULL: no thread's any more (T45) */
    bool is_checking_in;       /* the bootstrap bit (T104) */
    bool is_held;              /* a receiver holds the reply right: the inheritor of `receive` */
    bool is_replied, is_lost;  /* T63 */
};

/* Makes the fresh port the special reply port of this thread. False: limit or no memory. */
bool link_bind(struct ipc *ipc, struct port *port, struct ipc_thread *thread);
/* No thread's own any more (T45, T48). */
void link_unbind(struct ipc *ipc, struct port *port);

/* The message has its header's rights: link by send (T50), bootstrap bit (T104). */
void link_sent(struct ipc *ipc, const struct message *message, uint32_t options);
/* A receive with MACH_RCV_SYNC_WAIT that names a send right (T52, T102). */
void link_sync_wait(struct ipc *ipc, struct port *port, struct port *to);
/* A send-once right to the port went into a space; receiver NULL: given back to its sender (T53). */
void link_reply_right_out(struct ipc *ipc, struct port *port, struct ipc_thread *receiver);
/* It is used, moved, or destroyed unused (T59): nobody holds it any more. */
void link_reply_right_taken(struct ipc *ipc, struct port *port);
void link_reply_right_destroyed(struct ipc *ipc, struct port *port);
/* A receive on the port is over, however it ended (T57). */
void link_received(struct ipc *ipc, struct port *port);

/* The receive right left its space, or the port is dead: then it pushes nowhere, whatever waits (T58, T66). */
void link_left(struct ipc *ipc, struct port *port);
/* The receive right is in the message from now on. */
void link_carried(struct ipc *ipc, struct port *port, struct message *carrier);
/* The same for all that a message of the kernel carries, which got its destination last. O(descriptors). */
void link_addressed(struct ipc *ipc, struct message *message);
/* The receive right of the port went into a space; receiver as above (T105). */
void link_right_out(struct ipc *ipc, struct port *port, struct ipc_thread *receiver);
/* A message was put into the port's queue, or taken from the port (T63, T66). */
void link_message_put(struct port *port);
void link_message_taken(struct ipc *ipc, struct port *port);

/* It has become a watch port, which may still be taken back: the link stays, but for that of a thread, which the
 * turnstile alone remembered. Then for good (T156). */
void link_is_watched(struct ipc *ipc, struct port *port);
void link_reset(struct ipc *ipc, struct port *port);

/* A knote was attached to the port (T122). The knote on which it is stashed is enabled or deleted (T61). It is stashed on
 * another one from now on; the link is not ANY (T152). */
void link_monitored(struct ipc *ipc, struct port *port);
void link_severed(struct ipc *ipc, struct port *port);
void link_redirect(struct ipc *ipc, struct port *port, struct monitor *monitor);
/* Reads and clears the bit of T63; of a special reply port. */
bool link_take_lost(struct port *port);

/* The memory of a dead port goes. */
void link_free(struct ipc *ipc, struct port *port);

/* The inheritor of each turnstile of the port is said anew. */
void link_update(struct ipc *ipc, struct port *port);

/* For checks: what the two inheritors must be now. */
struct inheritor link_inheritor(const struct ipc *ipc, const struct port *port);
struct inheritor link_receive_inheritor(const struct port *port);
