/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/deliver.h - copy-out: what a message becomes in the space and the page of the thread that gets
 * it
 *
 * The message is patched in its own private bytes (names, dispositions, the header turned round), then
 * shipped as a payload (wire/trap.h). All of these consume the message, fill thread->reply and cannot fail;
 * what cannot be delivered shows in the result code (P147, P154, P155). None waits and none publishes.
 */
#pragma once

#include "kernel/ipc/wait.h"

/* Where messages are collected for a thread that gets several at once. It grows; whoever made it frees `bytes`. */
struct collector {
    uint8_t *bytes;
    uint64_t size, capacity;
};

/* P144 */
bool deliver_fits(const struct ipc_thread *thread, const struct message *message);

/* P148-P157; the message has been taken from `port`, whose sequence number was `seqno` before. */
void deliver_message(struct ipc_thread *thread, struct port *port, struct message *message, uint32_t seqno);

/* What deliver_message would write of a plain message (promise.h), with its trailer; the message stays as it is. The size,
 * or 0: there is no room. */
uint32_t deliver_promised(const struct ipc_thread *thread, const struct port *port, const struct message *message,
                          uint32_t seqno, uint8_t *to, uint64_t room);

/* Only the header arrives, the rest is sunk (P146, P155). */
void deliver_header(struct ipc_thread *thread, struct port *port, struct message *message, uint32_t seqno, kern_return_t code);

/* A payload of the reply: room for it, in the page or elsewhere, NULL without memory; written, it goes to the thread, as a
 * segment if need be. False: it could not be had. */
uint8_t *deliver_room(struct ipc_thread *thread, uint64_t size);
bool deliver_room_done(struct ipc_thread *thread, uint8_t *room, uint64_t size);

/* P145: the message stays where it is. */
void deliver_size(struct ipc_thread *thread, const struct port *port, const struct message *message);

/* P122: the thread's own message comes back, with `code`. */
void deliver_back(struct ipc_thread *thread, struct message *message, kern_return_t code);
