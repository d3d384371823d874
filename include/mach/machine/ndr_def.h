/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/ndr_def.h> - how data of this machine are represented */
#ifndef _MACHD_MACH_MACHINE_NDR_DEF_H_
#define _MACHD_MACH_MACHINE_NDR_DEF_H_

#include <mach/ndr.h>

#endif /* _MACHD_MACH_MACHINE_NDR_DEF_H_ */
