/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/mach_init.h> - what a task knows of itself from the start (abi-ipc 6.2) */
#ifndef _MACH_MACH_INIT_H_
#define _MACH_MACH_INIT_H_

#include <stdarg.h>
#include <sys/cdefs.h>
#include <mach/mach_types.h>
#include <mach/vm_page_size.h>
#include <mach/mach_traps.h>

__BEGIN_DECLS

/*
 * The host's and the calling thread's port: a new user reference each time, for mach_port_deallocate. (K36,
 * K37)
 */
mach_port_t mach_host_self(void);
mach_port_t mach_thread_self(void);

/*
 * The caller's own task port. A variable that is set before main and again in a fork child: no reference.
 * (K34)
 */
extern mach_port_t mach_task_self_;
#define mach_task_self() mach_task_self_
#define current_task() mach_task_self()

/*
 * Whether the port, of any flavor, stands for the calling task. False for everything that is no task port.
 * (K64)
 */
boolean_t mach_task_is_self(task_name_t task);

/* The page size in bytes. KERN_INVALID_ARGUMENT: `host` is no host port. (K231) */
kern_return_t host_page_size(host_t host, vm_size_t *out_page_size);

/*
 * The namespace that this process looks names up in: what task_get_bootstrap_port returned before main, and
 * in a fork child what it returns there. A plain variable: setting it does not change the task's port, nor
 * the other way round. (B18)
 */
extern mach_port_t bootstrap_port;

/* Slots of the registered ports, as old programs use them. */
#define NAME_SERVER_SLOT 0
#define ENVIRONMENT_SLOT 1
#define SERVICE_SLOT 2
#define MACH_PORTS_SLOTS_USED 3

/* Where the library's own messages go; standard error unless a program changes it. */
extern int (*vprintf_stderr_func)(const char *format, va_list ap);

__END_DECLS

#endif /* _MACH_MACH_INIT_H_ */
