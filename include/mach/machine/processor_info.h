/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/processor_info.h> - nothing beyond <mach/processor_info.h> */
#ifndef _MACH_MACHINE_PROCESSOR_INFO_H_
#define _MACH_MACHINE_PROCESSOR_INFO_H_


#endif /* _MACH_MACHINE_PROCESSOR_INFO_H_ */
