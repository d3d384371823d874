/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/i386/vm_types.h> - integers and addresses: the same on every machine */
#ifndef _MACHD_MACH_I386_VM_TYPES_H_
#define _MACHD_MACH_I386_VM_TYPES_H_

#include <mach/machine/vm_types.h>

#endif /* _MACHD_MACH_I386_VM_TYPES_H_ */
