/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/param.h> - the C library's, plus Darwin's additions (abi-system 11.2)
 *
 * MAXPATHLEN stays the C library's 4096 and is not Darwin's 1024: it sizes buffers that the C library fills.
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_SYS_PARAM_H_
#define _MACHD_SYS_PARAM_H_

#include_next <sys/param.h>
#include <sys/types.h>

#ifndef MAXCOMLEN
#define MAXCOMLEN 16 /* longest command name that is remembered */
#endif
#ifndef nitems
#define nitems(x) (sizeof(x) / sizeof((x)[0]))
#endif

#endif /* _MACHD_SYS_PARAM_H_ */
