/* SPDX-License-Identifier: Apache-2.0 */
/* <i386/signal.h> - the same on every machine */
#ifndef _MACHD_I386_SIGNAL_H_
#define _MACHD_I386_SIGNAL_H_

#include <machine/signal.h>

#endif /* _MACHD_I386_SIGNAL_H_ */
