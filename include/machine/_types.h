/* SPDX-License-Identifier: Apache-2.0 */
/* <machine/_types.h> - types of the machine under Darwin's reserved names */
#ifndef _MACHD_MACHINE__TYPES_H_
#define _MACHD_MACHINE__TYPES_H_

#include <sys/_types.h>

#endif /* _MACHD_MACHINE__TYPES_H_ */
