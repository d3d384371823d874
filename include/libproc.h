/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <libproc.h> - looking at processes (F160 to F167, abi-system 9)
 *
 * Functions that fill a buffer return the number of bytes written, or 0 with errno:
 *    ENOMEM    the buffer is too small
 *    EINVAL    no such flavor; ENOTSUP one that is not built
 *    ESRCH     no such process, thread or image
 *    EPERM     another user's process (<sys/proc_info.h> says who may see what); EACCES not the parent
 */
#ifndef _LIBPROC_H_
#define _LIBPROC_H_

#include <stdbool.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/proc_info.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <mach/message.h> /* audit_token_t */

__BEGIN_DECLS

/*
 * The processes of the machine, as pid_t: live ones, then zombies. typeinfo is what type speaks of. buffer NULL: the size
 * that would do, with room for some more. Bytes; -1 with EINVAL for another type.
 */
int proc_listpids(uint32_t type, uint32_t typeinfo, void *buffer, int size);
/* The same; these return numbers of processes. */
int proc_listallpids(void *buffer, int size);
int proc_listpgrppids(pid_t group, void *buffer, int size);
int proc_listchildpids(pid_t parent, void *buffer, int size);

/* flavor: PROC_PID*. arg: of a thread its handle or id; else 0, or not 0 to see zombies too. */
int proc_pidinfo(int pid, int flavor, uint64_t arg, void *buffer, int size);

/* The length, without the zero that is there if it fits. */
int proc_name(int pid, void *buffer, uint32_t size);
int proc_pidpath(int pid, void *buffer, uint32_t size);
/* ESRCH also when the process has become another program since the token was made. */
int proc_pidpath_audittoken(audit_token_t *token, void *buffer, uint32_t size);

/* The path of the file that is mapped at or behind the address; 0 without one. */
int proc_regionfilename(int pid, uint64_t address, void *buffer, uint32_t size);

int proc_libversion(int *major, int *minor);

/* Fills a struct rusage_info_v0 to _v6, by flavor; 0, or -1 with errno. Times, sizes and faults; the rest is 0. */
int proc_pid_rusage(int pid, int flavor, rusage_info_t *buffer);

/* PROC_SETPC_*: kept, and shown. 0, or -1 with errno. */
int proc_setpcontrol(int control);

/* SIGTERM, which *sig tells. 0, or an error number. */
int proc_terminate(pid_t pid, int *sig);
/* The signal, if the process still runs the program for which the token was made. 0, or an error number: ESRCH. */
int proc_signal_with_audittoken(audit_token_t *token, int sig);

/* One descriptor: files (VNODEINFO, VNODEPATHINFO), pipes, kernel queues (PROC_PIDFD*). The bytes written, or 0 with errno:
 * EBADF: not open, or of another kind; ENOTSUP: no file, or a flavor that is not built; EINVAL, ENOMEM, ESRCH, EPERM as
 * proc_pidinfo. */
int proc_pidfdinfo(int pid, int fd, int flavor, void *buffer, int size);
/* The same of a file port, by the name that it has in the process, which must be the caller's own (else ENOTSUP). */
int proc_pidfileportinfo(int pid, uint32_t fileport, int flavor, void *buffer, int size);

/* Not built: 0, or -1, with ENOTSUP. */
int proc_get_cpumon_params(pid_t pid, int *percentage, int *interval);
int proc_get_wakemon_params(pid_t pid, int *rate_hz, int *flags);
int proc_donate_importance_boost(void);
int proc_listpidspath(uint32_t type, uint32_t typeinfo, const char *path, uint32_t pathflags, void *buffer, int size);
int proc_kmsgbuf(void *buffer, uint32_t size);

/* Not built: ENOTSUP. A process is never taken for dirty or clean, so nothing is killed for being so. */
int proc_track_dirty(pid_t pid, uint32_t flags);
int proc_set_dirty(pid_t pid, bool dirty);
int proc_get_dirty(pid_t pid, uint32_t *flags);
int proc_clear_dirty(pid_t pid, uint32_t flags);
int proc_set_cpumon_params(pid_t pid, int percentage, int interval);
int proc_set_wakemon_params(pid_t pid, int rate_hz, int flags);
int proc_suppress(pid_t pid, uint64_t *generation);
int proc_set_no_smt(void);
int proc_set_csm(uint32_t flags);

#define PROC_LISTPIDSPATH_PATH_IS_VOLUME 1
#define PROC_LISTPIDSPATH_EXCLUDE_EVTONLY 2
#define PROC_DIRTY_TRACK 0x1
#define PROC_DIRTY_ALLOW_IDLE_EXIT 0x2
#define PROC_DIRTY_DEFER 0x4
#define PROC_DIRTY_LAUNCH_IN_PROGRESS 0x8
#define PROC_DIRTY_TRACKED 0x1
#define PROC_DIRTY_ALLOWS_IDLE_EXIT 0x2
#define PROC_DIRTY_IS_DIRTY 0x4

__END_DECLS

#endif /* _LIBPROC_H_ */
