/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/host.c - subsystems mach_host and host_priv, as far as they are built (K97-K101) */
#include <mach/host_special_ports.h>

#include "host_priv_server.h"
#include "kernel/server/call.h"

enum { SPECIAL_PORT_LAST = HOST_MEMORY_ERROR_PORT, FIRST_SETTABLE = HOST_MAX_SPECIAL_KERNEL_PORT + 1 };

/* Nothing can be set, so all but the kernel's own two are unset. */
kern_return_t serve_host_get_special_port(struct host_object *host_priv, int node, int which,
                                          struct port **port)
{
    if (!host_priv || which < HOST_PORT || which > SPECIAL_PORT_LAST)
        return KERN_INVALID_ARGUMENT;
    if (which == HOST_PORT)
        *port = port_copy_send(system_of_host(host_priv)->host).port;
    else if (which == HOST_PRIV_PORT)
        *port = port_copy_send(system_of_host(host_priv)->host_priv).port;
    else
        *port = NULL;
    return KERN_SUCCESS;
}

/* The checks of K101; the slots are not built. */
kern_return_t serve_host_set_special_port(struct host_object *host_priv, int which, struct port *port)
{
    if (!host_priv || which < FIRST_SETTABLE || which > SPECIAL_PORT_LAST)
        return KERN_INVALID_ARGUMENT;
    if (port_is_live(port) && port->immovable_send)
        return KERN_INVALID_RIGHT;
    if (!call_now()->caller->task->identity.is_launchd && !system_of_host(host_priv)->relaxed_host_ports)
        return KERN_NO_ACCESS;
    return KERN_NOT_SUPPORTED;
}
