/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/voucher.c - the calls on vouchers that are traps elsewhere: messages here (abi-ipc 10.2) */
#include <mach/mach.h>
#include <mach/mach_traps.h>
#include <mach/mach_voucher.h>

kern_return_t host_create_mach_voucher_trap(mach_port_name_t host,
                                            mach_voucher_attr_raw_recipe_array_t recipes, int recipes_size,
                                            mach_port_name_t *voucher)
{
    if (recipes_size < 0 || recipes_size > MACH_VOUCHER_ATTR_MAX_RAW_RECIPE_ARRAY_SIZE)
        return MIG_ARRAY_TOO_LARGE;
    return host_create_mach_voucher(host, recipes, (mach_msg_type_number_t)recipes_size, voucher);
}

kern_return_t mach_voucher_extract_attr_recipe_trap(mach_port_name_t voucher_name, mach_voucher_attr_key_t key,
                                                    mach_voucher_attr_raw_recipe_t recipe,
                                                    mach_msg_type_number_t *recipe_size)
{
    return mach_voucher_extract_attr_recipe(voucher_name, key, recipe, recipe_size);
}

kern_return_t mach_voucher_deallocate(mach_port_name_t voucher)
{
    return mach_port_deallocate(mach_task_self(), voucher);
}
