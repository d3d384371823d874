/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/exception.c - setting and getting exception ports of tasks, threads and the host (K167-K178) */
#include "host_priv_server.h"
#include "kernel/server/call.h"
#include "kernel/task/exception.h"
#include "task_server.h"
#include "thread_act_server.h"

/* The four arrays of get and swap, as the stubs lend them. */
struct answer {
    exception_mask_array_t masks;
    mach_msg_type_number_t *n;
    struct port **handlers;
    exception_behavior_array_t behaviors;
    exception_flavor_array_t flavors;
};

static struct exception_setting setting_of(uint32_t mask, struct port *port, int behavior, int flavor)
{
    return (struct exception_setting){
        .mask = mask,
        .port = { port, MACH_MSG_TYPE_PORT_SEND },
        .behavior = (uint32_t)behavior,
        .flavor = flavor,
        .is_privileged = call_now()->caller->task->token.security.val[0] == 0,
    };
}

static void write_entries(const struct exception_actions *actions, uint32_t mask, const struct answer *answer)
{
    struct exception_entry entries[EXCEPTION_TYPES];
    uint32_t n = exception_entries(actions, mask, entries);
    for (uint32_t i = 0; i < n; i++) {
        answer->masks[i] = entries[i].mask;
        answer->handlers[i] = entries[i].port.port;
        answer->behaviors[i] = (int)entries[i].behavior;
        answer->flavors[i] = entries[i].flavor;
    }
    *answer->n = n;
}

static kern_return_t swap(struct exception_actions *actions, const struct exception_setting *setting,
                          const struct answer *answer)
{
    if (!actions)
        return KERN_RESOURCE_SHORTAGE;
    if (answer)
        write_entries(actions, setting->mask, answer);
    exception_set(call_ipc(), actions, setting);
    return KERN_SUCCESS;
}

/* actions NULL: a thread that never had any (K174). */
static kern_return_t get(const struct exception_actions *actions, uint32_t mask, const struct answer *answer)
{
    kern_return_t kr = exception_check_mask(mask);
    if (kr != KERN_SUCCESS)
        return kr;
    *answer->n = 0;
    if (actions)
        write_entries(actions, mask, answer);
    return KERN_SUCCESS;
}

/* K176: numbers in the place of rights. */
static kern_return_t get_info(const struct exception_actions *actions, uint32_t mask,
                              const struct answer *answer, exception_handler_info_array_t info)
{
    kern_return_t kr = get(actions, mask, answer);
    for (uint32_t i = 0; kr == KERN_SUCCESS && i < *answer->n; i++) {
        struct port *port = answer->handlers[i];
        const struct task *receiver =
            port_is_live(port) && port->state == PORT_IN_SPACE ? port->space->owner : NULL;
        info[i].iip_port_object = port_is_live(port) ? (natural_t)port->serial : 0;
        info[i].iip_receiver_object = receiver ? (natural_t)object_id(receiver->control) : 0;
        right_release(call_ipc(), (struct right){ port, MACH_MSG_TYPE_PORT_SEND });
    }
    return kr;
}

/* ---- tasks ---- */

kern_return_t serve_task_set_exception_ports(struct task *task, exception_mask_t exception_mask,
                                             struct port *new_port, exception_behavior_t behavior,
                                             thread_state_flavor_t new_flavor)
{
    struct exception_setting setting = setting_of(exception_mask, new_port, behavior, new_flavor);
    kern_return_t kr = task ? exception_check(&setting) : KERN_INVALID_ARGUMENT;
    return kr == KERN_SUCCESS ? swap(&task->slots.exceptions, &setting, NULL) : kr;
}

kern_return_t serve_task_get_exception_ports(struct task *task, exception_mask_t exception_mask,
                                             exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                             struct port **old_handlers,
                                             exception_behavior_array_t old_behaviors,
                                             exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return task ? get(&task->slots.exceptions, exception_mask, &answer) : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_swap_exception_ports(struct task *task, exception_mask_t exception_mask,
                                              struct port *new_port, exception_behavior_t behavior,
                                              thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                              mach_msg_type_number_t *masksCnt, struct port **old_handlers,
                                              exception_behavior_array_t old_behaviors,
                                              exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    struct exception_setting setting = setting_of(exception_mask, new_port, behavior, new_flavor);
    kern_return_t kr = task ? exception_check(&setting) : KERN_INVALID_ARGUMENT;
    return kr == KERN_SUCCESS ? swap(&task->slots.exceptions, &setting, &answer) : kr;
}

kern_return_t serve_task_get_exception_ports_info(struct port *port, exception_mask_t exception_mask,
                                                  exception_mask_array_t masks,
                                                  mach_msg_type_number_t *masksCnt,
                                                  exception_handler_info_array_t old_handlers_info,
                                                  exception_behavior_array_t old_behaviors,
                                                  exception_flavor_array_t old_flavors)
{
    struct port *handlers[EXCEPTION_TYPES];
    const struct answer answer = { masks, masksCnt, handlers, old_behaviors, old_flavors };
    const struct task *task = mig_k_to_task_read(port);
    if (!task)
        return KERN_INVALID_ARGUMENT;
    return get_info(&task->slots.exceptions, exception_mask, &answer, old_handlers_info);
}

/* ---- what guards do to a task (K212) ---- */

kern_return_t serve_task_get_exc_guard_behavior(struct task *task, task_exc_guard_behavior_t *behavior)
{
    if (!task)
        return KERN_INVALID_TASK;
    *behavior = task->slots.guard_behavior;
    return KERN_SUCCESS;
}

/* It can become stricter only. */
kern_return_t serve_task_set_exc_guard_behavior(struct task *task, task_exc_guard_behavior_t behavior)
{
    enum {
        KEPT = TASK_EXC_GUARD_VM_DELIVER | TASK_EXC_GUARD_VM_FATAL | TASK_EXC_GUARD_MP_DELIVER |
               TASK_EXC_GUARD_MP_FATAL,
        NOT_ADDED = TASK_EXC_GUARD_VM_ONCE | TASK_EXC_GUARD_MP_ONCE
    };
    if (!task)
        return KERN_INVALID_TASK;
    uint32_t before = task->slots.guard_behavior;
    if (behavior & ~(uint32_t)TASK_EXC_GUARD_ALL)
        return KERN_INVALID_VALUE;
    if ((before & ~behavior & KEPT) || (behavior & ~before & NOT_ADDED))
        return KERN_DENIED;
    task->slots.guard_behavior = behavior;
    return KERN_SUCCESS;
}

/* ---- threads ---- */

kern_return_t serve_thread_set_exception_ports(struct thread *thread, exception_mask_t exception_mask,
                                               struct port *new_port, exception_behavior_t behavior,
                                               thread_state_flavor_t new_flavor)
{
    struct exception_setting setting = setting_of(exception_mask, new_port, behavior, new_flavor);
    kern_return_t kr = thread ? exception_check(&setting) : KERN_INVALID_ARGUMENT;
    return kr == KERN_SUCCESS ? swap(thread_exceptions(thread), &setting, NULL) : kr;
}

kern_return_t serve_thread_get_exception_ports(struct thread *thread, exception_mask_t exception_mask,
                                               exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                               struct port **old_handlers,
                                               exception_behavior_array_t old_behaviors,
                                               exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return thread ? get(thread->exceptions, exception_mask, &answer) : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_thread_swap_exception_ports(struct thread *thread, exception_mask_t exception_mask,
                                                struct port *new_port, exception_behavior_t behavior,
                                                thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                                mach_msg_type_number_t *masksCnt, struct port **old_handlers,
                                                exception_behavior_array_t old_behaviors,
                                                exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    struct exception_setting setting = setting_of(exception_mask, new_port, behavior, new_flavor);
    kern_return_t kr = thread ? exception_check(&setting) : KERN_INVALID_ARGUMENT;
    return kr == KERN_SUCCESS ? swap(thread_exceptions(thread), &setting, &answer) : kr;
}

kern_return_t serve_thread_get_exception_ports_info(struct port *port, exception_mask_t exception_mask,
                                                    exception_mask_array_t masks,
                                                    mach_msg_type_number_t *masksCnt,
                                                    exception_handler_info_array_t old_handlers_info,
                                                    exception_behavior_array_t old_behaviors,
                                                    exception_flavor_array_t old_flavors)
{
    struct port *handlers[EXCEPTION_TYPES];
    const struct answer answer = { masks, masksCnt, handlers, old_behaviors, old_flavors };
    const struct thread *thread = mig_k_to_thread_read(port);
    if (!thread)
        return KERN_INVALID_ARGUMENT;
    return get_info(thread->exceptions, exception_mask, &answer, old_handlers_info);
}

/* ---- the host ---- */

static struct exception_setting host_setting(uint32_t mask, struct port *port, int behavior, int flavor)
{
    struct exception_setting setting = setting_of(mask, port, behavior, flavor);
    setting.is_for_host = true;
    setting.is_privileged = false;
    return setting;
}

kern_return_t serve_host_set_exception_ports(struct host_object *host_priv, exception_mask_t exception_mask,
                                             struct port *new_port, exception_behavior_t behavior,
                                             thread_state_flavor_t new_flavor)
{
    struct exception_setting setting = host_setting(exception_mask, new_port, behavior, new_flavor);
    kern_return_t kr = host_priv ? exception_check(&setting) : KERN_INVALID_ARGUMENT;
    return kr == KERN_SUCCESS ? swap(&system_of_host(host_priv)->exceptions, &setting, NULL) : kr;
}

kern_return_t serve_host_get_exception_ports(struct host_object *host_priv, exception_mask_t exception_mask,
                                             exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                             struct port **old_handlers,
                                             exception_behavior_array_t old_behaviors,
                                             exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return host_priv ? get(&system_of_host(host_priv)->exceptions, exception_mask, &answer)
                     : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_host_swap_exception_ports(struct host_object *host_priv, exception_mask_t exception_mask,
                                              struct port *new_port, exception_behavior_t behavior,
                                              thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                              mach_msg_type_number_t *masksCnt, struct port **old_handlers,
                                              exception_behavior_array_t old_behaviors,
                                              exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    struct exception_setting setting = host_setting(exception_mask, new_port, behavior, new_flavor);
    kern_return_t kr = host_priv ? exception_check(&setting) : KERN_INVALID_ARGUMENT;
    return kr == KERN_SUCCESS ? swap(&system_of_host(host_priv)->exceptions, &setting, &answer) : kr;
}
