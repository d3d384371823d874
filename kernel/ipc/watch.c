/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/watch.h"

#include "base/alloc.h"
#include "kernel/ipc/link.h"

bool watch_may_be_armed(const struct port *port)
{
    return port_is_live(port) && port->state == PORT_IN_SPACE && !port->special_reply;
}

struct watch *watch_new(struct port *port, struct account *account)
{
    if (!account_charge(account, ACCOUNT_BYTES, alloc_cost(sizeof(struct watch))))
        return NULL;
    struct watch *watch = alloc_zeroed(sizeof(*watch));
    if (!watch) {
        account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*watch)));
        return NULL;
    }
    watch->port = port_get(port);
    watch->account = account_get(account);
    return watch;
}

void watch_free(struct ipc *ipc, struct watch *watch)
{
    struct account *account = watch->account;
    ASSERT(!list_is_linked(&watch->link));
    port_put(ipc, watch->port);
    account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*watch)));
    account_put(account);
    alloc_free(watch);
}

/* ---- the stack of a port ---- */

static void push(struct watch *watch)
{
    struct port *port = watch->port;
    watch->below = port->watch;
    if (watch->below)
        watch->below->above = watch;
    port->watch = watch;
}

static void unlink(struct watch *watch)
{
    struct watch **at = watch->above ? &watch->above->below : &watch->port->watch;
    ASSERT(*at == watch);
    *at = watch->below;
    if (watch->below)
        watch->below->above = watch->above;
    watch->below = watch->above = NULL;
    list_remove(&watch->link);
}

void watch_arm(struct ipc *ipc, struct watch *watch, struct list *owner, struct ipc_thread *thread)
{
    struct port *port = watch->port;
    ASSERT(watch->state == WATCH_NEW && watch_may_be_armed(port));
    watch->state = WATCH_ARMED;
    watch->thread = thread;
    push(watch);
    list_append(owner, &watch->link);
    link_is_watched(ipc, port);
}

void watch_settle(struct ipc *ipc, struct watch *watch)
{
    ASSERT(watch->state == WATCH_ARMED);
    while (watch->below) {
        struct watch *below = watch->below;
        unlink(below);
        watch_free(ipc, below);
        ipc->steps++;
    }
    watch->state = WATCH_SETTLED;
    link_reset(ipc, watch->port);
}

void watch_end(struct ipc *ipc, struct watch *watch)
{
    ASSERT(watch->state != WATCH_NEW);
    unlink(watch);
    link_update(ipc, watch->port);
    watch_free(ipc, watch);
}

void watch_port_left(struct ipc *ipc, struct port *port)
{
    while (port->watch) {
        struct watch *watch = port->watch;
        unlink(watch);
        watch_free(ipc, watch); /* the port lives on: the caller holds it */
        ipc->steps++;
    }
}

struct inheritor watch_inheritor(const struct port *port)
{
    const struct watch *watch = port->watch;
    return watch->thread ? inheritor_thread(&watch->thread->sched, PUSH_WATCH_PORT) : inheritor_none();
}

/* ---- all of one owner ---- */

void watches_end(struct ipc *ipc, struct list *owner)
{
    for (struct list *node; (node = list_first(owner)); ipc->steps++)
        watch_end(ipc, list_entry(node, struct watch, link));
}

void watches_move(struct ipc *ipc, struct list *owner, struct list *to, struct ipc_thread *thread)
{
    for (struct list *node; (node = list_pop(owner)); ipc->steps++) {
        struct watch *watch = list_entry(node, struct watch, link);
        watch->thread = thread;
        list_append(to, node);
        link_update(ipc, watch->port);
    }
}

void watches_lose_thread(struct ipc *ipc, struct list *owner)
{
    list_for_each(node, owner)
    {
        struct watch *watch = list_entry(node, struct watch, link);
        watch->thread = NULL;
        link_update(ipc, watch->port);
        ipc->steps++;
    }
}
