/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_symbol_aliasing.h> - decorations of declarations: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS__SYMBOL_ALIASING_H_
#define _MACHD_SYS__SYMBOL_ALIASING_H_

#endif /* _MACHD_SYS__SYMBOL_ALIASING_H_ */
