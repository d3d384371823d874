/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/vm_param.h> - page and address limits: the same on every machine */
#ifndef _MACHD_MACH_ARM_VM_PARAM_H_
#define _MACHD_MACH_ARM_VM_PARAM_H_

#include <mach/machine/vm_param.h>

#endif /* _MACHD_MACH_ARM_VM_PARAM_H_ */
