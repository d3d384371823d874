/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/rpc.h> - historic; includes what sources expect of it (abi-ipc 8) */
#ifndef _MACH_RPC_H_
#define _MACH_RPC_H_

#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/port.h>
#include <mach/vm_types.h>
#include <mach/mig_errors.h>
#include <mach/machine/rpc.h>
#include <mach/thread_status.h>


#endif /* _MACH_RPC_H_ */
