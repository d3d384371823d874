/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/convert.c - from ports to objects (K44-K52)
 *
 * Whoever wants a flavor is content with a stronger one. A conversion takes no reference: nothing dies while a call is served.
 */
#include "kernel/server/call.h"
#include "kernel/task/flavor.h"
#include "kernel/task/processor.h"

/* K48: control ports of others may be good for nothing. */
static bool may_use(const struct port *port, const struct task *owner)
{
    return owner->system->developer_mode || flavor_of_port(port) != FLAVOR_CONTROL ||
           owner == call_now()->caller->task;
}

static struct task *to_task(const struct port *port, enum port_flavor weakest)
{
    struct task *task = task_of_port(port, weakest);
    return task && task->state == TASK_ACTIVE && task->is_enabled && may_use(port, task) ? task : NULL;
}

static struct thread *to_thread(const struct port *port, enum port_flavor weakest)
{
    struct thread *thread = thread_of_port_as(port, weakest);
    return thread && may_use(port, thread->task) ? thread : NULL;
}

static struct space *to_space(const struct port *port, enum port_flavor weakest)
{
    struct task *task = to_task(port, weakest);
    return task && !task->space->is_dead ? task->space : NULL;
}

struct task *mig_k_to_task(struct port *port)
{
    return to_task(port, FLAVOR_CONTROL);
}

struct task *mig_k_to_task_read(struct port *port)
{
    return to_task(port, FLAVOR_READ);
}

struct task *mig_k_to_task_inspect(struct port *port)
{
    return to_task(port, FLAVOR_INSPECT);
}

struct task *mig_k_to_task_name(struct port *port)
{
    return to_task(port, FLAVOR_NAME);
}

struct task *mig_k_to_task_policy_set(struct port *port)
{
    return to_task(port, FLAVOR_CONTROL);
}

struct task *mig_k_to_task_policy_get(struct port *port)
{
    return to_task(port, FLAVOR_INSPECT);
}

struct task *mig_k_to_map(struct port *port)
{
    return to_task(port, FLAVOR_CONTROL);
}

struct task *mig_k_to_map_read(struct port *port)
{
    return to_task(port, FLAVOR_READ);
}

struct task *mig_k_to_map_inspect(struct port *port)
{
    return to_task(port, FLAVOR_INSPECT);
}

struct space *mig_k_to_space(struct port *port)
{
    return to_space(port, FLAVOR_CONTROL);
}

struct space *mig_k_to_space_read(struct port *port)
{
    return to_space(port, FLAVOR_READ);
}

struct space *mig_k_to_space_inspect(struct port *port)
{
    return to_space(port, FLAVOR_INSPECT);
}

struct thread *mig_k_to_thread(struct port *port)
{
    return to_thread(port, FLAVOR_CONTROL);
}

struct thread *mig_k_to_thread_read(struct port *port)
{
    return to_thread(port, FLAVOR_READ);
}

struct thread *mig_k_to_thread_inspect(struct port *port)
{
    return to_thread(port, FLAVOR_INSPECT);
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

struct processor *mig_k_to_processor(struct port *port)
{
    return processor_of_port(port);
}

struct host_object *mig_k_to_processor_set(struct port *port)
{
    return (struct host_object *)processor_set_of_port(port);
}

struct host_object *mig_k_to_processor_set_name(struct port *port)
{
    return (struct host_object *)processor_set_of_name_port(port);
}

uint64_t object_id(const struct port *port)
{
    if (!port_is_live(port) || port->state != PORT_IN_KERNEL || !port->kobject)
        return 0;
    switch ((enum kobject_type)port->ktype) {
    case KOBJECT_THREAD:
    case KOBJECT_THREAD_READ:
    case KOBJECT_THREAD_INSPECT: return ((const struct thread *)port->kobject)->control->serial;
    case KOBJECT_TASK:
    case KOBJECT_TASK_READ:
    case KOBJECT_TASK_INSPECT:
    case KOBJECT_TASK_NAME: return ((const struct task *)port->kobject)->control->serial;
    case KOBJECT_HOST:
    case KOBJECT_HOST_PRIV: return ((const struct system *)port->kobject)->host->serial;
    case KOBJECT_PROCESSOR_SET:
    case KOBJECT_PROCESSOR_SET_NAME: return ((const struct system *)port->kobject)->pset->serial;
    case KOBJECT_PROCESSOR:
    case KOBJECT_NONE:
    case KOBJECT_TIMER:
    case KOBJECT_NAMED_ENTRY:
    case KOBJECT_FILEPORT:
    case KOBJECT_VOUCHER:
    case KOBJECT_SEMAPHORE:
    case KOBJECT_CLOCK:
    case KOBJECT_TASK_ID_TOKEN:
    case KOBJECT_TASK_RESUME:
    case KOBJECT_REPLY:
    case KOBJECT_UX_HANDLER: break;
    }
    return port->serial;
}
