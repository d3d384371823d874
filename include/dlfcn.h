/* SPDX-License-Identifier: Apache-2.0 */
/* <dlfcn.h> - the C library's, plus what Darwin's declares without being asked */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#include_next <dlfcn.h>

#ifndef _MACHD_DLFCN_H_
#define _MACHD_DLFCN_H_

#include <sys/cdefs.h>

#ifndef __USE_GNU
#define RTLD_NEXT ((void *)-1l)
#define RTLD_DEFAULT ((void *)0)

typedef struct dl_info {
    const char *dli_fname;
    void *dli_fbase;
    const char *dli_sname;
    void *dli_saddr;
} Dl_info;

__BEGIN_DECLS
int dladdr(const void *address, Dl_info *info) __THROW;
__END_DECLS
#endif

#endif /* _MACHD_DLFCN_H_ */
