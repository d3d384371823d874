/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/not_offered.c - calls of macOS that machd has nothing behind: see <mach/_not_offered.h> */
#include <mach/_not_offered.h>
#include <mach/kern_return.h>

/* ---- <mach/task.h> ---- */

kern_return_t task_assign(task_t task, processor_set_t new_set, boolean_t assign_threads)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_assign_default(task_t task, boolean_t assign_threads)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_get_assignment(task_inspect_t task, processor_set_t *assigned_set)
{
    *assigned_set = MACH_PORT_NULL;
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_policy(task_t task, policy_t policy, policy_base_t base, mach_msg_type_number_t baseCnt,
                          boolean_t set_limit, boolean_t change)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_set_policy(task_t task, processor_set_t pset, policy_t policy, policy_base_t base,
                              mach_msg_type_number_t baseCnt, policy_limit_t limit,
                              mach_msg_type_number_t limitCnt, boolean_t change)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_sample(task_t task, mach_port_t reply)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_set_ras_pc(task_t task, vm_address_t basepc, vm_address_t boundspc)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_zone_info(task_inspect_t task, mach_zone_name_array_t *names,
                             mach_msg_type_number_t *namesCnt, task_zone_info_array_t *info,
                             mach_msg_type_number_t *infoCnt)
{
    *namesCnt = 0;
    *infoCnt = 0;
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_restartable_ranges_register(task_t task, task_restartable_range_array_t ranges,
                                               mach_msg_type_number_t rangesCnt)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_restartable_ranges_synchronize(task_t task)
{
    return KERN_NOT_SUPPORTED;
}

/* ---- <mach/thread_act.h> ---- */

kern_return_t thread_assign(thread_act_t thread, processor_set_t new_set)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t thread_assign_default(thread_act_t thread)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t thread_get_assignment(thread_inspect_t thread, processor_set_t *assigned_set)
{
    *assigned_set = MACH_PORT_NULL;
    return KERN_NOT_SUPPORTED;
}

kern_return_t thread_policy(thread_act_t thread, policy_t policy, policy_base_t base,
                            mach_msg_type_number_t baseCnt, boolean_t set_limit)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t thread_set_policy(thread_act_t thread, processor_set_t pset, policy_t policy,
                                policy_base_t base, mach_msg_type_number_t baseCnt, policy_limit_t limit,
                                mach_msg_type_number_t limitCnt)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t thread_sample(thread_act_t thread, mach_port_t reply)
{
    return KERN_NOT_SUPPORTED;
}

/* ---- <mach/mach_host.h>, <mach/host_priv.h> ---- */

kern_return_t host_zone_info(host_t host, zone_name_array_t *names, mach_msg_type_number_t *namesCnt,
                             zone_info_array_t *info, mach_msg_type_number_t *infoCnt)
{
    *namesCnt = 0;
    *infoCnt = 0;
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_zone_info(host_t host, mach_zone_name_array_t *names, mach_msg_type_number_t *namesCnt,
                             mach_zone_info_array_t *info, mach_msg_type_number_t *infoCnt)
{
    *namesCnt = 0;
    *infoCnt = 0;
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_zone_info_for_zone(host_t host, mach_zone_name_t name, mach_zone_info_t *info)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_memory_info(host_t host, mach_zone_name_array_t *names, mach_msg_type_number_t *namesCnt,
                               mach_zone_info_array_t *info, mach_msg_type_number_t *infoCnt,
                               mach_memory_info_array_t *memory_info, mach_msg_type_number_t *memory_infoCnt)
{
    *namesCnt = 0;
    *infoCnt = 0;
    *memory_infoCnt = 0;
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_zone_force_gc(host_t host)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t kmod_get_info(host_t host, kmod_args_t *modules, mach_msg_type_number_t *modulesCnt)
{
    *modulesCnt = 0;
    return KERN_NOT_SUPPORTED;
}

kern_return_t thread_wire(host_priv_t host_priv, thread_act_t thread, boolean_t wired)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t vm_wire(host_priv_t host_priv, vm_map_t task, vm_address_t address, vm_size_t size,
                      vm_prot_t desired_access)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_vm_wire(host_priv_t host_priv, vm_map_t task, mach_vm_address_t address,
                           mach_vm_size_t size, vm_prot_t desired_access)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t vm_allocate_cpm(host_priv_t host_priv, vm_map_t task, vm_address_t *address, vm_size_t size,
                              int flags)
{
    return KERN_NOT_SUPPORTED;
}

/* ---- <mach/processor.h>, <mach/processor_set.h> ---- */

kern_return_t processor_start(processor_t processor)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t processor_exit(processor_t processor)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t processor_assign(processor_t processor, processor_set_t new_set, boolean_t wait)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t processor_set_create(host_t host, processor_set_t *new_set, processor_set_name_t *new_name)
{
    *new_set = MACH_PORT_NULL;
    *new_name = MACH_PORT_NULL;
    return KERN_NOT_SUPPORTED;
}

kern_return_t processor_set_max_priority(processor_set_t pset, int max_priority, boolean_t change_threads)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t processor_set_policy_enable(processor_set_t pset, int policy)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t processor_set_policy_disable(processor_set_t pset, int policy, boolean_t change_threads)
{
    return KERN_NOT_SUPPORTED;
}

/* ---- <mach/lock_set.h> ---- */

kern_return_t lock_set_create(task_t task, lock_set_t *new_lock_set, int n_ulocks, int policy)
{
    *new_lock_set = MACH_PORT_NULL;
    return KERN_NOT_SUPPORTED;
}

kern_return_t lock_set_destroy(task_t task, lock_set_t lock_set)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t lock_acquire(lock_set_t lock_set, int lock_id)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t lock_release(lock_set_t lock_set, int lock_id)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t lock_try(lock_set_t lock_set, int lock_id)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t lock_make_stable(lock_set_t lock_set, int lock_id)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t lock_handoff(lock_set_t lock_set, int lock_id)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t lock_handoff_accept(lock_set_t lock_set, int lock_id)
{
    return KERN_NOT_SUPPORTED;
}
