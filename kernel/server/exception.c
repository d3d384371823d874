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

/* Whose actions the call is about: a task's, a thread's or the host's. */
struct holder {
    bool exists;
    struct exception_actions *actions; /* NULL: a thread that never had any (K174) */
    struct thread *thread;             /* makes them when it is set for the first time (K29) */
    bool is_host;
};

static struct holder of_task(struct task *task)
{
    return (struct holder){ .exists = task, .actions = task ? &task->slots.exceptions : NULL };
}

static struct holder of_thread(struct thread *thread)
{
    return (struct holder){ .exists = thread, .actions = thread ? thread->exceptions : NULL, .thread = thread };
}

static struct holder of_host(struct host_object *host)
{
    return (struct holder){ .exists = host,
                            .actions = host ? &system_of_host(host)->exceptions : NULL,
                            .is_host = true };
}

/* What a set asks for. */
struct wish {
    uint32_t mask;
    struct port *port;
    int behavior, flavor;
};

static struct exception_setting setting_of(const struct holder *holder, const struct wish *wish)
{
    bool is_root = call_now()->caller->task->token.security.val[0] == 0;
    return (struct exception_setting){
        .mask = wish->mask,
        .port = { wish->port, MACH_MSG_TYPE_PORT_SEND },
        .behavior = (uint32_t)wish->behavior,
        .flavor = wish->flavor,
        .is_privileged = is_root && !holder->is_host, /* K24, K168 */
        .is_for_host = holder->is_host,
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

/* answer NULL: what was there is of no interest. */
static kern_return_t set(struct holder holder, const struct wish *wish, const struct answer *answer)
{
    struct exception_setting setting = setting_of(&holder, wish);
    kern_return_t kr = holder.exists ? exception_check(&setting) : KERN_INVALID_ARGUMENT;
    if (kr != KERN_SUCCESS)
        return kr;
    if (!holder.actions && !(holder.actions = thread_exceptions(holder.thread)))
        return KERN_RESOURCE_SHORTAGE;
    if (answer)
        write_entries(holder.actions, setting.mask, answer);
    exception_set(call_ipc(), holder.actions, &setting);
    return KERN_SUCCESS;
}

static kern_return_t get(struct holder holder, uint32_t mask, const struct answer *answer)
{
    kern_return_t kr = holder.exists ? exception_check_mask(mask) : KERN_INVALID_ARGUMENT;
    if (kr != KERN_SUCCESS)
        return kr;
    *answer->n = 0;
    if (holder.actions)
        write_entries(holder.actions, mask, answer);
    return KERN_SUCCESS;
}

/* K176: numbers in the place of rights. */
static kern_return_t get_info(struct holder holder, uint32_t mask, const struct answer *answer,
                              exception_handler_info_array_t info)
{
    kern_return_t kr = get(holder, mask, answer);
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
    const struct wish wish = { exception_mask, new_port, behavior, new_flavor };
    return set(of_task(task), &wish, NULL);
}

kern_return_t serve_task_get_exception_ports(struct task *task, exception_mask_t exception_mask,
                                             exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                             struct port **old_handlers,
                                             exception_behavior_array_t old_behaviors,
                                             exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return get(of_task(task), exception_mask, &answer);
}

kern_return_t serve_task_swap_exception_ports(struct task *task, exception_mask_t exception_mask,
                                              struct port *new_port, exception_behavior_t behavior,
                                              thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                              mach_msg_type_number_t *masksCnt, struct port **old_handlers,
                                              exception_behavior_array_t old_behaviors,
                                              exception_flavor_array_t old_flavors)
{
    const struct wish wish = { exception_mask, new_port, behavior, new_flavor };
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return set(of_task(task), &wish, &answer);
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
    return get_info(of_task(mig_k_to_task_read(port)), exception_mask, &answer, old_handlers_info);
}

/* ---- threads ---- */

kern_return_t serve_thread_set_exception_ports(struct thread *thread, exception_mask_t exception_mask,
                                               struct port *new_port, exception_behavior_t behavior,
                                               thread_state_flavor_t new_flavor)
{
    const struct wish wish = { exception_mask, new_port, behavior, new_flavor };
    return set(of_thread(thread), &wish, NULL);
}

kern_return_t serve_thread_get_exception_ports(struct thread *thread, exception_mask_t exception_mask,
                                               exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                               struct port **old_handlers,
                                               exception_behavior_array_t old_behaviors,
                                               exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return get(of_thread(thread), exception_mask, &answer);
}

kern_return_t serve_thread_swap_exception_ports(struct thread *thread, exception_mask_t exception_mask,
                                                struct port *new_port, exception_behavior_t behavior,
                                                thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                                mach_msg_type_number_t *masksCnt, struct port **old_handlers,
                                                exception_behavior_array_t old_behaviors,
                                                exception_flavor_array_t old_flavors)
{
    const struct wish wish = { exception_mask, new_port, behavior, new_flavor };
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return set(of_thread(thread), &wish, &answer);
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
    return get_info(of_thread(mig_k_to_thread_read(port)), exception_mask, &answer, old_handlers_info);
}

/* ---- the host ---- */

kern_return_t serve_host_set_exception_ports(struct host_object *host_priv, exception_mask_t exception_mask,
                                             struct port *new_port, exception_behavior_t behavior,
                                             thread_state_flavor_t new_flavor)
{
    const struct wish wish = { exception_mask, new_port, behavior, new_flavor };
    return set(of_host(host_priv), &wish, NULL);
}

kern_return_t serve_host_get_exception_ports(struct host_object *host_priv, exception_mask_t exception_mask,
                                             exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                             struct port **old_handlers,
                                             exception_behavior_array_t old_behaviors,
                                             exception_flavor_array_t old_flavors)
{
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return get(of_host(host_priv), exception_mask, &answer);
}

kern_return_t serve_host_swap_exception_ports(struct host_object *host_priv, exception_mask_t exception_mask,
                                              struct port *new_port, exception_behavior_t behavior,
                                              thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                              mach_msg_type_number_t *masksCnt, struct port **old_handlers,
                                              exception_behavior_array_t old_behaviors,
                                              exception_flavor_array_t old_flavors)
{
    const struct wish wish = { exception_mask, new_port, behavior, new_flavor };
    const struct answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return set(of_host(host_priv), &wish, &answer);
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
