/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/rpc.h> - historic; nothing alive uses what stood here */
#ifndef _MACH_MACHINE_RPC_H_
#define _MACH_MACHINE_RPC_H_
#endif /* _MACH_MACHINE_RPC_H_ */
