/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/clock_priv.h> - setting clocks: nobody may (subsystem 1200, abi-ipc 12) */
#ifndef _clock_priv_user_
#define _clock_priv_user_

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

/* KERN_INVALID_ARGUMENT: nobody is given a control port of a clock. */
kern_return_t clock_set_time(clock_ctrl_t clock_ctrl, mach_timespec_t new_time);
kern_return_t clock_set_attributes(clock_ctrl_t clock_ctrl, clock_flavor_t flavor, clock_attr_t clock_attr,
                                   mach_msg_type_number_t clock_attrCnt);

__END_DECLS

#endif /* _clock_priv_user_ */
