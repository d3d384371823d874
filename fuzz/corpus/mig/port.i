subsystem mach_port 3200;
serverprefix served_;
type char = MACH_MSG_TYPE_CHAR;
type short = MACH_MSG_TYPE_INTEGER_16;
type int = MACH_MSG_TYPE_INTEGER_32;
type unsigned = MACH_MSG_TYPE_INTEGER_32;
type int8_t = MACH_MSG_TYPE_INTEGER_8;
type uint8_t = MACH_MSG_TYPE_INTEGER_8;
type int16_t = MACH_MSG_TYPE_INTEGER_16;
type uint16_t = MACH_MSG_TYPE_INTEGER_16;
type int32_t = MACH_MSG_TYPE_INTEGER_32;
type uint32_t = MACH_MSG_TYPE_INTEGER_32;
type int64_t = MACH_MSG_TYPE_INTEGER_64;
type uint64_t = MACH_MSG_TYPE_INTEGER_64;
type boolean_t = MACH_MSG_TYPE_BOOLEAN;
type natural_t = MACH_MSG_TYPE_INTEGER_32;
type integer_t = MACH_MSG_TYPE_INTEGER_32;
type kern_return_t = int;
type vm_address_t = uint64_t;
type vm_offset_t = uint64_t;
type vm_size_t = uint64_t;
type pointer_t = ^array[] of MACH_MSG_TYPE_BYTE
    ctype: vm_offset_t;
type mach_port_t = MACH_MSG_TYPE_COPY_SEND;
type mach_port_array_t = ^array[] of mach_port_t;
type mach_port_name_t = MACH_MSG_TYPE_PORT_NAME;
type mach_port_name_array_t = ^array[] of mach_port_name_t;
type mach_port_type_t = natural_t;
type mach_port_type_array_t = ^array[] of mach_port_type_t;
type mach_port_right_t = natural_t;
type mach_port_urefs_t = natural_t;
type mach_port_delta_t = integer_t;
type mach_port_seqno_t = natural_t;
type mach_port_mscount_t = natural_t;
type mach_port_msgcount_t = natural_t;
type mach_port_rights_t = natural_t;
type mach_port_flavor_t = int;
type mach_port_context_t = uint64_t;
type mach_msg_id_t = integer_t;
type mach_msg_size_t = natural_t;
type mach_msg_type_name_t = natural_t;
type mach_msg_options_t = integer_t;
type mach_msg_trailer_type_t = natural_t;
type mach_port_move_receive_t = MACH_MSG_TYPE_MOVE_RECEIVE
    ctype: mach_port_t;
type mach_port_copy_send_t = MACH_MSG_TYPE_COPY_SEND
    ctype: mach_port_t;
type mach_port_make_send_t = MACH_MSG_TYPE_MAKE_SEND
    ctype: mach_port_t;
type mach_port_move_send_t = MACH_MSG_TYPE_MOVE_SEND
    ctype: mach_port_t;
type mach_port_make_send_once_t = MACH_MSG_TYPE_MAKE_SEND_ONCE
    ctype: mach_port_t;
type mach_port_move_send_once_t = MACH_MSG_TYPE_MOVE_SEND_ONCE
    ctype: mach_port_t;
type mach_port_receive_t = MACH_MSG_TYPE_PORT_RECEIVE
    ctype: mach_port_t;
type mach_port_send_t = MACH_MSG_TYPE_PORT_SEND
    ctype: mach_port_t;
type mach_port_send_once_t = MACH_MSG_TYPE_PORT_SEND_ONCE
    ctype: mach_port_t;
type mach_port_poly_t = polymorphic
    ctype: mach_port_t;
type security_token_t = struct[2] of uint32_t;
type audit_token_t = struct[8] of uint32_t;
type uuid_t = array[16] of uint8_t;
import <mach/std_types.h>;
type clock_id_t = int;
type clock_flavor_t = int;
type clock_attr_t = array[*:1] of int;
type alarm_type_t = int;
type sleep_type_t = int;
type mach_timespec_t = struct[2] of int;
type clock_reply_t = MACH_MSG_TYPE_MAKE_SEND_ONCE;
import <mach/clock_types.h>;
type ipc_info_space_t = struct[6] of natural_t;
type ipc_info_space_basic_t = struct[6] of natural_t;
type ipc_info_name_t = struct[7] of natural_t;
type ipc_info_name_array_t = ^array[] of ipc_info_name_t;
type ipc_info_tree_name_t = struct[9] of natural_t;
type ipc_info_tree_name_array_t = ^array[] of ipc_info_tree_name_t;
type ipc_info_port_t = struct[2] of natural_t;
type kobject_description_t = c_string[*:512];
import <mach_debug/mach_debug_types.h>;
type task_t = mach_port_t
    ;
type task_read_t = mach_port_t
    ;
type task_inspect_t = mach_port_t
    ;
type task_name_t = mach_port_t
    ;
type task_policy_set_t = mach_port_t
    ;
type task_policy_get_t = mach_port_t
    ;
type task_suspension_token_t = MACH_MSG_TYPE_MOVE_SEND_ONCE;
type task_id_token_t = mach_port_t;
type task_array_t = ^array[] of mach_port_t;
type ipc_space_t = mach_port_t
    ;
type ipc_space_read_t = mach_port_t
    ;
type ipc_space_inspect_t = mach_port_t
    ;
type vm_map_t = mach_port_t
    ;
type vm_map_read_t = mach_port_t
    ;
type vm_map_inspect_t = mach_port_t
    ;
type vm_task_entry_t = mach_port_t
    cusertype: vm_map_t
    ;
type task_flavor_t = natural_t;
type task_info_t = array[*:94] of integer_t;
type task_inspect_flavor_t = natural_t;
type task_inspect_info_t = array[*:4] of integer_t;
type task_policy_flavor_t = natural_t;
type task_policy_t = array[*:16] of integer_t;
type task_special_port_t = int;
type task_exc_guard_behavior_t = uint32_t;
type task_corpse_forking_behavior_t = uint32_t;
type mach_task_flavor_t = natural_t;
type thread_t = mach_port_t
    ;
type thread_act_t = mach_port_t
    ;
type thread_read_t = mach_port_t
    ;
type thread_inspect_t = mach_port_t
    ;
type thread_act_consume_ref_t = MACH_MSG_TYPE_MOVE_SEND
    ctype: thread_act_t;
type thread_array_t = ^array[] of mach_port_t;
type thread_act_array_t = ^array[] of mach_port_t;
type thread_flavor_t = natural_t;
type thread_info_t = array[*:32] of integer_t;
type thread_policy_flavor_t = natural_t;
type thread_policy_t = array[*:16] of integer_t;
type thread_state_flavor_t = int;
type thread_state_t = array[*:1296] of natural_t;
type host_t = mach_port_t
    ;
type host_priv_t = mach_port_t
    ;
type host_security_t = mach_port_t;
type processor_t = mach_port_t;
type processor_array_t = ^array[] of mach_port_t;
type processor_set_t = mach_port_t;
type processor_set_array_t = ^array[] of mach_port_t;
type processor_set_name_t = mach_port_t;
type processor_set_name_array_t = ^array[] of mach_port_t;
type io_main_t = mach_port_t;
type host_flavor_t = int;
type host_info_t = array[*:68] of integer_t;
type host_info64_t = array[*:256] of integer_t;
type kernel_version_t = c_string[*:512];
type kernel_boot_info_t = c_string[*:4096];
type processor_flavor_t = int;
type processor_info_t = array[*:20] of integer_t;
type processor_info_array_t = ^array[] of integer_t;
type processor_set_flavor_t = int;
type processor_set_info_t = array[*:5] of integer_t;
type semaphore_t = mach_port_t;
type semaphore_consume_ref_t = MACH_MSG_TYPE_MOVE_SEND
    ctype: semaphore_t;
type ledger_t = mach_port_t;
type ledger_array_t = ^array[] of ledger_t;
type ipc_voucher_t = mach_port_t;
type mach_voucher_selector_t = uint32_t;
type mach_voucher_attr_raw_recipe_array_t = array[*:5120] of uint8_t;
type clock_serv_t = mach_port_t;
type clock_ctrl_t = mach_port_t;
type kcdata_object_t = mach_port_t;
type exception_type_t = int;
type exception_mask_t = natural_t;
type exception_behavior_t = int;
type exception_data_t = array[*:2] of integer_t;
type mach_exception_data_t = array[*:2] of int64_t;
type exception_handler_t = mach_port_t;
type exception_mask_array_t = array[*:32] of exception_mask_t;
type exception_behavior_array_t = array[*:32] of exception_behavior_t;
type exception_flavor_array_t = array[*:32] of thread_state_flavor_t;
type exception_handler_array_t = array[*:32] of exception_handler_t;
type exception_handler_info_array_t = array[*:32] of ipc_info_port_t;
type mach_vm_address_t = uint64_t;
type mach_vm_offset_t = uint64_t;
type mach_vm_size_t = uint64_t;
type mach_vm_offset_list_t = array[*:512] of mach_vm_offset_t;
type mach_vm_read_entry_t = array[512] of uint64_t;
type vm_read_entry_t = array[512] of uint64_t;
type memory_object_offset_t = uint64_t;
type memory_object_size_t = uint64_t;
type mem_entry_name_port_t = mach_port_t;
type mem_entry_name_port_move_send_t = MACH_MSG_TYPE_MOVE_SEND
    ctype: mem_entry_name_port_t;
type memory_object_name_move_send_t = MACH_MSG_TYPE_MOVE_SEND
    ctype: mach_port_t;
type vm_prot_t = int;
type vm_inherit_t = natural_t;
type vm_behavior_t = int;
type vm_sync_t = natural_t;
type vm_purgable_t = int;
type vm_machine_attribute_t = natural_t;
type vm_machine_attribute_val_t = int;
type vm_region_flavor_t = int;
type vm_region_info_t = array[*:10] of int;
type vm_region_recurse_info_t = array[*:19] of int;
type vm_page_info_flavor_t = int;
type vm_page_info_t = array[*:32] of int;
type mach_vm_range_flavor_t = uint32_t;
type mach_vm_range_recipes_raw_t = array[*:1024] of uint8_t;
import <mach/mach_types.h>;
routine mach_port_names(
        task : ipc_space_t;
    out names : mach_port_name_array_t;
    out types : mach_port_type_array_t);
skip; skip; skip;
routine mach_port_allocate(
        task : ipc_space_t;
        right : mach_port_right_t;
    out name : mach_port_name_t);
skip; skip; skip; skip; skip;
skip; skip; skip; skip;
routine mach_port_insert_right(
        task : ipc_space_t;
        name : mach_port_name_t;
        poly : mach_port_poly_t);
routine mach_port_extract_right(
        task : ipc_space_t;
        name : mach_port_name_t;
        msgt_name : mach_msg_type_name_t;
    out poly : mach_port_poly_t);
