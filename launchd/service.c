/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/service.h"

#include <stdlib.h>
#include <string.h>

#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/log.h"

static struct index services_by_name; /* key: domain and name; of private services: the name alone */

static uint64_t key_of(const struct domain *domain, const char *name, bool is_private)
{
    return index_hash(is_private ? 0 : domain->record->id, name, strlen(name));
}

static bool is_private(const struct service *service)
{
    return service->r->flags & SERVICE_PRIVATE;
}

/* ---- finding ---- */

static bool port_is_dead(mach_port_t port)
{
    mach_port_type_t type;

    return mach_port_type(mach_task_self(), port, &type) != KERN_SUCCESS || (type & MACH_PORT_TYPE_DEAD_NAME);
}

static bool matches(const struct service *service, const struct domain *domain, const char *name, pid_t pid)
{
    if (strcmp(service->r->name, name) != 0 || is_private(service) != (pid != 0))
        return false;
    return (domain == NULL || service->domain == domain) && (pid == 0 || service->job->r->pid == pid);
}

struct service *service_find(struct domain *domain, const char *name, pid_t pid)
{
    struct index_node *node = index_find(&services_by_name, key_of(domain, name, pid != 0));

    for (; node != NULL; node = index_next(node)) {
        struct service *service = container_of(node, struct service, by_name);
        if (matches(service, domain, name, pid))
            return service;
    }
    return NULL;
}

struct service *service_find_live(struct domain *domain, const char *name, pid_t pid)
{
    struct service *service = service_find(domain, name, pid);

    if (service == NULL || !port_is_dead(service->r->port))
        return service;
    service_end(service);
    return NULL;
}

struct service *service_visible(struct domain *domain, const char *name)
{
    struct service *service = NULL;

    for (; domain != NULL && service == NULL; domain = domain->parent)
        service = service_find(domain, name, 0);
    return service;
}

struct service *service_find_private(struct domain *domain, const char *name, pid_t pid)
{
    struct service *service = service_find(domain, name, pid);
    struct index_node *node;

    if (service != NULL)
        return service;
    for (node = index_find(&services_by_name, key_of(NULL, name, true)); node != NULL;
         node = index_next(node)) {
        service = container_of(node, struct service, by_name);
        if (matches(service, NULL, name, pid))
            return service;
    }
    return NULL;
}

bool service_is_open_to(struct service *service, const struct caller *caller)
{
    if (job_is_caller(service->job, caller))
        return true;
    return (service->r->flags & SERVICE_DECLARED) && service->job->r->kind == JOB_ANONYMOUS &&
           service->r->uid == caller->uid;
}

bootstrap_status_t service_status(const struct service *service)
{
    if (service->r->state == SERVICE_ACTIVE)
        return BOOTSTRAP_STATUS_ACTIVE;
    return service->job->r->kind == JOB_MANAGED ? BOOTSTRAP_STATUS_ON_DEMAND : BOOTSTRAP_STATUS_INACTIVE;
}

/* ---- making ---- */

static bool link_into_domain(struct service *service, struct domain *domain, struct job *job)
{
    uint64_t key = key_of(domain, service->r->name, is_private(service));

    if (!index_insert(&services_by_name, &service->by_name, key))
        return false;
    service->domain = domain;
    service->job = job;
    TAILQ_INSERT_TAIL(&domain->services, service, in_domain);
    TAILQ_INSERT_TAIL(&job->services, service, in_job);
    job_count(job, 1);
    return true;
}

static struct service *service_new(struct stash_record *record)
{
    struct service *service = calloc(1, sizeof(*service));

    if (service != NULL) {
        service->record = record;
        service->r = &record->service;
    }
    return service;
}

/* Consumes one send right on success. */
static kern_return_t service_make(const struct caller *caller, const char *name, mach_port_t port,
                                  uint32_t flags, enum service_state state, struct service **service_p)
{
    struct job *job = job_for(caller);
    struct stash_record *record = job != NULL && job_may_own_more(job) ? stash_new() : NULL;
    struct service *service = record == NULL ? NULL : service_new(record);

    if (service == NULL)
        goto refused;
    *service->r = (struct service_record){ .domain = caller->domain->record->id,
                                           .job = job->record->id,
                                           .port = port,
                                           .generation = 1,
                                           .state = state,
                                           .flags = flags,
                                           .uid = caller->uid };
    strcpy(service->r->name, name);
    if (!watch_set(&service->port, WATCH_SERVICE, port))
        goto refused;
    if (!link_into_domain(service, caller->domain, job)) {
        mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 1);
        watch_clear(&service->port);
        goto refused;
    }
    stash_undo_set(record);
    stash_publish(record, STASH_SERVICE);
    *service_p = service;
    return KERN_SUCCESS;

refused:
    if (record != NULL)
        stash_unuse(record);
    free(service);
    return BOOTSTRAP_NO_MEMORY;
}

/* A port of ours with one send right. */
static mach_port_t port_make(void)
{
    mach_port_t port;

    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS)
        return MACH_PORT_NULL;
    if (mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND) == KERN_SUCCESS)
        return port;
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    return MACH_PORT_NULL;
}

static void port_unmake(mach_port_t port)
{
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_deallocate(mach_task_self(), port);
}

static kern_return_t make_with_port(const struct caller *caller, const char *name, uint32_t flags,
                                    enum service_state state, struct service **service_p)
{
    mach_port_t port = port_make();
    kern_return_t kr;

    if (port == MACH_PORT_NULL)
        return BOOTSTRAP_NO_MEMORY;
    kr = service_make(caller, name, port, flags, state, service_p);
    if (kr != KERN_SUCCESS)
        port_unmake(port);
    return kr;
}

kern_return_t service_check_in_new(const struct caller *caller, const char *name, uint32_t flags,
                                   struct service **service_p)
{
    return make_with_port(caller, name, flags, SERVICE_ACTIVE, service_p);
}

kern_return_t service_create(const struct caller *caller, const char *name, struct service **service_p)
{
    return make_with_port(caller, name, SERVICE_DECLARED, SERVICE_INACTIVE, service_p);
}

kern_return_t service_register(const struct caller *caller, const char *name, mach_port_t port, uint32_t flags)
{
    struct service *service;

    return service_make(caller, name, port, flags, SERVICE_ACTIVE, &service);
}

void service_check_in(struct service *service)
{
    ASSERT((service->r->flags & SERVICE_DECLARED) && service->r->state == SERVICE_INACTIVE);
    watch_return(service->r->port);
    atomic_store_explicit(&service->r->state, SERVICE_ACTIVE, memory_order_release);
}

bool service_adopt(struct stash_record *record)
{
    struct domain *domain = domain_find_id(record->service.domain);
    struct job *job = job_find_id(record->service.job);
    struct service *service = domain == NULL || job == NULL ? NULL : service_new(record);

    return service != NULL && link_into_domain(service, domain, job) &&
           watch_restore(&service->port, WATCH_SERVICE, record->service.port);
}

bool service_is_home(mach_port_t port)
{
    for (struct watch *watch = NULL; (watch = watch_next(port, watch)) != NULL;) {
        if (watch->kind == WATCH_SERVICE &&
            container_of(watch, struct service, port)->r->state == SERVICE_INACTIVE)
            return true;
    }
    return false;
}

/* ---- ending ---- */

/* Of a declared service that is at home the port dies with the name; of others only our send right goes (B55). */
void service_end(struct service *service)
{
    mach_port_t port = service->r->port;
    bool at_home = service->r->state == SERVICE_INACTIVE;

    TAILQ_REMOVE(&service->domain->services, service, in_domain);
    TAILQ_REMOVE(&service->job->services, service, in_job);
    job_count(service->job, -1);
    index_remove(&services_by_name, &service->by_name);
    stash_free(service->record);
    if (at_home)
        mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    watch_clear(&service->port);
    free(service);
}

void service_port_died(struct watch *watch)
{
    service_end(container_of(watch, struct service, port));
}

bool service_port_returned(struct watch *watch)
{
    struct service *service = container_of(watch, struct service, port);

    if (!(service->r->flags & SERVICE_DECLARED) || service->r->state != SERVICE_ACTIVE)
        return false;
    atomic_store_explicit(&service->r->state, SERVICE_INACTIVE, memory_order_release);
    return true;
}
