/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/attr.h> - lists of attributes of files: sources include it; there is nothing of it here */
#ifndef _MACHD_SYS_ATTR_H_
#define _MACHD_SYS_ATTR_H_

#endif /* _MACHD_SYS_ATTR_H_ */
