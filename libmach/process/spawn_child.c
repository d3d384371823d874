/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/spawn_child.c - from file actions to exec, in a process that shares its parent's memory (F106, F138-F140)
 *
 * System calls are made directly: the C library's set-id functions would speak for all threads of the parent, and its
 * open and close are points of cancellation.
 */
#include "libmach/process/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libmach/live/handlers.h"

enum { SIGNALS = 64, MASK_BYTES = SIGNALS / 8 };

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif

/* 0 or an error number. */
static int error_of(long result)
{
    return result < 0 ? errno : 0;
}

/* ---- file actions ---- */

static int set_cloexec(int fd, bool on)
{
    return error_of(syscall(SYS_fcntl, fd, F_SETFD, on ? FD_CLOEXEC : 0));
}

static int run_open(const struct spawn_action *action)
{
    long fd = syscall(SYS_openat, AT_FDCWD, action->path, action->oflag, action->mode & ~(mode_t)S_ISVTX);
    if (fd < 0 || fd == action->fd)
        return error_of(fd);
    int error = error_of(syscall(SYS_dup3, fd, action->fd, action->oflag & O_CLOEXEC));
    syscall(SYS_close, fd);
    return error;
}

/* Onto itself: it stays as it is (F139). */
static int run_dup2(const struct spawn_action *action)
{
    if (action->source == action->fd)
        return error_of(syscall(SYS_fcntl, action->fd, F_GETFD));
    return error_of(syscall(SYS_dup3, action->source, action->fd, 0));
}

/* It has a descriptor that nobody else names. */
static int run_file_port(const struct spawn_action *action)
{
    return action->source < 0 ? EINVAL : error_of(syscall(SYS_dup3, action->source, action->fd, 0));
}

static int run_action(const struct spawn_action *action)
{
    switch (action->kind) {
    case SPAWN_OPEN: return run_open(action);
    case SPAWN_CLOSE: return error_of(syscall(SYS_close, action->fd));
    case SPAWN_DUP2: return run_dup2(action);
    case SPAWN_INHERIT: return set_cloexec(action->fd, false);
    case SPAWN_FILEPORT: return run_file_port(action);
    case SPAWN_CHDIR: return error_of(syscall(SYS_chdir, action->path));
    case SPAWN_FCHDIR: return error_of(syscall(SYS_fchdir, action->fd));
    }
    return EINVAL;
}

static int run_actions(const struct spawn_actions *actions)
{
    int error = 0;
    for (size_t i = 0; i < actions->n && error == 0; i++)
        error = run_action(&actions->action[i]);
    return error;
}

static bool grants(enum spawn_action_kind kind)
{
    return kind == SPAWN_OPEN || kind == SPAWN_DUP2 || kind == SPAWN_INHERIT || kind == SPAWN_FILEPORT;
}

/* F140. A flag that somebody asked for stays: it is looked at before all get one. */
static int close_by_default(const struct spawn_actions *actions)
{
    uint64_t kept[SPAWN_DESCRIPTORS_MAX / 64] = { 0 };
    for (size_t i = 0; i < actions->n; i++) {
        int fd = actions->action[i].fd;
        if (grants(actions->action[i].kind) && syscall(SYS_fcntl, fd, F_GETFD) == 0)
            kept[fd / 64] |= 1ull << fd % 64;
    }
    int error = error_of(syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_CLOEXEC));
    for (size_t i = 0; i < actions->n && error == 0; i++) {
        int fd = actions->action[i].fd;
        if (grants(actions->action[i].kind) && (kept[fd / 64] & 1ull << fd % 64))
            error = set_cloexec(fd, false);
    }
    return error;
}

/* ---- ids ---- */

static int set_ids(uid_t uid, gid_t gid, size_t n_groups, const gid_t *groups)
{
    int error = groups != NULL ? error_of(syscall(SYS_setgroups, n_groups, groups)) : 0;
    if (error == 0 && gid != (gid_t)-1)
        error = error_of(syscall(SYS_setresgid, gid, gid, gid));
    if (error == 0 && uid != (uid_t)-1)
        error = error_of(syscall(SYS_setresuid, uid, uid, uid));
    return error;
}

/* Only who may set groups can drop them; others have had them all along. */
static int reset_ids(void)
{
    uid_t uid = (uid_t)syscall(SYS_getuid);
    gid_t gid = (gid_t)syscall(SYS_getgid);
    int error = error_of(syscall(SYS_setgroups, 1, &gid));
    return error != 0 && error != EPERM ? error : set_ids(uid, gid, 0, NULL);
}

static int change_ids(const struct spawn_attributes *a)
{
    int error = a->flags & POSIX_SPAWN_RESETIDS ? reset_ids() : 0;
    if (error == 0)
        error = set_ids(a->has_uid ? a->uid : (uid_t)-1, a->has_gid ? a->gid : (gid_t)-1, (size_t)a->n_groups,
                        a->has_groups ? a->groups : NULL);
    if (error == 0 && a->has_persona)
        error = set_ids(a->has_persona_uid ? a->persona_uid : (uid_t)-1,
                        a->has_persona_gid ? a->persona_gid : (gid_t)-1, (size_t)a->n_persona_groups,
                        a->has_persona_groups ? a->persona_groups : NULL);
    return error;
}

/* ---- signals ---- */

/* The kernel's structure, whose handler comes first on all our machines. */
struct kernel_action {
    void (*handler)(int);
    unsigned long words[4];
};

/* Nobody's handler may run here. An exec would do the same for caught signals. */
static void reset_handlers(const struct spawn_attributes *a, bool is_caller)
{
    const struct kernel_action by_default = { .handler = SIG_DFL }, ignored = { .handler = SIG_IGN };
    for (int signal = 1; signal <= SIGNALS; signal++) {
        struct kernel_action action = { 0 };
        bool asked = (a->flags & POSIX_SPAWN_SETSIGDEF) && sigismember(&a->by_default, signal) == 1;
        if (is_caller && !asked)
            continue;
        if (syscall(SYS_rt_sigaction, signal, NULL, &action, (size_t)MASK_BYTES) != 0 ||
            action.handler == SIG_DFL || (action.handler == SIG_IGN && !asked))
            continue;
        syscall(SYS_rt_sigaction, signal, !asked && handlers_ignored(signal) ? &ignored : &by_default, NULL,
                (size_t)MASK_BYTES);
    }
}

static int arrange_process(const struct spawn_attributes *a)
{
    int error = 0;
    if (a->flags & _POSIX_SPAWN_DISABLE_ASLR)
        error = error_of(syscall(SYS_personality, (unsigned long)ADDR_NO_RANDOMIZE));
    if (error == 0 && (a->flags & POSIX_SPAWN_SETPGROUP))
        error = error_of(syscall(SYS_setpgid, 0, a->group));
    if (error == 0 && (a->flags & POSIX_SPAWN_SETSID))
        error = error_of(syscall(SYS_setsid));
    return error;
}

/* ---- exec ---- */

static bool looks_further(int error)
{
    switch (error) {
    case EACCES:
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ESTALE:
    case ENODEV:
    case ETIMEDOUT: return true;
    }
    return false;
}

static int exec_one(const struct spawn_child *child, const char *path)
{
    syscall(SYS_execve, path, child->argv, child->envp);
    if (errno != ENOEXEC || child->shell_argv == NULL)
        return errno;
    child->shell_argv[1] = (char *)path;
    syscall(SYS_execve, "/bin/sh", child->shell_argv, child->envp);
    return errno;
}

/* EACCES is remembered while others are tried (F103). */
static int exec_any(const struct spawn_child *child)
{
    int error = child->first_error;
    bool denied = false;
    for (char *const *path = child->paths; *path != NULL; path++) {
        error = exec_one(child, *path);
        denied |= error == EACCES;
        if (!looks_further(error))
            return error;
    }
    return denied ? EACCES : error;
}

static bool may_run_any(const struct spawn_child *child)
{
    for (char *const *path = child->paths; *path != NULL; path++)
        if (syscall(SYS_faccessat, AT_FDCWD, *path, X_OK) == 0)
            return true;
    return false;
}

/* The image would be there already: there is no caller to go back to (F108). What could not be run is told as ever. */
static int arrange_caller(const struct spawn_child *child)
{
    int error = arrange_process(child->attributes);
    if (error != 0 && may_run_any(child))
        syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    return 0;
}

int spawn_become(struct spawn_child *child)
{
    const struct spawn_attributes *a = child->attributes;
    int error = run_actions(child->actions);
    if (error == 0)
        error = change_ids(a);
    if (error == 0)
        error = child->is_caller ? arrange_caller(child) : arrange_process(a);
    if (error == 0 && (a->flags & POSIX_SPAWN_CLOEXEC_DEFAULT))
        error = close_by_default(child->actions);
    if (error != 0)
        return error;
    reset_handlers(a, child->is_caller);
    const sigset_t *mask = a->flags & POSIX_SPAWN_SETSIGMASK ? &a->mask : &child->mask;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, NULL, (size_t)MASK_BYTES);
    return exec_any(child);
}
