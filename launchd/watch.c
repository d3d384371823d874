/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/watch.h"

#include <mach/notify.h>

#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/log.h"
#include "launchd/service.h"

static struct index watches; /* by name */
static mach_port_t notify_port;

bool watch_start(mach_port_t notify)
{
    notify_port = notify;
    return notify != MACH_PORT_NULL ||
           mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &notify_port) == KERN_SUCCESS;
}

mach_port_t watch_notify_port(void)
{
    return notify_port;
}

static kern_return_t request(mach_port_t port, mach_msg_id_t id, mach_port_mscount_t sync)
{
    mach_port_t previous = MACH_PORT_NULL;
    kern_return_t kr = mach_port_request_notification(mach_task_self(), port, id, sync, notify_port,
                                                      MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);

    if (kr == KERN_SUCCESS && MACH_PORT_VALID(previous))
        mach_port_deallocate(mach_task_self(), previous);
    return kr;
}

bool watch_restore(struct watch *watch, enum watch_kind kind, mach_port_t port)
{
    ASSERT(!watch->on);
    watch->kind = kind;
    watch->on = index_insert(&watches, &watch->node, port);
    return watch->on;
}

bool watch_set(struct watch *watch, enum watch_kind kind, mach_port_t port)
{
    if (index_find(&watches, port) == NULL && request(port, MACH_NOTIFY_DEAD_NAME, 0) != KERN_SUCCESS)
        return false;
    return watch_restore(watch, kind, port);
}

void watch_clear(struct watch *watch)
{
    if (!watch->on)
        return;
    index_remove(&watches, &watch->node);
    watch->on = false;
    mach_port_deallocate(mach_task_self(), (mach_port_t)watch->node.key);
}

void watch_move(struct watch *from, struct watch *to)
{
    index_remove(&watches, &from->node);
    from->on = to->on = false;
    if (!watch_restore(to, from->kind, (mach_port_t)from->node.key))
        log_broken("the index does not grow here", __FILE__, __LINE__);
}

struct watch *watch_next(mach_port_t port, const struct watch *after)
{
    struct index_node *node = after == NULL ? index_find(&watches, port) : index_next(&after->node);

    return node == NULL ? NULL : container_of(node, struct watch, node);
}

size_t watch_count(mach_port_t port)
{
    size_t n = 0;

    for (struct watch *watch = NULL; (watch = watch_next(port, watch)) != NULL;)
        n++;
    return n;
}

void watch_return(mach_port_t port)
{
    request(port, MACH_NOTIFY_PORT_DESTROYED, 0);
}

void watch_retell(mach_port_t port)
{
    request(port, MACH_NOTIFY_DEAD_NAME, 1);
}

/* Each of these clears the watch, and may end what it stands in and other watches too. */
static void told_dead(struct watch *watch)
{
    switch (watch->kind) {
    case WATCH_REQUESTOR: domain_requestor_died(watch); break;
    case WATCH_SERVICE: service_port_died(watch); break;
    case WATCH_TASK: job_task_died(watch); break;
    }
}

/* The notification brought a reference of its own. The name can be a new right's by now only if the old was dropped
 * between the notification and now. */
static void port_died(mach_port_t port)
{
    struct watch *watch;
    mach_port_type_t type;

    if (mach_port_type(mach_task_self(), port, &type) != KERN_SUCCESS || !(type & MACH_PORT_TYPE_DEAD_NAME))
        return;
    while ((watch = watch_next(port, NULL)) != NULL)
        told_dead(watch);
    mach_port_deallocate(mach_task_self(), port);
}

/* B28. Without a service that waits for it, it ends here. */
void watch_port_returned(mach_port_t port)
{
    for (struct watch *watch = NULL; (watch = watch_next(port, watch)) != NULL;) {
        if (watch->kind == WATCH_SERVICE && service_port_returned(watch))
            return;
    }
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* Only the kernel has send-once rights to this port, so what comes is what it looks like. PORT_DELETED and SEND_ONCE tell
 * of requests that we gave up ourselves. */
void watch_take(mach_msg_header_t *message)
{
    switch (message->msgh_id) {
    case MACH_NOTIFY_DEAD_NAME: port_died(((mach_dead_name_notification_t *)message)->not_port); break;
    case MACH_NOTIFY_PORT_DESTROYED:
        watch_port_returned(((mach_port_destroyed_notification_t *)message)->not_port.name);
        break;
    }
}

void watch_drain(void)
{
    union {
        mach_msg_header_t header;
        mach_dead_name_notification_t dead;
        mach_port_destroyed_notification_t destroyed;
        char room[256];
    } buffer;

    while (mach_msg(&buffer.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(buffer), notify_port, 0,
                    MACH_PORT_NULL) == KERN_SUCCESS)
        watch_take(&buffer.header);
}
