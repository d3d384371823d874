/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread_spis.h> - the old name of <pthread/pthread_spis.h> */
#ifndef _MACHD_PTHREAD_SPIS_H_
#define _MACHD_PTHREAD_SPIS_H_

#include <pthread/pthread_spis.h>

#endif /* _MACHD_PTHREAD_SPIS_H_ */
