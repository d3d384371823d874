/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/note.h - notifications on their way to be sent (P67, P68)
 *
 * Posting puts a ready message on the list of notes; drain.h sends it when the operation that caused it is
 * over. All consume a send-once right to `notify`; nothing is posted to a port that has died. A note whose
 * message cannot be had for want of memory is lost with its right: machd's reserve is there to make that
 * impossible.
 */
#pragma once

#include "kernel/ipc/port.h"

void note_port_deleted(struct ipc *ipc, struct port *notify, mach_port_name_t name);
void note_send_possible(struct ipc *ipc, struct port *notify, mach_port_name_t name);
void note_dead_name(struct ipc *ipc, struct port *notify, mach_port_name_t name);
void note_no_senders(struct ipc *ipc, struct port *notify, uint32_t mscount);
void note_send_once(struct ipc *ipc, struct port *notify);
/* port: a receive right in limbo, which travels. False when it cannot: no memory, notify dead, or a circle
 * (P81). */
bool note_port_destroyed(struct ipc *ipc, struct port *notify, struct port *port);
