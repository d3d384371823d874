/* SPDX-License-Identifier: Apache-2.0 */
/* <fcntl.h> - the C library's, plus flags of open() that Darwin has */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <fcntl.h>

#ifndef _MACHD_FCNTL_H_
#define _MACHD_FCNTL_H_

/* For a descriptor that is only watched (EVFILT_VNODE). Here it is one for reading. */
#ifndef O_EVTONLY
#define O_EVTONLY O_RDONLY
#endif

#endif /* _MACHD_FCNTL_H_ */
