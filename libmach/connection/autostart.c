/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/autostart.c - starting machd from inside a program that has just begun (B7)
 *
 * The user's systemd is asked first: it knows the unit, and its machd survives the session's end properly.
 * Otherwise machd is started here, once, under a lock. Children are made with a raw clone that has no exit
 * signal: the program's own SIGCHLD handler and wait calls never see them, and its fork handlers do not run.
 * Such a child may do nothing but system calls.
 *
 * Not from a sandbox: what a program with a seccomp filter, no_new_privs or another root starts would serve
 * all others of the user.
 */
#include "libmach/connection/autostart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/connection/place.h"
#include "machd-config.h"
#include "wire/attach.h"

extern char **environ;

static const char *refusal;

const char *autostart_refusal(void)
{
    return refusal;
}

/* ---- may we ---- */

static bool read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static bool status_has(const char *status, const char *line)
{
    const char *at = strstr(status, line);
    return at != NULL && strtol(at + strlen(line), NULL, 10) != 0;
}

/* Inside another root the mount table, as this process sees it, has nothing at "/" unless the root is a mount
 * of its own. */
static bool has_root_mount(void)
{
    char line[1024], point[512];
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    bool found = mounts == NULL;
    while (!found && fgets(line, sizeof line, mounts) != NULL)
        found = sscanf(line, "%*s %*s %*s %*s %511s", point) == 1 && strcmp(point, "/") == 0;
    if (mounts != NULL)
        fclose(mounts);
    return found;
}

static const char *why_not(void)
{
    char status[4096];
    if (getauxval(AT_SECURE))
        return "this program changed its ids";
    if (!read_file("/proc/self/status", status, sizeof status))
        return "/proc is not there";
    if (status_has(status, "\nSeccomp:"))
        return "this program has a seccomp filter";
    if (status_has(status, "\nNoNewPrivs:"))
        return "this program has no_new_privs set";
    if (!has_root_mount())
        return "this program has another root directory";
    return NULL;
}

static bool is_wanted(void)
{
    return &machd_no_autostart == NULL && getenv("MACHD_NO_AUTOSTART") == NULL && getenv(ATTACH_ENV) == NULL;
}

/* ---- children ---- */

static void reset_signals(void)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    uint64_t none = 0;
    for (int signal = 1; signal < 65; signal++)
        syscall(SYS_rt_sigaction, signal, &by_default, NULL, 8);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
}

static void raise_limits(void)
{
    static const int resource[] = { RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_DATA,
                                    RLIMIT_AS,     RLIMIT_FSIZE, RLIMIT_CPU };
    for (size_t i = 0; i < sizeof resource / sizeof resource[0]; i++) {
        struct rlimit64 limit;
        if (syscall(SYS_prlimit64, 0, resource[i], NULL, &limit) == 0) {
            limit.rlim_cur = limit.rlim_max;
            syscall(SYS_prlimit64, 0, resource[i], &limit, NULL);
        }
    }
}

static _Noreturn void become(const char *const *path, char *const *argument, int null)
{
    reset_signals();
    raise_limits();
    syscall(SYS_setsid);
    syscall(SYS_chdir, "/");
    for (int fd = 0; fd < 3; fd++)
        syscall(SYS_dup3, null, fd, 0);
    syscall(SYS_close_range, 3, ~0u, 0);
    for (; *path != NULL; path++)
        syscall(SYS_execve, *path, argument, environ);
    syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

/* execve gives a process its exit signal back. So the one that executes is the child of one that only waits,
 * and whose end our program does not notice. */
static _Noreturn void stand_between(const char *const *path, char *const *argument, int null)
{
    int status = 0;
    reset_signals();
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        become(path, argument, null);
    if (pid < 0 || syscall(SYS_wait4, pid, &status, 0, NULL) != pid || !WIFEXITED(status))
        syscall(SYS_exit_group, 126);
    syscall(SYS_exit_group, WEXITSTATUS(status));
    __builtin_unreachable();
}

/* Runs a program to its end; whether it ended well. */
static bool run(const char *const *path, char *const *argument)
{
    int status = 0;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return false;
    long pid = syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (pid == 0)
        stand_between(path, argument, null);
    close(null);
    if (pid < 0)
        return false;
    while (syscall(SYS_wait4, pid, &status, __WCLONE, NULL) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- the two ways ---- */

static bool systemd_runs(void)
{
    char path[PLACE_MAX];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime != NULL)
        snprintf(path, sizeof path, "%s/systemd/private", runtime);
    else
        snprintf(path, sizeof path, "/run/user/%u/systemd/private", geteuid());
    return access(path, F_OK) == 0;
}

static bool ask_systemd(void)
{
    static const char *const systemctl[] = { "/usr/bin/systemctl", "/bin/systemctl", NULL };
    char *argument[] = { (char *)"systemctl", (char *)"--user",       (char *)"--quiet",
                         (char *)"start",     (char *)"machd.socket", NULL };
    return systemd_runs() && run(systemctl, argument);
}

static bool start_machd(void)
{
    const char *given = getenv("MACHD_PROGRAM");
    const char *const installed[] = { MACHD_LIBEXECDIR "/machd", MACHD_BINDIR "/machd", NULL };
    const char *const named[] = { given, NULL };
    char *argument[] = { (char *)"machd", NULL };
    return run(given != NULL ? named : installed, argument);
}

/* Of many programs that begin at once, one starts it and the others find it. */
static int take_lock(void)
{
    char directory[PLACE_MAX], path[PLACE_MAX + 32];
    if (!place_directory(directory, true))
        return -1;
    snprintf(path, sizeof path, "%s/autostart.lock", directory);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    while (lock >= 0 && flock(lock, LOCK_EX) != 0)
        if (errno != EINTR)
            break;
    return lock;
}

static int start_and_connect(void)
{
    int lock = take_lock();
    if (lock < 0) {
        refusal = "its run-time directory cannot be used";
        return -1;
    }
    int socket = place_connect_default();
    if (socket < 0 && (ask_systemd() || start_machd()))
        socket = place_connect_default();
    close(lock);
    refusal = socket < 0 ? "it did not come up" : NULL;
    return socket;
}

int autostart(void)
{
    if (!is_wanted())
        return -1;
    refusal = why_not();
    return refusal != NULL ? -1 : start_and_connect();
}
