/* SPDX-License-Identifier: Apache-2.0 */
/* <arm/signal.h> - the same on every machine */
#ifndef _MACHD_ARM_SIGNAL_H_
#define _MACHD_ARM_SIGNAL_H_

#include <machine/signal.h>

#endif /* _MACHD_ARM_SIGNAL_H_ */
