/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/_types/_uuid_t.h> - uuid_t alone, the same type as in libuuid's header, which may be included before
 * or after
 */
#ifndef _UUID_T
#define _UUID_T

#ifndef _UL_LIBUUID_UUID_H
typedef unsigned char uuid_t[16];
#endif

#endif /* _UUID_T */
