/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/libproc_signal.c - <libproc.h>: signals to processes, and what is not built */
#include <errno.h>
#include <libproc.h>
#include <signal.h>

enum { WORD_OF_PID = 5, WORD_OF_VERSION = 7 };

static int not_built(int result)
{
    errno = ENOTSUP;
    return result;
}

int proc_terminate(pid_t pid, int *sig)
{
    *sig = SIGTERM;
    return pid > 0 && kill(pid, SIGTERM) == 0 ? 0 : pid > 0 ? errno : ESRCH;
}

int proc_signal_with_audittoken(audit_token_t *token, int sig)
{
    struct proc_uniqidentifierinfo ids;
    pid_t pid = (pid_t)token->val[WORD_OF_PID];
    if (pid <= 0 || proc_pidinfo(pid, PROC_PIDUNIQIDENTIFIERINFO, 0, &ids, sizeof ids) != sizeof ids ||
        (uint32_t)ids.p_idversion != token->val[WORD_OF_VERSION])
        return ESRCH;
    return kill(pid, sig) == 0 ? 0 : errno;
}

int proc_get_cpumon_params(pid_t pid, int *percentage, int *interval)
{
    return not_built(-1);
}

int proc_get_wakemon_params(pid_t pid, int *rate_hz, int *flags)
{
    return not_built(-1);
}

int proc_donate_importance_boost(void)
{
    return not_built(-1);
}

int proc_listpidspath(uint32_t type, uint32_t typeinfo, const char *path, uint32_t pathflags, void *buffer,
                      int size)
{
    return not_built(-1);
}

int proc_kmsgbuf(void *buffer, uint32_t size)
{
    return not_built(0);
}

int proc_track_dirty(pid_t pid, uint32_t flags)
{
    return ENOTSUP;
}

int proc_set_dirty(pid_t pid, bool dirty)
{
    return ENOTSUP;
}

int proc_get_dirty(pid_t pid, uint32_t *flags)
{
    *flags = 0;
    return ENOTSUP;
}

int proc_clear_dirty(pid_t pid, uint32_t flags)
{
    return ENOTSUP;
}

int proc_set_cpumon_params(pid_t pid, int percentage, int interval)
{
    return ENOTSUP;
}

int proc_set_wakemon_params(pid_t pid, int rate_hz, int flags)
{
    return ENOTSUP;
}

int proc_suppress(pid_t pid, uint64_t *generation)
{
    return ENOTSUP;
}

int proc_set_no_smt(void)
{
    return ENOTSUP;
}

int proc_set_csm(uint32_t flags)
{
    return ENOTSUP;
}
