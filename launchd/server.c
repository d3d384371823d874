/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/server.c - what launchd answers to each request of libmach/launch/bootstrap.defs
 *
 * A handler that refuses leaves everything as it was, and the loop gives back what the request brought. One that grants owns
 * the request's rights, and has written the stash before it returns.
 */
#include <mach/mach.h>
#include <mach/mig_errors.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_server.h"
#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/listing.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/policy.h"
#include "launchd/service.h"

/* Whose names a request with these flags is about: 0, all (B30). */
static pid_t owner_of_private(const struct caller *caller, uint64_t flags)
{
    return flags & BOOTSTRAP_PER_PID_SERVICE ? caller->pid : 0;
}

static uint32_t service_flags(uint64_t flags)
{
    return flags & BOOTSTRAP_PER_PID_SERVICE ? SERVICE_PRIVATE : 0;
}

/* ---- names ---- */

/* B25 */
static kern_return_t check_in(const struct caller *caller, const char *name, uint64_t flags,
                              struct service **service_p)
{
    struct service *service = service_find_live(caller->domain, name, owner_of_private(caller, flags));

    if (managed_is_shutting_down() || (service == NULL && (flags & BOOTSTRAP_STRICT_CHECKIN)))
        return BOOTSTRAP_UNKNOWN_SERVICE;
    if (service == NULL)
        return service_check_in_new(caller, name, service_flags(flags), service_p);
    if (!service_is_open_to(service, caller)) {
        policy_log_refusal(caller, name);
        return BOOTSTRAP_NOT_PRIVILEGED;
    }
    if (service->r->state == SERVICE_ACTIVE)
        return BOOTSTRAP_SERVICE_ACTIVE;
    service_check_in(service);
    *service_p = service;
    return KERN_SUCCESS;
}

kern_return_t serve_check_in2(mach_port_t bp, name_t name, uint64_t flags, mach_port_t *port, uuid_t instance,
                              audit_token_t token)
{
    struct service *service;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr == KERN_SUCCESS)
        kr = check_in(&caller, name, flags, &service);
    if (kr != KERN_SUCCESS)
        return kr;
    memset(instance, 0, sizeof(uuid_t));
    *port = service->r->port;
    return KERN_SUCCESS;
}

/* B44, where the name exists. */
static kern_return_t register_again(const struct caller *caller, struct service *service, mach_port_t port)
{
    if (!job_is_caller(service->job, caller)) {
        policy_log_refusal(caller, service->r->name);
        return BOOTSTRAP_NOT_PRIVILEGED;
    }
    if (service->r->state == SERVICE_ACTIVE)
        return BOOTSTRAP_SERVICE_ACTIVE;
    if (port != MACH_PORT_NULL) {
        log_line("process %d registers %.127s, which it should check in", (int)caller->pid, service->r->name);
        return BOOTSTRAP_NOT_PRIVILEGED;
    }
    service_end(service);
    return KERN_SUCCESS;
}

kern_return_t serve_register2(mach_port_t bp, name_t name, mach_port_t port, uint64_t flags,
                              audit_token_t token)
{
    bool is_third_party = false;
    struct service *service;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    if (port == MACH_PORT_DEAD)
        return BOOTSTRAP_NO_MEMORY;
    if (port != MACH_PORT_NULL && !policy_may_register(&caller, port, &is_third_party))
        return BOOTSTRAP_NOT_PRIVILEGED;
    service = service_find_live(caller.domain, name, owner_of_private(&caller, flags));
    if (service != NULL)
        return register_again(&caller, service, port);
    if (port == MACH_PORT_NULL)
        return KERN_SUCCESS;
    return service_register(&caller, name, port,
                            service_flags(flags) | (is_third_party ? SERVICE_THIRD_PARTY : 0));
}

/* The instances of B41 belong to managed jobs. */
kern_return_t serve_look_up2(mach_port_t bp, name_t name, int target, uuid_t instance, uint64_t flags,
                             mach_port_t *port, audit_token_t token)
{
    struct service *service;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    if (flags & BOOTSTRAP_SPECIFIC_INSTANCE)
        return KERN_NOT_SUPPORTED;
    if (!(flags & BOOTSTRAP_PER_PID_SERVICE))
        service = service_visible(caller.domain, name);
    else
        service = target == 0 ? NULL : service_find_private(caller.domain, name, target);
    if (service == NULL)
        return BOOTSTRAP_UNKNOWN_SERVICE;
    *port = service->r->port;
    return KERN_SUCCESS;
}

kern_return_t serve_create_service(mach_port_t bp, name_t name, mach_port_t *port, audit_token_t token)
{
    struct service *service;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr == KERN_SUCCESS && service_find_live(caller.domain, name, 0) != NULL)
        kr = BOOTSTRAP_SERVICE_ACTIVE;
    if (kr == KERN_SUCCESS)
        kr = service_create(&caller, name, &service);
    if (kr == KERN_SUCCESS)
        *port = service->r->port;
    return kr;
}

kern_return_t serve_status(mach_port_t bp, name_t name, bootstrap_status_t *status, audit_token_t token)
{
    struct service *service;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    service = service_visible(caller.domain, name);
    if (service == NULL)
        return BOOTSTRAP_UNKNOWN_SERVICE;
    *status = service_status(service);
    return KERN_SUCCESS;
}

kern_return_t serve_info(mach_port_t bp, uint64_t flags, name_array_t *names, mach_msg_type_number_t *n_names,
                         name_array_t *jobs, mach_msg_type_number_t *n_jobs,
                         bootstrap_status_array_t *statuses, mach_msg_type_number_t *n_statuses,
                         bootstrap_property_array_t *third_party, mach_msg_type_number_t *n_third_party,
                         audit_token_t token)
{
    struct listing listing;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr == KERN_SUCCESS)
        kr = listing_services(caller.domain, &listing);
    if (kr != KERN_SUCCESS)
        return kr;
    *names = listing.names;
    *jobs = listing.jobs;
    *statuses = listing.statuses;
    *third_party = listing.properties;
    *n_names = *n_jobs = *n_statuses = *n_third_party = listing.n;
    return KERN_SUCCESS;
}

/* ---- domains ---- */

/* B52 */
static const char *job_word(const struct job *job)
{
    return job->managed != NULL ? job->r->label : job->r->command;
}

kern_return_t serve_subset(mach_port_t bp, mach_port_t requestor, mach_port_t *subset, audit_token_t token)
{
    struct domain *domain;
    struct caller caller;
    struct job *job;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    if (requestor == MACH_PORT_NULL)
        return BOOTSTRAP_NOT_PRIVILEGED;
    if (managed_is_shutting_down())
        return BOOTSTRAP_UNKNOWN_SERVICE;
    job = job_for(&caller);
    if (job == NULL)
        return BOOTSTRAP_NO_MEMORY;
    kr = domain_subset(caller.domain, requestor, job_word(job), caller.pid, &domain);
    if (kr == KERN_SUCCESS)
        *subset = domain->r->port;
    return kr;
}

kern_return_t serve_parent(mach_port_t bp, mach_port_t *parent, audit_token_t token)
{
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    if (!policy_is_privileged(&caller))
        return BOOTSTRAP_NOT_PRIVILEGED;
    *parent = (caller.domain->parent != NULL ? caller.domain->parent : caller.domain)->r->port;
    return KERN_SUCCESS;
}

kern_return_t serve_get_root_bootstrap(mach_port_t bp, mach_port_t *root, audit_token_t token)
{
    struct domain *domain = domain_root();
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    if (domain_system_mode() && caller.uid != 0)
        domain = domain_per_user(caller.uid);
    if (domain == NULL)
        return BOOTSTRAP_NO_MEMORY;
    *root = domain->r->port;
    return KERN_SUCCESS;
}

/* B11 */
kern_return_t serve_lookup_per_user_context(mach_port_t bp, uint32_t uid, mach_port_t *port,
                                            audit_token_t token)
{
    struct domain *domain;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    domain = domain_per_user(domain_system_mode() && caller.uid != 0 ? caller.uid : uid);
    if (domain == NULL)
        return domain_system_mode() ? BOOTSTRAP_NO_MEMORY : BOOTSTRAP_NOT_PRIVILEGED;
    *port = domain->r->port;
    return KERN_SUCCESS;
}

kern_return_t serve_lookup_children(mach_port_t bp, mach_port_array_t *ports, mach_msg_type_number_t *n_ports,
                                    name_array_t *names, mach_msg_type_number_t *n_names,
                                    bootstrap_property_array_t *properties,
                                    mach_msg_type_number_t *n_properties, audit_token_t token)
{
    struct listing listing;
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr == KERN_SUCCESS && !policy_is_privileged(&caller))
        kr = BOOTSTRAP_NOT_PRIVILEGED;
    if (kr == KERN_SUCCESS)
        kr = listing_children(caller.domain, &listing);
    if (kr != KERN_SUCCESS)
        return kr;
    *ports = listing.ports;
    *names = listing.names;
    *properties = listing.properties;
    *n_ports = *n_names = *n_properties = listing.n;
    return KERN_SUCCESS;
}

kern_return_t serve_domain_info(mach_port_t bp, name_t name, uint32_t *uid, int *pid, audit_token_t token)
{
    struct caller caller;
    kern_return_t kr = policy_caller(bp, &token, &caller);

    if (kr != KERN_SUCCESS)
        return kr;
    snprintf(name, sizeof(name_t), "%.127s", caller.domain->r->name);
    *uid = caller.domain->r->uid;
    *pid = getpid();
    return KERN_SUCCESS;
}
