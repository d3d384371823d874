/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/few.c - under a machd that knows few processes (few.conf) */
#include <errno.h>
#include <mach/mach_traps.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/calls/process.h"
#include "tests/harness/harness.h"

enum { MAX = 8, REFUSED = 3, WELCOME = 4 };

static int announce(uint64_t *ticket_p)
{
    const struct spawn_request request = { .process_limit = UINT32_MAX };
    int error = -1;
    CHECK_EQ(process_prepare(&request, &error, ticket_p), KERN_SUCCESS);
    return error;
}

/* What happens to the first Mach call of a process that was made behind libmach's back. */
static int stranger(void)
{
    int status = 0;
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(MACH_PORT_VALID(task_self_trap()) ? WELCOME : REFUSED);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(beyond_the_limit_nobody_is_made_forked_or_adopted, "F15 F16 F19 F20 F24 F156")
{
    uint64_t ticket[MAX];
    int n = 0, error = 0;
    CHECK_EQ(stranger(), WELCOME);
    while (n < MAX && (error = announce(&ticket[n])) == 0)
        n++;
    CHECK_EQ(error, EAGAIN);
    CHECK_GT(n, 0);
    CHECK_EQ(fork(), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(stranger(), REFUSED);
    CHECK_EQ(process_undo(ticket[--n], &error), KERN_SUCCESS);
    CHECK_EQ(stranger(), WELCOME);
    CHECK_EQ(announce(&ticket[n++]), 0);
    while (n > 0)
        CHECK_EQ(process_undo(ticket[--n], &error), KERN_SUCCESS);
}

static int fork_once(pid_t *pid_p)
{
    *pid_p = fork();
    if (*pid_p == 0)
        _exit(0);
    return *pid_p > 0 ? 0 : errno;
}

TEST(a_zombie_takes_a_place_until_it_is_collected, "F16 F20 F21 F183")
{
    pid_t pid[MAX], more;
    siginfo_t info;
    int n = 0, error = 0, status;
    while (n < MAX && (error = fork_once(&pid[n])) == 0)
        n++;
    CHECK_EQ(error, EAGAIN);
    REQUIRE_GT(n, 0);
    for (int i = 0; i < n; i++)
        CHECK_EQ(waitid(P_PID, (id_t)pid[i], &info, WEXITED | WNOWAIT), 0);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(fork_once(&more), EAGAIN);
    CHECK_EQ(waitpid(pid[0], &status, 0), pid[0]);
    CHECK_EQ(fork_once(&pid[0]), 0);
    CHECK_EQ(fork_once(&more), EAGAIN);
    while (n > 0)
        CHECK_EQ(waitpid(pid[n - 1], &status, 0), pid[n - 1]), n--;
    CHECK_EQ(fork_once(&more), 0);
    CHECK_EQ(waitpid(more, &status, 0), more);
}

static int nice_of_a_fork(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit((int)(20 - syscall(SYS_getpriority, 0, 0)));
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_niceness_of_the_programs_own_is_inherited, "F35")
{
    enum { OWN = 5 };
    CHECK_EQ(nice_of_a_fork(), (int)(20 - syscall(SYS_getpriority, 0, 0)));
    REQUIRE_EQ(syscall(SYS_setpriority, 0, 0, OWN), 0);
    CHECK_EQ(nice_of_a_fork(), OWN);
}
