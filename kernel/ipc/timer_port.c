/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/timer_port.h"

#include <mach/mk_timer.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/ipc/attributes.h"
#include "kernel/ipc/queue.h"
#include "kernel/ipc/right.h"

/* ---- making ---- */

static struct timer_port *timer_new(struct ipc *ipc, struct account *account)
{
    uint64_t cost = alloc_cost(sizeof(struct timer_port));
    if (!account_charge_object(account, ACCOUNT_TIMERS, cost))
        return NULL;
    struct timer_port *timer = alloc_zeroed(sizeof(*timer));
    struct message *message = timer ? message_new(ipc, account, sizeof(mk_timer_expire_msg_t), 0) : NULL;
    if (!message) {
        alloc_free(timer);
        account_release_object(account, ACCOUNT_TIMERS, cost);
        return NULL;
    }
    timer->timer.kind = TIMER_PORT;
    timer->message = message;
    timer->message->timer = timer;
    return timer;
}

static void timer_free(struct ipc *ipc, struct timer_port *timer)
{
    account_release_object(timer->message->account, ACCOUNT_TIMERS, alloc_cost(sizeof(*timer)));
    timer->message->timer = NULL;
    if (!timer->is_message_out)
        message_free(ipc, timer->message);
    alloc_free(timer);
}

static void attach(struct timer_port *timer, struct port *port)
{
    port->ktype = KOBJECT_TIMER;
    port->kobject = timer;
    timer->port = port_copy_send(port).port;
}

kern_return_t timer_port_create(struct ipc *ipc, struct space *space, mach_port_name_t *name_p)
{
    struct timer_port *timer = timer_new(ipc, space->account);
    if (!timer)
        return KERN_RESOURCE_SHORTAGE;
    kern_return_t kr = port_allocate(ipc, space, MACH_PORT_RIGHT_RECEIVE, name_p);
    if (kr == KERN_SUCCESS)
        attach(timer, space_lookup(ipc, space, *name_p)->port);
    else
        timer_free(ipc, timer);
    return kr;
}

void timer_port_end(struct ipc *ipc, struct timer_port *timer)
{
    timer_clear(&ipc->timers, &timer->timer);
    right_release(ipc, (struct right){ timer->port, MACH_MSG_TYPE_PORT_SEND });
    timer_free(ipc, timer);
}

/* ---- expiring ---- */

static void address(struct timer_port *timer)
{
    struct message *message = timer->message;
    memset(message->bytes, 0, message->size);
    message->dest = port_copy_send(timer->port);
    message->is_from_kernel = true;
    message->override = SCHED_QOS_NONE; /* what stood behind it the last time is gone */
}

void timer_port_expire(struct ipc *ipc, struct timer_port *timer)
{
    if (timer->is_message_out)
        return;
    address(timer);
    timer->is_message_out = true;
    queue_put(ipc, timer->message);
}

void timer_port_take_back(struct timer_port *timer)
{
    ASSERT(timer->is_message_out && timer->message->dest.type == 0);
    timer->is_message_out = false;
}

/* ---- the calls ---- */

static kern_return_t find(struct ipc *ipc, struct space *space, mach_port_name_t name,
                          struct timer_port **timer_p)
{
    struct entry *entry = MACH_PORT_VALID(name) ? space_lookup(ipc, space, name) : NULL;
    if (!entry)
        return KERN_INVALID_NAME;
    if (!entry_has_receive(entry))
        return KERN_INVALID_RIGHT;
    if (entry->port->ktype != KOBJECT_TIMER)
        return KERN_INVALID_ARGUMENT;
    *timer_p = entry->port->kobject;
    return KERN_SUCCESS;
}

kern_return_t timer_port_destroy(struct ipc *ipc, struct space *space, mach_port_name_t name)
{
    struct timer_port *timer;
    kern_return_t kr = find(ipc, space, name, &timer);
    return kr == KERN_SUCCESS ? port_destroy_name(ipc, space, name) : kr;
}

kern_return_t timer_port_arm(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t deadline)
{
    struct timer_port *timer;
    kern_return_t kr = find(ipc, space, name, &timer);
    if (kr != KERN_SUCCESS)
        return kr;
    timer_clear(&ipc->timers, &timer->timer);
    if (deadline > ipc->now)
        timer_set(&ipc->timers, &timer->timer, deadline);
    else
        timer_port_expire(ipc, timer);
    return KERN_SUCCESS;
}

kern_return_t timer_port_cancel(struct ipc *ipc, struct space *space, mach_port_name_t name,
                                uint64_t *deadline_p)
{
    struct timer_port *timer;
    kern_return_t kr = find(ipc, space, name, &timer);
    if (kr != KERN_SUCCESS)
        return kr;
    *deadline_p = timer_is_set(&timer->timer) ? timer->timer.deadline : 0;
    timer_clear(&ipc->timers, &timer->timer);
    return KERN_SUCCESS;
}
