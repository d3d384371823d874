/* SPDX-License-Identifier: Apache-2.0 */
/* <util.h> - openpty and its kin, which the C library has elsewhere (abi-system 11.2) */
#ifndef _UTIL_H_
#define _UTIL_H_

#include <pty.h>
#include <utmp.h>

#endif /* _UTIL_H_ */
