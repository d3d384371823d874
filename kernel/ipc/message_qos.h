/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/message_qos.h - the class of a message, and the override class that those behind it raise (T96-T101)
 *
 * Neither is a push. They tell how urgent the message is to whoever takes it through a knote (T107, T129).
 */
#pragma once

#include "kernel/ipc/wait.h"

/* The message has its header's rights: its class and override as the thread's call gives them (T97, T98, T100). */
void message_qos_set(const struct ipc_thread *thread, struct message *message);

/* The message has just become the last of the port's queue: those ahead have at least its override (T99). Overrides never
 * rise from the head of a queue to its tail, so this ends at the first one that is high enough; a message is raised at
 * most once for each class. Steps are counted. */
void message_qos_raise_ahead(struct ipc *ipc, const struct port *port, const struct message *message);

/* A send-possible request was armed for this message, which is not queued: the head of the queue is as urgent (T101). */
void message_qos_raise_head(const struct port *port, const struct message *message);

/* SCHED_QOS_NONE: unspecified. */
static inline struct sched_class message_qos(const struct message *message)
{
    return message->qos;
}

static inline enum sched_qos message_override(const struct message *message)
{
    return (enum sched_qos)message->override;
}
