/* SPDX-License-Identifier: Apache-2.0 */
/* <stdlib.h> - the C library's, plus what Darwin's declares besides */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <stdlib.h>

#ifndef _MACHD_STDLIB_H_
#define _MACHD_STDLIB_H_

#include <sys/_types/_progname.h>
#include <sys/wait.h>

#endif /* _MACHD_STDLIB_H_ */
