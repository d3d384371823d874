/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/thread_switch.h> - yielding (abi-ipc 6.1) */
#ifndef _MACH_THREAD_SWITCH_H_
#define _MACH_THREAD_SWITCH_H_

#include <mach/mach_types.h>
#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/mach_traps.h>
#include <sys/cdefs.h>

#define SWITCH_OPTION_NONE 0                 /* just yield */
#define SWITCH_OPTION_DEPRESS 1              /* yield at the lowest priority for `option_time` ms */
#define SWITCH_OPTION_WAIT 2                 /* sleep for `option_time` ms */
#define SWITCH_OPTION_DISPATCH_CONTENTION 3
#define SWITCH_OPTION_OSLOCK_DEPRESS 4
#define SWITCH_OPTION_OSLOCK_WAIT 5

#define valid_switch_option(option) (0 <= (option) && (option) <= 5)

__BEGIN_DECLS

/*
 * Lets others run, the named thread first if it can (MACH_PORT_NULL: any). option_time is in milliseconds.
 * DEPRESS ends early by thread_depress_abort, WAIT by thread_abort. (T25)
 *    KERN_INVALID_ARGUMENT   unknown option
 */
kern_return_t thread_switch(mach_port_name_t thread_name, int option, mach_msg_timeout_t option_time);

__END_DECLS

#endif /* _MACH_THREAD_SWITCH_H_ */
