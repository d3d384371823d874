/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/task_special_ports.h> - the ports that belong to a task (abi-system 1.1, K76 to K80)
 *
 * task_get_special_port gives one send right for each call, task_set_special_port stores one. Through a read
 * or inspect port only NAME, INSPECT and (read) READ can be had: KERN_INVALID_CAPABILITY for the others.
 * KERNEL and HOST can be set only where the configuration allows interposing: KERN_NO_ACCESS otherwise.
 */
#ifndef _MACH_TASK_SPECIAL_PORTS_H_
#define _MACH_TASK_SPECIAL_PORTS_H_

typedef int task_special_port_t;

#define TASK_KERNEL_PORT 1                   /* the control port */
#define TASK_HOST_PORT 2                     /* what mach_host_self() returns */
#define TASK_NAME_PORT 3                     /* for comparing and task_info; a child does not inherit it */
#define TASK_BOOTSTRAP_PORT 4                /* the namespace that a child will use */
#define TASK_INSPECT_PORT 5
#define TASK_READ_PORT 6
#define TASK_ACCESS_PORT 9                   /* can be set once (K80) */
#define TASK_DEBUG_CONTROL_PORT 10
#define TASK_RESOURCE_NOTIFY_PORT 11
#define TASK_MAX_SPECIAL_PORT TASK_RESOURCE_NOTIFY_PORT

#define task_get_kernel_port(task, port) (task_get_special_port((task), TASK_KERNEL_PORT, (port)))
#define task_set_kernel_port(task, port) (task_set_special_port((task), TASK_KERNEL_PORT, (port)))
#define task_get_host_port(task, port) (task_get_special_port((task), TASK_HOST_PORT, (port)))
#define task_set_host_port(task, port) (task_set_special_port((task), TASK_HOST_PORT, (port)))
#define task_get_bootstrap_port(task, port) (task_get_special_port((task), TASK_BOOTSTRAP_PORT, (port)))
#define task_set_bootstrap_port(task, port) (task_set_special_port((task), TASK_BOOTSTRAP_PORT, (port)))
#define task_get_task_access_port(task, port) (task_get_special_port((task), TASK_ACCESS_PORT, (port)))
#define task_set_task_access_port(task, port) (task_set_special_port((task), TASK_ACCESS_PORT, (port)))
#define task_get_debug_control_port(task, port) \
    (task_get_special_port((task), TASK_DEBUG_CONTROL_PORT, (port)))
#define task_set_task_debug_control_port(task, port) \
    (task_set_special_port((task), TASK_DEBUG_CONTROL_PORT, (port)))

#endif /* _MACH_TASK_SPECIAL_PORTS_H_ */
