/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/policy.h - the flavors of thread_info that tell priorities (T22-T24, K227, K228)
 *
 * *count_p: what the caller has room for, then what was given, in integers. KERN_INVALID_ARGUMENT: too little
 * room. KERN_INVALID_POLICY: not a timeshare thread.
 */
#pragma once

#include "kernel/task/thread.h"

kern_return_t extended_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
kern_return_t timeshare_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
