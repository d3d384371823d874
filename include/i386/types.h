/* SPDX-License-Identifier: Apache-2.0 */
/* <i386/types.h> - the same on every machine */
#ifndef _MACHD_I386_TYPES_H_
#define _MACHD_I386_TYPES_H_

#include <machine/types.h>

#endif /* _MACHD_I386_TYPES_H_ */
