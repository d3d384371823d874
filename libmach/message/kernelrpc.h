/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/kernelrpc.h - the generated stubs behind calls that have a shorter way
 *
 * They are compiled from the descriptions in include/mach with the prefix `_kernelrpc_`, and send the message
 * in every case.
 */
#pragma once

#include <mach/mach.h>
#include <mach/mach_vm.h>

kern_return_t _kernelrpc_mach_port_names(ipc_space_t task, mach_port_name_array_t *names,
                                         mach_msg_type_number_t *namesCnt, mach_port_type_array_t *types,
                                         mach_msg_type_number_t *typesCnt);
kern_return_t _kernelrpc_mach_port_type(ipc_space_t task, mach_port_name_t name, mach_port_type_t *ptype);
kern_return_t _kernelrpc_mach_port_rename(ipc_space_t task, mach_port_name_t old_name,
                                          mach_port_name_t new_name);
kern_return_t _kernelrpc_mach_port_allocate_name(ipc_space_t task, mach_port_right_t right,
                                                 mach_port_name_t name);
kern_return_t _kernelrpc_mach_port_allocate(ipc_space_t task, mach_port_right_t right, mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_allocate_qos(ipc_space_t task, mach_port_right_t right,
                                                mach_port_qos_t *qos, mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_allocate_full(ipc_space_t task, mach_port_right_t right, mach_port_t proto,
                                                 mach_port_qos_t *qos, mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_construct(ipc_space_t task, mach_port_options_ptr_t options,
                                             mach_port_context_t context, mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_destroy(ipc_space_t task, mach_port_name_t name);
kern_return_t _kernelrpc_mach_port_deallocate(ipc_space_t task, mach_port_name_t name);
kern_return_t _kernelrpc_mach_port_get_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                            mach_port_urefs_t *refs);
kern_return_t _kernelrpc_mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                            mach_port_delta_t delta);
kern_return_t _kernelrpc_mach_port_destruct(ipc_space_t task, mach_port_name_t name,
                                            mach_port_delta_t srdelta, mach_port_context_t guard);
kern_return_t _kernelrpc_mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                                mach_msg_type_name_t polyPoly);
kern_return_t _kernelrpc_mach_port_extract_right(ipc_space_t task, mach_port_name_t name,
                                                 mach_msg_type_name_t msgt_name, mach_port_t *poly,
                                                 mach_msg_type_name_t *polyPoly);
kern_return_t _kernelrpc_mach_port_request_notification(ipc_space_t task, mach_port_name_t name,
                                                        mach_msg_id_t msgid, mach_port_mscount_t sync,
                                                        mach_port_t notify, mach_msg_type_name_t notifyPoly,
                                                        mach_port_t *previous);
kern_return_t _kernelrpc_mach_port_get_set_status(ipc_space_read_t task, mach_port_name_t name,
                                                  mach_port_name_array_t *members,
                                                  mach_msg_type_number_t *membersCnt);
kern_return_t _kernelrpc_mach_port_move_member(ipc_space_t task, mach_port_name_t member,
                                               mach_port_name_t after);
kern_return_t _kernelrpc_mach_port_insert_member(ipc_space_t task, mach_port_name_t name,
                                                 mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_extract_member(ipc_space_t task, mach_port_name_t name,
                                                  mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_set_mscount(ipc_space_t task, mach_port_name_t name,
                                               mach_port_mscount_t mscount);
kern_return_t _kernelrpc_mach_port_set_seqno(ipc_space_t task, mach_port_name_t name, mach_port_seqno_t seqno);
kern_return_t _kernelrpc_mach_port_peek(ipc_space_t task, mach_port_name_t name,
                                        mach_msg_trailer_type_t trailer_type,
                                        mach_port_seqno_t *request_seqnop, mach_msg_size_t *msg_sizep,
                                        mach_msg_id_t *msg_idp, mach_msg_trailer_info_t trailer_infop,
                                        mach_msg_type_number_t *trailer_infopCnt);
kern_return_t _kernelrpc_mach_port_get_attributes(ipc_space_read_t task, mach_port_name_t name,
                                                  mach_port_flavor_t flavor, mach_port_info_t port_info_out,
                                                  mach_msg_type_number_t *port_info_outCnt);
kern_return_t _kernelrpc_mach_port_set_attributes(ipc_space_t task, mach_port_name_t name,
                                                  mach_port_flavor_t flavor, mach_port_info_t port_info,
                                                  mach_msg_type_number_t port_infoCnt);
kern_return_t _kernelrpc_mach_port_assert_attributes(ipc_space_t task, mach_port_name_t name,
                                                     mach_port_flavor_t flavor, mach_port_info_t info,
                                                     mach_msg_type_number_t infoCnt);
kern_return_t _kernelrpc_mach_port_get_srights(ipc_space_t task, mach_port_name_t name,
                                               mach_port_rights_t *srights);
kern_return_t _kernelrpc_mach_port_get_context(ipc_space_read_t task, mach_port_name_t name,
                                               mach_port_context_t *context);
kern_return_t _kernelrpc_mach_port_set_context(ipc_space_t task, mach_port_name_t name,
                                               mach_port_context_t context);
kern_return_t _kernelrpc_mach_port_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                                         boolean_t strict);
kern_return_t _kernelrpc_mach_port_special_reply_port_reset_link(ipc_space_t task, mach_port_name_t name,
                                                                  boolean_t *srp_lost_link);
kern_return_t _kernelrpc_mach_port_unguard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard);
kern_return_t _kernelrpc_mach_port_guard_with_flags(ipc_space_t task, mach_port_name_t name,
                                                    mach_port_context_t guard, uint64_t flags);
kern_return_t _kernelrpc_mach_port_swap_guard(ipc_space_t task, mach_port_name_t name,
                                              mach_port_context_t old_guard, mach_port_context_t new_guard);
kern_return_t _kernelrpc_task_set_port_space(ipc_space_t task, int table_entries);
kern_return_t _kernelrpc_mach_port_space_info(ipc_space_read_t space, ipc_info_space_t *space_info,
                                              ipc_info_name_array_t *table_info,
                                              mach_msg_type_number_t *table_infoCnt,
                                              ipc_info_tree_name_array_t *tree_info,
                                              mach_msg_type_number_t *tree_infoCnt);
kern_return_t _kernelrpc_mach_port_space_basic_info(ipc_space_inspect_t task,
                                                    ipc_info_space_basic_t *basic_info);
kern_return_t _kernelrpc_mach_port_dnrequest_info(ipc_space_t task, mach_port_name_t name,
                                                  unsigned *dnr_total, unsigned *dnr_used);
kern_return_t _kernelrpc_mach_port_kobject(ipc_space_read_t task, mach_port_name_t name,
                                           natural_t *object_type, mach_vm_address_t *object_addr);
kern_return_t _kernelrpc_mach_port_kobject_description(ipc_space_read_t task, mach_port_name_t name,
                                                       natural_t *object_type, mach_vm_address_t *object_addr,
                                                       kobject_description_t description);
kern_return_t _kernelrpc_mach_port_is_connection_for_service(ipc_space_t task,
                                                             mach_port_name_t connection_port,
                                                             mach_port_name_t service_port,
                                                             uint64_t *filter_policy_id);
kern_return_t _kernelrpc_mach_port_get_service_port_info(ipc_space_read_t task, mach_port_name_t name,
                                                         mach_service_port_info_data_t *sp_info_out);

kern_return_t _kernelrpc_mach_ports_register3(task_t task, mach_port_t port1, mach_port_t port2,
                                              mach_port_t port3);
kern_return_t _kernelrpc_mach_ports_lookup3(task_t task, mach_port_t *port1, mach_port_t *port2,
                                            mach_port_t *port3);

kern_return_t _kernelrpc_mach_vm_allocate(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size,
                                          int flags);
kern_return_t _kernelrpc_mach_vm_deallocate(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size);
kern_return_t _kernelrpc_mach_vm_map(vm_map_t target_task, mach_vm_address_t *address, mach_vm_size_t size,
                                     mach_vm_offset_t mask, int flags, mem_entry_name_port_t object,
                                     memory_object_offset_t offset, boolean_t copy, vm_prot_t cur_protection,
                                     vm_prot_t max_protection, vm_inherit_t inheritance);
kern_return_t _kernelrpc_mach_vm_remap(vm_map_t target_task, mach_vm_address_t *target_address,
                                       mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                       vm_map_t src_task, mach_vm_address_t src_address, boolean_t copy,
                                       vm_prot_t *cur_protection, vm_prot_t *max_protection,
                                       vm_inherit_t inheritance);
kern_return_t _kernelrpc_mach_vm_remap_new(vm_map_t target_task, mach_vm_address_t *target_address,
                                           mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                           vm_map_read_t src_task, mach_vm_address_t src_address,
                                           boolean_t copy, vm_prot_t *cur_protection,
                                           vm_prot_t *max_protection, vm_inherit_t inheritance);
kern_return_t _kernelrpc__mach_make_memory_entry(vm_map_t target_task, memory_object_size_t *size,
                                                 memory_object_offset_t offset, vm_prot_t permission,
                                                 mem_entry_name_port_t *object_handle,
                                                 mem_entry_name_port_t parent_handle);
kern_return_t _kernelrpc_mach_vm_read(vm_map_read_t target_task, mach_vm_address_t address,
                                      mach_vm_size_t size, vm_offset_t *data, mach_msg_type_number_t *dataCnt);
kern_return_t _kernelrpc_mach_vm_read_overwrite(vm_map_read_t target_task, mach_vm_address_t address,
                                                mach_vm_size_t size, mach_vm_address_t data,
                                                mach_vm_size_t *outsize);
kern_return_t _kernelrpc_mach_vm_read_list(vm_map_read_t target_task, mach_vm_read_entry_t data_list,
                                           natural_t count);
kern_return_t _kernelrpc_mach_vm_write(vm_map_t target_task, mach_vm_address_t address, vm_offset_t data,
                                       mach_msg_type_number_t dataCnt);
kern_return_t _kernelrpc_mach_vm_copy(vm_map_t target_task, mach_vm_address_t source_address,
                                      mach_vm_size_t size, mach_vm_address_t dest_address);
kern_return_t _kernelrpc_mach_vm_protect(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                         boolean_t set_maximum, vm_prot_t new_protection);
kern_return_t _kernelrpc_mach_vm_inherit(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                         vm_inherit_t new_inheritance);
kern_return_t _kernelrpc_mach_vm_msync(vm_map_t target_task, mach_vm_address_t address, mach_vm_size_t size,
                                       vm_sync_t sync_flags);
kern_return_t _kernelrpc_mach_vm_behavior_set(vm_map_t target_task, mach_vm_address_t address,
                                              mach_vm_size_t size, vm_behavior_t new_behavior);
kern_return_t _kernelrpc_mach_vm_machine_attribute(vm_map_t target_task, mach_vm_address_t address,
                                                   mach_vm_size_t size, vm_machine_attribute_t attribute,
                                                   vm_machine_attribute_val_t *value);
kern_return_t _kernelrpc_mach_vm_purgable_control(vm_map_t target_task, mach_vm_address_t address,
                                                  vm_purgable_t control, int *state);
kern_return_t _kernelrpc_mach_vm_region(vm_map_read_t target_task, mach_vm_address_t *address,
                                        mach_vm_size_t *size, vm_region_flavor_t flavor, vm_region_info_t info,
                                        mach_msg_type_number_t *infoCnt, mach_port_t *object_name);
kern_return_t _kernelrpc_mach_vm_region_recurse(vm_map_read_t target_task, mach_vm_address_t *address,
                                                mach_vm_size_t *size, natural_t *nesting_depth,
                                                vm_region_recurse_info_t info,
                                                mach_msg_type_number_t *infoCnt);
kern_return_t _kernelrpc_mach_vm_page_query(vm_map_read_t target_map, mach_vm_offset_t offset,
                                            integer_t *disposition, integer_t *ref_count);
kern_return_t _kernelrpc_mach_vm_page_info(vm_map_read_t target_task, mach_vm_address_t address,
                                           vm_page_info_flavor_t flavor, vm_page_info_t info,
                                           mach_msg_type_number_t *infoCnt);
kern_return_t _kernelrpc_mach_vm_page_range_query(vm_map_read_t target_map, mach_vm_offset_t address,
                                                  mach_vm_size_t size, mach_vm_address_t dispositions,
                                                  mach_vm_size_t *dispositions_count);
kern_return_t _kernelrpc_mach_vm_range_create(vm_map_t target_task, mach_vm_range_flavor_t flavor,
                                              mach_vm_range_recipes_raw_t recipes,
                                              mach_msg_type_number_t recipesCnt);
kern_return_t _kernelrpc_mach_vm_update_pointers_with_remote_tags(vm_map_t target,
                                                                  mach_vm_offset_list_t in_pointer_list,
                                                                  mach_msg_type_number_t in_pointer_listCnt,
                                                                  mach_vm_offset_list_t out_pointer_list,
                                                                  mach_msg_type_number_t *out_pointer_listCnt);

kern_return_t _kernelrpc_mach_make_memory_entry(vm_map_t target_task, vm_size_t *size, vm_offset_t offset,
                                                vm_prot_t permission, mem_entry_name_port_t *object_handle,
                                                mem_entry_name_port_t parent_entry);
kern_return_t _kernelrpc_mach_make_memory_entry_64(vm_map_t target_task, memory_object_size_t *size,
                                                   memory_object_offset_t offset, vm_prot_t permission,
                                                   mach_port_t *object_handle,
                                                   mem_entry_name_port_t parent_entry);
kern_return_t _kernelrpc_vm_map_page_query(vm_map_read_t target_map, vm_offset_t offset,
                                           integer_t *disposition, integer_t *ref_count);
kern_return_t _kernelrpc_task_wire(vm_map_t target_task, boolean_t must_wire);
kern_return_t _kernelrpc_vm_map_exec_lockdown(vm_map_t target_task);

kern_return_t _kernelrpc_semaphore_signal(semaphore_t semaphore);
kern_return_t _kernelrpc_semaphore_signal_all(semaphore_t semaphore);
kern_return_t _kernelrpc_semaphore_wait(semaphore_t semaphore);
kern_return_t _kernelrpc_semaphore_signal_thread(semaphore_t semaphore, thread_t thread);
kern_return_t _kernelrpc_semaphore_timedwait(semaphore_t semaphore, mach_timespec_t wait_time);
kern_return_t _kernelrpc_semaphore_wait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore);
kern_return_t _kernelrpc_semaphore_timedwait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore,
                                                    mach_timespec_t wait_time);
