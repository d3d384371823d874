/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/mach_eventlink.h> - two threads that wake each other: not built, each call is KERN_NOT_SUPPORTED (abi-system 11.1) */
#ifndef _MACH_MACH_EVENTLINK_H_
#define _MACH_MACH_EVENTLINK_H_

#include <mach/mach_eventlink_types.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

kern_return_t mach_eventlink_create(task_t task, mach_eventlink_create_option_t option, eventlink_port_pair_t eventlink_pair);
kern_return_t mach_eventlink_destroy(mach_port_t eventlink);
kern_return_t mach_eventlink_associate(mach_port_t eventlink, thread_t thread, mach_vm_address_t copyin_addr_wait,
                                       uint64_t copyin_mask_wait, mach_vm_address_t copyin_addr_signal,
                                       uint64_t copyin_mask_signal, mach_eventlink_associate_option_t option);
kern_return_t mach_eventlink_disassociate(mach_port_t eventlink, mach_eventlink_disassociate_option_t option);
kern_return_t mach_eventlink_signal(mach_port_t eventlink, uint64_t count);
kern_return_t mach_eventlink_wait_until(mach_port_t eventlink, uint64_t *count, mach_eventlink_signal_wait_option_t option,
                                        kern_clock_id_t clock, uint64_t deadline);
kern_return_t mach_eventlink_signal_wait_until(mach_port_t eventlink, uint64_t *wait_count, uint64_t signal_count,
                                               mach_eventlink_signal_wait_option_t option, kern_clock_id_t clock,
                                               uint64_t deadline);

__END_DECLS

#endif /* _MACH_MACH_EVENTLINK_H_ */
