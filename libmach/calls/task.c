/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/task.c - calls on tasks that are more than their message
 *
 * Registered ports travel as three rights; the array is a matter between the library and the program (K92 to K94).
 */
#include <mach/mach.h>
#include <mach/vm_map.h>
#include <string.h>

#include "libmach/message/kernelrpc.h"

kern_return_t mach_ports_register(task_t target_task, mach_port_array_t init_port_set,
                                  mach_msg_type_number_t init_port_setCnt)
{
    mach_port_t port[TASK_PORT_REGISTER_MAX] = { MACH_PORT_NULL };
    if (init_port_setCnt > TASK_PORT_REGISTER_MAX || (init_port_setCnt > 0 && init_port_set == NULL))
        return KERN_INVALID_ARGUMENT;
    for (mach_msg_type_number_t i = 0; i < init_port_setCnt; i++)
        port[i] = init_port_set[i];
    return _kernelrpc_mach_ports_register3(target_task, port[0], port[1], port[2]);
}

kern_return_t mach_ports_lookup(task_t target_task, mach_port_array_t *init_port_set,
                                mach_msg_type_number_t *init_port_setCnt)
{
    vm_address_t at = 0;
    kern_return_t kr =
        vm_allocate(mach_task_self(), &at, TASK_PORT_REGISTER_MAX * sizeof(mach_port_t), VM_FLAGS_ANYWHERE);
    if (kr != KERN_SUCCESS)
        return kr;
    mach_port_t *port = (mach_port_t *)at;
    kr = _kernelrpc_mach_ports_lookup3(target_task, &port[0], &port[1], &port[2]);
    if (kr != KERN_SUCCESS) {
        vm_deallocate(mach_task_self(), at, TASK_PORT_REGISTER_MAX * sizeof(mach_port_t));
        return kr;
    }
    *init_port_set = port;
    *init_port_setCnt = TASK_PORT_REGISTER_MAX;
    return KERN_SUCCESS;
}

/* The pid is what all ports of one task have in common, of whatever flavor (K64). */
boolean_t mach_task_is_self(task_name_t task)
{
    int own = -1, other = -1;
    if (task == mach_task_self())
        return TRUE;
    return pid_for_task(mach_task_self(), &own) == KERN_SUCCESS &&
           pid_for_task(task, &other) == KERN_SUCCESS && own == other;
}
