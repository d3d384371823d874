/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/unix.c - Darwin's Unix calls beside its Mach calls: audit tokens, I/O policies, and what is not built */
#include <bsm/libbsm.h>
#include <errno.h>
#include <linux/ioprio.h>
#include <mach/mach.h>
#include <stdatomic.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(int error)
{
    errno = error;
    return -1;
}

/* ---- audit tokens ---- */

uid_t audit_token_to_auid(audit_token_t token)
{
    return token.val[0];
}

uid_t audit_token_to_euid(audit_token_t token)
{
    return token.val[1];
}

gid_t audit_token_to_egid(audit_token_t token)
{
    return token.val[2];
}

uid_t audit_token_to_ruid(audit_token_t token)
{
    return token.val[3];
}

gid_t audit_token_to_rgid(audit_token_t token)
{
    return token.val[4];
}

pid_t audit_token_to_pid(audit_token_t token)
{
    return (pid_t)token.val[5];
}

pid_t audit_token_to_asid(audit_token_t token)
{
    return (pid_t)token.val[6];
}

int audit_token_to_pidversion(audit_token_t token)
{
    return (int)token.val[7];
}

void audit_token_to_au32(audit_token_t token, uid_t *auid, uid_t *euid, gid_t *egid, uid_t *ruid, gid_t *rgid,
                         pid_t *pid, au_asid_t *asid, au_tid_t *terminal)
{
    unsigned *words[] = { auid, euid, egid, ruid, rgid, (unsigned *)pid, (unsigned *)asid };
    for (int i = 0; i < (int)(sizeof(words) / sizeof(words[0])); i++)
        if (words[i] != NULL)
            *words[i] = token.val[i];
    if (terminal != NULL)
        *terminal = (au_tid_t){ 0 };
}

/* ---- I/O policies ---- */

enum { LEVEL_STANDARD = 4, LEVEL_UTILITY = 6, LEVEL_LOWEST = 7 };

static _Atomic int of_process = IOPOL_DEFAULT;
static __thread int of_thread __attribute__((tls_model("initial-exec"))) = IOPOL_DEFAULT;

static int linux_priority(int policy)
{
    switch (policy) {
    case IOPOL_IMPORTANT:
    case IOPOL_PASSIVE: return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, LEVEL_STANDARD);
    case IOPOL_STANDARD: return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, LEVEL_STANDARD + 1);
    case IOPOL_UTILITY: return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, LEVEL_UTILITY);
    case IOPOL_THROTTLE: return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, LEVEL_LOWEST);
    }
    return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0);
}

int setiopolicy_np(int iotype, int scope, int policy)
{
    if (iotype != IOPOL_TYPE_DISK || policy < IOPOL_DEFAULT || policy > IOPOL_STANDARD ||
        (scope != IOPOL_SCOPE_PROCESS && scope != IOPOL_SCOPE_THREAD))
        return fail(EINVAL);
    if (scope == IOPOL_SCOPE_PROCESS)
        of_process = policy;
    else
        of_thread = policy;
    int in_force = of_thread != IOPOL_DEFAULT ? of_thread : of_process;
    return (int)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, linux_priority(in_force));
}

int getiopolicy_np(int iotype, int scope)
{
    if (iotype != IOPOL_TYPE_DISK || (scope != IOPOL_SCOPE_PROCESS && scope != IOPOL_SCOPE_THREAD))
        return fail(EINVAL);
    return scope == IOPOL_SCOPE_PROCESS ? of_process : of_thread;
}
