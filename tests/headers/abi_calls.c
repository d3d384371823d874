/* SPDX-License-Identifier: Apache-2.0 */
/* abi_calls.c - every call of the tables has the prototype that stands there
 *
 * Compiling is the test. SECTION names the table; a failure prints it with the name. */
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/clock.h>
#include <mach/clock_reply.h>
#include <mach/mach_voucher.h>
#include <mach/mach_voucher_attr_control.h>
#include <mach/memory_entry.h>
#include <mach/exc.h>
#include <mach/mach_exc.h>
#include "tests/headers/abi.h"

#undef SECTION
#define SECTION "abi-ipc 7"
CALL(mach_port_names, ipc_space_t, mach_port_name_array_t *, mach_msg_type_number_t *,
     mach_port_type_array_t *, mach_msg_type_number_t *);
CALL(mach_port_type, ipc_space_t, mach_port_name_t, mach_port_type_t *);
CALL(mach_port_rename, ipc_space_t, mach_port_name_t, mach_port_name_t);
CALL(mach_port_allocate_name, ipc_space_t, mach_port_right_t, mach_port_name_t);
CALL(mach_port_allocate, ipc_space_t, mach_port_right_t, mach_port_name_t *);
CALL(mach_port_destroy, ipc_space_t, mach_port_name_t);
CALL(mach_port_deallocate, ipc_space_t, mach_port_name_t);
CALL(mach_port_get_refs, ipc_space_t, mach_port_name_t, mach_port_right_t, mach_port_urefs_t *);
CALL(mach_port_mod_refs, ipc_space_t, mach_port_name_t, mach_port_right_t, mach_port_delta_t);
CALL(mach_port_peek, ipc_space_t, mach_port_name_t, mach_msg_trailer_type_t, mach_port_seqno_t *,
     mach_msg_size_t *, mach_msg_id_t *, mach_msg_trailer_info_t, mach_msg_type_number_t *);
CALL(mach_port_set_mscount, ipc_space_t, mach_port_name_t, mach_port_mscount_t);
CALL(mach_port_get_set_status, ipc_space_read_t, mach_port_name_t, mach_port_name_array_t *,
     mach_msg_type_number_t *);
CALL(mach_port_move_member, ipc_space_t, mach_port_name_t, mach_port_name_t);
CALL(mach_port_request_notification, ipc_space_t, mach_port_name_t, mach_msg_id_t, mach_port_mscount_t,
     mach_port_t, mach_msg_type_name_t, mach_port_t *);
CALL(mach_port_insert_right, ipc_space_t, mach_port_name_t, mach_port_t, mach_msg_type_name_t);
CALL(mach_port_extract_right, ipc_space_t, mach_port_name_t, mach_msg_type_name_t, mach_port_t *,
     mach_msg_type_name_t *);
CALL(mach_port_set_seqno, ipc_space_t, mach_port_name_t, mach_port_seqno_t);
CALL(mach_port_get_attributes, ipc_space_read_t, mach_port_name_t, mach_port_flavor_t, mach_port_info_t,
     mach_msg_type_number_t *);
CALL(mach_port_set_attributes, ipc_space_t, mach_port_name_t, mach_port_flavor_t, mach_port_info_t,
     mach_msg_type_number_t);
CALL(mach_port_allocate_qos, ipc_space_t, mach_port_right_t, mach_port_qos_t *, mach_port_name_t *);
CALL(mach_port_allocate_full, ipc_space_t, mach_port_right_t, mach_port_t, mach_port_qos_t *,
     mach_port_name_t *);
CALL(task_set_port_space, ipc_space_t, int);
CALL(mach_port_get_srights, ipc_space_t, mach_port_name_t, mach_port_rights_t *);
CALL(mach_port_space_info, ipc_space_read_t, ipc_info_space_t *, ipc_info_name_array_t *,
     mach_msg_type_number_t *, ipc_info_tree_name_array_t *, mach_msg_type_number_t *);
CALL(mach_port_dnrequest_info, ipc_space_t, mach_port_name_t, unsigned *, unsigned *);
CALL(mach_port_kernel_object, ipc_space_read_t, mach_port_name_t, unsigned *, unsigned *);
CALL(mach_port_insert_member, ipc_space_t, mach_port_name_t, mach_port_name_t);
CALL(mach_port_extract_member, ipc_space_t, mach_port_name_t, mach_port_name_t);
CALL(mach_port_get_context, ipc_space_read_t, mach_port_name_t, mach_port_context_t *);
CALL(mach_port_set_context, ipc_space_t, mach_port_name_t, mach_port_context_t);
CALL(mach_port_kobject, ipc_space_read_t, mach_port_name_t, natural_t *, mach_vm_address_t *);
CALL(mach_port_construct, ipc_space_t, mach_port_options_ptr_t, mach_port_context_t, mach_port_name_t *);
CALL(mach_port_destruct, ipc_space_t, mach_port_name_t, mach_port_delta_t, mach_port_context_t);
CALL(mach_port_guard, ipc_space_t, mach_port_name_t, mach_port_context_t, boolean_t);
CALL(mach_port_unguard, ipc_space_t, mach_port_name_t, mach_port_context_t);
CALL(mach_port_space_basic_info, ipc_space_inspect_t, ipc_info_space_basic_t *);
CALL(mach_port_guard_with_flags, ipc_space_t, mach_port_name_t, mach_port_context_t, uint64_t);
CALL(mach_port_swap_guard, ipc_space_t, mach_port_name_t, mach_port_context_t, mach_port_context_t);
CALL(mach_port_kobject_description, ipc_space_read_t, mach_port_name_t, natural_t *, mach_vm_address_t *,
     kobject_description_t);
CALL(mach_port_is_connection_for_service, ipc_space_t, mach_port_name_t, mach_port_name_t, uint64_t *);
CALL(mach_port_get_service_port_info, ipc_space_read_t, mach_port_name_t, mach_service_port_info_data_t *);
CALL(mach_port_assert_attributes, ipc_space_t, mach_port_name_t, mach_port_flavor_t, mach_port_info_t,
     mach_msg_type_number_t);

#undef SECTION
#define SECTION "abi-ipc 10.2"
CALL(mach_voucher_extract_attr_content, ipc_voucher_t, mach_voucher_attr_key_t, mach_voucher_attr_content_t,
     mach_msg_type_number_t *);
CALL(mach_voucher_extract_attr_recipe, ipc_voucher_t, mach_voucher_attr_key_t, mach_voucher_attr_raw_recipe_t,
     mach_msg_type_number_t *);
CALL(mach_voucher_extract_all_attr_recipes, ipc_voucher_t, mach_voucher_attr_raw_recipe_array_t,
     mach_msg_type_number_t *);
CALL(mach_voucher_attr_command, ipc_voucher_t, mach_voucher_attr_key_t, mach_voucher_attr_command_t,
     mach_voucher_attr_content_t, mach_msg_type_number_t, mach_voucher_attr_content_t,
     mach_msg_type_number_t *);
CALL(mach_voucher_debug_info, ipc_space_read_t, mach_port_name_t, mach_voucher_attr_raw_recipe_array_t,
     mach_msg_type_number_t *);
CALL(mach_voucher_attr_control_get_values, ipc_voucher_attr_control_t, ipc_voucher_t,
     mach_voucher_attr_value_handle_array_t, mach_msg_type_number_t *);
CALL(mach_voucher_attr_control_create_mach_voucher, ipc_voucher_attr_control_t,
     mach_voucher_attr_raw_recipe_array_t, mach_msg_type_number_t, ipc_voucher_t *);
CALL(host_get_clock_service, host_t, clock_id_t, clock_serv_t *);
CALL(host_create_mach_voucher, host_t, mach_voucher_attr_raw_recipe_array_t, mach_msg_type_number_t,
     ipc_voucher_t *);

#undef SECTION
#define SECTION "abi-ipc 11"
CALL(semaphore_signal, semaphore_t);
CALL(semaphore_signal_all, semaphore_t);
CALL(semaphore_wait, semaphore_t);
CALL(semaphore_signal_thread, semaphore_t, thread_act_t);
CALL(semaphore_timedwait, semaphore_t, mach_timespec_t);
CALL(semaphore_wait_signal, semaphore_t, semaphore_t);
CALL(semaphore_timedwait_signal, semaphore_t, semaphore_t, mach_timespec_t);

#undef SECTION
#define SECTION "abi-ipc 12"
CALL(clock_get_time, clock_serv_t, mach_timespec_t *);
CALL(clock_get_attributes, clock_serv_t, clock_flavor_t, clock_attr_t, mach_msg_type_number_t *);
CALL(clock_alarm, clock_serv_t, alarm_type_t, mach_timespec_t, clock_reply_t);
CALL(clock_set_time, clock_ctrl_t, mach_timespec_t);
CALL(clock_set_attributes, clock_ctrl_t, clock_flavor_t, clock_attr_t, mach_msg_type_number_t);
CALL(clock_alarm_reply, clock_reply_t, mach_msg_type_name_t, kern_return_t, alarm_type_t, mach_timespec_t);

#undef SECTION
#define SECTION "abi-ipc 13.3"
CALL(mach_memory_entry_purgable_control, mem_entry_name_port_t, vm_purgable_t, int *);
CALL(mach_memory_entry_access_tracking, mem_entry_name_port_t, int *, uint32_t *, uint32_t *);
CALL(mach_memory_entry_ownership, mem_entry_name_port_t, task_t, int, int);

#undef SECTION
#define SECTION "abi-ipc 13.5"
CALL(mach_vm_allocate, vm_map_t, mach_vm_address_t *, mach_vm_size_t, int);
CALL(mach_vm_deallocate, vm_map_t, mach_vm_address_t, mach_vm_size_t);
CALL(mach_vm_protect, vm_map_t, mach_vm_address_t, mach_vm_size_t, boolean_t, vm_prot_t);
CALL(mach_vm_inherit, vm_map_t, mach_vm_address_t, mach_vm_size_t, vm_inherit_t);
CALL(mach_vm_read, vm_map_read_t, mach_vm_address_t, mach_vm_size_t, vm_offset_t *, mach_msg_type_number_t *);
CALL(mach_vm_read_list, vm_map_read_t, mach_vm_read_entry_t, natural_t);
CALL(mach_vm_write, vm_map_t, mach_vm_address_t, vm_offset_t, mach_msg_type_number_t);
CALL(mach_vm_copy, vm_map_t, mach_vm_address_t, mach_vm_size_t, mach_vm_address_t);
CALL(mach_vm_read_overwrite, vm_map_read_t, mach_vm_address_t, mach_vm_size_t, mach_vm_address_t,
     mach_vm_size_t *);
CALL(mach_vm_msync, vm_map_t, mach_vm_address_t, mach_vm_size_t, vm_sync_t);
CALL(mach_vm_behavior_set, vm_map_t, mach_vm_address_t, mach_vm_size_t, vm_behavior_t);
CALL(mach_vm_map, vm_map_t, mach_vm_address_t *, mach_vm_size_t, mach_vm_offset_t, int, mem_entry_name_port_t,
     memory_object_offset_t, boolean_t, vm_prot_t, vm_prot_t, vm_inherit_t);
CALL(mach_vm_machine_attribute, vm_map_t, mach_vm_address_t, mach_vm_size_t, vm_machine_attribute_t,
     vm_machine_attribute_val_t *);
CALL(mach_vm_remap, vm_map_t, mach_vm_address_t *, mach_vm_size_t, mach_vm_offset_t, int, vm_map_t,
     mach_vm_address_t, boolean_t, vm_prot_t *, vm_prot_t *, vm_inherit_t);
CALL(mach_vm_page_query, vm_map_read_t, mach_vm_offset_t, integer_t *, integer_t *);
CALL(mach_vm_region_recurse, vm_map_read_t, mach_vm_address_t *, mach_vm_size_t *, natural_t *,
     vm_region_recurse_info_t, mach_msg_type_number_t *);
CALL(mach_vm_region, vm_map_read_t, mach_vm_address_t *, mach_vm_size_t *, vm_region_flavor_t,
     vm_region_info_t, mach_msg_type_number_t *, mach_port_t *);
CALL(_mach_make_memory_entry, vm_map_t, memory_object_size_t *, memory_object_offset_t, vm_prot_t,
     mem_entry_name_port_t *, mem_entry_name_port_t);
CALL(mach_vm_purgable_control, vm_map_t, mach_vm_address_t, vm_purgable_t, int *);
CALL(mach_vm_page_info, vm_map_read_t, mach_vm_address_t, vm_page_info_flavor_t, vm_page_info_t,
     mach_msg_type_number_t *);
CALL(mach_vm_page_range_query, vm_map_read_t, mach_vm_offset_t, mach_vm_size_t, mach_vm_address_t,
     mach_vm_size_t *);
CALL(mach_vm_remap_new, vm_map_t, mach_vm_address_t *, mach_vm_size_t, mach_vm_offset_t, int, vm_map_read_t,
     mach_vm_address_t, boolean_t, vm_prot_t *, vm_prot_t *, vm_inherit_t);
CALL(mach_vm_range_create, vm_map_t, mach_vm_range_flavor_t, mach_vm_range_recipes_raw_t,
     mach_msg_type_number_t);
CALL(mach_vm_update_pointers_with_remote_tags, vm_map_t, mach_vm_offset_list_t, mach_msg_type_number_t,
     mach_vm_offset_list_t, mach_msg_type_number_t *);

#undef SECTION
#define SECTION "abi-ipc 13.6"
CALL(vm_map, vm_map_t, vm_address_t *, vm_size_t, vm_address_t, int, mem_entry_name_port_t, vm_offset_t,
     boolean_t, vm_prot_t, vm_prot_t, vm_inherit_t);
CALL(task_wire, vm_map_t, boolean_t);
CALL(mach_make_memory_entry, vm_map_t, vm_size_t *, vm_offset_t, vm_prot_t, mem_entry_name_port_t *,
     mem_entry_name_port_t);
CALL(vm_map_page_query, vm_map_read_t, vm_offset_t, integer_t *, integer_t *);
CALL(vm_region_recurse_64, vm_map_read_t, vm_address_t *, vm_size_t *, natural_t *, vm_region_recurse_info_t,
     mach_msg_type_number_t *);
CALL(vm_region_64, vm_map_read_t, vm_address_t *, vm_size_t *, vm_region_flavor_t, vm_region_info_t,
     mach_msg_type_number_t *, mach_port_t *);
CALL(mach_make_memory_entry_64, vm_map_t, memory_object_size_t *, memory_object_offset_t, vm_prot_t,
     mach_port_t *, mem_entry_name_port_t);
CALL(vm_map_64, vm_map_t, vm_address_t *, vm_size_t, vm_address_t, int, mem_entry_name_port_t,
     memory_object_offset_t, boolean_t, vm_prot_t, vm_prot_t, vm_inherit_t);
CALL(vm_map_exec_lockdown, vm_map_t);

#undef SECTION
#define SECTION "abi-system 1.4"
CALL(task_create, task_t, ledger_array_t, mach_msg_type_number_t, boolean_t, task_t *);
CALL(task_terminate, task_t);
CALL(task_threads, task_inspect_t, thread_act_array_t *, mach_msg_type_number_t *);
CALL(mach_ports_register, task_t, mach_port_array_t, mach_msg_type_number_t);
CALL(mach_ports_lookup, task_t, mach_port_array_t *, mach_msg_type_number_t *);
CALL(task_info, task_name_t, task_flavor_t, task_info_t, mach_msg_type_number_t *);
CALL(task_set_info, task_t, task_flavor_t, task_info_t, mach_msg_type_number_t);
CALL(task_suspend, task_read_t);
CALL(task_resume, task_read_t);
CALL(task_get_special_port, task_inspect_t, int, mach_port_t *);
CALL(task_set_special_port, task_t, int, mach_port_t);
CALL(thread_create, task_t, thread_act_t *);
CALL(thread_create_running, task_t, thread_state_flavor_t, thread_state_t, mach_msg_type_number_t,
     thread_act_t *);
CALL(task_set_exception_ports, task_t, exception_mask_t, mach_port_t, exception_behavior_t,
     thread_state_flavor_t);
CALL(task_get_exception_ports, task_t, exception_mask_t, exception_mask_array_t, mach_msg_type_number_t *,
     exception_handler_array_t, exception_behavior_array_t, exception_flavor_array_t);
CALL(task_swap_exception_ports, task_t, exception_mask_t, mach_port_t, exception_behavior_t,
     thread_state_flavor_t, exception_mask_array_t, mach_msg_type_number_t *, exception_handler_array_t,
     exception_behavior_array_t, exception_flavor_array_t);
CALL(semaphore_create, task_t, semaphore_t *, int, int);
CALL(semaphore_destroy, task_t, semaphore_t);
CALL(task_policy_set, task_policy_set_t, task_policy_flavor_t, task_policy_t, mach_msg_type_number_t);
CALL(task_policy_get, task_policy_get_t, task_policy_flavor_t, task_policy_t, mach_msg_type_number_t *,
     boolean_t *);
CALL(task_get_state, task_read_t, thread_state_flavor_t, thread_state_t, mach_msg_type_number_t *);
CALL(task_set_state, task_t, thread_state_flavor_t, thread_state_t, mach_msg_type_number_t);
CALL(task_set_phys_footprint_limit, task_t, int, int *);
CALL(task_suspend2, task_read_t, task_suspension_token_t *);
CALL(task_resume2, task_suspension_token_t);
CALL(task_get_mach_voucher, task_read_t, mach_voucher_selector_t, ipc_voucher_t *);
CALL(task_set_mach_voucher, task_t, ipc_voucher_t);
CALL(task_swap_mach_voucher, task_t, ipc_voucher_t, ipc_voucher_t *);
CALL(task_generate_corpse, task_read_t, mach_port_t *);
CALL(task_inspect, task_inspect_t, task_inspect_flavor_t, task_inspect_info_t, mach_msg_type_number_t *);
CALL(task_get_exc_guard_behavior, task_inspect_t, task_exc_guard_behavior_t *);
CALL(task_set_exc_guard_behavior, task_t, task_exc_guard_behavior_t);
CALL(task_create_identity_token, task_t, task_id_token_t *);
CALL(task_identity_token_get_task_port, task_id_token_t, task_flavor_t, mach_port_t *);
CALL(task_get_exception_ports_info, mach_port_t, exception_mask_t, exception_mask_array_t,
     mach_msg_type_number_t *, exception_handler_info_array_t, exception_behavior_array_t,
     exception_flavor_array_t);
CALL(task_test_sync_upcall, task_t, mach_port_t);
CALL(task_set_corpse_forking_behavior, task_t, task_corpse_forking_behavior_t);
CALL(task_test_async_upcall_propagation, task_t, mach_port_t, int, int);
CALL(task_register_hardened_exception_handler, task_t, uint32_t, exception_mask_t, exception_behavior_t,
     thread_state_flavor_t, mach_port_t);

#undef SECTION
#define SECTION "abi-system 2.4"
CALL(thread_terminate, thread_act_t);
CALL(act_get_state, thread_read_t, int, thread_state_t, mach_msg_type_number_t *);
CALL(act_set_state, thread_act_t, int, thread_state_t, mach_msg_type_number_t);
CALL(thread_get_state, thread_read_t, thread_state_flavor_t, thread_state_t, mach_msg_type_number_t *);
CALL(thread_set_state, thread_act_t, thread_state_flavor_t, thread_state_t, mach_msg_type_number_t);
CALL(thread_suspend, thread_read_t);
CALL(thread_resume, thread_read_t);
CALL(thread_abort, thread_act_t);
CALL(thread_abort_safely, thread_act_t);
CALL(thread_depress_abort, thread_act_t);
CALL(thread_get_special_port, thread_inspect_t, int, mach_port_t *);
CALL(thread_set_special_port, thread_act_t, int, mach_port_t);
CALL(thread_info, thread_inspect_t, thread_flavor_t, thread_info_t, mach_msg_type_number_t *);
CALL(thread_set_exception_ports, thread_act_t, exception_mask_t, mach_port_t, exception_behavior_t,
     thread_state_flavor_t);
CALL(thread_get_exception_ports, thread_act_t, exception_mask_t, exception_mask_array_t,
     mach_msg_type_number_t *, exception_handler_array_t, exception_behavior_array_t,
     exception_flavor_array_t);
CALL(thread_swap_exception_ports, thread_act_t, exception_mask_t, mach_port_t, exception_behavior_t,
     thread_state_flavor_t, exception_mask_array_t, mach_msg_type_number_t *, exception_handler_array_t,
     exception_behavior_array_t, exception_flavor_array_t);
CALL(thread_policy_set, thread_act_t, thread_policy_flavor_t, thread_policy_t, mach_msg_type_number_t);
CALL(thread_policy_get, thread_inspect_t, thread_policy_flavor_t, thread_policy_t, mach_msg_type_number_t *,
     boolean_t *);
CALL(thread_get_mach_voucher, thread_read_t, mach_voucher_selector_t, ipc_voucher_t *);
CALL(thread_set_mach_voucher, thread_act_t, ipc_voucher_t);
CALL(thread_swap_mach_voucher, thread_act_t, ipc_voucher_t, ipc_voucher_t *);
CALL(thread_convert_thread_state, thread_act_t, int, thread_state_flavor_t, thread_state_t,
     mach_msg_type_number_t, thread_state_t, mach_msg_type_number_t *);
CALL(thread_get_exception_ports_info, mach_port_t, exception_mask_t, exception_mask_array_t,
     mach_msg_type_number_t *, exception_handler_info_array_t, exception_behavior_array_t,
     exception_flavor_array_t);
CALL(thread_adopt_exception_handler, thread_t, mach_port_t, exception_mask_t, exception_behavior_t,
     thread_state_flavor_t);

#undef SECTION
#define SECTION "abi-system 3.3"
CALL(host_info, host_t, host_flavor_t, host_info_t, mach_msg_type_number_t *);
CALL(host_kernel_version, host_t, kernel_version_t);
CALL(_host_page_size, host_t, vm_size_t *);
CALL(host_processor_info, host_t, processor_flavor_t, natural_t *, processor_info_array_t *,
     mach_msg_type_number_t *);
CALL(host_get_io_main, host_t, io_main_t *);
CALL(host_get_clock_service, host_t, clock_id_t, clock_serv_t *);
CALL(processor_set_default, host_t, processor_set_name_t *);
CALL(host_statistics, host_t, host_flavor_t, host_info_t, mach_msg_type_number_t *);
CALL(host_request_notification, host_t, host_flavor_t, mach_port_t);
CALL(host_statistics64, host_t, host_flavor_t, host_info64_t, mach_msg_type_number_t *);
CALL(host_create_mach_voucher, host_t, mach_voucher_attr_raw_recipe_array_t, mach_msg_type_number_t,
     ipc_voucher_t *);
CALL(host_get_boot_info, host_priv_t, kernel_boot_info_t);
CALL(host_reboot, host_priv_t, int);
CALL(host_priv_statistics, host_priv_t, host_flavor_t, host_info_t, mach_msg_type_number_t *);
CALL(host_processors, host_priv_t, processor_array_t *, mach_msg_type_number_t *);
CALL(mach_msg2_internal, void *, mach_msg_option64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
     uint64_t);
CALL(mach_msg2_trap, void *, mach_msg_option64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
CALL(host_get_special_port, host_priv_t, int, int, mach_port_t *);
CALL(host_set_special_port, host_priv_t, int, mach_port_t);
CALL(host_set_exception_ports, host_priv_t, exception_mask_t, mach_port_t, exception_behavior_t,
     thread_state_flavor_t);
CALL(host_get_exception_ports, host_priv_t, exception_mask_t, exception_mask_array_t, mach_msg_type_number_t *,
     exception_handler_array_t, exception_behavior_array_t, exception_flavor_array_t);
CALL(host_swap_exception_ports, host_priv_t, exception_mask_t, mach_port_t, exception_behavior_t,
     thread_state_flavor_t, exception_mask_array_t, mach_msg_type_number_t *, exception_handler_array_t,
     exception_behavior_array_t, exception_flavor_array_t);
CALL(host_processor_sets, host_priv_t, processor_set_name_array_t *, mach_msg_type_number_t *);
CALL(host_processor_set_priv, host_priv_t, processor_set_name_t, processor_set_t *);

#undef SECTION
#define SECTION "abi-system 3.4"
CALL(processor_set_statistics, processor_set_name_t, processor_set_flavor_t, processor_set_info_t,
     mach_msg_type_number_t *);
CALL(processor_set_destroy, processor_set_t);
CALL(processor_set_tasks, processor_set_t, task_array_t *, mach_msg_type_number_t *);
CALL(processor_set_threads, processor_set_t, thread_act_array_t *, mach_msg_type_number_t *);
CALL(processor_set_info, processor_set_name_t, int, host_t *, processor_set_info_t, mach_msg_type_number_t *);
CALL(processor_set_tasks_with_flavor, processor_set_t, mach_task_flavor_t, task_array_t *,
     mach_msg_type_number_t *);
CALL(processor_info, processor_t, processor_flavor_t, host_t *, processor_info_t, mach_msg_type_number_t *);
CALL(processor_get_assignment, processor_t, processor_set_name_t *);

#undef SECTION
#define SECTION "abi-system 4.3"
CALL(exception_raise, mach_port_t, mach_port_t, mach_port_t, exception_type_t, exception_data_t,
     mach_msg_type_number_t);
CALL(exception_raise_state, mach_port_t, exception_type_t, const exception_data_t, mach_msg_type_number_t,
     int *, const thread_state_t, mach_msg_type_number_t, thread_state_t, mach_msg_type_number_t *);
CALL(exception_raise_state_identity, mach_port_t, mach_port_t, mach_port_t, exception_type_t,
     exception_data_t, mach_msg_type_number_t, int *, thread_state_t, mach_msg_type_number_t, thread_state_t,
     mach_msg_type_number_t *);

#undef SECTION
#define SECTION "abi-ipc 13.6"
CALL(vm_allocate, vm_map_t, vm_address_t *, vm_size_t, int);
CALL(vm_deallocate, vm_map_t, vm_address_t, vm_size_t);
CALL(vm_protect, vm_map_t, vm_address_t, vm_size_t, boolean_t, vm_prot_t);
CALL(vm_inherit, vm_map_t, vm_address_t, vm_size_t, vm_inherit_t);
CALL(vm_read, vm_map_read_t, vm_address_t, vm_size_t, vm_offset_t *, mach_msg_type_number_t *);
CALL(vm_read_list, vm_map_read_t, vm_read_entry_t, natural_t);
CALL(vm_write, vm_map_t, vm_address_t, vm_offset_t, mach_msg_type_number_t);
CALL(vm_copy, vm_map_t, vm_address_t, vm_size_t, vm_address_t);
CALL(vm_read_overwrite, vm_map_read_t, vm_address_t, vm_size_t, vm_address_t, vm_size_t *);
CALL(vm_msync, vm_map_t, vm_address_t, vm_size_t, vm_sync_t);
CALL(vm_behavior_set, vm_map_t, vm_address_t, vm_size_t, vm_behavior_t);
CALL(vm_machine_attribute, vm_map_t, vm_address_t, vm_size_t, vm_machine_attribute_t,
     vm_machine_attribute_val_t *);
CALL(vm_remap, vm_map_t, vm_address_t *, vm_size_t, vm_address_t, int, vm_map_t, vm_address_t, boolean_t,
     vm_prot_t *, vm_prot_t *, vm_inherit_t);
CALL(vm_region_recurse, vm_map_read_t, vm_address_t *, vm_size_t *, natural_t *, vm_region_recurse_info_t,
     mach_msg_type_number_t *);
CALL(vm_region, vm_map_read_t, vm_address_t *, vm_size_t *, vm_region_flavor_t, vm_region_info_t,
     mach_msg_type_number_t *, mach_port_t *);
CALL(vm_purgable_control, vm_map_t, vm_address_t, vm_purgable_t, int *);
CALL(vm_remap_new, vm_map_t, vm_address_t *, vm_size_t, vm_address_t, int, vm_map_read_t, vm_address_t,
     boolean_t, vm_prot_t *, vm_prot_t *, vm_inherit_t);
