/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/process.h - what the library asks machd about processes (wire/process.h)
 *
 * The result says whether machd was asked at all; *error_p is then what it says, an error number of POSIX.
 */
#pragma once

#include <mach/kern_return.h>

#include "wire/process.h"

kern_return_t process_prepare(const struct spawn_request *request, int *error_p, uint64_t *ticket_p);
kern_return_t process_commit(uint64_t ticket, int32_t pid, int *error_p);
kern_return_t process_done(uint64_t ticket, int *error_p);
kern_return_t process_undo(uint64_t ticket, int *error_p);

/* pid 0: the caller's own. zombies: also what has ended and was not collected. */
kern_return_t process_info(int32_t pid, int zombies, int *error_p, struct process_info *info);
/* Up to max of them, oldest first; *cursor_p: 0 to begin with, 0 when that was all. */
kern_return_t process_list(uint64_t *cursor_p, struct process_item *items, uint32_t max, uint32_t *n_p);
/* Up to max threads after the first `skip`. *all_p: how many there are. */
kern_return_t process_threads(int32_t pid, uint32_t skip, int *error_p, struct process_thread *threads, uint32_t max,
                              uint32_t *n_p, uint32_t *all_p);
/* *now_p, if not NULL: what holds now, of those that tell it. */
kern_return_t process_set(enum process_setting setting, uint64_t value, int *error_p, uint64_t *now_p);
