/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/_types/_progname.h> - what Darwin's <stdlib.h> declares besides the C library's
 *
 * In C++ <cstdlib> goes past our <stdlib.h>, but not past <sys/types.h>; so both have these.
 */
#ifndef _MACHD_PROGNAME_H_
#define _MACHD_PROGNAME_H_

#include <stddef.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* The last part of the path by which the program was started, unless setprogname said another; never NULL. The string that
 * is set is not copied. */
const char *getprogname(void) __asm__("_mach_getprogname");
void setprogname(const char *name) __asm__("_mach_setprogname");

/* realloc that frees the old memory when there is no new one. */
void *reallocf(void *memory, size_t size) __asm__("_mach_reallocf");

__END_DECLS

#endif /* _MACHD_PROGNAME_H_ */
