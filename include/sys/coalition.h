/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/coalition.h> - coalitions: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_COALITION_H_
#define _MACHD_SYS_COALITION_H_

#endif /* _MACHD_SYS_COALITION_H_ */
