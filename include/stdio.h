/* SPDX-License-Identifier: Apache-2.0 */
/* <stdio.h> - the C library's, plus what Darwin's declares without being asked */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <stdio.h>

#ifndef _MACHD_STDIO_H_
#define _MACHD_STDIO_H_

#include <stdarg.h>
#include <sys/cdefs.h>

#if !defined(__USE_GNU) && !defined(__cplusplus)
__BEGIN_DECLS
int asprintf(char **text_p, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
int vasprintf(char **text_p, const char *format, va_list arguments) __attribute__((__format__(__printf__, 2, 0)));
__END_DECLS
#endif

#endif /* _MACHD_STDIO_H_ */
