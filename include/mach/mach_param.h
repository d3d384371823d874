/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/mach_param.h> - sizes of a task's port slots (abi-system 1.4) */
#ifndef _MACH_MACH_PARAM_H_
#define _MACH_MACH_PARAM_H_

#define TASK_PORT_REGISTER_MAX 3      /* registered ports of a task (K92) */
#define TASK_MAX_WATCHPORT_COUNT 128  /* ports that a new process can promise to serve */

#endif /* _MACH_MACH_PARAM_H_ */
