/* SPDX-License-Identifier: Apache-2.0 */
/* <crt_externs.h> - where the program's arguments and environment stand (abi-system 11.2) */
#ifndef __CRT_EXTERNS_H__
#define __CRT_EXTERNS_H__

#include <sys/cdefs.h>

__BEGIN_DECLS

int *_NSGetArgc(void);
char ***_NSGetArgv(void);
char ***_NSGetEnviron(void); /* that is environ, also when it was changed */
char **_NSGetProgname(void); /* the last component of the name under which the program was started */

__END_DECLS

#endif /* __CRT_EXTERNS_H__ */
