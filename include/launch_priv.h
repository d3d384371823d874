/* SPDX-License-Identifier: Apache-2.0 */
/* <launch_priv.h> - the private side of <launch.h> */
#ifndef _MACHD_LAUNCH_PRIV_H_
#define _MACHD_LAUNCH_PRIV_H_

#include <launch.h>

#endif /* _MACHD_LAUNCH_PRIV_H_ */
