/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/sdt.h> - static probes of the original kernel: sources include it; there is nothing of it here */
#ifndef _MACHD_MACH_SDT_H_
#define _MACHD_MACH_SDT_H_

#endif /* _MACHD_MACH_SDT_H_ */
