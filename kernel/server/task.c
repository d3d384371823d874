/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/task.c - subsystem task: what a control or name port of a task answers (K76-K96, K119) */
#include <mach/task_special_ports.h>

#include "base/alloc.h"
#include "kernel/server/call.h"
#include "kernel/task/policy.h"
#include "task_server.h"

kern_return_t serve_task_terminate(struct task *target_task)
{
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    struct system *system = target_task->system;
    if (!system->allow_task_terminate)
        return KERN_FAILURE;
    task_is_terminated(target_task);
    system->ipc.ops->task_broken(system->ipc.host, target_task, "task_terminate");
    return KERN_SUCCESS;
}

/* In the order of creation; each element is a send right more to the thread's port. */
kern_return_t serve_task_threads(struct task *target_task, struct port ***act_list,
                                 mach_msg_type_number_t *act_listCnt)
{
    uint32_t n = 0;
    if (!target_task)
        return KERN_INVALID_ARGUMENT;
    struct port **ports = alloc_bytes((target_task->n_threads + 1) * sizeof(*ports));
    if (!ports)
        return KERN_RESOURCE_SHORTAGE;
    enum port_flavor flavor = flavor_of_port(call_now()->port); /* K61, K122 */
    list_for_each(node, &target_task->threads) ports[n++] =
        thread_flavored(list_entry(node, struct thread, link), flavor).port;
    ASSERT(n == target_task->n_threads);
    call_ipc()->steps += n;
    *act_list = ports;
    *act_listCnt = n;
    return KERN_SUCCESS;
}

kern_return_t serve_mach_task_is_self(struct task *task, boolean_t *is_self)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    *is_self = task == call_now()->caller->task;
    return KERN_SUCCESS;
}

/* ---- special and registered ports ---- */

/* Which of them a port of this flavor may ask for (K76). */
static bool may_get(enum port_flavor flavor, int which)
{
    return flavor == FLAVOR_CONTROL || which == TASK_NAME_PORT || which == TASK_INSPECT_PORT ||
           (which == TASK_READ_PORT && flavor == FLAVOR_READ);
}

kern_return_t serve_task_get_special_port(struct task *task, int which_port, struct port **special_port)
{
    struct right right;
    if (!task)
        return KERN_INVALID_ARGUMENT;
    if (!may_get(flavor_of_port(call_now()->port), which_port))
        return KERN_INVALID_CAPABILITY;
    kern_return_t kr = task_get_special(task, which_port, &right);
    if (kr != KERN_SUCCESS)
        return kr;
    if (call_now()->port->stays && which_port == TASK_KERNEL_PORT)
        call_answers_as_it_is(); /* K73: asked through what only the task itself has */
    *special_port = right.port;
    return KERN_SUCCESS;
}

kern_return_t serve_task_set_special_port(struct task *task, int which_port, struct port *special_port)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    return task_set_special(task, which_port, (struct right){ special_port, MACH_MSG_TYPE_PORT_SEND });
}

kern_return_t serve_mach_ports_register3(struct task *task, struct port *port1, struct port *port2,
                                         struct port *port3)
{
    struct right rights[REGISTERED_PORTS] = {
        { port1, MACH_MSG_TYPE_PORT_SEND },
        { port2, MACH_MSG_TYPE_PORT_SEND },
        { port3, MACH_MSG_TYPE_PORT_SEND },
    };
    return task ? task_register_ports(task, rights) : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_ports_lookup3(struct task *task, struct port **port1, struct port **port2,
                                       struct port **port3)
{
    struct right rights[REGISTERED_PORTS];
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = task_lookup_ports(task, rights);
    if (kr != KERN_SUCCESS)
        return kr;
    *port1 = rights[0].port;
    *port2 = rights[1].port;
    *port3 = rights[2].port;
    return KERN_SUCCESS;
}

/* ---- semaphores ---- */

kern_return_t serve_semaphore_create(struct task *task, struct port **semaphore, int policy, int value)
{
    struct right right;
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = semaphore_new(call_ipc(), task->account, &task->semaphores, policy, value, &right);
    if (kr == KERN_SUCCESS)
        *semaphore = right.port;
    return kr;
}

kern_return_t serve_semaphore_destroy(struct task *task, struct port *semaphore)
{
    if (!task)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = semaphore_destroy_by(call_ipc(), &task->semaphores, semaphore_of_port(semaphore));
    if (kr == KERN_SUCCESS)
        right_release(call_ipc(), (struct right){ semaphore, MACH_MSG_TYPE_PORT_SEND });
    return kr;
}

/* A task has no voucher of its own. */
kern_return_t serve_task_get_mach_voucher(struct task *task, mach_voucher_selector_t which,
                                          struct port **voucher)
{
    if (!task)
        return KERN_INVALID_TASK;
    *voucher = NULL;
    return KERN_SUCCESS;
}

/* K165: there is no state for threads to come. */
kern_return_t serve_task_get_state(struct task *task, thread_state_flavor_t flavor, thread_state_t old_state,
                                   mach_msg_type_number_t *old_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_set_state(struct task *task, thread_state_flavor_t flavor, thread_state_t new_state,
                                   mach_msg_type_number_t new_stateCnt)
{
    return KERN_INVALID_ARGUMENT;
}
