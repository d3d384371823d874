/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/orphans.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/linux/launchd.h"
#include "host/linux/machd.h"
#include "host/linux/proc.h"

#define AT_ONCE 32

void orphans_start(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* While it is a zombie nobody else can have its number. */
static void collect(struct machd *m, pid_t pid)
{
    struct orphans *orphans = &m->orphans;
    struct orphan orphan = { .pid = pid };
    struct proc_stat stat;
    bool is_told = getsid(pid) == pid && proc_read_stat(pid, &stat);
    if (waitpid(pid, &orphan.status, WNOHANG) != pid || !is_told)
        return;
    orphan.start_time = stat.start_time;
    orphans->ended[orphans->next++ % ORPHANS_KEPT] = orphan;
}

/* Each is looked at before it is collected: launchd's own end has a place of its own. */
void orphans_collect(struct machd *m)
{
    for (int i = 0; i < AT_ONCE; i++) {
        siginfo_t info = { 0 };
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
            return;
        if (info.si_pid == m->launchd.pid)
            launchd_died(m);
        else
            collect(m, info.si_pid);
    }
    kill(getpid(), SIGCHLD); /* the rest comes after what others want */
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
bool orphans_status(void *host, int32_t pid, uint64_t start_time, int *status_p)
{
    struct machd *m = host;
    struct orphan *orphan = find(m, pid, start_time);
    siginfo_t info = { 0 };
    if (!orphan && pid > 0 && pid != m->launchd.pid &&
        waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid) {
        collect(m, pid);
        orphan = find(m, pid, start_time);
    }
    if (!orphan)
        return false;
    *status_p = orphan->status;
    *orphan = (struct orphan){ 0 };
    return true;
}
