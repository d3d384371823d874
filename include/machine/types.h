/* SPDX-License-Identifier: Apache-2.0 */
/* <machine/types.h> - integers of the machine */
#ifndef _MACHD_MACHINE_TYPES_H_
#define _MACHD_MACHINE_TYPES_H_

#include <sys/types.h>

#endif /* _MACHD_MACHINE_TYPES_H_ */
