/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/vm_task.h> - the old name of <mach/vm_map.h> */
#ifndef _MACH_VM_TASK_H_
#define _MACH_VM_TASK_H_

#include <mach/vm_map.h>


#endif /* _MACH_VM_TASK_H_ */
