/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/i386/kern_return.h> - kern_return_t: the same on every machine */
#ifndef _MACHD_MACH_I386_KERN_RETURN_H_
#define _MACHD_MACH_I386_KERN_RETURN_H_

#include <mach/machine/kern_return.h>

#endif /* _MACHD_MACH_I386_KERN_RETURN_H_ */
