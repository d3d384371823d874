/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/memory/vm_calls.c - calls on memory that are always messages, and the older names of those that are not
 *
 * The vm_ calls are the mach_vm_ calls with other type names; the types have the same size here (abi-ipc 13.6).
 */
#include <mach/vm_map.h>

#include "libmach/message/kernelrpc.h"

_Static_assert(sizeof(vm_address_t) == sizeof(mach_vm_address_t) &&
                   sizeof(vm_size_t) == sizeof(mach_vm_size_t) &&
                   sizeof(vm_read_entry_t) == sizeof(mach_vm_read_entry_t),
               "only 64-bit machines are served");

kern_return_t mach_vm_remap_new(vm_map_t target_task, mach_vm_address_t *target_address, mach_vm_size_t size,
                                mach_vm_offset_t mask, int flags, vm_map_read_t src_task,
                                mach_vm_address_t src_address, boolean_t copy, vm_prot_t *cur_protection,
                                vm_prot_t *max_protection, vm_inherit_t inheritance)
{
    return _kernelrpc_mach_vm_remap_new(target_task, target_address, size, mask, flags, src_task, src_address,
                                        copy, cur_protection, max_protection, inheritance);
}

kern_return_t mach_vm_page_query(vm_map_read_t target_map, mach_vm_offset_t offset, integer_t *disposition,
                                 integer_t *ref_count)
{
    return _kernelrpc_mach_vm_page_query(target_map, offset, disposition, ref_count);
}

kern_return_t mach_vm_page_info(vm_map_read_t target_task, mach_vm_address_t address,
                                vm_page_info_flavor_t flavor, vm_page_info_t info,
                                mach_msg_type_number_t *infoCnt)
{
    return _kernelrpc_mach_vm_page_info(target_task, address, flavor, info, infoCnt);
}

kern_return_t mach_vm_page_range_query(vm_map_read_t target_map, mach_vm_offset_t address, mach_vm_size_t size,
                                       mach_vm_address_t dispositions, mach_vm_size_t *dispositions_count)
{
    return _kernelrpc_mach_vm_page_range_query(target_map, address, size, dispositions, dispositions_count);
}

kern_return_t mach_vm_range_create(vm_map_t target_task, mach_vm_range_flavor_t flavor,
                                   mach_vm_range_recipes_raw_t recipes, mach_msg_type_number_t recipesCnt)
{
    return _kernelrpc_mach_vm_range_create(target_task, flavor, recipes, recipesCnt);
}

kern_return_t mach_vm_update_pointers_with_remote_tags(vm_map_t target, mach_vm_offset_list_t in_pointer_list,
                                                       mach_msg_type_number_t in_pointer_listCnt,
                                                       mach_vm_offset_list_t out_pointer_list,
                                                       mach_msg_type_number_t *out_pointer_listCnt)
{
    return _kernelrpc_mach_vm_update_pointers_with_remote_tags(target, in_pointer_list, in_pointer_listCnt,
                                                               out_pointer_list, out_pointer_listCnt);
}

kern_return_t vm_allocate(vm_map_t target_task, vm_address_t *address, vm_size_t size, int flags)
{
    return mach_vm_allocate(target_task, (mach_vm_address_t *)address, size, flags);
}

kern_return_t vm_deallocate(vm_map_t target_task, vm_address_t address, vm_size_t size)
{
    return mach_vm_deallocate(target_task, address, size);
}

kern_return_t vm_map(vm_map_t target_task, vm_address_t *address, vm_size_t size, vm_address_t mask,
                     int flags, mem_entry_name_port_t object, vm_offset_t offset, boolean_t copy,
                     vm_prot_t cur_protection, vm_prot_t max_protection, vm_inherit_t inheritance)
{
    return mach_vm_map(target_task, (mach_vm_address_t *)address, size, mask, flags, object, offset, copy,
                       cur_protection, max_protection, inheritance);
}

kern_return_t vm_map_64(vm_map_t target_task, vm_address_t *address, vm_size_t size, vm_address_t mask,
                        int flags, mem_entry_name_port_t object, memory_object_offset_t offset, boolean_t copy,
                        vm_prot_t cur_protection, vm_prot_t max_protection, vm_inherit_t inheritance)
{
    return mach_vm_map(target_task, (mach_vm_address_t *)address, size, mask, flags, object, offset, copy,
                       cur_protection, max_protection, inheritance);
}

kern_return_t vm_remap(vm_map_t target_task, vm_address_t *target_address, vm_size_t size, vm_address_t mask,
                       int flags, vm_map_t src_task, vm_address_t src_address, boolean_t copy,
                       vm_prot_t *cur_protection, vm_prot_t *max_protection, vm_inherit_t inheritance)
{
    return mach_vm_remap(target_task, (mach_vm_address_t *)target_address, size, mask, flags, src_task,
                         src_address, copy, cur_protection, max_protection, inheritance);
}

kern_return_t vm_remap_new(vm_map_t target_task, vm_address_t *target_address, vm_size_t size,
                           vm_address_t mask, int flags, vm_map_read_t src_task, vm_address_t src_address,
                           boolean_t copy, vm_prot_t *cur_protection, vm_prot_t *max_protection,
                           vm_inherit_t inheritance)
{
    return mach_vm_remap_new(target_task, (mach_vm_address_t *)target_address, size, mask, flags, src_task,
                             src_address, copy, cur_protection, max_protection, inheritance);
}

kern_return_t vm_read(vm_map_read_t target_task, vm_address_t address, vm_size_t size, vm_offset_t *data,
                      mach_msg_type_number_t *dataCnt)
{
    return mach_vm_read(target_task, address, size, data, dataCnt);
}

kern_return_t vm_read_overwrite(vm_map_read_t target_task, vm_address_t address, vm_size_t size,
                                vm_address_t data, vm_size_t *outsize)
{
    return mach_vm_read_overwrite(target_task, address, size, data, (mach_vm_size_t *)outsize);
}

kern_return_t vm_read_list(vm_map_read_t target_task, vm_read_entry_t data_list, natural_t count)
{
    return mach_vm_read_list(target_task, (void *)data_list, count);
}

kern_return_t vm_write(vm_map_t target_task, vm_address_t address, vm_offset_t data,
                       mach_msg_type_number_t dataCnt)
{
    return mach_vm_write(target_task, address, data, dataCnt);
}

kern_return_t vm_copy(vm_map_t target_task, vm_address_t source_address, vm_size_t size,
                      vm_address_t dest_address)
{
    return mach_vm_copy(target_task, source_address, size, dest_address);
}

kern_return_t vm_protect(vm_map_t target_task, vm_address_t address, vm_size_t size, boolean_t set_maximum,
                         vm_prot_t new_protection)
{
    return mach_vm_protect(target_task, address, size, set_maximum, new_protection);
}

kern_return_t vm_inherit(vm_map_t target_task, vm_address_t address, vm_size_t size,
                         vm_inherit_t new_inheritance)
{
    return mach_vm_inherit(target_task, address, size, new_inheritance);
}

kern_return_t vm_msync(vm_map_t target_task, vm_address_t address, vm_size_t size, vm_sync_t sync_flags)
{
    return mach_vm_msync(target_task, address, size, sync_flags);
}

kern_return_t vm_behavior_set(vm_map_t target_task, vm_address_t address, vm_size_t size,
                              vm_behavior_t new_behavior)
{
    return mach_vm_behavior_set(target_task, address, size, new_behavior);
}

kern_return_t vm_machine_attribute(vm_map_t target_task, vm_address_t address, vm_size_t size,
                                   vm_machine_attribute_t attribute, vm_machine_attribute_val_t *value)
{
    return mach_vm_machine_attribute(target_task, address, size, attribute, value);
}

kern_return_t vm_purgable_control(vm_map_t target_task, vm_address_t address, vm_purgable_t control,
                                  int *state)
{
    return mach_vm_purgable_control(target_task, address, control, state);
}

kern_return_t vm_region(vm_map_read_t target_task, vm_address_t *address, vm_size_t *size,
                        vm_region_flavor_t flavor, vm_region_info_t info, mach_msg_type_number_t *infoCnt,
                        mach_port_t *object_name)
{
    return mach_vm_region(target_task, (mach_vm_address_t *)address, (mach_vm_size_t *)size, flavor, info,
                          infoCnt, object_name);
}

kern_return_t vm_region_recurse(vm_map_read_t target_task, vm_address_t *address, vm_size_t *size,
                                natural_t *nesting_depth, vm_region_recurse_info_t info,
                                mach_msg_type_number_t *infoCnt)
{
    return mach_vm_region_recurse(target_task, (mach_vm_address_t *)address, (mach_vm_size_t *)size,
                                  nesting_depth, info, infoCnt);
}

kern_return_t vm_region_64(vm_map_read_t target_task, vm_address_t *address, vm_size_t *size,
                           vm_region_flavor_t flavor, vm_region_info_t info, mach_msg_type_number_t *infoCnt,
                           mach_port_t *object_name)
{
    return mach_vm_region(target_task, (mach_vm_address_t *)address, (mach_vm_size_t *)size, flavor, info,
                          infoCnt, object_name);
}

kern_return_t vm_region_recurse_64(vm_map_read_t target_task, vm_address_t *address, vm_size_t *size,
                                   natural_t *nesting_depth, vm_region_recurse_info_t info,
                                   mach_msg_type_number_t *infoCnt)
{
    return mach_vm_region_recurse(target_task, (mach_vm_address_t *)address, (mach_vm_size_t *)size,
                                  nesting_depth, info, infoCnt);
}

kern_return_t vm_map_page_query(vm_map_read_t target_map, vm_offset_t offset, integer_t *disposition,
                                integer_t *ref_count)
{
    return _kernelrpc_vm_map_page_query(target_map, offset, disposition, ref_count);
}

kern_return_t task_wire(vm_map_t target_task, boolean_t must_wire)
{
    return _kernelrpc_task_wire(target_task, must_wire);
}

kern_return_t vm_map_exec_lockdown(vm_map_t target_task)
{
    return _kernelrpc_vm_map_exec_lockdown(target_task);
}
