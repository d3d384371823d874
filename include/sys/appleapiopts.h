/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/appleapiopts.h> - which parts of its interfaces Apple's headers show: all of them */
#ifndef _MACHD_SYS_APPLEAPIOPTS_H_
#define _MACHD_SYS_APPLEAPIOPTS_H_

#ifndef __APPLE_API_STANDARD
#define __APPLE_API_STANDARD
#define __APPLE_API_STABLE
#define __APPLE_API_EVOLVING
#define __APPLE_API_UNSTABLE
#define __APPLE_API_PRIVATE
#define __APPLE_API_OBSOLETE
#endif

#endif /* _MACHD_SYS_APPLEAPIOPTS_H_ */
