/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/info.h - what the calls of the *_info kind share: records as arrays of integers (K214-K232)
 *
 * *count_p: what the caller has room for, then what was given, in integers.
 */
#pragma once

#include <stddef.h>

#include "kernel/task/thread.h"

struct processor;
struct processor_basic_info;

/* Copies out a structure if the caller has room for it; the count becomes the structure's. KERN_INVALID_ARGUMENT. */
kern_return_t give_integers(integer_t *out, mach_msg_type_number_t *count_p, const void *value, size_t size);
/* The same for what the host and its processors tell, where too little room is KERN_FAILURE; n: in integers. */
kern_return_t give_host_record(const void *record, mach_msg_type_number_t n, integer_t *out, mach_msg_type_number_t *count_p);

/* The flavors of thread_info that are not about identity (T22-T24, K225, K227, K228). KERN_INVALID_ARGUMENT: too little room.
 * KERN_INVALID_POLICY: the flavor is that of another policy. */
kern_return_t basic_thread_info(struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
kern_return_t extended_info(struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
kern_return_t timeshare_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);
kern_return_t rr_info(const struct thread *thread, integer_t *out, mach_msg_type_number_t *count_p);

/* PROCESSOR_BASIC_INFO (K118). */
void describe_processor(const struct processor *processor, struct processor_basic_info *info);
