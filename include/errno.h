/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <errno.h> - the C library's, plus errors that Darwin alone has. Nothing here fails with them; their numbers
 * are free
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <errno.h>

#ifndef _MACHD_ERRNO_H_
#define _MACHD_ERRNO_H_

#include <sys/cdefs.h>

#ifndef EPROCLIM
#define EPROCLIM 1067
#endif
#ifndef EBADRPC
#define EBADRPC 1072
#endif
#ifndef ERPCMISMATCH
#define ERPCMISMATCH 1073
#endif
#ifndef EPROGUNAVAIL
#define EPROGUNAVAIL 1074
#endif
#ifndef EPROGMISMATCH
#define EPROGMISMATCH 1075
#endif
#ifndef EPROCUNAVAIL
#define EPROCUNAVAIL 1076
#endif
#ifndef EFTYPE
#define EFTYPE 1079
#endif
#ifndef EAUTH
#define EAUTH 1080
#endif
#ifndef ENEEDAUTH
#define ENEEDAUTH 1081
#endif
#ifndef EPWROFF
#define EPWROFF 1082
#endif
#ifndef EDEVERR
#define EDEVERR 1083
#endif
#ifndef EBADEXEC
#define EBADEXEC 1085
#endif
#ifndef EBADARCH
#define EBADARCH 1086
#endif
#ifndef ESHLIBVERS
#define ESHLIBVERS 1087
#endif
#ifndef EBADMACHO
#define EBADMACHO 1088
#endif
#ifndef ENOATTR
#define ENOATTR 1093
#endif
#ifndef ENOPOLICY
#define ENOPOLICY 1103
#endif
#ifndef EQFULL
#define EQFULL 1106
#endif
#define ELAST 1106

#endif /* _MACHD_ERRNO_H_ */
