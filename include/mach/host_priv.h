/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/host_priv.h> - calls on the host that need privilege (subsystem 400, abi-system 3.3)
 *
 * `host_priv` is mach_host_self() of a task with effective uid 0; received from another task the right is
 * useless. Every other port gives KERN_INVALID_ARGUMENT. (K51, K98)
 */
#ifndef _host_priv_user_
#define _host_priv_user_

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
#include <mach_debug/mach_debug_types.h>
#include <sys/cdefs.h>
#include <Availability.h>

__BEGIN_DECLS

/* The empty text. (K232) */
kern_return_t host_get_boot_info(host_priv_t host_priv, kernel_boot_info_t boot_info);

/* KERN_NO_ACCESS. (K232) */
kern_return_t host_reboot(host_priv_t host_priv, int options);

/* As host_statistics. (K232) */
kern_return_t host_priv_statistics(host_priv_t host_priv, host_flavor_t flavor, host_info_t host_info_out,
                                   mach_msg_type_number_t *host_info_outCnt);

/* Ports of the processors, in memory that the caller frees. */
kern_return_t host_processors(host_priv_t host_priv, processor_array_t *out_processor_list,
                              mach_msg_type_number_t *out_processor_listCnt);

/*
 * Numbers: <mach/host_special_ports.h>; `node` HOST_LOCAL_NODE. An empty slot gives NULL, a dead one DEAD.
 * (K99, K100)
 */
kern_return_t host_get_special_port(host_priv_t host_priv, int node, int which, mach_port_t *port);

/*
 * (K101)
 *    KERN_INVALID_ARGUMENT   not a number that can be set (8 to 33)
 *    KERN_INVALID_RIGHT      a right that may not move
 *    KERN_NO_ACCESS          the caller is not the bootstrap server
 *    KERN_NOT_SUPPORTED      number 26
 */
kern_return_t host_set_special_port(host_priv_t host_priv, int which, mach_port_t port);

/* The same two for HOST_USER_NOTIFICATION_PORT. (K103) */
kern_return_t host_get_UNDServer(host_priv_t host_priv, UNDServerRef *server);
kern_return_t host_set_UNDServer(host_priv_t host_priv, UNDServerRef server);

/* The last exception ports asked, after the thread's and the task's: as in <mach/task.h>. (K167, K178) */
kern_return_t host_set_exception_ports(host_priv_t host_priv, exception_mask_t exception_mask,
                                       mach_port_t new_port, exception_behavior_t behavior,
                                       thread_state_flavor_t new_flavor);
kern_return_t host_get_exception_ports(host_priv_t host_priv, exception_mask_t exception_mask,
                                       exception_mask_array_t masks, mach_msg_type_number_t *masksCnt,
                                       exception_handler_array_t old_handlers,
                                       exception_behavior_array_t old_behaviors,
                                       exception_flavor_array_t old_flavors);
kern_return_t host_swap_exception_ports(host_priv_t host_priv, exception_mask_t exception_mask,
                                        mach_port_t new_port, exception_behavior_t behavior,
                                        thread_state_flavor_t new_flavor, exception_mask_array_t masks,
                                        mach_msg_type_number_t *masksCnt,
                                        exception_handler_array_t old_handlers,
                                        exception_behavior_array_t old_behaviors,
                                        exception_flavor_array_t old_flavors);

/* The one processor set: its name port, and for that its control port. (K116) */
kern_return_t host_processor_sets(host_priv_t host_priv, processor_set_name_array_t *processor_sets,
                                  mach_msg_type_number_t *processor_setsCnt);
kern_return_t host_processor_set_priv(host_priv_t host_priv, processor_set_name_t set_name,
                                      processor_set_t *set);

__END_DECLS

#include <mach/_not_offered.h>

#endif /* _host_priv_user_ */
