/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/clock_reply.h> - the message of an alarm (id 3125107, no reply; abi-ipc 12) */
#ifndef _clock_reply_user_
#define _clock_reply_user_

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

/* Sent by the kernel to the port given to clock_alarm(); `alarm_code` says whether the alarm was in order. */
kern_return_t clock_alarm_reply(clock_reply_t alarm_port, mach_msg_type_name_t alarm_portPoly,
                                kern_return_t alarm_code, alarm_type_t alarm_type,
                                mach_timespec_t alarm_time);

__END_DECLS

#endif /* _clock_reply_user_ */
