/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/queue.h - messages on ports: who may queue, who gets what, in which order (P91, P92, P116, P121)
 *
 * A message that arrives while a thread waits for it is delivered on the spot and never stands in the queue.
 * A slot that becomes free while a sender waits is filled with its message at once, so a receiver never sees
 * the queue empty while senders wait.
 */
#pragma once

#include "kernel/ipc/wait.h"

enum admission { ADMISSION_NOW, ADMISSION_WAIT, ADMISSION_NEVER };

/* P116 for the message's destination, which lives; `reserved`: P118 has made sure of the place. */
enum admission queue_admission(struct ipc *ipc, const struct message *message, bool reserved);

/* Queues the message, or gives it to the thread that has waited longest for it. The destination lives and is
 * no kernel object. */
void queue_put(struct ipc *ipc, struct message *message);

/* A message of the kernel (P67): queued unless its port is dead or at the ceiling, then sunk. */
void queue_put_note(struct ipc *ipc, struct message *message);

/* The thread that would get a message sent to the port now, or NULL. */
struct ipc_thread *queue_receiver(struct port *port);

/* Takes the first message; the port's sequence number advances, *seqno_p is the value before. Lets waiting
 * senders in. */
struct message *queue_take(struct ipc *ipc, struct port *port, uint32_t *seqno_p);

/* Takes a message out of the middle of its queue, unreceived. Lets waiting senders in, whose messages go to the end. */
void queue_withdraw(struct ipc *ipc, struct message *message);

/* The thread receives the first message of the port, which has one, or learns its size (P145, P146). */
void queue_serve(struct ipc *ipc, struct ipc_thread *thread, struct port *port);

/* Lets senders in while there is room: after queue_take, and after the limit was raised (P59). */
void queue_admit(struct ipc *ipc, struct port *port);

/* Gives queued messages to threads that wait on the set that the port has just joined (P88). */
void queue_offer_to_set(struct ipc *ipc, struct port *port, struct pset *set);
