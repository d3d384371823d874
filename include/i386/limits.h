/* SPDX-License-Identifier: Apache-2.0 */
/* <i386/limits.h> - the same on every machine */
#ifndef _MACHD_I386_LIMITS_H_
#define _MACHD_I386_LIMITS_H_

#include <machine/limits.h>

#endif /* _MACHD_I386_LIMITS_H_ */
