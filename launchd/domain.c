/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launchd/events.h"
#include "launchd/host.h"
#include "launchd/idle.h"
#include "launchd/job.h"
#include "launchd/loading.h"
#include "launchd/log.h"
#include "launchd/service.h"

static struct domain *root;
static struct index domains_by_port;
static struct index domains_by_id;
static bool is_listening;

bool domain_system_mode(void)
{
    return geteuid() == 0;
}

struct domain *domain_root(void)
{
    return root;
}

struct domain *domain_find(mach_port_t port)
{
    struct index_node *node = index_find(&domains_by_port, port);

    return node == NULL ? NULL : container_of(node, struct domain, by_port);
}

struct domain *domain_find_id(uint64_t id)
{
    struct index_node *node = index_find(&domains_by_id, id);

    return node == NULL ? NULL : container_of(node, struct domain, by_id);
}

static bool listen_to_tree(const struct domain *domain)
{
    struct domain *child;

    TAILQ_FOREACH(child, &domain->children, siblings)
    {
        if (!listen_to_tree(child))
            return false;
    }
    return events_serve_port(domain->r->port);
}

bool domain_listen(void)
{
    is_listening = events_serve_port(watch_notify_port()) && listen_to_tree(root);
    return is_listening;
}

/* ---- making ---- */

static unsigned subsets_of_uid(const struct domain *domain)
{
    const struct domain *child;
    unsigned n = 0;

    while (domain->r->kind == DOMAIN_SUBSET)
        domain = domain->parent;
    for (child = domain; child != NULL;) {
        n += child->n_subsets;
        if (!TAILQ_EMPTY(&child->children)) {
            child = TAILQ_FIRST(&child->children);
            continue;
        }
        while (child != domain && TAILQ_NEXT(child, siblings) == NULL)
            child = child->parent;
        child = child == domain ? NULL : TAILQ_NEXT(child, siblings);
    }
    return n;
}

static bool link_into_tree(struct domain *domain, struct domain *parent)
{
    if (!index_insert(&domains_by_id, &domain->by_id, domain->record->id))
        return false;
    if (!index_insert(&domains_by_port, &domain->by_port, domain->r->port)) {
        index_remove(&domains_by_id, &domain->by_id);
        return false;
    }
    domain->parent = parent;
    if (parent == NULL) {
        root = domain;
        return true;
    }
    domain->depth = parent->depth + 1;
    parent->n_subsets += domain->r->kind == DOMAIN_SUBSET;
    TAILQ_INSERT_TAIL(&parent->children, domain, siblings);
    return true;
}

static struct domain *domain_new(struct stash_record *record)
{
    struct domain *domain = calloc(1, sizeof(*domain));

    if (domain == NULL)
        return NULL;
    domain->record = record;
    domain->r = &record->domain;
    TAILQ_INIT(&domain->children);
    TAILQ_INIT(&domain->services);
    TAILQ_INIT(&domain->jobs);
    TAILQ_INIT(&domain->variables);
    return domain;
}

/* All but the requestor's watch and the record's publication. */
static struct domain *domain_prepare(struct domain *parent, enum domain_kind kind, uid_t uid)
{
    struct stash_record *record = stash_new();
    struct domain *domain = record == NULL ? NULL : domain_new(record);

    if (domain == NULL) {
        if (record != NULL)
            stash_unuse(record);
        return NULL;
    }
    domain->r->kind = kind;
    domain->r->uid = uid;
    domain->r->parent = parent == NULL ? 0 : parent->record->id;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &domain->r->port) == KERN_SUCCESS) {
        if ((!is_listening || events_serve_port(domain->r->port)) && link_into_tree(domain, parent))
            return domain;
        mach_port_mod_refs(mach_task_self(), domain->r->port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    stash_unuse(record);
    free(domain);
    return NULL;
}

static void name_per_user(struct domain *domain)
{
    snprintf(domain->r->name, sizeof(domain->r->name), "com.apple.launchd.peruser.%u", domain->r->uid);
}

void domain_make_root(void)
{
    bool system = domain_system_mode();
    struct domain *domain = domain_prepare(NULL, system ? DOMAIN_SYSTEM : DOMAIN_PER_USER, geteuid());

    if (domain == NULL) {
        log_line("cannot make the root of the namespace");
        exit(1);
    }
    if (system)
        strcpy(domain->r->name, "System");
    else
        name_per_user(domain);
    stash_publish(domain->record, STASH_DOMAIN);
}

struct domain *domain_find_per_user(uid_t uid)
{
    struct domain *domain;

    if (!domain_system_mode())
        return uid == root->r->uid ? root : NULL;
    TAILQ_FOREACH(domain, &root->children, siblings)
    {
        if (domain->r->kind == DOMAIN_PER_USER && domain->r->uid == uid)
            return domain;
    }
    return NULL;
}

struct domain *domain_per_user(uid_t uid)
{
    struct domain *domain = domain_find_per_user(uid);

    if (domain != NULL || !domain_system_mode())
        return domain;
    domain = domain_prepare(root, DOMAIN_PER_USER, uid);
    if (domain == NULL)
        return NULL;
    name_per_user(domain);
    stash_publish(domain->record, STASH_DOMAIN);
    domain_announce(domain);
    idle_watch();
    loading_places(domain);
    return domain;
}

static void unlink_from_tree(struct domain *domain)
{
    struct domain *parent = domain->parent;

    parent->n_subsets -= domain->r->kind == DOMAIN_SUBSET;
    TAILQ_REMOVE(&parent->children, domain, siblings);
    index_remove(&domains_by_port, &domain->by_port);
    index_remove(&domains_by_id, &domain->by_id);
}

kern_return_t domain_subset(struct domain *parent, mach_port_t requestor, const char *who, pid_t pid,
                            struct domain **domain_p)
{
    struct domain *domain;

    if (requestor == MACH_PORT_NULL)
        return BOOTSTRAP_NOT_PRIVILEGED;
    if (requestor == MACH_PORT_DEAD || parent->depth > DOMAIN_MAX_DEPTH ||
        parent->n_subsets >= DOMAIN_MAX_SUBSETS || subsets_of_uid(parent) >= DOMAIN_MAX_SUBSETS_UID)
        return BOOTSTRAP_NO_MEMORY;
    domain = domain_prepare(parent, DOMAIN_SUBSET, parent->r->uid);
    if (domain == NULL)
        return BOOTSTRAP_NO_MEMORY;
    if (!watch_set(&domain->requestor, WATCH_REQUESTOR, requestor)) {
        unlink_from_tree(domain);
        mach_port_mod_refs(mach_task_self(), domain->r->port, MACH_PORT_RIGHT_RECEIVE, -1);
        stash_unuse(domain->record);
        free(domain);
        return BOOTSTRAP_NO_MEMORY;
    }
    domain->r->requestor = requestor;
    snprintf(domain->r->name, sizeof(domain->r->name), "%s[%d].subset.%u", who, (int)pid,
             MACH_PORT_INDEX(requestor));
    stash_undo_set(domain->record);
    stash_publish(domain->record, STASH_DOMAIN);
    *domain_p = domain;
    return KERN_SUCCESS;
}

bool domain_adopt(struct stash_record *record)
{
    struct domain *parent = domain_find_id(record->domain.parent);
    struct domain *domain;

    if ((parent == NULL) != (record->domain.parent == 0))
        return false;
    domain = domain_new(record);
    if (domain == NULL || !link_into_tree(domain, parent))
        return false;
    return record->domain.kind != DOMAIN_SUBSET ||
           watch_restore(&domain->requestor, WATCH_REQUESTOR, record->domain.requestor);
}

/* ---- ending ---- */

static void end_one(struct domain *domain)
{
    mach_port_t port = domain->r->port;

    while (!TAILQ_EMPTY(&domain->services))
        service_end(TAILQ_FIRST(&domain->services));
    while (!TAILQ_EMPTY(&domain->jobs))
        job_end(TAILQ_FIRST(&domain->jobs));
    variables_end(domain, 0);
    unlink_from_tree(domain);
    stash_free(domain->record);
    watch_clear(&domain->requestor);
    events_unserve_port(port);
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    free(domain);
}

/* The deepest first (B55), without recursion. */
void domain_end(struct domain *domain)
{
    struct domain *at = domain;

    ASSERT(domain != root);
    while (true) {
        while (!TAILQ_EMPTY(&at->children))
            at = TAILQ_FIRST(&at->children);
        if (at == domain)
            break;
        struct domain *parent = at->parent;
        end_one(at);
        at = parent;
    }
    end_one(domain);
}

void domain_requestor_died(struct watch *watch)
{
    domain_end(container_of(watch, struct domain, requestor));
}

/* ---- machd ---- */

void domain_announce(const struct domain *domain)
{
    if (mach_port_insert_right(mach_task_self(), domain->r->port, domain->r->port, MACH_MSG_TYPE_MAKE_SEND) !=
        KERN_SUCCESS)
        return;
    host_domain_set(domain->r->kind == DOMAIN_SYSTEM ? 0 : domain->r->uid, domain->r->port);
    mach_port_deallocate(mach_task_self(), domain->r->port);
}

void domain_announce_all(void)
{
    struct domain *domain;

    domain_announce(root);
    TAILQ_FOREACH(domain, &root->children, siblings)
    {
        if (domain->r->kind == DOMAIN_PER_USER)
            domain_announce(domain);
    }
}
