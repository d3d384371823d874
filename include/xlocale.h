/* SPDX-License-Identifier: Apache-2.0 */
/* <xlocale.h> - locales as arguments, which <locale.h> has here */
#ifndef _MACHD_XLOCALE_H_
#define _MACHD_XLOCALE_H_

#include <locale.h>

#endif /* _MACHD_XLOCALE_H_ */
