/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/tap.h"

#include <string.h>

enum { AUDIT_PID = 5, RETURN_CODE_AT = 32 };

static void put_actor(struct trace_event *event, const struct task *task, int32_t tid)
{
    event->pid = task->identity.pid;
    event->tid = tid;
    memcpy(event->command, task->identity.command, sizeof(task->identity.command));
}

/* ---- messages ---- */

static uint64_t object_of(const struct port *port)
{
    return port_is_live(port) ? port->serial : 0;
}

static uint64_t object_of_name(struct space *space, mach_port_name_t name)
{
    const struct entry *entry = MACH_PORT_VALID(name) ? space_peek(space, name) : NULL;
    if (!entry || entry->kind == ENTRY_SET || entry->kind == ENTRY_DEAD_NAME)
        return 0;
    return object_of(entry->port);
}

static const struct task *receiver_of(const struct port *port)
{
    return port_is_live(port) && port->state == PORT_IN_SPACE ? port->space->owner : NULL;
}

/* space NULL: the message is on its way, and its ports stand in it; else they have become names. */
static void put_right(struct trace_message *out, const struct message *message,
                      const struct message_descriptor *d, struct space *space)
{
    mach_msg_descriptor_t bytes;
    bool is_guarded = d->type == MACH_MSG_GUARDED_PORT_DESCRIPTOR;
    memcpy(&bytes, message->bytes + d->offset, is_guarded ? sizeof(bytes.guarded_port) : sizeof(bytes.port));
    mach_port_name_t name = is_guarded ? bytes.guarded_port.name : bytes.port.name;
    out->right[out->n_shown++] = (struct trace_right){
        .object = space ? object_of_name(space, name) : object_of(d->port),
        .name = name,
        .disposition = is_guarded ? bytes.guarded_port.disposition : bytes.port.disposition,
        .guard = is_guarded ? bytes.guarded_port.flags | TRACE_IS_GUARDED : 0,
    };
}

static void put_body(struct trace_message *out, const struct message *message, struct space *space)
{
    out->n_descriptors = message->n_descriptors;
    for (uint32_t i = 0; i < message->n_copied_in; i++) {
        const struct message_descriptor *d = &message->descriptors[i];
        bool is_array = d->type == MACH_MSG_OOL_PORTS_DESCRIPTOR;
        if (descriptor_is_port(d)) {
            out->n_rights++;
            if (out->n_shown < TRACE_RIGHTS)
                put_right(out, message, d, space);
        } else if (is_array && !space) {
            out->n_rights += d->count;
        } else if (d->memory) {
            out->n_rights += is_array ? (uint32_t)(d->memory->size / sizeof(mach_port_name_t)) : 0;
            out->memory_size += is_array ? 0 : d->memory->size;
        }
    }
}

static void put_head(struct trace_message *out, const struct message *message, const struct port *port)
{
    mach_msg_header_t header;
    memcpy(&header, message->bytes, sizeof(header));
    out->number = message->trace;
    out->port = object_of(port);
    out->bits = header.msgh_bits;
    out->remote = header.msgh_remote_port;
    out->local = header.msgh_local_port;
    out->size = message->size;
    out->id = message->id;
    if (!message->is_complex && message->size >= RETURN_CODE_AT + sizeof(out->word)) {
        out->flags |= TRACE_HAS_WORD;
        memcpy(&out->word, message->bytes + RETURN_CODE_AT, sizeof(out->word));
    }
}

static void tell_sent(const struct tap *tap, const struct message *message, const struct thread *thread)
{
    const struct port *port = message->dest.port;
    const struct task *peer = port_is_real(port) ? receiver_of(port) : NULL;
    struct trace_event event = { .kind = TRACE_SEND };
    struct trace_message *out = &event.message;
    event.pid = (int32_t)message->token.audit.val[AUDIT_PID];
    if (thread)
        put_actor(&event, thread->task, thread->tid);
    put_head(out, message, port);
    put_body(out, message, NULL);
    out->reply_port = object_of(message->reply.port);
    out->peer_pid = peer ? peer->identity.pid : 0;
    if (port_is_live(port) && port->state == PORT_IN_KERNEL)
        out->flags |= TRACE_TO_KERNEL;
    if (event.pid == 0)
        out->flags |= TRACE_FROM_KERNEL;
    tap->event(tap->context, &event, thread ? thread->task : peer, thread ? peer : NULL);
}

/* A refusal by a kernel object is what the thread was told last. */
static void tell_received(const struct tap *tap, const struct message *message, const struct thread *thread,
                          const struct port *port)
{
    struct trace_event event = { .kind = TRACE_RECEIVE };
    struct trace_message *out = &event.message;
    const struct refused *refused = &thread->ipc.refused;
    put_actor(&event, thread->task, thread->tid);
    put_head(out, message, port);
    put_body(out, message, thread->ipc.space);
    out->reply_port = object_of_name(thread->ipc.space, out->remote);
    out->peer_pid = (int32_t)message->token.audit.val[AUDIT_PID];
    if (out->peer_pid == 0)
        out->flags |= TRACE_FROM_KERNEL;
    if (out->peer_pid == 0 && (out->flags & TRACE_HAS_WORD) && out->word == refused->code &&
        out->id - 100 == refused->id)
        event.refused = *refused;
    tap->event(tap->context, &event, thread->task, NULL);
}

/* ipc->tap. port NULL: the message has just been sent; else it has come from there to the thread. */
static void on_message(void *context, struct message *message, struct ipc_thread *ipc_thread,
                       const struct port *port)
{
    const struct thread *thread = ipc_thread ? thread_of_ipc(ipc_thread) : NULL;
    if (port)
        tell_received(context, message, thread, port);
    else
        tell_sent(context, message, thread);
}

void tap_set(struct tap *tap, struct ipc *ipc, kernel_tap_function *event, void *context)
{
    *tap = (struct tap){ event, context };
    ipc->tap = event ? on_message : NULL;
    ipc->tap_context = tap;
}

/* ---- traps ---- */

static void put_message_call(struct trace_trap *out, const struct trap_msg *msg)
{
    uint64_t option = msg->option | (uint64_t)(msg->flags >> TRAP_MSG_2_SHIFT) << 32;
    const uint64_t arg[] = { option, msg->send_size, msg->rcv_size, msg->rcv_name, msg->timeout, msg->notify };
    memcpy(out->arg, arg, sizeof(arg));
}

void tap_trap(const struct tap *tap, const struct thread *thread)
{
    const struct trap_reply *reply = &thread->ipc.reply;
    const struct refused *refused = &thread->ipc.refused;
    struct trace_event event = { .kind = TRACE_TRAP };
    put_actor(&event, thread->task, thread->tid);
    event.trap.began = thread->began;
    event.trap.number = thread->ipc.trap;
    event.trap.result = reply->result;
    memcpy(event.trap.value, reply->value, sizeof(event.trap.value));
    if (event.trap.number == TRAP_MSG)
        put_message_call(&event.trap, &thread->ipc.call.msg);
    else
        memcpy(event.trap.arg, thread->arg, sizeof(event.trap.arg));
    if (reply->result && refused->number && refused->code == reply->result &&
        refused->trap == event.trap.number && refused->when >= thread->began)
        event.refused = *refused;
    tap->event(tap->context, &event, thread->task, NULL);
}
