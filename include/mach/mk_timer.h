/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mk_timer.h> - timers that send a message (abi-ipc 12)
 *
 * A timer is a receive right, which cannot be moved (P183); when it expires, one message of 48 bytes is in
 * its queue, all zero except msgh_size and the destination. A timer has one such message: while it waits to be
 * received, a further expiry adds nothing. It passes the queue's limit. Times are those of mach_absolute_time().
 */
#ifndef _MACH_MK_TIMER_H_
#define _MACH_MK_TIMER_H_

#include <mach/mach_time.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <sys/cdefs.h>

#pragma pack(push, 4)
struct mk_timer_expire_msg {
    mach_msg_header_t header;
    uint64_t unused[3];
};
typedef struct mk_timer_expire_msg mk_timer_expire_msg_t;
#pragma pack(pop)

#define MK_TIMER_NORMAL (0)
#define MK_TIMER_CRITICAL (1)

__BEGIN_DECLS

/* The receive right of a new timer; MACH_PORT_NULL if it cannot be made. */
mach_port_name_t mk_timer_create(void);

/*
 * Ends it and its port. Here and below:
 *    KERN_INVALID_NAME, KERN_INVALID_RIGHT   no receive right of the caller's
 *    KERN_INVALID_ARGUMENT                   the receive right of another port
 */
kern_return_t mk_timer_destroy(mach_port_name_t name);

/* Expires once at that time, at once if it has passed. Replaces an earlier arming. */
kern_return_t mk_timer_arm(mach_port_name_t name, uint64_t expire_time);

/* Takes an arming back; *result_time is when it would have expired, 0 if it was not armed. May be NULL. */
kern_return_t mk_timer_cancel(mach_port_name_t name, uint64_t *result_time);

/* As mk_timer_arm, with flags MK_TIMER_* and a delay that is acceptable. */
kern_return_t mk_timer_arm_leeway(mach_port_name_t name, uint64_t mk_timer_flags,
                                  uint64_t mk_timer_expire_time, uint64_t mk_timer_leeway);

__END_DECLS

#endif /* _MACH_MK_TIMER_H_ */
