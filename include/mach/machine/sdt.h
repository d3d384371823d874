/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/sdt.h> - static probes of the original kernel; there are none here */
#ifndef _MACH_MACHINE_SDT_H_
#define _MACH_MACHINE_SDT_H_
#endif /* _MACH_MACHINE_SDT_H_ */
