/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_voucher.h> - looking into vouchers (subsystem 5400, abi-ipc 10.2)
 *
 * Keys with values are PTHPRIORITY, USER_DATA and TEST. A count is the room for what is told, in bytes, and afterwards what was
 * told: KERN_NO_SPACE if it was too small, nothing or an empty NOOP recipe where the voucher has no value. KERN_INVALID_ARGUMENT:
 * no voucher, or no such key. (T106, P103, P151)
 */
#ifndef _mach_voucher_user_
#define _mach_voucher_user_

#include <string.h>
#include <mach/ndr.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/notify.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/port.h>
#include <mach/std_types.h>
#include <mach/mig.h>
#include <sys/cdefs.h>
#include <Availability.h>
#include <mach/mach_voucher_types.h>

__BEGIN_DECLS

/* One attribute's content; its recipe; all recipes. */
kern_return_t mach_voucher_extract_attr_content(ipc_voucher_t voucher, mach_voucher_attr_key_t key,
                                                mach_voucher_attr_content_t content,
                                                mach_msg_type_number_t *contentCnt);
kern_return_t mach_voucher_extract_attr_recipe(ipc_voucher_t voucher, mach_voucher_attr_key_t key,
                                               mach_voucher_attr_raw_recipe_t recipe,
                                               mach_msg_type_number_t *recipeCnt);
kern_return_t mach_voucher_extract_all_attr_recipes(ipc_voucher_t voucher,
                                                    mach_voucher_attr_raw_recipe_array_t recipes,
                                                    mach_msg_type_number_t *recipesCnt);

/* Asks the manager of one attribute. None takes commands: KERN_INVALID_ARGUMENT, of the keys of user data KERN_FAILURE. */
kern_return_t mach_voucher_attr_command(ipc_voucher_t voucher, mach_voucher_attr_key_t key,
                                        mach_voucher_attr_command_t command,
                                        mach_voucher_attr_content_t in_content,
                                        mach_msg_type_number_t in_contentCnt,
                                        mach_voucher_attr_content_t out_content,
                                        mach_msg_type_number_t *out_contentCnt);

/* The recipes of a voucher that another task holds. */
kern_return_t mach_voucher_debug_info(ipc_space_read_t task, mach_port_name_t voucher_name,
                                      mach_voucher_attr_raw_recipe_array_t recipes,
                                      mach_msg_type_number_t *recipesCnt);

__END_DECLS

#endif /* _mach_voucher_user_ */
