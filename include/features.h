/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <features.h> - the C library's, which every header of it begins with
 *
 * Darwin's headers show everything whatever the dialect of the language; the C library's hide what -std=c11 does not know.
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include_next <features.h>
