/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_voucher_attr_control.h> - making vouchers, for managers of attributes (5600, abi-ipc 10.2)
 *
 * Managers are the kernel's alone: every call returns KERN_NOT_SUPPORTED, or the code of a send to a port that is
 * none. (P1, P103, P151)
 */
#ifndef _mach_voucher_attr_control_user_
#define _mach_voucher_attr_control_user_

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

/* The values of the manager's attribute in a voucher; a new voucher. */
kern_return_t mach_voucher_attr_control_get_values(ipc_voucher_attr_control_t control, ipc_voucher_t voucher,
                                                   mach_voucher_attr_value_handle_array_t value_handles,
                                                   mach_msg_type_number_t *value_handlesCnt);
kern_return_t mach_voucher_attr_control_create_mach_voucher(ipc_voucher_attr_control_t control,
                                                            mach_voucher_attr_raw_recipe_array_t recipes,
                                                            mach_msg_type_number_t recipesCnt,
                                                            ipc_voucher_t *voucher);

/* In <mach/mach_host.h> of macOS. A manager of attributes outside the kernel. */
kern_return_t host_register_mach_voucher_attr_manager(host_t host, mach_voucher_attr_manager_t attr_manager,
                                                      mach_voucher_attr_value_handle_t default_value,
                                                      mach_voucher_attr_key_t *new_key,
                                                      ipc_voucher_attr_control_t *new_attr_control);
kern_return_t host_register_well_known_mach_voucher_attr_manager(host_t host, mach_voucher_attr_manager_t attr_manager,
                                                                 mach_voucher_attr_value_handle_t default_value,
                                                                 mach_voucher_attr_key_t key,
                                                                 ipc_voucher_attr_control_t *new_attr_control);

__END_DECLS

#endif /* _mach_voucher_attr_control_user_ */
