/* SPDX-License-Identifier: Apache-2.0 */
/* <launch.h> - the sockets that launchd made for a job (abi-system 10) */
#ifndef __LAUNCH_H__
#define __LAUNCH_H__

#include <stddef.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/*
 * The descriptors of the Sockets entry `name` of the calling job's property list, in an array that the caller
 * frees. (B175) Returns an error number:
 *    0
 *    ENOENT     the property list has no such entry, or none of its sockets could be made
 *    ESRCH      the calling process is no job of launchd
 *    EALREADY   they were given out before
 *    ENOMEM
 */
int launch_activate_socket(const char *name, int **fds, size_t *count);

__END_DECLS

#endif /* __LAUNCH_H__ */
