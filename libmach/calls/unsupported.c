/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/unsupported.c - calls that exist so that programs link, and that say what they cannot do
 *
 * Managers of vouchers outside the kernel, event links, activities and swap space need a kernel that has them. Until then each call
 * refuses with KERN_NOT_SUPPORTED, or with the value by which its type says "there is none", and gives
 * nothing. When one of them is built, its function leaves this file.
 */
#include <mach/mach.h>
#include <mach/mach_eventlink.h>
#include <mach/mach_voucher.h>
#include <mach/mach_voucher_attr_control.h>

/* ---- managers of vouchers (abi-ipc 10) ---- */

kern_return_t mach_voucher_attr_control_get_values(ipc_voucher_attr_control_t control, ipc_voucher_t voucher,
                                                   mach_voucher_attr_value_handle_array_t value_handles,
                                                   mach_msg_type_number_t *value_handlesCnt)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_voucher_attr_control_create_mach_voucher(ipc_voucher_attr_control_t control,
                                                            mach_voucher_attr_raw_recipe_array_t recipes,
                                                            mach_msg_type_number_t recipesCnt,
                                                            ipc_voucher_t *voucher)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t host_register_mach_voucher_attr_manager(host_t host, mach_voucher_attr_manager_t attr_manager,
                                                      mach_voucher_attr_value_handle_t default_value,
                                                      mach_voucher_attr_key_t *new_key,
                                                      ipc_voucher_attr_control_t *new_attr_control)
{
    *new_attr_control = MACH_PORT_NULL;
    return KERN_NOT_SUPPORTED;
}

kern_return_t host_register_well_known_mach_voucher_attr_manager(
    host_t host, mach_voucher_attr_manager_t attr_manager, mach_voucher_attr_value_handle_t default_value,
    mach_voucher_attr_key_t key, ipc_voucher_attr_control_t *new_attr_control)
{
    *new_attr_control = MACH_PORT_NULL;
    return KERN_NOT_SUPPORTED;
}

mach_msg_size_t voucher_mach_msg_fill_aux(mach_msg_aux_header_t *aux_hdr, mach_msg_size_t sz)
{
    return 0;
}

boolean_t voucher_mach_msg_fill_aux_supported(void)
{
    return FALSE;
}

/* ---- activities and swap space (abi-ipc 6.1) ---- */

kern_return_t mach_generate_activity_id(mach_port_name_t target, int count, uint64_t *activity_id)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t macx_swapon(uint64_t filename, int flags, int size, int priority)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t macx_swapoff(uint64_t filename, int flags)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t macx_triggers(int hi_water, int low_water, int flags, mach_port_t alert_port)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t macx_backing_store_suspend(boolean_t suspend)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t macx_backing_store_recovery(int pid)
{
    return KERN_NOT_SUPPORTED;
}

/* ---- event links (abi-system 11.1) ---- */

kern_return_t mach_eventlink_create(task_t task, mach_eventlink_create_option_t option,
                                    eventlink_port_pair_t eventlink_pair)
{
    eventlink_pair[0] = eventlink_pair[1] = MACH_PORT_NULL;
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_eventlink_destroy(mach_port_t eventlink)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_eventlink_associate(mach_port_t eventlink, thread_t thread,
                                       mach_vm_address_t copyin_addr_wait, uint64_t copyin_mask_wait,
                                       mach_vm_address_t copyin_addr_signal, uint64_t copyin_mask_signal,
                                       mach_eventlink_associate_option_t option)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_eventlink_disassociate(mach_port_t eventlink, mach_eventlink_disassociate_option_t option)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_eventlink_signal(mach_port_t eventlink, uint64_t count)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_eventlink_wait_until(mach_port_t eventlink, uint64_t *count,
                                        mach_eventlink_signal_wait_option_t option, kern_clock_id_t clock,
                                        uint64_t deadline)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_eventlink_signal_wait_until(mach_port_t eventlink, uint64_t *wait_count,
                                               uint64_t signal_count,
                                               mach_eventlink_signal_wait_option_t option,
                                               kern_clock_id_t clock, uint64_t deadline)
{
    return KERN_NOT_SUPPORTED;
}
