/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/arm/rpc.h> - historic; nothing stands here */
#ifndef _MACHD_MACH_ARM_RPC_H_
#define _MACHD_MACH_ARM_RPC_H_

#include <mach/machine/rpc.h>

#endif /* _MACHD_MACH_ARM_RPC_H_ */
