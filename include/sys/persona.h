/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/persona.h> - personas: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_PERSONA_H_
#define _MACHD_SYS_PERSONA_H_

#endif /* _MACHD_SYS_PERSONA_H_ */
