/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/syslimits.h> - the C library's limits (abi-system 11.2) */
#ifndef _SYS_SYSLIMITS_H_
#define _SYS_SYSLIMITS_H_

#include <limits.h>

#endif /* _SYS_SYSLIMITS_H_ */
