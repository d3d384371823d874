/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/server_jobs.c - what launchd answers about jobs: loading, starting, stopping, showing (B sections 17, 18, 22)
 *
 * Whoever may load jobs into a domain may manage those that are there (B79); a label names one job in all of launchd (B105).
 */
#include <errno.h>
#include <mach/mach.h>
#include <mach/mig_errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bootstrap_server.h"
#include "launchd/domain.h"
#include "launchd/instance.h"
#include "launchd/job.h"
#include "launchd/legacy.h"
#include "launchd/loading.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/plist.h"
#include "launchd/policy.h"
#include "launchd/show.h"
#include "launchd/variables.h"

/* B171: what follows a domain that a label is given with; *domain_p NULL: none is, or it does not exist. */
static const char *label_of(const char *word, bool *is_qualified, struct domain **domain_p)
{
    unsigned uid;
    int n = 0;

    *is_qualified = true;
    *domain_p = NULL;
    if (strncmp(word, "system/", 7) == 0) {
        *domain_p = domain_system_mode() ? domain_root() : NULL;
        return word + 7;
    }
    if (sscanf(word, "user/%u/%n", &uid, &n) == 1 && n > 0) {
        *domain_p = domain_find_per_user(uid);
        return word + n;
    }
    if (sscanf(word, "gui/%u/%n", &uid, &n) == 1 && n > 0) {
        *domain_p = domain_find_per_user(uid);
        return word + n;
    }
    *is_qualified = false;
    return word;
}

/* "system", "user/UID" or "gui/UID" alone (B169); NULL: it is none, or there is no such domain. */
static struct domain *find_domain(const char *word)
{
    char whole[sizeof(name_t) + 1];
    struct domain *domain;
    bool is_qualified;

    snprintf(whole, sizeof(whole), "%s/", word);
    return *label_of(whole, &is_qualified, &domain) == 0 ? domain : NULL;
}

static struct managed *find_label(const char *word)
{
    struct domain *domain;
    bool is_qualified;
    struct managed *m = managed_find(label_of(word, &is_qualified, &domain));

    return m != NULL && is_qualified && m->job->domain != domain ? NULL : m;
}

/* Refuses UNKNOWN_SERVICE: no such job; NOT_PRIVILEGED. */
static kern_return_t find(mach_port_t bp, const audit_token_t *token, const char *label, struct managed **m_p,
                          struct caller *caller)
{
    kern_return_t kr = policy_caller(bp, token, caller);

    if (kr != KERN_SUCCESS)
        return kr;
    *m_p = find_label(label);
    if (*m_p == NULL)
        return BOOTSTRAP_UNKNOWN_SERVICE;
    return policy_may_manage(caller, (*m_p)->job->domain) ? KERN_SUCCESS : BOOTSTRAP_NOT_PRIVILEGED;
}

static void tell_who(const struct caller *caller, const char *what, char *why, size_t size)
{
    snprintf(why, size, "%s by pid %d", what, (int)caller->pid);
}

/* ---- loading and removing ---- */

/* B106: all are imported; the loop starts those that want to run when this has been answered. */
static kern_return_t submit(struct domain *domain, plist_t jobs, int *errors, mach_msg_type_number_t *n_p)
{
    uint32_t n = PLIST_IS_ARRAY(jobs) ? plist_array_get_size(jobs) : 0;

    if (n == 0 || n > JOB_SUBMIT_MAX)
        return KERN_INVALID_ARGUMENT;
    for (uint32_t i = 0; i < n; i++)
        errors[i] = loading_import(domain, plist_array_get_item(jobs, i));
    *n_p = n;
    return KERN_SUCCESS;
}

kern_return_t serve_submit_jobs(mach_port_t bp, bootstrap_text_t text, mach_msg_type_number_t size,
                                bootstrap_error_array_t errors, mach_msg_type_number_t *n_errors,
                                audit_token_t token)
{
    struct domain *domain;
    struct caller caller;
    plist_t jobs;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    domain = policy_job_domain(&caller);
    if (domain == NULL || !policy_may_make_jobs(&caller))
        return BOOTSTRAP_NOT_PRIVILEGED;
    if (managed_is_shutting_down())
        return BOOTSTRAP_NO_MEMORY;
    jobs = plist_read(text, size);
    kr = submit(domain, jobs, errors, n_errors);
    plist_free(jobs);
    if (kr == KERN_SUCCESS)
        vm_deallocate(mach_task_self(), (vm_address_t)text, size);
    return kr;
}

kern_return_t serve_remove_job(mach_port_t bp, name_t label, audit_token_t token)
{
    struct later *later;
    struct caller caller;
    struct managed *m;
    kern_return_t kr = find(bp, &token, label, &m, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    later = later_new();
    if (later == NULL)
        return BOOTSTRAP_NO_MEMORY;
    if (!managed_remove(m, later))
        return MIG_NO_REPLY;
    free(later);
    return KERN_SUCCESS;
}

/* ---- running ---- */

kern_return_t serve_start_job(mach_port_t bp, name_t label, audit_token_t token)
{
    struct caller caller;
    struct managed *m;
    char why[64];
    kern_return_t kr = find(bp, &token, label, &m, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    tell_who(&caller, "start", why, sizeof(why));
    managed_start(m, why);
    return KERN_SUCCESS;
}

kern_return_t serve_stop_job(mach_port_t bp, name_t label, audit_token_t token)
{
    struct caller caller;
    struct managed *m;
    kern_return_t kr = find(bp, &token, label, &m, &caller);

    if (kr == KERN_SUCCESS)
        instance_stop(m);
    return kr;
}

/* The pid, when it is known already: a start that has to wait for an end answers 0. */
kern_return_t serve_kickstart(mach_port_t bp, name_t label, uint32_t flags, int *pid, audit_token_t token)
{
    struct caller caller;
    struct managed *m;
    char why[64];
    kern_return_t kr = find(bp, &token, label, &m, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    tell_who(&caller, "kickstart", why, sizeof(why));
    managed_kickstart(m, flags & JOB_KICKSTART_KILL, flags & JOB_KICKSTART_SUSPENDED, why);
    managed_examine();
    *pid = m->job->r->pid;
    return KERN_SUCCESS;
}

kern_return_t serve_send_signal(mach_port_t bp, name_t label, int number, audit_token_t token)
{
    struct caller caller;
    struct managed *m;
    kern_return_t kr = find(bp, &token, label, &m, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    return instance_signal(m, number) == 0 ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_pid_is_managed(mach_port_t bp, int pid, boolean_t *managed, audit_token_t token)
{
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    *managed = kr == KERN_SUCCESS && pid > 0 && job_find_managed(pid) != NULL;
    return kr;
}

/* ---- showing ---- */

/* What the text is about: a job, or with *m_p NULL a domain. */
static kern_return_t find_shown(mach_port_t bp, const audit_token_t *token, const char *label, int kind,
                                struct managed **m_p, struct domain **domain_p)
{
    struct domain *domain = kind == JOB_TEXT_PRINT ? find_domain(label) : NULL;
    struct caller caller;
    kern_return_t kr;

    *m_p = NULL;
    if (kind != JOB_TEXT_LIST && kind != JOB_TEXT_VARIABLES && domain == NULL) {
        kr = find(bp, token, label, m_p, &caller);
        *domain_p = caller.domain;
        return kr;
    }
    kr = policy_caller(bp, token, &caller);
    if (kr != KERN_SUCCESS)
        return kr;
    *domain_p = domain != NULL               ? domain
                : kind == JOB_TEXT_VARIABLES ? policy_job_domain(&caller)
                                             : caller.domain;
    if (*domain_p == NULL || (domain != NULL && !policy_may_manage(&caller, domain)))
        return BOOTSTRAP_NOT_PRIVILEGED;
    return KERN_SUCCESS;
}

kern_return_t serve_job_text(mach_port_t bp, name_t label, int kind, bootstrap_text_t *text,
                             mach_msg_type_number_t *size, audit_token_t token)
{
    struct managed *m;
    struct domain *domain;
    kern_return_t kr = find_shown(bp, &token, label, kind, &m, &domain);

    return kr == KERN_SUCCESS ? show_text(domain, m, kind, text, size) : kr;
}

/* ---- servers of the old kind ---- */

/* B50 */
kern_return_t serve_create_server(mach_port_t bp, cmd_t command, uint32_t uid, boolean_t on_demand,
                                  mach_port_t *port, audit_token_t token)
{
    struct domain *domain;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    domain = policy_job_domain(&caller);
    if (domain == NULL || !policy_may_make_jobs(&caller) || (caller.uid != 0 && caller.uid != uid))
        return BOOTSTRAP_NOT_PRIVILEGED;
    return legacy_create(domain, command, uid, on_demand, port);
}

/* ---- variables (B164) ---- */

kern_return_t serve_set_variable(mach_port_t bp, name_t name, cmd_t value, boolean_t is_set,
                                 audit_token_t token)
{
    struct domain *domain;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    domain = policy_job_domain(&caller);
    if (domain == NULL)
        return BOOTSTRAP_NOT_PRIVILEGED;
    if (is_set)
        return variables_set(domain, 0, name, value);
    variables_unset(domain, name);
    return KERN_SUCCESS;
}

/* ---- not built ---- */

kern_return_t serve_swap_integer(mach_port_t bp, int in_key, int out_key, int64_t in_value,
                                 int64_t *out_value, audit_token_t token)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t serve_swap_complex(mach_port_t bp, int in_key, int out_key, audit_token_t token)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t serve_port_for_label(mach_port_t bp, name_t label, mach_port_t *port, audit_token_t token)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t serve_legacy_ipc_request(mach_port_t bp, audit_token_t token)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t serve_get_listener_port_rights(mach_port_t bp, audit_token_t token)
{
    return KERN_NOT_SUPPORTED;
}
