/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/spawn_np.h> - making a process by hand, where posix_spawn does not fit (ours; for launchd)
 *
 * posix_spawn waits until the child's exec has succeeded or failed, which a slow file system can delay. Who must not wait makes
 * the process itself, holds it back, and lets machd know:
 *
 *     mach_spawn_prepare_np(request, &ticket)    refuses what posix_spawn would refuse
 *     pid = mach_spawn_fork_np()                 the child makes no Mach call; it waits
 *     mach_spawn_commit_np(ticket, pid)          from here on it has its task, with all that the request says
 *     ... the child is let go; it execs
 *     mach_spawn_done_np(ticket)                 it has, or
 *     mach_spawn_undo_np(ticket)                 it could not, or was never made: everything is as before
 *
 * Each returns 0 or an error number; ENOSYS: machd is not there, or cannot do it.
 */
#ifndef _MACH_SPAWN_NP_H_
#define _MACH_SPAWN_NP_H_

#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/types.h>

struct spawn_request; /* wire/process.h */

__BEGIN_DECLS

int mach_spawn_prepare_np(const struct spawn_request *request, uint64_t *ticket);
/* As fork(), but the child has no Mach task. */
pid_t mach_spawn_fork_np(void);
int mach_spawn_commit_np(uint64_t ticket, pid_t pid);
int mach_spawn_done_np(uint64_t ticket);
int mach_spawn_undo_np(uint64_t ticket);

__END_DECLS

#endif
