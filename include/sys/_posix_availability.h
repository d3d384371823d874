/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/_posix_availability.h> - decorations of declarations: sources include it; there is nothing of it here
 */
#ifndef _MACHD_SYS__POSIX_AVAILABILITY_H_
#define _MACHD_SYS__POSIX_AVAILABILITY_H_

#endif /* _MACHD_SYS__POSIX_AVAILABILITY_H_ */
