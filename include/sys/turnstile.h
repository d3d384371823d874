/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/turnstile.h> - the kernel's turnstiles: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_TURNSTILE_H_
#define _MACHD_SYS_TURNSTILE_H_

#endif /* _MACHD_SYS_TURNSTILE_H_ */
