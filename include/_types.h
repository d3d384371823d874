/* SPDX-License-Identifier: Apache-2.0 */
/* <_types.h> - the old name of <sys/_types.h> */
#ifndef _MACHD__TYPES_H_
#define _MACHD__TYPES_H_

#include <sys/_types.h>

#endif /* _MACHD__TYPES_H_ */
