/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/processor_set.h> - calls on processor sets, of which there is one (subsystem 4000, abi-system 3.4) */
#ifndef _processor_set_user_
#define _processor_set_user_

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

__BEGIN_DECLS

/* KERN_INVALID_ARGUMENT: no processor set, or an unknown flavor. */
kern_return_t processor_set_statistics(processor_set_name_t pset, processor_set_flavor_t flavor,
                                       processor_set_info_t info_out, mach_msg_type_number_t *info_outCnt);

/* The one set stays: KERN_FAILURE. */
kern_return_t processor_set_destroy(processor_set_t set);

/*
 * All tasks in creation order; the second form as ports of the given TASK_FLAVOR_*. Needs the set's control
 * port. (K117)
 */
kern_return_t processor_set_tasks(processor_set_t processor_set, task_array_t *task_list,
                                  mach_msg_type_number_t *task_listCnt);
kern_return_t processor_set_tasks_with_flavor(processor_set_t processor_set, mach_task_flavor_t flavor,
                                              task_array_t *task_list, mach_msg_type_number_t *task_listCnt);

/* KERN_NOT_SUPPORTED. (K118) */
kern_return_t processor_set_threads(processor_set_t processor_set, thread_act_array_t *thread_list,
                                    mach_msg_type_number_t *thread_listCnt);

/* What is known of the set, and its host. */
kern_return_t processor_set_info(processor_set_name_t set_name, int flavor, host_t *host,
                                 processor_set_info_t info_out, mach_msg_type_number_t *info_outCnt);

__END_DECLS

#include <mach/_not_offered.h>

#endif /* _processor_set_user_ */
