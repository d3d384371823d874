/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/i386/rpc.h> - historic; nothing stands here */
#ifndef _MACHD_MACH_I386_RPC_H_
#define _MACHD_MACH_I386_RPC_H_

#include <mach/machine/rpc.h>

#endif /* _MACHD_MACH_I386_RPC_H_ */
