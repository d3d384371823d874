/* SPDX-License-Identifier: Apache-2.0 */
/* <machine/vm_param.h> - page and address limits */
#ifndef _MACHD_MACHINE_VM_PARAM_H_
#define _MACHD_MACHINE_VM_PARAM_H_

#include <mach/machine/vm_param.h>

#endif /* _MACHD_MACHINE_VM_PARAM_H_ */
