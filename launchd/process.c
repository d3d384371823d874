/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <linux/close_range.h>
#include <mach/spawn_np.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launchd/config.h"
#include "launchd/log.h"
#include "launchd/stash.h"
#include "launchd/variables.h"
#include "wire/job_types.h"
#include "wire/process.h"

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_LOWEST (2 << 13 | 7) /* best effort, its lowest level */
#define NO_GROUP 65534u             /* of a user that has no entry */

/* ---- in the child ---- */

static void set_limits(const struct job_config *config)
{
    for (size_t i = 0; i < CONFIG_N_LIMITS; i++) {
        const struct config_limit *limit = &config->limits[i];
        struct rlimit value;
        if ((!limit->has_soft && !limit->has_hard) ||
            getrlimit((__rlimit_resource_t)limit->resource, &value) != 0)
            continue;
        if (limit->has_hard)
            value.rlim_max = limit->hard;
        if (limit->has_soft)
            value.rlim_cur = limit->soft;
        if (value.rlim_cur > value.rlim_max)
            value.rlim_cur = value.rlim_max;
        if (setrlimit((__rlimit_resource_t)limit->resource, &value) != 0)
            log_line("%s: limit %d is refused: %s", config->label, limit->resource, strerror(errno));
    }
}

/* `root` and `wheel` change nothing (B109). */
static bool wants_other_user(const struct job_config *config)
{
    return config->user != NULL && strcmp(config->user, "root") != 0;
}

static bool wants_other_group(const struct job_config *config)
{
    return config->group != NULL && strcmp(config->group, "root") != 0 && strcmp(config->group, "wheel") != 0;
}

/* B122; what the job's own variables say goes on top. */
static void set_user_environment(const struct passwd *user)
{
    setenv("HOME", user->pw_dir, 1);
    setenv("USER", user->pw_name, 1);
    setenv("LOGNAME", user->pw_name, 1);
    setenv("SHELL", user->pw_shell, 1);
}

static int become(uid_t uid, gid_t gid, const struct passwd *user, bool init_groups)
{
    if (setgid(gid) != 0 ||
        (init_groups && user != NULL ? initgroups(user->pw_name, gid) : setgroups(0, NULL)) != 0 ||
        setuid(uid) != 0)
        return errno;
    if (user != NULL)
        set_user_environment(user);
    return 0;
}

/* A job of root's domain is whom it says. 0, or the error number that the start fails with (B109). */
static int set_ids(const struct job_config *config)
{
    struct passwd *user = wants_other_user(config) ? getpwnam(config->user) : NULL;
    struct group *group = wants_other_group(config) ? getgrnam(config->group) : NULL;
    gid_t gid = group != NULL ? group->gr_gid : user != NULL ? user->pw_gid : 0;

    if ((wants_other_user(config) && user == NULL) || (wants_other_group(config) && group == NULL))
        return ESRCH;
    if (user != NULL)
        return become(user->pw_uid, gid, user, config->init_groups);
    return group != NULL && setgid(gid) != 0 ? errno : 0;
}

/* A job of a user's domain is that user, whatever it says, and before anything that root alone may do. */
static int become_owner(uid_t uid)
{
    struct passwd *user = getpwuid(uid);

    return become(uid, user != NULL ? user->pw_gid : NO_GROUP, user, true);
}

/* B109: what cannot be opened is told, and stays /dev/null. */
static void set_descriptor(const struct job_config *config, int fd, const char *path)
{
    int file = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, 0666) : -1;

    if (path != NULL && file < 0)
        log_line("%s: %s: %s", config->label, path, strerror(errno));
    if (file < 0)
        file = open("/dev/null", O_RDWR);
    if (file >= 0 && file != fd) {
        dup2(file, fd);
        close(file);
    }
}

static void set_input(int input)
{
    if (input < 0)
        input = open("/dev/null", O_RDWR);
    if (input > 0)
        dup2(input, 0);
}

static void set_environment(const struct job_config *config)
{
    for (char **variable = config->environment; variable != NULL && *variable != NULL; variable++)
        putenv(*variable);
}

static void as_at_login(void)
{
    sigset_t none;

    setsid();
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The order of B121. 0, or the error number that the start fails with. */
static int prepare(const struct process_plan *plan)
{
    const struct job_config *config = plan->config;
    const uid_t owner = plan->owner;

    bool is_root = geteuid() == 0 && owner == 0;
    int error = geteuid() == owner ? 0 : become_owner(owner);

    as_at_login();
    if (error != 0)
        return error;
    if (config->has_nice && setpriority(PRIO_PROCESS, 0, config->nice) != 0)
        log_line("%s: nice %d is refused: %s", config->label, config->nice, strerror(errno));
    set_limits(config);
    if (config->low_io)
        syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_LOWEST);
    if (is_root && config->root != NULL && (chroot(config->root) != 0 || chdir("/") != 0))
        return errno;
    error = is_root ? set_ids(config) : 0;
    if (error != 0)
        return error;
    (void)!chdir("/");
    if (config->directory != NULL && chdir(config->directory) != 0)
        log_line("%s: %s: %s", config->label, config->directory, strerror(errno));
    if (config->has_umask)
        umask(config->umask);
    set_input(plan->input);
    set_descriptor(config, 1, config->standard_out);
    set_descriptor(config, 2, config->standard_error);
    unsetenv("PWD"); /* of whoever started machd */
    unsetenv("OLDPWD");
    variables_put(plan->variables);
    set_environment(config);
    return 0;
}

/* Out of the way of each other first. What libmach has there is not needed any more. */
static void place_sockets(const struct process_plan *plan, int *report)
{
    int kept[SOCKETS_MAX], above = JOB_SOCKETS_FIRST + (int)plan->n_fds;
    char *list = NULL;

    *report = fcntl(*report, F_DUPFD_CLOEXEC, above);
    for (size_t i = 0; i < plan->n_fds; i++)
        kept[i] = fcntl(plan->fds[i], F_DUPFD_CLOEXEC, above);
    for (size_t i = 0; i < plan->n_fds; i++)
        dup2(kept[i], JOB_SOCKETS_FIRST + (int)i);
    for (int fd = 0; fd < JOB_SOCKETS_FIRST && plan->config->inetd != INETD_NOT && plan->n_fds > 0; fd++)
        dup2(kept[0], fd);
    if (plan->config->inetd == INETD_EACH)
        above = JOB_SOCKETS_FIRST;
    if (plan->fd_names != NULL && asprintf(&list, "%d %s", (int)getpid(), plan->fd_names) > 0)
        setenv(JOB_SOCKETS_ENV, list, 1);
    close_range((unsigned)above, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* EnableGlobbing: each argument is what files it names; one that names none stays as it is. */
static char **expanded(char **arguments)
{
    static glob_t found;
    int flags = GLOB_NOCHECK | GLOB_TILDE;

    for (; *arguments != NULL; arguments++) {
        if (glob(*arguments, flags, NULL, &found) != 0)
            return NULL;
        flags |= GLOB_APPEND;
    }
    return found.gl_pathv;
}

/* Does not return but with an error number. */
static int run_program(const struct job_config *config)
{
    char **arguments = config->globbing ? expanded(config->arguments) : config->arguments;

    if (arguments == NULL)
        return ENOMEM;
    if (config->program != NULL)
        execv(config->program, arguments);
    else
        execvp(arguments[0], arguments);
    return errno;
}

/* For the next launchd, if this one has died and nobody reads the report. */
static void note_failure(const struct process_plan *plan, int error)
{
    if (plan->record == NULL)
        return;
    plan->record->exec_error = (uint16_t)error;
    atomic_fetch_or(&plan->record->flags, JOB_EXEC_FAILED);
}

static _Noreturn void become_job(const struct process_plan *plan, int go, int report)
{
    const struct job_config *config = plan->config;
    char byte;
    int error;

    if (read(go, &byte, 1) != 1)
        _exit(127);
    if (plan->record != NULL)
        atomic_fetch_and(&plan->record->flags, ~(uint32_t)JOB_STARTING);
    error = prepare(plan);
    if (error == 0) {
        place_sockets(plan, &report);
        if (plan->suspended || config->wait_for_debugger)
            raise(SIGSTOP);
        error = run_program(config);
    }
    note_failure(plan, error);
    signal(SIGPIPE, SIG_IGN);
    (void)!write(report, &error, sizeof(error));
    _exit(127);
}

/* ---- in launchd ---- */

static void wait_for_end(pid_t pid)
{
    syscall(SYS_wait4, pid, NULL, 0, NULL);
}

/* What the child is to be. The right to the domain's port is the child's own once this is prepared. */
static int prepare_task(const struct process_plan *plan, uint64_t *ticket)
{
    struct spawn_request request = {
        .process_type = (uint32_t)plan->config->process_type,
        .jetsam_priority = -1,
        .memory_active = -1,
        .memory_inactive = -1,
        .process_limit = ~0u,
        .n_special = 1,
        .n_watch = (uint32_t)(plan->n_watch < SPAWN_WATCH_MAX ? plan->n_watch : SPAWN_WATCH_MAX),
        .special = { { .which = TASK_BOOTSTRAP_PORT, .name = plan->domain } },
    };
    int error;

    if (request.n_watch > 0)
        memcpy(request.watch, plan->watch, request.n_watch * sizeof(*request.watch));
    if (mach_port_insert_right(mach_task_self(), plan->domain, plan->domain, MACH_MSG_TYPE_MAKE_SEND) !=
        KERN_SUCCESS)
        return ENOMEM;
    error = mach_spawn_prepare_np(&request, ticket);
    mach_port_deallocate(mach_task_self(), plan->domain);
    return error;
}

static int make_child(const struct process_plan *plan, struct spawned *spawned, int go, int report)
{
    int error;

    spawned->pid = mach_spawn_fork_np();
    error = errno;
    if (spawned->pid == 0) {
        close(spawned->go);
        become_job(plan, go, report);
    }
    close(go);
    close(report);
    if (spawned->pid < 0) {
        process_abandon(spawned);
        return error;
    }
    error = mach_spawn_commit_np(spawned->ticket, spawned->pid);
    if (error != 0)
        process_abandon(spawned);
    return error;
}

static int take_back(uint64_t ticket, int error)
{
    mach_spawn_undo_np(ticket);
    return error;
}

int process_make(const struct process_plan *plan, struct spawned *spawned)
{
    int go[2], report[2], error = prepare_task(plan, &spawned->ticket);

    if (error != 0)
        return error;
    if (pipe2(go, O_CLOEXEC) != 0)
        return take_back(spawned->ticket, errno);
    if (pipe2(report, O_CLOEXEC | O_NONBLOCK) != 0) {
        error = errno;
        close(go[0]);
        close(go[1]);
        return take_back(spawned->ticket, error);
    }
    spawned->go = go[1];
    spawned->report = report[0];
    return make_child(plan, spawned, go[0], report[1]);
}

void process_release(struct spawned *spawned)
{
    (void)!write(spawned->go, "g", 1);
    close(spawned->go);
    spawned->go = -1;
}

/* Without the word to go on the child ends at once. */
void process_abandon(struct spawned *spawned)
{
    close(spawned->go);
    close(spawned->report);
    mach_spawn_undo_np(spawned->ticket);
    if (spawned->pid > 0)
        wait_for_end(spawned->pid);
}

int process_outcome(int report, uint64_t ticket)
{
    int error = 0;

    if (read(report, &error, sizeof(error)) != sizeof(error))
        error = 0;
    if (error == 0)
        mach_spawn_done_np(ticket);
    else
        mach_spawn_undo_np(ticket);
    return error;
}
