/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/clock.h> - reading clocks and alarms (subsystem 1000, abi-ipc 12)
 *
 * A clock is a port from host_get_clock_service(). KERN_INVALID_ARGUMENT: it is none.
 */
#ifndef _clock_user_
#define _clock_user_

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

/* The clock's time. */
kern_return_t clock_get_time(clock_serv_t clock_serv, mach_timespec_t *cur_time);

/*
 * Resolutions in nanoseconds: CLOCK_GET_TIME_RES, CLOCK_ALARM_*. KERN_INVALID_VALUE: unknown flavor;
 * KERN_FAILURE: count.
 */
kern_return_t clock_get_attributes(clock_serv_t clock_serv, clock_flavor_t flavor, clock_attr_t clock_attr,
                                   mach_msg_type_number_t *clock_attrCnt);

/*
 * One clock_alarm_reply message at that time, TIME_ABSOLUTE or TIME_RELATIVE, to `alarm_port`, taken as
 * MAKE_SEND_ONCE.
 * KERN_FAILURE: a clock without alarms. A bad time is told in the message.
 */
kern_return_t clock_alarm(clock_serv_t clock_serv, alarm_type_t alarm_type, mach_timespec_t alarm_time,
                          clock_reply_t alarm_port);

__END_DECLS

#endif /* _clock_user_ */
