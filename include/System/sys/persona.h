/* SPDX-License-Identifier: Apache-2.0 */
/* <System/sys/persona.h> - the private side of <sys/persona.h>, which is the same */
#ifndef _MACHD_SYSTEM_SYS_PERSONA_H_
#define _MACHD_SYSTEM_SYS_PERSONA_H_

#include <sys/persona.h>

#endif /* _MACHD_SYSTEM_SYS_PERSONA_H_ */
