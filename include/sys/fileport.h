/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/fileport.h> - descriptors that travel as send rights (abi-system 8, F141)
 *
 * makeport: *port gets a send right for the open file of fd, which may then be closed; every call makes another port. -1 with
 * EBADF; EINVAL: a kernel queue; EAGAIN: a limit; EFAULT.
 *
 * makefd: a new descriptor of the same open file, which closes at an exec. The right stays. -1 with EINVAL: no right of a
 * file port; EMFILE; EAGAIN: it cannot be had now, or by a vfork child. */
#ifndef _SYS_FILEPORT_H_
#define _SYS_FILEPORT_H_

#include <sys/_types/_mach_port_t.h>
#include <sys/cdefs.h>

typedef mach_port_t fileport_t;

#define FILEPORT_NULL ((fileport_t)0)

__BEGIN_DECLS

int fileport_makeport(int fd, fileport_t *port);
int fileport_makefd(fileport_t port);

__END_DECLS

#endif /* _SYS_FILEPORT_H_ */
