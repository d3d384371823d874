/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mach_sync_ipc.h> - waiting for an answer at a special reply port (abi-ipc 6.3)
 *
 * A thread's special reply port tells the kernel that the thread waits for exactly this answer; whoever owes
 * it runs at the thread's priority meanwhile.
 */
#ifndef _MACH_MACH_SYNC_IPC_H_
#define _MACH_MACH_SYNC_IPC_H_

#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/port.h>
#include <sys/cdefs.h>

enum {
    THREAD_SPECIAL_REPLY_PORT_ALL = 0,
    THREAD_SPECIAL_REPLY_PORT_RECEIVE_ONLY = 1,
    THREAD_SPECIAL_REPLY_PORT_SEND_ONLY = 2
};
typedef int thread_destruct_special_reply_port_rights_t;

__BEGIN_DECLS

/* The thread's special reply port, with a send right more, whose link is watched from now on. */
kern_return_t mach_sync_ipc_link_monitoring_start(mach_port_t *port);

/* Gives that send right back and tells whether the push was in effect all the time. */
kern_return_t mach_sync_ipc_link_monitoring_stop(mach_port_t port, boolean_t *in_effect);

/* Releases the rights to the port that the enumeration names. KERN_INVALID_ARGUMENT: no such choice. */
kern_return_t thread_destruct_special_reply_port(mach_port_name_t port,
                                                 thread_destruct_special_reply_port_rights_t rights);

/*
 * The thread's special reply port for generated stubs, made at the first call; and: it may be unusable. (K41,
 * K42)
 */
mach_port_t mig_get_special_reply_port(void);
void mig_dealloc_special_reply_port(mach_port_t migport);

__END_DECLS

#endif /* _MACH_MACH_SYNC_IPC_H_ */
