/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/flavor.h"

#include "kernel/task/task.h"
#include "kernel/task/thread.h"

/* -1: no port of a task. */
static int task_flavor(const struct port *port)
{
    switch (port->ktype) {
    case KOBJECT_TASK: return FLAVOR_CONTROL;
    case KOBJECT_TASK_READ: return FLAVOR_READ;
    case KOBJECT_TASK_INSPECT: return FLAVOR_INSPECT;
    case KOBJECT_TASK_NAME: return FLAVOR_NAME;
    }
    return -1;
}

static int thread_flavor(const struct port *port)
{
    switch (port->ktype) {
    case KOBJECT_THREAD: return FLAVOR_CONTROL;
    case KOBJECT_THREAD_READ: return FLAVOR_READ;
    case KOBJECT_THREAD_INSPECT: return FLAVOR_INSPECT;
    }
    return -1;
}

struct task *task_of_port(const struct port *port, enum port_flavor weakest)
{
    int flavor = port_is_live(port) ? task_flavor(port) : -1;
    return flavor >= 0 && flavor <= (int)weakest ? port->kobject : NULL;
}

struct thread *thread_of_port_as(const struct port *port, enum port_flavor weakest)
{
    int flavor = port_is_live(port) ? thread_flavor(port) : -1;
    return flavor >= 0 && flavor <= (int)weakest ? port->kobject : NULL;
}

enum port_flavor flavor_of_port(const struct port *port)
{
    int flavor = task_flavor(port);
    return (enum port_flavor)(flavor >= 0 ? flavor : thread_flavor(port));
}

/* ---- making ---- */

static struct right make_send(struct ipc *ipc, struct account *account, struct port **port_p,
                              enum kobject_type type, void *object)
{
    if (*port_p && port_is_dead(*port_p))
        flavored_end(ipc, port_p);
    if (!*port_p) {
        struct port *port = port_new_kernel(ipc, account, (uint8_t)type, object);
        if (!port)
            return (struct right){ 0 };
        port->ends_unsent = true;
        port->immovable_send = true;
        *port_p = port_get(port);
    }
    return port_make_send(*port_p);
}

struct right task_flavored(struct task *task, enum port_flavor flavor)
{
    struct ipc *ipc = &task->system->ipc;
    switch (flavor) {
    case FLAVOR_CONTROL: return port_make_send(task->control);
    case FLAVOR_READ: return make_send(ipc, task->account, &task->flavored.read, KOBJECT_TASK_READ, task);
    case FLAVOR_INSPECT:
        return make_send(ipc, task->account, &task->flavored.inspect, KOBJECT_TASK_INSPECT, task);
    case FLAVOR_NAME: return port_make_send(task->name);
    }
    return (struct right){ 0 };
}

struct right thread_flavored(struct thread *thread, enum port_flavor flavor)
{
    struct ipc *ipc = thread->ipc.ipc;
    switch (flavor) {
    case FLAVOR_CONTROL: return port_make_send(thread->control);
    case FLAVOR_READ:
        return make_send(ipc, thread->ipc.account, &thread->flavored.read, KOBJECT_THREAD_READ, thread);
    case FLAVOR_INSPECT:
        return make_send(ipc, thread->ipc.account, &thread->flavored.inspect, KOBJECT_THREAD_INSPECT, thread);
    case FLAVOR_NAME: break; /* threads have none */
    }
    return (struct right){ 0 };
}

/* ---- ending ---- */

void flavored_disable(struct flavored_ports *ports)
{
    if (ports->read)
        ports->read->kobject = NULL;
    if (ports->inspect)
        ports->inspect->kobject = NULL;
}

void flavored_end(struct ipc *ipc, struct port **port_p)
{
    struct port *port = *port_p;
    *port_p = NULL;
    if (!port)
        return;
    if (!port_is_dead(port))
        port_die(ipc, port, NULL);
    port_put(ipc, port);
}
