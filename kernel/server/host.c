/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/host.c - subsystems mach_host and host_priv, as far as they are built (K97-K101) */
#include <mach/host_special_ports.h>

#include "host_priv_server.h"
#include "kernel/server/call.h"

enum { SPECIAL_PORT_LAST = HOST_MEMORY_ERROR_PORT, FIRST_SETTABLE = HOST_MAX_SPECIAL_KERNEL_PORT + 1 };

/* A port that has died since reads back dead (K17, K99). */
kern_return_t serve_host_get_special_port(struct host_object *host_priv, int node, int which,
                                          struct port **port)
{
    if (!host_priv || which < HOST_PORT || which > SPECIAL_PORT_LAST)
        return KERN_INVALID_ARGUMENT;
    struct system *system = system_of_host(host_priv);
    if (which == HOST_PORT)
        *port = port_copy_send(system->host).port;
    else if (which == HOST_PRIV_PORT)
        *port = port_copy_send(system->host_priv).port;
    else
        *port = right_copy(system->special[which]).port;
    return KERN_SUCCESS;
}

static bool is_immovable(const struct port *port)
{
    return port_is_live(port) && (port->immovable_send || port->immovable_receive || port->special_reply);
}

/* In the order of K101. */
static kern_return_t check_set(const struct system *system, int which, const struct port *port)
{
    if (!system || which < FIRST_SETTABLE || which > SPECIAL_PORT_LAST)
        return KERN_INVALID_ARGUMENT;
    if (is_immovable(port))
        return KERN_INVALID_RIGHT;
    if (!call_now()->caller->task->identity.is_launchd && !system->relaxed_host_ports)
        return KERN_NO_ACCESS;
    return which == HOST_NODE_PORT ? KERN_NOT_SUPPORTED : KERN_SUCCESS;
}

kern_return_t serve_host_set_special_port(struct host_object *host_priv, int which, struct port *port)
{
    struct system *system = system_of_host(host_priv);
    kern_return_t kr = check_set(system, which, port);
    if (kr != KERN_SUCCESS)
        return kr;
    struct right old = system->special[which];
    system->special[which] = (struct right){ port, port ? MACH_MSG_TYPE_PORT_SEND : 0 };
    right_release(&system->ipc, old);
    return KERN_SUCCESS;
}
