/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/dirent.h> - entries of directories */
#ifndef _MACHD_SYS_DIRENT_H_
#define _MACHD_SYS_DIRENT_H_

#include <dirent.h>

#endif /* _MACHD_SYS_DIRENT_H_ */
