/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/exec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/machctl/names/look.h"
#include "wire/attach.h"

/* Tells what runs in a borrowed namespace, so that it stays there. */
#define CONTEXT_ENV "MACHCTL_BSEXEC"

/* Of a set-id copy of this tool: the group first, because the user may not change it any more. */
static bool drop_privilege(void)
{
    return (getegid() == getgid() || setgid(getgid()) == 0) &&
           (geteuid() == getuid() || setuid(getuid()) == 0);
}

static void restore_environment(const char *pid_text)
{
    const char *before = getenv(BEFORE_ENV);

    if (before != NULL && *before != 0)
        setenv(ATTACH_ENV, before, 1);
    else if (before != NULL)
        unsetenv(ATTACH_ENV);
    unsetenv(BEFORE_ENV);
    setenv(CONTEXT_ENV, pid_text, 1);
}

static _Noreturn void become_command(const char *pid_text, char **command)
{
    restore_environment(pid_text);
    execvp(command[0], command);
    complain("%s: %s", command[0], strerror(errno));
    _exit(127);
}

static int outcome(pid_t pid, const char *name)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return complain("cannot wait for %s: %s", name, strerror(errno));
    }
    if (WIFSIGNALED(status))
        return complain("%s was ended by signal %d", name, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return complain("%s ended with status %d", name, WEXITSTATUS(status));
    return 0;
}

int exec_in(const char *pid_text, char **command)
{
    mach_port_t domain;
    kern_return_t kr;
    pid_t pid;

    if (!look_task_domain(pid_text, &domain))
        return 1;
    kr = task_set_bootstrap_port(mach_task_self(), domain);
    if (kr != KERN_SUCCESS)
        return complain_result(kr);
    if (!drop_privilege())
        return complain("cannot give up privileges: %s", strerror(errno));
    pid = fork();
    if (pid == 0)
        become_command(pid_text, command);
    if (pid < 0)
        return complain("cannot make a process: %s", strerror(errno));
    return outcome(pid, command[0]);
}
