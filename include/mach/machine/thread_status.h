/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/machine/thread_status.h> - register states of threads, by machine (abi-system 2.5) */
#ifndef _MACH_MACHINE_THREAD_STATUS_H_
#define _MACH_MACHINE_THREAD_STATUS_H_

#if defined(__x86_64__)
#include <mach/i386/thread_status.h>
#else
#include <mach/arm/thread_status.h>
#endif

#endif /* _MACH_MACHINE_THREAD_STATUS_H_ */
