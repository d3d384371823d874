/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/not_built.c - routines whose rules are not built yet: they say so (P1), once their object has been found (K3)
 *
 * Nothing is accepted and then dropped; what a request carried is destroyed with it. CAVEATS.md lists them for users.
 */
#include "mach_host_server.h"
#include "task_server.h"
#include "thread_act_server.h"

/* ---- tasks ---- */

kern_return_t serve_thread_create(struct task *parent_task, struct port **child_act)
{
    return parent_task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_thread_create_running(struct task *parent_task, thread_state_flavor_t flavor,
                                          thread_state_t new_state, mach_msg_type_number_t new_stateCnt,
                                          struct port **child_act)
{
    return parent_task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_set_phys_footprint_limit(struct task *task, int new_limit, int *old_limit)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_set_mach_voucher(struct task *task, struct port *voucher)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_TASK;
}

kern_return_t serve_task_swap_mach_voucher(struct task *task, struct port *new_voucher,
                                           struct port **old_voucher)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_TASK;
}

kern_return_t serve_task_generate_corpse(struct task *task, struct port **corpse_task_port)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_inspect(struct task *task, task_inspect_flavor_t flavor,
                                 task_inspect_info_t info_out, mach_msg_type_number_t *info_outCnt)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_test_sync_upcall(struct task *task, struct port *port)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_set_corpse_forking_behavior(struct task *task,
                                                     task_corpse_forking_behavior_t behavior)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_test_async_upcall_propagation(struct task *task, struct port *port, int qos,
                                                       int iotier)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_task_register_hardened_exception_handler(struct task *task, uint32_t signed_pc_key,
                                                             exception_mask_t exceptions_allowed,
                                                             exception_behavior_t behaviors_allowed,
                                                             thread_state_flavor_t flavors_allowed,
                                                             struct port *new_exception_port)
{
    return task ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

/* ---- threads ---- */

kern_return_t serve_thread_swap_mach_voucher(struct thread *thr_act, struct port *new_voucher,
                                             struct port **old_voucher)
{
    return thr_act ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_thread_adopt_exception_handler(struct thread *thread, struct port *exc_port,
                                                   exception_mask_t exc_mask,
                                                   exception_behavior_t behavior_mask,
                                                   thread_state_flavor_t flavor_mask)
{
    return thread ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

/* ---- the host ---- */

kern_return_t serve_host_request_notification(struct host_object *host, host_flavor_t notify_type,
                                              struct port *notify_port)
{
    return host ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}
