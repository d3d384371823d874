/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/promise.h - messages that came with an earlier one: received without a trap (wire/trap.h) */
#pragma once

#include <mach/message.h>

#include "libmach/message/transport.h"

/* The thread's request has brought a message and, maybe, promises. */
void promise_note(struct lib_thread *thread, mach_port_name_t name, mach_msg_option_t option, mach_msg_size_t rcv_size);

/* Their place in the page is wanted for something else; the kernel keeps them. */
static inline void promise_forget(struct lib_thread *thread)
{
    thread->promise.n = thread->promise.n_taken = 0;
}

/* True: the next promised message is written to `to`, *result_p is what the receive returns. The page is the caller's
 * (trap_begin). False: nothing is promised to such a receive; it makes its trap. */
bool promise_take(struct lib_thread *thread, mach_port_name_t name, mach_msg_option_t option, mach_msg_size_t rcv_size, void *to,
                  mach_msg_return_t *result_p);
