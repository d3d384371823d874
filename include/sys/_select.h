/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_select.h> - select */
#ifndef _MACHD_SYS__SELECT_H_
#define _MACHD_SYS__SELECT_H_

#include <sys/select.h>

#endif /* _MACHD_SYS__SELECT_H_ */
