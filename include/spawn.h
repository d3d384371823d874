/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <spawn.h> - starting programs (F101 to F141, abi-system 8)
 *
 *     posix_spawnattr_t attributes;
 *     posix_spawnattr_init(&attributes);
 *     posix_spawnattr_setspecialport_np(&attributes, port, TASK_BOOTSTRAP_PORT);
 *     error = posix_spawn(&pid, path, NULL, &attributes, argv, envp);
 *     posix_spawnattr_destroy(&attributes);
 *
 * Every function returns 0 or an error number and leaves errno alone. Objects are pointers that init allocates, other
 * than the C library's structures: the names are bound to link names of this library's own, so that code built against
 * the C library's <spawn.h> in the same process keeps its own (H15). Getters and setters: EINVAL for NULL and for an object that
 * was destroyed.
 *
 * When posix_spawn returns, the child has its ports, limits, priority and pushes, and its image has replaced what came
 * before; it need not have run yet (F54, F56). If anything fails no child is left, none has been seen, and rights and
 * counts are as before (F60). Port names are those of the caller at the time of posix_spawn; no right is consumed (F61, F111).
 */
#ifndef _SPAWN_H_
#define _SPAWN_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/select.h> /* sigset_t, in every dialect */
#include <sys/types.h>
#include <sys/wait.h> /* Darwin's <stdlib.h> has it, which C++ takes from elsewhere */
#include <sys/spawn.h>
#include <sys/cdefs.h>
#include <mach/machine.h>
#include <mach/port.h>
#include <mach/exception_types.h>
#include <mach/thread_status.h>

typedef void *posix_spawnattr_t;
typedef void *posix_spawn_file_actions_t;

#define __MACHD_SPAWN(name) __asm__("_mach_" #name)

__BEGIN_DECLS

/*
 *   EINVAL    an argument, a port name, or an attribute that cannot be had (F104, F115 to F120)
 *   EPERM     ids, a persona or a process type that the caller may not give (F105)
 *   EAGAIN    too many processes (F16, F17)
 *   ENOMEM    no memory for the call's own arguments
 *   ENOTSUP   an attribute that nobody carries out here
 *   others    of a file action, or as of execve
 * envp NULL is an empty environment. With POSIX_SPAWN_SETEXEC success does not return.
 */
int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) __MACHD_SPAWN(posix_spawn);
/* Looks for file in PATH; a file of no known format is run by /bin/sh. (F103) */
int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) __MACHD_SPAWN(posix_spawnp);

/* ---- file actions: run in the child, in the order in which they were added (F137, F138) ---- */

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions) __MACHD_SPAWN(posix_spawn_file_actions_init);
int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions) __MACHD_SPAWN(posix_spawn_file_actions_destroy);
/* EBADF: fd below 0, or 10240 or above. */
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
    __MACHD_SPAWN(posix_spawn_file_actions_addclose);
int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int new_fd)
    __MACHD_SPAWN(posix_spawn_file_actions_adddup2);
int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd, const char *path, int oflag, mode_t mode)
    __MACHD_SPAWN(posix_spawn_file_actions_addopen);
/* The descriptor is inherited, close-on-exec or not. */
int posix_spawn_file_actions_addinherit_np(posix_spawn_file_actions_t *actions, int fd)
    __MACHD_SPAWN(posix_spawn_file_actions_addinherit_np);
/* ENAMETOOLONG: 1024 bytes or more. */
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path)
    __MACHD_SPAWN(posix_spawn_file_actions_addchdir_np);
int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd)
    __MACHD_SPAWN(posix_spawn_file_actions_addfchdir_np);
/* File ports do not exist here: posix_spawn answers EINVAL. */
int posix_spawn_file_actions_add_fileportdup2_np(posix_spawn_file_actions_t *actions, mach_port_t fileport, int new_fd)
    __MACHD_SPAWN(posix_spawn_file_actions_add_fileportdup2_np);

/* ---- attributes ---- */

int posix_spawnattr_init(posix_spawnattr_t *attributes) __MACHD_SPAWN(posix_spawnattr_init);
int posix_spawnattr_destroy(posix_spawnattr_t *attributes) __MACHD_SPAWN(posix_spawnattr_destroy);
int posix_spawnattr_getflags(const posix_spawnattr_t *attributes, short *flags) __MACHD_SPAWN(posix_spawnattr_getflags);
int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags) __MACHD_SPAWN(posix_spawnattr_setflags);
int posix_spawnattr_getpgroup(const posix_spawnattr_t *attributes, pid_t *group) __MACHD_SPAWN(posix_spawnattr_getpgroup);
int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group) __MACHD_SPAWN(posix_spawnattr_setpgroup);
int posix_spawnattr_getsigdefault(const posix_spawnattr_t *attributes, sigset_t *set)
    __MACHD_SPAWN(posix_spawnattr_getsigdefault);
int posix_spawnattr_setsigdefault(posix_spawnattr_t *attributes, const sigset_t *set)
    __MACHD_SPAWN(posix_spawnattr_setsigdefault);
int posix_spawnattr_getsigmask(const posix_spawnattr_t *attributes, sigset_t *set) __MACHD_SPAWN(posix_spawnattr_getsigmask);
int posix_spawnattr_setsigmask(posix_spawnattr_t *attributes, const sigset_t *set) __MACHD_SPAWN(posix_spawnattr_setsigmask);

/* Processor types, at most 4 (*n_set says how many). None, "any" or this machine's: fine; others: ENOEXEC. */
int posix_spawnattr_setbinpref_np(posix_spawnattr_t *attributes, size_t n, cpu_type_t *types, size_t *n_set)
    __MACHD_SPAWN(posix_spawnattr_setbinpref_np);
int posix_spawnattr_getbinpref_np(const posix_spawnattr_t *attributes, size_t n, cpu_type_t *types, size_t *n_got)
    __MACHD_SPAWN(posix_spawnattr_getbinpref_np);
int posix_spawnattr_setarchpref_np(posix_spawnattr_t *attributes, size_t n, cpu_type_t *types, cpu_subtype_t *subtypes,
                                   size_t *n_set) __MACHD_SPAWN(posix_spawnattr_setarchpref_np);
int posix_spawnattr_getarchpref_np(const posix_spawnattr_t *attributes, size_t n, cpu_type_t *types,
                                   cpu_subtype_t *subtypes, size_t *n_got) __MACHD_SPAWN(posix_spawnattr_getarchpref_np);

/* A special port of the new task, in force before it runs. The bootstrap port (4) can always be given. (F117) */
int posix_spawnattr_setspecialport_np(posix_spawnattr_t *attributes, mach_port_t port, int which)
    __MACHD_SPAWN(posix_spawnattr_setspecialport_np);
/* As task_set_exception_ports on the new task. (F119) */
int posix_spawnattr_setexceptionports_np(posix_spawnattr_t *attributes, exception_mask_t mask, mach_port_t port,
                                         exception_behavior_t behavior, thread_state_flavor_t flavor)
    __MACHD_SPAWN(posix_spawnattr_setexceptionports_np);
/* There are no audit sessions: posix_spawn answers ENOTSUP. */
int posix_spawnattr_setauditsessionport_np(posix_spawnattr_t *attributes, mach_port_t port)
    __MACHD_SPAWN(posix_spawnattr_setauditsessionport_np);
int posix_spawnattr_setnosmt_np(posix_spawnattr_t *attributes) __MACHD_SPAWN(posix_spawnattr_setnosmt_np);
int posix_spawnattr_set_csm_np(posix_spawnattr_t *attributes, uint32_t flags) __MACHD_SPAWN(posix_spawnattr_set_csm_np);

__END_DECLS

#endif /* _SPAWN_H_ */
