/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/refusal.h - why a call is refused, kept for the thread that made it (wire/refusal.h)
 *
 * What decides an error says why in the same breath: `return refuse(thread, MACH_SEND_INVALID_DEST, REFUSED_NAME_NULL,
 * name)`. The result is the code. Nothing is written on success, and nothing of the kernel ever reads the record.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/port.h>

#include "wire/refusal.h"

struct entry;
struct ipc;
struct ipc_thread;
struct space;

/* thread NULL: for nobody, nothing is kept. */
kern_return_t refuse(struct ipc_thread *thread, kern_return_t code, enum refusal_reason reason, mach_port_name_t name);
/* The same with what the words want beside the name. */
kern_return_t refuse_with(struct ipc_thread *thread, kern_return_t code, enum refusal_reason reason, mach_port_name_t name,
                          uint32_t detail, uint32_t other);
/* The name denotes nothing in the space: why? */
kern_return_t refuse_name(struct ipc_thread *thread, kern_return_t code, const struct space *space, mach_port_name_t name);
/* The entry (NULL: as refuse_name) does not give what the disposition takes: why? */
kern_return_t refuse_right(struct ipc_thread *thread, kern_return_t code, const struct space *space, const struct entry *entry,
                           mach_port_name_t name, uint32_t disposition);
/* The entry (NULL: as refuse_name) is of another kind than the call needs: `reason` says which. */
kern_return_t refuse_kind(struct ipc_thread *thread, kern_return_t code, const struct space *space, const struct entry *entry,
                          mach_port_name_t name, enum refusal_reason reason);

/* Which part of the message the last refusal was about. */
void refused_in(struct ipc_thread *thread, enum refusal_argument argument, uint32_t index);
