/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/service.h"

#include <mach/mig_errors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launchd/domain.h"
#include "launchd/host.h"
#include "launchd/job.h"
#include "launchd/legacy.h"
#include "launchd/log.h"
#include "launchd/managed.h"

static struct index services_by_name; /* key: domain and name; of private services: the name alone */

static uint64_t key_of(const struct domain *domain, const char *name, bool is_private)
{
    return index_hash(is_private ? 0 : domain->record->id, name, strlen(name));
}

static bool is_private(const struct service *service)
{
    return service->r->flags & SERVICE_PRIVATE;
}

static bool is_hidden(const struct service *service)
{
    return (service->r->flags & SERVICE_HIDE) && service->r->state == SERVICE_INACTIVE;
}

/* B83: what property lists declare is limited by their number and size. */
static bool counts(const struct service *service)
{
    return service->job->managed == NULL || legacy_is(service->job->managed) ||
           !(service->r->flags & SERVICE_DECLARED);
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
    return service == NULL || is_hidden(service) ? NULL : service;
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
    return service->job->managed != NULL && managed_is_on_demand(service->job->managed)
               ? BOOTSTRAP_STATUS_ON_DEMAND
               : BOOTSTRAP_STATUS_INACTIVE;
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
    if (counts(service))
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
static struct service *service_put(struct domain *domain, struct job *job, const struct service_record *record)
{
    struct stash_record *slot = stash_new();
    struct service *service = slot == NULL ? NULL : service_new(slot);

    if (service == NULL)
        goto refused;
    memcpy(service->r, record, sizeof(*record));
    service->r->domain = domain->record->id;
    service->r->job = job->record->id;
    service->r->generation = 1;
    if (!watch_set(&service->port, WATCH_SERVICE, record->port))
        goto refused;
    if (!link_into_domain(service, domain, job)) {
        mach_port_mod_refs(mach_task_self(), record->port, MACH_PORT_RIGHT_SEND, 1);
        watch_clear(&service->port);
        goto refused;
    }
    stash_undo_set(slot);
    stash_publish(slot, STASH_SERVICE);
    return service;

refused:
    if (slot != NULL)
        stash_unuse(slot);
    free(service);
    return NULL;
}

/* Consumes one send right on success. */
static kern_return_t service_make(const struct caller *caller, const char *name, mach_port_t port,
                                  uint32_t flags, enum service_state state, struct service **service_p)
{
    struct job *job = job_for(caller);
    struct service_record record = { .port = port, .state = state, .flags = flags, .uid = caller->uid };

    snprintf(record.name, sizeof(record.name), "%s", name);
    *service_p = job != NULL && job_may_own_more(job) ? service_put(caller->domain, job, &record) : NULL;
    if (*service_p != NULL && job->managed != NULL && state == SERVICE_ACTIVE)
        managed_checked_in(job->managed);
    return *service_p != NULL ? KERN_SUCCESS : BOOTSTRAP_NO_MEMORY;
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

/* B132, B156: who holds it for now is nobody that senders should push on. */
static void mark_for_demand(mach_port_t port)
{
    mach_port_set_attributes(mach_task_self(), port, MACH_PORT_TEMPOWNER, NULL, 0);
}

static mach_port_t port_make_for_demand(void)
{
    mach_port_t port = port_make();

    if (port != MACH_PORT_NULL)
        mark_for_demand(port);
    return port;
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
    kern_return_t kr = make_with_port(caller, name, SERVICE_DECLARED, SERVICE_INACTIVE, service_p);

    if (kr != KERN_SUCCESS || (*service_p)->job->managed == NULL)
        return kr;
    mark_for_demand((*service_p)->r->port);
    managed_service_returned((*service_p)->job->managed, *service_p);
    return KERN_SUCCESS;
}

kern_return_t service_register(const struct caller *caller, const char *name, mach_port_t port, uint32_t flags)
{
    struct service *service;

    return service_make(caller, name, port, flags, SERVICE_ACTIVE, &service);
}

bool service_declare(struct job *job, const char *name, uint32_t flags)
{
    struct service_record record = { .port = port_make_for_demand(),
                                     .state = SERVICE_INACTIVE,
                                     .flags = SERVICE_DECLARED | flags,
                                     .uid = job->r->uid };

    if (record.port == MACH_PORT_NULL)
        return false;
    snprintf(record.name, sizeof(record.name), "%s", name);
    if (service_put(job->domain, job, &record) != NULL)
        return true;
    port_unmake(record.port);
    return false;
}

void service_check_in(struct service *service)
{
    ASSERT((service->r->flags & SERVICE_DECLARED) && service->r->state == SERVICE_INACTIVE);
    watch_return(service->r->port);
    if (service->job->managed != NULL)
        service_watch(service, PORT_FORGOTTEN);
    atomic_store_explicit(&service->r->state, SERVICE_ACTIVE, memory_order_release);
    if (service->job->managed != NULL)
        managed_checked_in(service->job->managed);
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
    if (counts(service))
        job_count(service->job, -1);
    index_remove(&services_by_name, &service->by_name);
    if (service->job->managed != NULL)
        managed_touch(service->job->managed);
    if (at_home && service->job->managed != NULL)
        service_watch(service, PORT_FORGOTTEN);
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

/* B141: from here on lookups find the new port; the old one dies with what is queued on it. */
static void renew_port(struct service *service)
{
    mach_port_t old = service->r->port, new = port_make_for_demand();
    struct watch was = { 0 };

    if (new == MACH_PORT_NULL) {
        log_line("no memory for a new port of %.127s, which keeps the old one", service->r->name);
        return;
    }
    watch_move(&service->port, &was);
    if (!watch_set(&service->port, WATCH_SERVICE, new)) {
        watch_move(&was, &service->port);
        port_unmake(new);
        return;
    }
    service->r->generation++;
    atomic_store_explicit(&service->r->port, new, memory_order_release);
    mach_port_mod_refs(mach_task_self(), old, MACH_PORT_RIGHT_RECEIVE, -1);
    watch_clear(&was);
}

bool service_port_returned(struct watch *watch)
{
    struct service *service = container_of(watch, struct service, port);

    if (!(service->r->flags & SERVICE_DECLARED) || service->r->state != SERVICE_ACTIVE)
        return false;
    if (service->r->flags & SERVICE_RESET)
        renew_port(service);
    mark_for_demand(service->r->port);
    atomic_store_explicit(&service->r->state, SERVICE_INACTIVE, memory_order_release);
    if (service->job->managed != NULL)
        managed_service_returned(service->job->managed, service);
    return true;
}

/* ---- demands ---- */

bool service_watch(const struct service *service, enum port_watch how)
{
    return events_watch_port(service->job->record->id, service->r->port, how);
}

unsigned service_n_messages(const struct service *service)
{
    mach_port_status_t status = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;

    if (mach_port_get_attributes(mach_task_self(), service->r->port, MACH_PORT_RECEIVE_STATUS,
                                 (mach_port_info_t)&status, &count) != KERN_SUCCESS)
        return 0;
    return status.mps_msgcount;
}

/* One that is too large for the room goes without being looked at. */
static bool drain_one(mach_port_t port)
{
    union {
        mach_msg_header_t header;
        char room[2048];
    } message;
    mach_msg_return_t mr = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message),
                                    port, 0, MACH_PORT_NULL);

    if (mr == MACH_MSG_SUCCESS)
        mach_msg_destroy(&message.header);
    return mr == MACH_MSG_SUCCESS || mr == MACH_RCV_TOO_LARGE;
}

unsigned service_drain(const struct service *service)
{
    unsigned most = service->r->flags & SERVICE_DRAIN_ALL ? service_n_messages(service) : 1, n = 0;

    while (n < most && drain_one(service->r->port))
        n++;
    return n;
}

unsigned service_refuse(const struct service *service, kern_return_t result, unsigned *left_p)
{
    return host_port_refuse(service->r->port, result, left_p);
}

void service_tell_demand(const struct service *service, char *text, size_t size)
{
    mach_msg_audit_trailer_t trailer = { 0 };
    mach_msg_type_number_t count = sizeof(trailer);
    mach_port_seqno_t seqno = 0;
    mach_msg_size_t length;
    mach_msg_id_t id;
    char command[64];
    pid_t pid;

    snprintf(text, size, "message on %s", service->r->name);
    if (mach_port_peek(mach_task_self(), service->r->port, MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                       &seqno, &length, &id, (mach_msg_trailer_info_t)&trailer, &count) != KERN_SUCCESS)
        return;
    pid = (pid_t)trailer.msgh_audit.val[5];
    if (pid != 0 && host_task_command(pid, trailer.msgh_audit.val[7], command, sizeof(command)))
        snprintf(text, size, "message on %s from pid %d (%s)", service->r->name, (int)pid, command);
}
