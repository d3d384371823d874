/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/_types.h> - the C library's types under the names that Darwin reserves for them */
#ifndef _MACHD_SYS__TYPES_H_
#define _MACHD_SYS__TYPES_H_

#include <stdint.h>
#include <sys/types.h>
#include <sys/_types/_mach_port_t.h>

typedef long __darwin_intptr_t;
typedef size_t __darwin_size_t;
typedef ssize_t __darwin_ssize_t;
typedef time_t __darwin_time_t;
typedef __clock_t __darwin_clock_t;
typedef off_t __darwin_off_t;
typedef ino_t __darwin_ino64_t;
typedef dev_t __darwin_dev_t;
typedef mode_t __darwin_mode_t;
typedef pid_t __darwin_pid_t;
typedef uid_t __darwin_uid_t;
typedef gid_t __darwin_gid_t;
typedef __id_t __darwin_id_t;
typedef unsigned int __darwin_socklen_t;
typedef unsigned char __darwin_uuid_t[16];
typedef char __darwin_uuid_string_t[37];

#define __DARWIN_NULL ((void *)0)

#endif /* _MACHD_SYS__TYPES_H_ */
