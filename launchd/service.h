/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/service.h - a name in a domain, its port, and the job that owns it (B2, B3)
 *
 * launchd keeps a send right of every service, watched, for as long as the name exists. Of a declared service
 * it has the receive right too, except while the job has it; a port-destroyed request brings it back (B28).
 */
#pragma once

#include <sys/queue.h>

#include "launchd/events.h"
#include "launchd/index.h"
#include "launchd/stash.h"
#include "launchd/watch.h"

struct domain;
struct job;
struct caller;

struct service {
    struct stash_record *record;
    struct service_record *r; /* in the record */
    struct domain *domain;
    struct job *job;
    TAILQ_ENTRY(service) in_domain;
    TAILQ_ENTRY(service) in_job;
    struct index_node by_name;
    struct watch port;
};

static inline bool service_is_declared(const struct service *service)
{
    return service->r->flags & SERVICE_DECLARED;
}

/* In this domain only; of pid 0 the public names, else the private ones of that process (B30). */
struct service *service_find(struct domain *domain, const char *name, pid_t pid);
/* The same for those who want the name: a service whose port has died counts as none, and is ended (B25,
 * B44). */
struct service *service_find_live(struct domain *domain, const char *name, pid_t pid);
/* In this domain, then upwards to the root (B33); NULL too for one that hides (B35). */
struct service *service_visible(struct domain *domain, const char *name);
/* A private name of a process: in this domain, then in any (B40). */
struct service *service_find_private(struct domain *domain, const char *name, pid_t pid);

/* A new active name for the caller with a new port, whose receive right is to go into the reply. */
kern_return_t service_check_in_new(const struct caller *caller, const char *name, uint32_t flags, struct service **service_p);
/* The receive right of an inactive one goes into the reply. */
void service_check_in(struct service *service);
/* A new active name for the caller and a port that it offers; consumes port on success. */
kern_return_t service_register(const struct caller *caller, const char *name, mach_port_t port, uint32_t flags);
/* A new inactive declared name (B48). */
kern_return_t service_create(const struct caller *caller, const char *name, struct service **service_p);

/* An inactive name that a managed job declares, with a new port and these flags besides SERVICE_DECLARED (B132). False: no
 * memory. */
bool service_declare(struct job *job, const char *name, uint32_t flags);

/* Of an inactive declared one of a managed job (events.h). False: it cannot be watched. */
bool service_watch(const struct service *service, enum port_watch how);

/* Of an inactive declared one: messages that wait for its job. */
unsigned service_n_messages(const struct service *service);
/* Destroys the first of them or all, as its flags say; how many. */
unsigned service_drain(const struct service *service);
/* Answers those that want an answer with this result; how many. The others stay: *left_p. */
unsigned service_refuse(const struct service *service, kern_return_t result, unsigned *left_p);
/* The first of them as a reason to start (B170). */
void service_tell_demand(const struct service *service, char *text, size_t size);

/* May this caller check the service in? (B25, B48) */
bool service_is_open_to(struct service *service, const struct caller *caller);

bootstrap_status_t service_status(const struct service *service);

bool service_adopt(struct stash_record *record);

/* Does launchd hold the receive right of this port for an inactive service? */
bool service_is_home(mach_port_t port);

void service_end(struct service *service);
void service_port_died(struct watch *watch);
/* The receive right is here again. False: this service does not wait for one. */
bool service_port_returned(struct watch *watch);
