/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/port_obj.h> - tables of a server's objects by port: sources include it; there is nothing of it here
 */
#ifndef _MACHD_MACH_PORT_OBJ_H_
#define _MACHD_MACH_PORT_OBJ_H_

#endif /* _MACHD_MACH_PORT_OBJ_H_ */
