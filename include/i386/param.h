/* SPDX-License-Identifier: Apache-2.0 */
/* <i386/param.h> - the same on every machine */
#ifndef _MACHD_I386_PARAM_H_
#define _MACHD_I386_PARAM_H_

#include <machine/param.h>

#endif /* _MACHD_I386_PARAM_H_ */
