/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/file_port.h - ports that stand for open files of the host (F141)
 *
 * The host keeps the descriptor as a segment without bytes; whoever has a send right may have another descriptor of the same
 * open file. A file port dies with its last send right, and the descriptor with it.
 */
#pragma once

#include "kernel/ipc/port.h"

struct memory;

/* Steps of the end of one: closing may take the host a thread. */
enum { FILE_PORT_STEPS = 256 };

/* The send right goes to the caller; the segment does, too, unless there is an error: KERN_RESOURCE_SHORTAGE. */
kern_return_t file_port_new(struct ipc *ipc, struct account *account, segment_handle segment, struct right *right_p);

/* The file behind a port, NULL if there is none. */
struct memory *file_port_of(const struct port *port);

/* Its port dies. */
void file_port_end(struct ipc *ipc, struct memory *file);
