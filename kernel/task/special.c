/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/special.c - the slots of tasks and threads that programs read and set (K34-K37, K76-K93) */
#include <mach/task_special_ports.h>
#include <mach/thread_special_ports.h>

#include "kernel/task/own_port.h"
#include "kernel/task/task.h"
#include "kernel/task/thread.h"

/* What get_special_port and the self traps show of a stored right: kernel objects read back as null (K35, K77). */
static struct right shown(struct right slot)
{
    if (port_is_live(slot.port) && slot.port->state == PORT_IN_KERNEL)
        return (struct right){ 0 };
    return right_copy(slot);
}

/* Of a port that is made on demand. */
static kern_return_t give(struct right right, struct right *right_p)
{
    *right_p = right;
    return right.port ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

struct right task_self_right(struct task *task)
{
    if (task->settable_self.port == task->control)
        return port_make_send(own_port(task->control));
    return shown(task->settable_self);
}

struct right task_host_right(struct task *task)
{
    return right_copy(task->slots.host);
}

kern_return_t task_get_special(struct task *task, int which, struct right *right_p)
{
    if (task->state != TASK_ACTIVE)
        return KERN_FAILURE;
    switch (which) {
    case TASK_KERNEL_PORT:
        *right_p = task->settable_self.port == task->control ? port_copy_send(task->control)
                                                             : shown(task->settable_self);
        return KERN_SUCCESS;
    case TASK_HOST_PORT: *right_p = task_host_right(task); return KERN_SUCCESS;
    case TASK_NAME_PORT: *right_p = port_make_send(task->name); return KERN_SUCCESS;
    case TASK_BOOTSTRAP_PORT: *right_p = shown(task->slots.bootstrap); return KERN_SUCCESS;
    case TASK_ACCESS_PORT: *right_p = shown(task->slots.access); return KERN_SUCCESS;
    case TASK_DEBUG_CONTROL_PORT: *right_p = shown(task->slots.debug_control); return KERN_SUCCESS;
    case TASK_RESOURCE_NOTIFY_PORT: *right_p = shown(task->slots.resource_notify); return KERN_SUCCESS;
    case TASK_INSPECT_PORT: return give(task_flavored(task, FLAVOR_INSPECT), right_p);
    case TASK_READ_PORT: return give(task_flavored(task, FLAVOR_READ), right_p);
    }
    return KERN_INVALID_ARGUMENT;
}

static kern_return_t store(struct task *task, struct right *slot, struct right right)
{
    struct right old = *slot;
    *slot = right;
    right_release(&task->system->ipc, old);
    return KERN_SUCCESS;
}

kern_return_t task_set_special(struct task *task, int which, struct right right)
{
    if (port_is_live(right.port) && right.port->immovable_send)
        return KERN_INVALID_RIGHT;
    if ((which == TASK_KERNEL_PORT || which == TASK_HOST_PORT) && !task->system->allow_interpose)
        return KERN_NO_ACCESS;
    switch (which) {
    case TASK_KERNEL_PORT: return store(task, &task->settable_self, right);
    case TASK_HOST_PORT: return store(task, &task->slots.host, right);
    case TASK_BOOTSTRAP_PORT: return store(task, &task->slots.bootstrap, right);
    case TASK_ACCESS_PORT:
        return port_is_real(task->slots.access.port) ? KERN_NO_ACCESS
                                                     : store(task, &task->slots.access, right);
    case TASK_DEBUG_CONTROL_PORT: return store(task, &task->slots.debug_control, right);
    case TASK_RESOURCE_NOTIFY_PORT: return store(task, &task->slots.resource_notify, right);
    }
    return KERN_INVALID_ARGUMENT;
}

kern_return_t task_register_ports(struct task *task, struct right rights[REGISTERED_PORTS])
{
    if (task->state != TASK_ACTIVE)
        return KERN_INVALID_ARGUMENT;
    for (int i = 0; i < REGISTERED_PORTS; i++)
        if (port_is_live(rights[i].port) && rights[i].port->immovable_send)
            return KERN_INVALID_RIGHT;
    struct right old[REGISTERED_PORTS];
    for (int i = 0; i < REGISTERED_PORTS; i++) {
        old[i] = task->slots.registered[i];
        task->slots.registered[i] = rights[i];
    }
    for (int i = 0; i < REGISTERED_PORTS; i++)
        right_release(&task->system->ipc, old[i]);
    return KERN_SUCCESS;
}

kern_return_t task_lookup_ports(struct task *task, struct right rights[REGISTERED_PORTS])
{
    if (task->state != TASK_ACTIVE)
        return KERN_INVALID_ARGUMENT;
    for (int i = 0; i < REGISTERED_PORTS; i++)
        rights[i] = right_copy(task->slots.registered[i]);
    return KERN_SUCCESS;
}

/* ---- threads ---- */

struct right thread_self_right(struct thread *thread)
{
    if (thread->settable_self.port == thread->control)
        return port_make_send(own_port(thread->control));
    return shown(thread->settable_self);
}

kern_return_t thread_get_special(struct thread *thread, int which, struct right *right_p)
{
    switch (which) {
    case THREAD_KERNEL_PORT:
        *right_p = thread->settable_self.port == thread->control ? port_copy_send(thread->control)
                                                                 : shown(thread->settable_self);
        return KERN_SUCCESS;
    case THREAD_INSPECT_PORT: return give(thread_flavored(thread, FLAVOR_INSPECT), right_p);
    case THREAD_READ_PORT: return give(thread_flavored(thread, FLAVOR_READ), right_p);
    }
    return KERN_INVALID_ARGUMENT;
}

kern_return_t thread_set_special(struct thread *thread, int which, struct right right)
{
    if (port_is_live(right.port) && right.port->immovable_send)
        return KERN_INVALID_RIGHT;
    if (which != THREAD_KERNEL_PORT)
        return KERN_INVALID_ARGUMENT;
    if (!thread->task->system->allow_interpose)
        return KERN_NO_ACCESS;
    struct right old = thread->settable_self;
    thread->settable_self = right;
    right_release(&thread->task->system->ipc, old);
    return KERN_SUCCESS;
}
