/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/port.h"

#include "base/alloc.h"
#include "kernel/ipc/link.h"
#include "kernel/ipc/file_port.h"
#include "kernel/ipc/memory_entry.h"
#include "kernel/ipc/monitor.h"
#include "kernel/ipc/note.h"
#include "kernel/ipc/promise.h"
#include "kernel/ipc/pset.h"
#include "kernel/ipc/resume_port.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/timer_port.h"
#include "kernel/ipc/token_port.h"
#include "kernel/ipc/upcall.h"
#include "kernel/ipc/voucher.h"
#include "kernel/ipc/wait.h"

static int compare_by_space(const struct tree_node *a, const struct tree_node *b)
{
    uint64_t x = container_of(a, struct entry, by_space)->space->serial;
    uint64_t y = container_of(b, struct entry, by_space)->space->serial;
    return x < y ? -1 : x > y;
}

struct port *port_new(struct ipc *ipc, struct account *account)
{
    struct port *port;
    if (!account_charge_object(account, ACCOUNT_PORTS, alloc_cost(sizeof(*port))))
        return NULL;
    port = alloc_zeroed(sizeof(*port));
    if (!port) {
        account_release_object(account, ACCOUNT_PORTS, alloc_cost(sizeof(*port)));
        return NULL;
    }
    port->serial = ipc_serial(ipc);
    port->refs = 1;
    port->state = PORT_IN_LIMBO;
    port->qlimit = MACH_PORT_QLIMIT_DEFAULT;
    port->account = account_get(account);
    list_init(&port->messages);
    list_init(&port->memberships);
    list_init(&port->monitors);
    list_init(&port->once_entries);
    list_init(&port->requests);
    list_init(&port->armed);
    list_init(&port->epilogue);
    waitq_init(&port->senders);
    waitq_init(&port->receivers);
    turnstile_init(&port->push, &port->senders, port->serial);
    tree_init(&port->send_entries, compare_by_space);
    list_append(&ipc->all_ports, &port->all);
    ipc->census.ports++;
    return port;
}

struct port *port_new_kernel(struct ipc *ipc, struct account *account, uint8_t ktype, void *kobject)
{
    struct port *port = port_new(ipc, account);
    if (!port)
        return NULL;
    port->state = PORT_IN_KERNEL;
    port->ktype = ktype;
    port->kobject = kobject;
    return port;
}

struct port *port_get(struct port *port)
{
    port->refs++;
    return port;
}

void port_put(struct ipc *ipc, struct port *port)
{
    ASSERT(port->refs > 0);
    if (--port->refs > 0)
        return;
    ASSERT(port_is_dead(port) && list_is_empty(&port->messages) && list_is_empty(&port->requests));
    ASSERT(tree_is_empty(&port->send_entries) && list_is_empty(&port->once_entries));
    link_free(ipc, port);
    account_release_object(port->account, ACCOUNT_PORTS, alloc_cost(sizeof(*port)));
    account_put(port->account);
    list_remove(&port->all);
    ipc->census.ports--;
    alloc_free(port);
}

struct right port_make_send(struct port *port)
{
    port->mscount++;
    return port_copy_send(port);
}

struct right port_copy_send(struct port *port)
{
    port->srights++;
    return (struct right){ port_get(port), MACH_MSG_TYPE_PORT_SEND };
}

struct right port_make_send_once(struct port *port)
{
    port->sorights++;
    return (struct right){ port_get(port), MACH_MSG_TYPE_PORT_SEND_ONCE };
}

static void release_send(struct ipc *ipc, struct port *port)
{
    ASSERT(port->srights > 0);
    if (--port->srights == 0 && !port_is_dead(port) && port->no_senders) {
        note_no_senders(ipc, port->no_senders, port->mscount);
        port->no_senders = NULL;
    }
    if (port->srights == 0 && port->ends_unsent && !port_is_dead(port))
        port_die(ipc, port, NULL);
    else if (port->srights == 0 && port->ktype == KOBJECT_TASK_RESUME)
        resume_port_unsent(ipc, port);
    port_put(ipc, port);
}

void right_use_once(struct ipc *ipc, struct port *port)
{
    ASSERT(port->sorights > 0);
    port->sorights--;
    port_put(ipc, port);
}

/* The caller that waits for an answer hears that none will come, and pushes no more (T59). */
static void destroy_send_once(struct ipc *ipc, struct port *port)
{
    link_reply_right_destroyed(ipc, port);
    note_send_once(ipc, port);
}

void right_release(struct ipc *ipc, struct right right)
{
    if (!port_is_real(right.port) || right.type == 0)
        return;
    switch (right.type) {
    case MACH_MSG_TYPE_PORT_SEND: release_send(ipc, right.port); break;
    case MACH_MSG_TYPE_PORT_SEND_ONCE:
        if (right.port->ktype == KOBJECT_TASK_RESUME)
            resume_port_token_gone(ipc, right.port);
        if (right.port->ktype == KOBJECT_REPLY)
            upcall_right_gone(right.port);
        if (port_is_dead(right.port) || right.port->state == PORT_IN_KERNEL)
            right_use_once(ipc, right.port);
        else
            destroy_send_once(ipc, right.port);
        break;
    case MACH_MSG_TYPE_PORT_RECEIVE:
        if (!port_is_dead(right.port)) {
            right.port->state = PORT_IN_LIMBO;
            port_destroy(ipc, right.port, NULL);
        }
        break;
    }
}

struct right right_copy(struct right right)
{
    if (!port_is_real(right.port))
        return right;
    if (port_is_dead(right.port))
        return (struct right){ PORT_DEAD, right.type };
    ASSERT(right.type == MACH_MSG_TYPE_PORT_SEND);
    return port_copy_send(right.port);
}

void port_leave_space(struct ipc *ipc, struct port *port)
{
    ASSERT(port->state == PORT_IN_SPACE);
    promise_end_any(ipc, port);
    ipc->steps += pset_remove_all(ipc, port);
    waitq_unwait_all(&port->receivers, WAIT_ENDED_CHANGED);
    monitors_vanish(ipc, &port->monitors);
    port->mscount = 0;
    port->seqno = 0;
    port->context = 0;
    port->guarded = port->strict_guard = port->immovable_receive = false;
    port->state = PORT_IN_LIMBO;
    port->carrier = NULL;
    link_left(ipc, port);
}

void port_enter_space(struct port *port, struct space *space, mach_port_name_t name)
{
    ASSERT(port->state == PORT_IN_LIMBO || port->state == PORT_CARRIED);
    port->state = PORT_IN_SPACE;
    port->space = space;
    port->name = name;
}

void port_destroy(struct ipc *ipc, struct port *port, struct space *cause)
{
    struct port *notify = port->port_destroyed;
    ASSERT(port->state == PORT_IN_LIMBO);
    port->port_destroyed = NULL;
    if (notify && note_port_destroyed(ipc, notify, port))
        return;
    port_die(ipc, port, cause);
}

/* Objects that end with their port; others were detached by their owner. */
static void end_object(struct ipc *ipc, struct port *port)
{
    void *object = port->kobject;
    port->kobject = NULL;
    if (object && port->ktype == KOBJECT_TIMER)
        timer_port_end(ipc, object);
    else if (object && port->ktype == KOBJECT_SEMAPHORE)
        semaphore_end(ipc, object);
    else if (object && port->ktype == KOBJECT_NAMED_ENTRY)
        memory_entry_end(ipc, object);
    else if (object && port->ktype == KOBJECT_FILEPORT)
        file_port_end(ipc, object);
    else if (object && port->ktype == KOBJECT_VOUCHER)
        voucher_end(ipc, object);
    else if (object && port->ktype == KOBJECT_TASK_ID_TOKEN)
        token_port_end(object);
}

void port_die(struct ipc *ipc, struct port *port, struct space *cause)
{
    ASSERT(!port_is_dead(port) && !port->promised_to);
    port->state = PORT_IS_DEAD;
    link_left(ipc, port);
    port->death = DEATH_RECEIVERS;
    end_object(ipc, port);
    port->reap.kind = REAP_PORT;
    port->reap.cause = cause ? space_get(cause) : NULL;
    if (cause)
        cause->n_reaping++;
    list_append(&ipc->reap, &port->reap.link);
}
