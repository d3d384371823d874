/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/file_port.h"

#include "kernel/ipc/memory.h"

kern_return_t file_port_new(struct ipc *ipc, struct account *account, segment_handle segment,
                            struct right *right_p)
{
    struct memory *file = memory_new_segment(ipc, account, segment, 0);
    if (!file) {
        ipc->ops->segment_drop(ipc->host, segment);
        return KERN_RESOURCE_SHORTAGE;
    }
    struct port *port = port_new_kernel(ipc, account, KOBJECT_FILEPORT, file);
    if (!port) {
        memory_free(ipc, file);
        return KERN_RESOURCE_SHORTAGE;
    }
    port->ends_unsent = true;
    *right_p = port_make_send(port);
    return KERN_SUCCESS;
}

struct memory *file_port_of(const struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_FILEPORT ? port->kobject : NULL;
}

void file_port_end(struct ipc *ipc, struct memory *file)
{
    ipc->steps += FILE_PORT_STEPS;
    memory_free(ipc, file);
}
