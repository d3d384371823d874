/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <darwintest_multiprocess.h> - cases of several processes (H8)
 *
 *     dt_helper_t helpers[2] = { dt_fork_helper("server"), dt_fork_helper("client") };
 *     dt_run_helpers(helpers, 2, 30);
 *
 * dt_run_helpers starts them all and watches: T_END in a helper passes the case and ends the others, a failed T_ASSERT in one
 * fails it, a helper that exits with 0 is done, and so is the call when all are.
 */
#ifndef DARWINTEST_MULTIPROCESS_H
#define DARWINTEST_MULTIPROCESS_H

#include <darwintest.h>

typedef struct dt_helper *dt_helper_t;

enum dt_launch_domain { LAUNCH_SYSTEM_DOMAIN = 1, LAUNCH_USER_DOMAIN };

/* The body of T_HELPER_DECL(name) in a fork of the caller: a task of its own that sees the caller's globals. */
dt_helper_t dt_fork_helper(const char *name);

/* The same body in a job of launchd, described by a property list; its program, arguments and environment are replaced by
 * this program, `-n name`, and environment ("NAME=value" strings, NULL at the end, or NULL). */
dt_helper_t dt_launchd_helper_domain(const char *plist, const char *name, char *const environment[],
                                     enum dt_launch_domain domain);

/* In the system's domain; the second with environment. */
dt_helper_t dt_launchd_helper(const char *plist, const char *name);
dt_helper_t dt_launchd_helper_env(const char *plist, const char *name, char *const environment[]);

void dt_run_helpers(dt_helper_t helpers[], size_t n, unsigned timeout_s);

#endif /* DARWINTEST_MULTIPROCESS_H */
