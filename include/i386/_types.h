/* SPDX-License-Identifier: Apache-2.0 */
/* <i386/_types.h> - the same on every machine */
#ifndef _MACHD_I386__TYPES_H_
#define _MACHD_I386__TYPES_H_

#include <machine/_types.h>

#endif /* _MACHD_I386__TYPES_H_ */
