/* SPDX-License-Identifier: Apache-2.0 */
/* <libproc_private.h> - the private side of <libproc.h>, which is the same */
#ifndef _MACHD_LIBPROC_PRIVATE_H_
#define _MACHD_LIBPROC_PRIVATE_H_

#include <libproc.h>

#endif /* _MACHD_LIBPROC_PRIVATE_H_ */
