/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/kinfo.h - sysctl(CTL_KERN, KERN_PROC or KERN_PROCARGS2, ...): processes, and what they were started with */
#pragma once

#include <stddef.h>

/* what: KERN_PROC_*, of `which`. 0 or an errno; room and sizes as sysctl has them. */
int kinfo_processes(int what, int which, void *old, size_t *old_size);
/* int argc, the path of the program, zeros up to a multiple of 8, argc arguments, the environment. EINVAL: no such process, or
 * another user's. */
int kinfo_arguments(int pid, void *old, size_t *old_size);
