/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/members.h - the calls on port sets (P85-P87, P95) */
#pragma once

#include "kernel/ipc/space.h"

kern_return_t port_insert_member(struct ipc *ipc, struct space *space, mach_port_name_t member, mach_port_name_t set);
kern_return_t port_extract_member(struct ipc *ipc, struct space *space, mach_port_name_t member, mach_port_name_t set);
kern_return_t port_move_member(struct ipc *ipc, struct space *space, mach_port_name_t member, mach_port_name_t after);

/* The set under a name (P95), for listings. */
kern_return_t port_find_set(struct ipc *ipc, struct space *space, mach_port_name_t name, struct pset **set_p);
