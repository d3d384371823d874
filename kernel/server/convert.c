/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/convert.c - from ports to objects (K44-K52)
 *
 * There are control and name ports of tasks and control ports of threads; read and inspect ports are not built. So every
 * flavor but `name` converts the control port alone. A conversion takes no reference: nothing dies while a call is served.
 */
#include "kernel/server/call.h"

struct task *mig_k_to_task(struct port *port)
{
    struct task *task = port ? task_of_control_port(port) : NULL;
    return task && task->state == TASK_ACTIVE ? task : NULL;
}

struct task *mig_k_to_task_read(struct port *port)
{
    return mig_k_to_task(port);
}

struct task *mig_k_to_task_inspect(struct port *port)
{
    return mig_k_to_task(port);
}

struct task *mig_k_to_task_name(struct port *port)
{
    struct task *task = port ? task_of_name_port(port) : NULL;
    return task && task->state == TASK_ACTIVE ? task : NULL;
}

struct task *mig_k_to_task_policy_set(struct port *port)
{
    return mig_k_to_task(port);
}

struct task *mig_k_to_task_policy_get(struct port *port)
{
    return mig_k_to_task(port);
}

struct task *mig_k_to_map(struct port *port)
{
    return mig_k_to_task(port);
}

struct task *mig_k_to_map_read(struct port *port)
{
    return mig_k_to_task(port);
}

struct task *mig_k_to_map_inspect(struct port *port)
{
    return mig_k_to_task(port);
}

struct space *mig_k_to_space(struct port *port)
{
    struct task *task = mig_k_to_task(port);
    return task && !task->space->is_dead ? task->space : NULL;
}

struct space *mig_k_to_space_read(struct port *port)
{
    return mig_k_to_space(port);
}

struct space *mig_k_to_space_inspect(struct port *port)
{
    return mig_k_to_space(port);
}

struct thread *mig_k_to_thread(struct port *port)
{
    return port ? thread_of_port(port) : NULL;
}

struct thread *mig_k_to_thread_read(struct port *port)
{
    return mig_k_to_thread(port);
}

struct thread *mig_k_to_thread_inspect(struct port *port)
{
    return mig_k_to_thread(port);
}

struct host_object *mig_k_to_host(struct port *port)
{
    bool is_host = port_is_live(port) && (port->ktype == KOBJECT_HOST || port->ktype == KOBJECT_HOST_PRIV);
    return is_host ? port->kobject : NULL;
}

/* K51: only the port in the calling task's own host slot, so that the right is worth nothing to whom it is passed on. */
struct host_object *mig_k_to_host_priv(struct port *port)
{
    const struct task *task = call_now()->caller->task;
    bool is_priv = port_is_live(port) && port->ktype == KOBJECT_HOST_PRIV && task->slots.host.port == port;
    return is_priv ? port->kobject : NULL;
}

uint64_t object_id(const struct port *port)
{
    if (!port_is_live(port) || port->state != PORT_IN_KERNEL || !port->kobject)
        return 0;
    switch ((enum kobject_type)port->ktype) {
    case KOBJECT_THREAD: return ((const struct thread *)port->kobject)->control->serial;
    case KOBJECT_TASK:
    case KOBJECT_TASK_NAME: return ((const struct task *)port->kobject)->control->serial;
    case KOBJECT_HOST:
    case KOBJECT_HOST_PRIV: return ((const struct system *)port->kobject)->host->serial;
    case KOBJECT_NONE:
    case KOBJECT_TIMER:
    case KOBJECT_NAMED_ENTRY:
    case KOBJECT_SEMAPHORE:
    case KOBJECT_CLOCK:
    case KOBJECT_UX_HANDLER: break;
    }
    return port->serial;
}
