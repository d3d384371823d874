/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <mach/spawn_np.h>

#include "libmach/calls/process.h"

static int error_of(kern_return_t kr, int error)
{
    return kr == KERN_SUCCESS ? error : kr == KERN_INVALID_ARGUMENT ? EINVAL : ENOSYS;
}

int mach_spawn_prepare_np(const struct spawn_request *request, uint64_t *ticket)
{
    int error;
    kern_return_t kr = process_prepare(request, &error, ticket);

    return error_of(kr, error);
}

int mach_spawn_commit_np(uint64_t ticket, pid_t pid)
{
    int error;
    kern_return_t kr = process_commit(ticket, pid, &error);

    return error_of(kr, error);
}

int mach_spawn_done_np(uint64_t ticket)
{
    int error;
    kern_return_t kr = process_done(ticket, &error);

    return error_of(kr, error);
}

int mach_spawn_undo_np(uint64_t ticket)
{
    int error;
    kern_return_t kr = process_undo(ticket, &error);

    return error_of(kr, error);
}
