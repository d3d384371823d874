/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/unsupported.c - calls that exist so that programs link, and that say what they cannot do
 *
 * Managers of vouchers outside the kernel and the watch on synchronous links need a kernel that has them. Until then each call
 * refuses with KERN_NOT_SUPPORTED, or with the value by which its type says "there is none", and gives
 * nothing. When one of them is built, its function leaves this file.
 */
#include <mach/mach.h>
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
