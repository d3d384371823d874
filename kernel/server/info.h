/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/policy.h - the flavors of thread_info that are not about identity (T22-T24, K225, K227, K228)
 *
 * *count_p: what the caller has room for, then what was given, in integers. KERN_INVALID_ARGUMENT: too little
 * room. KERN_INVALID_POLICY: the flavor is that of another policy.
 */
#pragma once

#include <stddef.h>

#include "kernel/task/thread.h"

kern_return_t basic_thread_info(struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
kern_return_t extended_info(struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
kern_return_t timeshare_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
kern_return_t rr_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);

struct processor;
struct processor_basic_info;
void describe_processor(const struct processor *processor, struct processor_basic_info *info);

/* Copies out a structure if the caller has room for it; the count becomes the structure's. KERN_INVALID_ARGUMENT. */
kern_return_t give_integers(integer_t *out, mach_msg_type_number_t *count_p, const void *value, size_t size);
