/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/i386/vm_param.h> - page and address limits: the same on every machine */
#ifndef _MACHD_MACH_I386_VM_PARAM_H_
#define _MACHD_MACH_I386_VM_PARAM_H_

#include <mach/machine/vm_param.h>

#endif /* _MACHD_MACH_I386_VM_PARAM_H_ */
