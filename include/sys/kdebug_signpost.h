/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/kdebug_signpost.h> - points of interest for the kernel's tracer: see <sys/kdebug.h> */
#ifndef _MACHD_SYS_KDEBUG_SIGNPOST_H_
#define _MACHD_SYS_KDEBUG_SIGNPOST_H_

#include <stdint.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

int kdebug_signpost(uint32_t code, uintptr_t argument1, uintptr_t argument2, uintptr_t argument3, uintptr_t argument4);
int kdebug_signpost_start(uint32_t code, uintptr_t argument1, uintptr_t argument2, uintptr_t argument3,
                          uintptr_t argument4);
int kdebug_signpost_end(uint32_t code, uintptr_t argument1, uintptr_t argument2, uintptr_t argument3,
                        uintptr_t argument4);

__END_DECLS

#endif /* _MACHD_SYS_KDEBUG_SIGNPOST_H_ */
