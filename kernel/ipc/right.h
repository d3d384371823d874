/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/right.h - what a program can do to the rights under its names (P21-P45, P60-P64)
 *
 * All take the space that the name belongs to, which is alive. Results are those of the rules; an error has
 * changed nothing but that a dead entry may have become a dead name.
 */
#pragma once

#include "kernel/ipc/space.h"

/* ---- taking rights out (P43) ---- */

/* May the entry (NULL: unknown name) give a right by this disposition? KERN_SUCCESS, KERN_INVALID_NAME,
 * KERN_INVALID_RIGHT, KERN_INVALID_CAPABILITY. for_dest: immovable send rights may be used to send. */
kern_return_t right_check_copyin(const struct entry *entry, uint32_t disposition, bool for_dest);
/* Takes it, after the check. A dead name gives PORT_DEAD of the disposition's type. */
struct right right_copyin(struct ipc *ipc, struct entry *entry, uint32_t disposition);
/* 16..21 to 16..18 as the receiver sees it; anything else 0. */
uint8_t right_type_of(uint32_t disposition);

/* ---- the calls ---- */

kern_return_t port_allocate(struct ipc *ipc, struct space *space, mach_port_right_t right, mach_port_name_t *name_p);
kern_return_t port_allocate_name(struct ipc *ipc, struct space *space, mach_port_right_t right, mach_port_name_t name);
kern_return_t port_type(struct ipc *ipc, struct space *space, mach_port_name_t name, mach_port_type_t *type_p);
kern_return_t port_get_refs(struct ipc *ipc, struct space *space, mach_port_name_t name, mach_port_right_t right,
                            mach_port_urefs_t *refs_p);
kern_return_t port_deallocate(struct ipc *ipc, struct space *space, mach_port_name_t name);
kern_return_t port_mod_refs(struct ipc *ipc, struct space *space, mach_port_name_t name, mach_port_right_t right,
                            mach_port_delta_t delta);
kern_return_t port_destroy_name(struct ipc *ipc, struct space *space, mach_port_name_t name);
kern_return_t port_construct(struct ipc *ipc, struct space *space, uint32_t flags, uint32_t qlimit, uint64_t context,
                             mach_port_name_t service, mach_port_name_t *name_p);
kern_return_t port_destruct(struct ipc *ipc, struct space *space, mach_port_name_t name, mach_port_delta_t srdelta,
                            uint64_t guard);
/* P39 steps 2 to 6. Consumes the right on success only. */
kern_return_t port_insert_right(struct ipc *ipc, struct space *space, mach_port_name_t name, struct right right);
/* P41. Gives the right on success. */
kern_return_t port_extract_right(struct ipc *ipc, struct space *space, mach_port_name_t name, uint32_t disposition,
                                 struct right *right_p);

/* The pinned reference goes; the name too, if there is no other. */
void entry_unpin(struct ipc *ipc, struct entry *entry);

/* Everything under the name goes, with the notifications of P37 and P162; the name is free. */
void right_release_entry(struct ipc *ipc, struct entry *entry);
