/* SPDX-License-Identifier: Apache-2.0 */
/* <machine/param.h> - parameters of the machine */
#ifndef _MACHD_MACHINE_PARAM_H_
#define _MACHD_MACHINE_PARAM_H_

#include <sys/param.h>

#endif /* _MACHD_MACHINE_PARAM_H_ */
