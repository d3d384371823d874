/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/port_descriptions.h> - names of special ports, for tools (abi-ipc 9) */
#ifndef _MACH_PORT_DESCRIPTIONS_H_
#define _MACH_PORT_DESCRIPTIONS_H_

#include <sys/cdefs.h>

__BEGIN_DECLS

/* A text for the number of a special port; NULL for an unknown one. */
const char *mach_host_special_port_description(int offset);
const char *mach_task_special_port_description(int offset);
const char *mach_thread_special_port_description(int offset);

/* The number for its constant's name, for example "TASK_BOOTSTRAP_PORT"; -1 for an unknown one. */
int mach_host_special_port_for_id(const char *id);
int mach_task_special_port_for_id(const char *id);
int mach_thread_special_port_for_id(const char *id);

__END_DECLS

#endif /* _MACH_PORT_DESCRIPTIONS_H_ */
