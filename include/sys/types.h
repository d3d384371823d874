/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/types.h> - the C library's, plus the types that Darwin's has besides (H19, abi-system 11.2) */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_SYS_TYPES_H_
#define _MACHD_SYS_TYPES_H_

#include_next <sys/types.h>
#include <sys/cdefs.h>
#ifdef __cplusplus
#include <sys/_types/_progname.h>
#endif
#include <stdint.h>

#ifndef __USE_MISC /* -std=c99: the C library holds these back, Darwin's does not */
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
#endif

typedef int errno_t;
#ifndef __rsize_t_defined
#define __rsize_t_defined
typedef __SIZE_TYPE__ rsize_t;
#endif

/* An address, size or integer of a user program, wide enough for every program there is. */
typedef uint64_t user_addr_t;
typedef uint64_t user_size_t;
typedef int64_t user_ssize_t;
typedef int64_t user_long_t;
typedef uint64_t user_ulong_t;
typedef int64_t user_time_t;
typedef int64_t user_off_t;

#endif /* _MACHD_SYS_TYPES_H_ */
