/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/upcall.h"

#include "kernel/ipc/link.h"
#include "kernel/ipc/queue.h"

bool upcall_prepare(struct ipc_thread *thread)
{
    struct ipc *ipc = thread->ipc;
    if (thread->upcall.port)
        return true;
    struct port *port = port_new_kernel(ipc, thread->account, KOBJECT_REPLY, thread);
    if (!port)
        return false;
    if (!link_bind(ipc, port, thread)) {
        port_die(ipc, port, NULL);
        return false;
    }
    thread->upcall.port = port_get(port);
    return true;
}

void upcall_ask(struct ipc_thread *thread, struct message *request)
{
    ASSERT(thread->upcall.port && thread->upcall.state != UPCALL_ASKED);
    request->reply = port_make_send_once(thread->upcall.port);
    thread->upcall.state = UPCALL_ASKED;
    link_sent(thread->ipc, request, 0);
    queue_put(thread->ipc, request);
}

void upcall_wait(struct ipc_thread *thread, const struct wait_ops *ops)
{
    struct port *port = thread->upcall.port;
    ASSERT(thread->upcall.state == UPCALL_ASKED);
    thread_wait_event(thread, ops, &port->receivers, &port->special_reply->receive, false, 0);
}

bool upcall_waits(const struct ipc_thread *thread)
{
    return thread->upcall.port && thread->wait == WAIT_EVENT &&
           thread->sched.waiter.queue == &thread->upcall.port->receivers;
}

/* The one place where a request ends. */
static void end(struct ipc_thread *thread, enum upcall_state state)
{
    ASSERT(thread->upcall.state == UPCALL_ASKED);
    thread->upcall.state = state;
    link_received(thread->ipc, thread->upcall.port);
    if (upcall_waits(thread))
        thread_unwait(thread, WAIT_ENDED_SIGNALLED);
}

void upcall_end(struct ipc_thread *thread)
{
    end(thread, UPCALL_ANSWERED);
}

void upcall_settle(struct ipc_thread *thread)
{
    ASSERT(thread->upcall.state != UPCALL_ASKED);
    thread->upcall.state = UPCALL_IDLE;
}

static void detach(struct ipc_thread *thread)
{
    struct port *port = thread->upcall.port;
    if (!port)
        return;
    port->kobject = NULL;
    link_unbind(thread->ipc, port);
}

void upcall_free(struct ipc_thread *thread)
{
    struct port *port = thread->upcall.port;
    thread->upcall.port = NULL;
    if (!port)
        return;
    port_die(thread->ipc, port, NULL);
    port_put(thread->ipc, port);
}

void upcall_abandon(struct ipc_thread *thread)
{
    if (thread->upcall.state != UPCALL_ASKED)
        return;
    end(thread, UPCALL_UNANSWERED);
    detach(thread);
    upcall_free(thread);
}

struct ipc_thread *upcall_of_port(const struct port *port)
{
    struct ipc_thread *thread = port_is_live(port) && port->ktype == KOBJECT_REPLY ? port->kobject : NULL;
    return thread && thread->upcall.state == UPCALL_ASKED ? thread : NULL;
}

void upcall_right_gone(struct port *port)
{
    struct ipc_thread *thread = upcall_of_port(port);
    if (thread)
        end(thread, UPCALL_UNANSWERED);
}

void upcall_disable(struct ipc_thread *thread)
{
    if (thread->upcall.state == UPCALL_ASKED)
        end(thread, UPCALL_UNANSWERED);
    detach(thread);
}
