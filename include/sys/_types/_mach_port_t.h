/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/_types/_mach_port_t.h> - mach_port_t alone
 *
 * In user space a port is its name: a 32-bit number that means something in one task only.
 */
#ifndef _MACH_PORT_T
#define _MACH_PORT_T

typedef unsigned int __darwin_natural_t;
typedef __darwin_natural_t __darwin_mach_port_name_t;
typedef __darwin_mach_port_name_t __darwin_mach_port_t;
typedef __darwin_mach_port_t mach_port_t;

#endif /* _MACH_PORT_T */
