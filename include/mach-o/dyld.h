/* SPDX-License-Identifier: Apache-2.0 */
/* <mach-o/dyld.h> - where the program stands; there are no Mach-O images (abi-system 11.2) */
#ifndef _MACH_O_DYLD_H_
#define _MACH_O_DYLD_H_

#include <stdint.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* The path of the program, with its zero. 0, or -1 when *size is too small: then it says what is needed. */
int _NSGetExecutablePath(char *path, uint32_t *size);

__END_DECLS

#endif /* _MACH_O_DYLD_H_ */
