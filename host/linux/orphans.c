/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/orphans.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/linux/helper.h"
#include "host/linux/launchd.h"
#include "host/linux/machd.h"
#include "host/linux/proc.h"

void orphans_start(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* ---- collecting ---- */

/* Linux takes the process's entries in /proc away with it, and goes round in circles while somebody reads there: on a CPU that machd
 * keeps for itself that was a second. So an ordinary thread does it. */
static _Atomic pid_t handed_over; /* 0: it is collected */

static void *collect(void *from)
{
    pid_t pid;
    while (read((int)(intptr_t)from, &pid, sizeof(pid)) == sizeof(pid)) {
        waitpid(pid, NULL, 0);
        handed_over = 0;
        kill(getpid(), SIGCHLD); /* for the next one */
    }
    return NULL;
}

static bool start_collector(struct orphans *orphans)
{
    int fds[2];
    if (orphans->collector > 0)
        return true;
    if (pipe2(fds, O_CLOEXEC) != 0)
        return false;
    if (fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0 && helper_start(collect, (void *)(intptr_t)fds[0])) {
        orphans->collector = fds[1];
        return true;
    }
    close(fds[0]);
    close(fds[1]);
    return false;
}

/* One at a time: until it is collected, Linux shows no other. */
static void hand_over(struct machd *m, pid_t pid)
{
    struct orphans *orphans = &m->orphans;
    handed_over = pid;
    if (start_collector(orphans) && write(orphans->collector, &pid, sizeof(pid)) == sizeof(pid))
        return;
    waitpid(pid, NULL, WNOHANG);
    handed_over = 0;
    kill(getpid(), SIGCHLD);
}

/* ---- how they ended ---- */

int orphans_wait_status(const siginfo_t *info)
{
    int core = info->si_code == CLD_DUMPED ? WCOREFLAG : 0;
    return info->si_code == CLD_EXITED ? info->si_status << 8 : info->si_status | core;
}

/* While it is a zombie nobody else can have its number. False: it is none that leads a session. */
static bool look(const siginfo_t *info, struct orphan *orphan)
{
    struct proc_stat stat;
    if (getsid(info->si_pid) != info->si_pid || !proc_read_stat(info->si_pid, &stat))
        return false;
    *orphan = (struct orphan){ info->si_pid, orphans_wait_status(info), stat.start_time };
    return true;
}

/* launchd's own end has a place of its own. */
void orphans_collect(struct machd *m)
{
    struct orphans *orphans = &m->orphans;
    struct orphan orphan;
    siginfo_t info = { 0 };
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0 ||
        info.si_pid == handed_over)
        return;
    if (info.si_pid == m->launchd.pid)
        launchd_died(m);
    else if (look(&info, &orphan))
        orphans->ended[orphans->next++ % ORPHANS_KEPT] = orphan;
    hand_over(m, info.si_pid);
}

static struct orphan *find(struct machd *m, int32_t pid, uint64_t start_time)
{
    for (uint32_t i = 0; i < ORPHANS_KEPT; i++) {
        struct orphan *orphan = &m->orphans.ended[i];
        if (orphan->pid == pid && orphan->start_time == start_time)
            return orphan;
    }
    return NULL;
}

/* launchd's word of the death may have been faster than ours. A launchd asks, so none has ended meanwhile. */
static bool is_zombie(int32_t pid, uint64_t start_time, struct orphan *orphan)
{
    siginfo_t info = { 0 };
    return pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid && look(&info, orphan) && orphan->start_time == start_time;
}

bool orphans_status(void *host, int32_t pid, uint64_t start_time, int *status_p)
{
    struct machd *m = host;
    struct orphan *known = find(m, pid, start_time), orphan;
    if (!known && pid != m->launchd.pid && is_zombie(pid, start_time, &orphan)) {
        *status_p = orphan.status;
        return true;
    }
    if (!known)
        return false;
    *status_p = known->status;
    return true;
}
