/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/processor.h> - calls on processors (subsystem 3000, abi-system 3.4) */
#ifndef _processor_user_
#define _processor_user_

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

/*
 * Flavors and structures: <mach/processor_info.h>. KERN_INVALID_ARGUMENT: no processor, or an unknown flavor.
 */
kern_return_t processor_info(processor_t processor, processor_flavor_t flavor, host_t *host,
                             processor_info_t processor_info_out,
                             mach_msg_type_number_t *processor_info_outCnt);

/* The name port of the one processor set. */
kern_return_t processor_get_assignment(processor_t processor, processor_set_name_t *assigned_set);

__END_DECLS

#include <mach/_not_offered.h>

#endif /* _processor_user_ */
