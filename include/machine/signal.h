/* SPDX-License-Identifier: Apache-2.0 */
/* <machine/signal.h> - what signals need to know of the machine */
#ifndef _MACHD_MACHINE_SIGNAL_H_
#define _MACHD_MACHINE_SIGNAL_H_

#include <signal.h>

#endif /* _MACHD_MACHINE_SIGNAL_H_ */
