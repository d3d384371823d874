/* SPDX-License-Identifier: Apache-2.0 */
/* <machine/limits.h> - limits of the integers of the machine */
#ifndef _MACHD_MACHINE_LIMITS_H_
#define _MACHD_MACHINE_LIMITS_H_

#include <limits.h>

#endif /* _MACHD_MACHINE_LIMITS_H_ */
