/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/own_port.h"

#include "kernel/ipc/right.h"

uint32_t own_port_options(uint32_t options)
{
    return options & STAYS_IMMOVABLE ? options & STAYS_ALL : 0;
}

bool own_port_make(struct ipc *ipc, struct account *account, struct port *control, struct space *space,
                   uint32_t options)
{
    struct port *own;
    if (!options)
        return true;
    if (!(own = port_new_kernel(ipc, account, control->ktype, control->kobject)))
        return false;
    own->stays = (uint8_t)options;
    own->immovable_send = true;
    own->space = control->space = space;
    control->own = own;
    return true;
}

void own_port_disable(struct ipc *ipc, struct port *control)
{
    struct port *own = control->own;
    if (!own)
        return;
    own->kobject = NULL;
    struct entry *entry = own->space->is_dead ? NULL : space_find_port(own->space, own);
    if (entry && entry_is_pinned(entry))
        entry_unpin(ipc, entry);
    own->stays &= (uint8_t)~STAYS_PINNED;
}

void own_port_end(struct ipc *ipc, struct port *control)
{
    struct port *own = control->own;
    control->own = NULL;
    if (own)
        port_die(ipc, own, NULL);
}
