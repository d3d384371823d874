/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/attributes.h - properties of a port that its receiver reads and sets (P46-P49, P54-P62) */
#pragma once

#include "kernel/ipc/space.h"

/* P46: the port under a receive right. */
kern_return_t port_find_receive(struct ipc *ipc, struct space *space, mach_port_name_t name, struct port **port_p);

kern_return_t port_set_mscount(struct ipc *ipc, struct space *space, mach_port_name_t name, uint32_t mscount);
kern_return_t port_set_seqno(struct ipc *ipc, struct space *space, mach_port_name_t name, uint32_t seqno);
kern_return_t port_get_context(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t *context_p);
kern_return_t port_set_context(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t context);
kern_return_t port_get_srights(struct ipc *ipc, struct space *space, mach_port_name_t name, uint32_t *srights_p);

/* info: room for *count_p words; *count_p becomes the number written. */
kern_return_t port_get_attributes(struct ipc *ipc, struct space *space, mach_port_name_t name, int flavor, integer_t *info,
                                  mach_msg_type_number_t *count_p);
kern_return_t port_set_attributes(struct ipc *ipc, struct space *space, mach_port_name_t name, int flavor,
                                  const integer_t *info, mach_msg_type_number_t count);
kern_return_t port_assert_attributes(struct ipc *ipc, struct space *space, mach_port_name_t name, int flavor,
                                     const integer_t *info, mach_msg_type_number_t count);

/* flags: MPG_STRICT, MPG_IMMOVABLE_RECEIVE */
kern_return_t port_guard(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t guard, uint64_t flags);
kern_return_t port_unguard(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t guard);
kern_return_t port_swap_guard(struct ipc *ipc, struct space *space, mach_port_name_t name, uint64_t old, uint64_t new);
