/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/policy.h"

#include "launchd/config.h"
#include "launchd/domain.h"
#include "launchd/host.h"
#include "launchd/legacy.h"
#include "launchd/log.h"
#include "launchd/managed.h"

/* Kernel object types (K1). */
enum object {
    OBJECT_NONE = 0,
    OBJECT_THREAD = 1,
    OBJECT_TASK = 2,
    OBJECT_HOST_PRIV = 4,
    OBJECT_TASK_READ = 45,
};

/* Also one that runs as another user (UserName). */
static bool is_job_of(const struct domain *domain, const struct caller *caller)
{
    struct job *job = job_find_managed(caller->pid);

    return job != NULL && job->domain == domain && job_is_caller(job, caller);
}

/* B66, last line. */
static void be_server(mach_port_t port, struct caller *caller)
{
    struct managed *m = legacy_find(port);

    if (m == NULL)
        return;
    caller->as = m->job;
    caller->domain = m->job->domain;
}

kern_return_t policy_caller(mach_port_t bp, const audit_token_t *token, struct caller *caller)
{
    *caller = (struct caller){
        .domain = domain_find(bp), .uid = token->val[1], .pid = (pid_t)token->val[5], .version = token->val[7]
    };
    if (caller->domain == NULL)
        be_server(bp, caller);
    if (caller->domain == NULL)
        return MACH_SEND_INVALID_DEST; /* it ended while the request waited: what the next one will be told (B55) */
    if (caller->domain->r->kind == DOMAIN_SYSTEM && caller->uid != 0 && caller->as == NULL &&
        !is_job_of(caller->domain, caller))
        caller->domain = domain_per_user(caller->uid);
    return caller->domain == NULL ? BOOTSTRAP_NO_MEMORY : KERN_SUCCESS;
}

bool policy_is_privileged(const struct caller *caller)
{
    return domain_system_mode() ? caller->uid == 0 : host_task_privileged(caller->pid, caller->version);
}

bool policy_may_manage(const struct caller *caller, const struct domain *domain)
{
    return caller->uid == 0 || caller->uid == domain->r->uid;
}

struct domain *policy_job_domain(const struct caller *caller)
{
    struct domain *domain = caller->domain;

    while (domain->r->kind == DOMAIN_SUBSET)
        domain = domain->parent;
    return policy_may_manage(caller, domain) ? domain : NULL;
}

bool policy_may_make_jobs(const struct caller *caller)
{
    struct job *job = job_find_managed(caller->pid);

    return job == NULL || !job_is_caller(job, caller) || !job->managed->config->denies_jobs;
}

bool policy_may_register(const struct caller *caller, mach_port_t port, bool *third_party_p)
{
    bool is_system = caller->domain->r->kind == DOMAIN_SYSTEM;
    struct host_receiver receiver;
    bool is_own;

    if (!host_port_receiver(port, &receiver))
        return false;
    is_own = (receiver.object == OBJECT_NONE ? receiver.pid : receiver.object_pid) == caller->pid;
    *third_party_p = !is_own;
    switch (receiver.object) {
    case OBJECT_HOST_PRIV: return false;
    case OBJECT_THREAD:
    case OBJECT_TASK:
    case OBJECT_TASK_READ: return is_own && !is_system;
    default: return is_own || !is_system;
    }
}

/* Forgets the oldest when it is full: then a line may be written again. */
void policy_log_refusal(const struct caller *caller, const char *name)
{
    static struct {
        pid_t pid;
        uint32_t version;
    } told[64];
    static unsigned next;

    for (unsigned i = 0; i < 64; i++) {
        if (told[i].pid == caller->pid && told[i].version == caller->version)
            return;
    }
    told[next].pid = caller->pid;
    told[next].version = caller->version;
    next = (next + 1) % 64;
    log_line("process %d asks for a name that another job owns: %.127s", (int)caller->pid, name);
}
