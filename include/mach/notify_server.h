/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/notify_server.h> - taking notifications as calls (subsystem 64, abi-ipc 5)
 *
 * A server that is generated from mach/notify.defs unpacks each message of <mach/notify.h> and calls the
 * program's routine for it. The message has no reply: the return code only tells mach_msg_server whether the
 * rights in the message were taken over.
 */
#ifndef _notify_server_
#define _notify_server_

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
 * What the program supplies. `name` is the name that the request was made for; after dead_name it has a user
 * reference more, which the routine drops. port_destroyed is given the receive right.
 */
kern_return_t do_mach_notify_port_deleted(mach_port_t notify, mach_port_name_t name);
kern_return_t do_mach_notify_send_possible(mach_port_t notify, mach_port_name_t name);
kern_return_t do_mach_notify_port_destroyed(mach_port_t notify, mach_port_t rights);
kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount);
kern_return_t do_mach_notify_send_once(mach_port_t notify);
kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name);

/* Unpacks a notification and calls one of them; FALSE if the message is none. */
boolean_t notify_server(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP);

__END_DECLS

#endif /* _notify_server_ */
