/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/processor_info.h> - nothing beyond <mach/processor_info.h> */
#ifndef _MACHD_MACH_ARM_PROCESSOR_INFO_H_
#define _MACHD_MACH_ARM_PROCESSOR_INFO_H_

#include <mach/machine/processor_info.h>

#endif /* _MACHD_MACH_ARM_PROCESSOR_INFO_H_ */
