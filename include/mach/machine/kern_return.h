/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/kern_return.h> - kern_return_t: what a kernel call returns (see <mach/kern_return.h>) */
#ifndef _MACH_MACHINE_KERN_RETURN_H_
#define _MACH_MACHINE_KERN_RETURN_H_

typedef int kern_return_t;

#endif /* _MACH_MACHINE_KERN_RETURN_H_ */
