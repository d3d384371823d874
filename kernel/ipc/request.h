/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/request.h - asking for notifications (P69-P83) */
#pragma once

#include "kernel/ipc/space.h"

/* notify: a send-once right or NULL (cancel). Consumes it on success; on failure it is still the caller's
 * (P70). *previous_p: the right that was registered before: NULL, PORT_DEAD, or a send-once right that is the
 * caller's now (P69). */
kern_return_t request_notification(struct ipc *ipc, struct space *space, mach_port_name_t name, mach_msg_id_t id, uint32_t sync,
                                   struct port *notify, struct port **previous_p);

/* P118, MACH_SEND_NOTIFY: the entry through which the message was sent (NULL: its name is gone). Arms its
 * send-possible request if the port is full; true if the place in the queue is thereby certain. */
bool request_arm(struct entry *entry, struct port *port);
