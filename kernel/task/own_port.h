/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/own_port.h - the second control port: what a task or thread has of itself where control ports stay (K67-K74)
 *
 * Everybody else gets the first one, which moves. In the task's own space a send right to that becomes one to the second, which
 * does not leave it, and whose last reference may be one that nobody can release. IPC does all this by what stands in the two
 * ports (`own`, `stays`, `space`); here they are made and ended. Without the options there is only one port.
 */
#pragma once

#include "kernel/ipc/port.h"

/* The options that have an effect: pinning without a bit that says that the port stays has none. */
uint32_t own_port_options(uint32_t options);
/* The second port for the object behind `control`, which lives in this space of its task. False: limit or no memory. */
bool own_port_make(struct ipc *ipc, struct account *account, struct port *control, struct space *space, uint32_t options);
/* What the object has of itself: the second port, or else the first. */
static inline struct port *own_port(struct port *control)
{
    return control->own ? control->own : control;
}
/* The object is detached (K25, K31). The reference that nobody can release goes, if the space lives on. */
void own_port_disable(struct ipc *ipc, struct port *control);
/* The second port dies. */
void own_port_end(struct ipc *ipc, struct port *control);
