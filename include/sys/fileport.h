/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/fileport.h> - descriptors as ports: not built, both calls fail with ENOTSUP (abi-system 8) */
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
