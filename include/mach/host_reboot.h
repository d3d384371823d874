/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/host_reboot.h> - options of host_reboot (abi-system 3.3) */
#ifndef _MACH_HOST_REBOOT_H_
#define _MACH_HOST_REBOOT_H_

#define HOST_REBOOT_HALT 0x0008
#define HOST_REBOOT_UPSDELAY 0x0100
#define HOST_REBOOT_DEBUGGER 0x1000

#endif /* _MACH_HOST_REBOOT_H_ */
