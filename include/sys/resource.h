/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/resource.h> - the C library's, plus Darwin's kinds of priority (abi-system 7)
 *
 * getpriority and setpriority take them as `which`. PRIO_DARWIN_THREAD (`who` is 0: the calling thread) and _PROCESS
 * take PRIO_DARWIN_BG, or 0 to end it, and tell 1 or 0; PRIO_DARWIN_GPU fails with ENOTSUP. A role belongs to a process
 * (`who`: its pid, or 0 for the caller's own): EINVAL no such role, ENOTSUP no application, EPERM another user's, ESRCH no
 * such process. (T10, T11)
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_SYS_RESOURCE_H_
#define _MACHD_SYS_RESOURCE_H_

#include_next <sys/resource.h>
#include <sys/_types/_rusage_info.h>

#define PRIO_DARWIN_THREAD 3
#define PRIO_DARWIN_PROCESS 4
#define PRIO_DARWIN_GPU 5
#define PRIO_DARWIN_ROLE 6

#define PRIO_DARWIN_BG 0x1000
#define PRIO_DARWIN_NONUI 0x1001

/* The first column: what limits the class of the threads of an application in that role. */
#define PRIO_DARWIN_ROLE_DEFAULT 0x0      /* default */
#define PRIO_DARWIN_ROLE_UI_FOCAL 0x1     /* none; user-interactive threads have 47 */
#define PRIO_DARWIN_ROLE_UI 0x2           /* none */
#define PRIO_DARWIN_ROLE_NON_UI 0x3       /* default */
#define PRIO_DARWIN_ROLE_UI_NON_FOCAL 0x4 /* none */
#define PRIO_DARWIN_ROLE_TAL_LAUNCH 0x5   /* utility; no thread above 4 */
#define PRIO_DARWIN_ROLE_DARWIN_BG 0x6    /* background; no thread above 4 */

#ifndef PRIO_MIN
#define PRIO_MIN (-20)
#define PRIO_MAX 20
#endif

/*
 * How a thread's disk I/O competes: what the thread asked for, else what its process did. Policies become levels of Linux's
 * best-effort class; what the process asked for reaches its other threads when they ask next. set: 0; get: the policy; -1 with
 * EINVAL for other types (of access times there is no policy) and scopes. (abi-system 7)
 */
#define IOPOL_TYPE_DISK 0
#define IOPOL_TYPE_VFS_ATIME_UPDATES 2
#define IOPOL_SCOPE_PROCESS 0
#define IOPOL_SCOPE_THREAD 1
#define IOPOL_SCOPE_DARWIN_BG 2
#define IOPOL_DEFAULT 0
#define IOPOL_IMPORTANT 1
#define IOPOL_NORMAL 1
#define IOPOL_PASSIVE 2
#define IOPOL_THROTTLE 3
#define IOPOL_UTILITY 4
#define IOPOL_STANDARD 5

__BEGIN_DECLS
int setiopolicy_np(int iotype, int scope, int policy);
int getiopolicy_np(int iotype, int scope);
__END_DECLS

#endif /* _MACHD_SYS_RESOURCE_H_ */
