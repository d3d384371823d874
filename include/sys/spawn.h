/* SPDX-License-Identifier: Apache-2.0 */
/* <sys/spawn.h> - flags of spawn attributes (F112, abi-system 8) */
#ifndef _SYS_SPAWN_H_
#define _SYS_SPAWN_H_

#define POSIX_SPAWN_RESETIDS 0x0001        /* all ids become the caller's real ones */
#define POSIX_SPAWN_SETPGROUP 0x0002       /* posix_spawnattr_setpgroup */
#define POSIX_SPAWN_SETSIGDEF 0x0004       /* posix_spawnattr_setsigdefault */
#define POSIX_SPAWN_SETSIGMASK 0x0008      /* posix_spawnattr_setsigmask */
#define POSIX_SPAWN_SETEXEC 0x0040         /* no process is made: the caller becomes the program */
#define POSIX_SPAWN_START_SUSPENDED 0x0080 /* stopped before its first instruction, until SIGCONT or task_resume */
#define POSIX_SPAWN_SETSID 0x0400          /* in a session of its own */
#define POSIX_SPAWN_CLOEXEC_DEFAULT 0x4000 /* only descriptors that file actions make or name are inherited */

/* Private. Those without a remark are kept, and have no effect. */
#define _POSIX_SPAWN_DISABLE_ASLR 0x0100 /* no randomised addresses */
#define _POSIX_SPAWN_NANO_ALLOCATOR 0x0200
#define _POSIX_SPAWN_RESLIDE 0x0800
#define _POSIX_SPAWN_ALLOW_DATA_EXEC 0x2000
#define _POSIX_SPAWN_HIGH_BITS_ASLR 0x8000

/* What happens to a process when memory is short: kept, and shown by proc_pidinfo. */
#define POSIX_SPAWN_PCONTROL_NONE 0x0000
#define POSIX_SPAWN_PCONTROL_THROTTLE 0x0001
#define POSIX_SPAWN_PCONTROL_SUSPEND 0x0002
#define POSIX_SPAWN_PCONTROL_KILL 0x0003

#define POSIX_SPAWN_PANIC_ON_CRASH 0x1
#define POSIX_SPAWN_PANIC_ON_NON_ZERO_EXIT 0x2
#define POSIX_SPAWN_PANIC_ON_EXIT 0x4
#define POSIX_SPAWN_PANIC_ON_SPAWN_FAIL 0x8

#define POSIX_SPAWN_NP_CSM_ALL 0x0001
#define POSIX_SPAWN_NP_CSM_NOSMT 0x0002
#define POSIX_SPAWN_NP_CSM_TECS 0x0004

#endif /* _SYS_SPAWN_H_ */
