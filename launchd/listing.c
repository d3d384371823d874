/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/listing.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "launchd/domain.h"
#include "launchd/job.h"
#include "launchd/service.h"

static bool room(void *pointer, size_t n, size_t size)
{
    vm_address_t address = 0;

    if (vm_allocate(mach_task_self(), &address, n * size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS)
        return false;
    memcpy(pointer, &address, sizeof(address));
    return true;
}

static void give_up(void *address, size_t n, size_t size)
{
    if (address != NULL)
        vm_deallocate(mach_task_self(), (vm_address_t)address, n * size);
}

static kern_return_t no_memory(struct listing *l)
{
    give_up(l->names, l->n, sizeof(*l->names));
    give_up(l->jobs, l->n, sizeof(*l->jobs));
    give_up(l->statuses, l->n, sizeof(*l->statuses));
    give_up(l->properties, l->n, sizeof(*l->properties));
    give_up(l->ports, l->n, sizeof(*l->ports));
    memset(l, 0, sizeof(*l));
    return BOOTSTRAP_NO_MEMORY;
}

kern_return_t listing_services(const struct domain *domain, struct listing *l)
{
    const struct service *service;
    mach_msg_type_number_t i = 0;

    memset(l, 0, sizeof(*l));
    TAILQ_FOREACH(service, &domain->services, in_domain)
    l->n += !(service->r->flags & SERVICE_PRIVATE);
    if (l->n == 0)
        return KERN_SUCCESS;
    if (!room(&l->names, l->n, sizeof(*l->names)) || !room(&l->jobs, l->n, sizeof(*l->jobs)) ||
        !room(&l->statuses, l->n, sizeof(*l->statuses)) || !room(&l->properties, l->n, sizeof(*l->properties)))
        return no_memory(l);
    TAILQ_FOREACH(service, &domain->services, in_domain)
    {
        if (service->r->flags & SERVICE_PRIVATE)
            continue;
        strcpy(l->names[i], service->r->name);
        job_label(service->job, l->jobs[i], sizeof(l->jobs[i]));
        l->statuses[i] = service_status(service);
        l->properties[i++] = !!(service->r->flags & SERVICE_THIRD_PARTY);
    }
    return KERN_SUCCESS;
}

/* Subsets in the order of their creation, then the per-user domains (B63). */
static void put_children(const struct domain *domain, enum domain_kind kind, bootstrap_property_t property,
                         struct listing *l, mach_msg_type_number_t *i)
{
    const struct domain *child;

    TAILQ_FOREACH(child, &domain->children, siblings)
    {
        if (child->r->kind != kind)
            continue;
        l->ports[*i] = child->r->port;
        snprintf(l->names[*i], sizeof(l->names[*i]), "%.127s", child->r->name);
        l->properties[(*i)++] = property;
    }
}

kern_return_t listing_children(const struct domain *domain, struct listing *l)
{
    const struct domain *child;
    mach_msg_type_number_t i = 0;

    memset(l, 0, sizeof(*l));
    TAILQ_FOREACH(child, &domain->children, siblings)
    l->n++;
    if (l->n == 0)
        return BOOTSTRAP_NO_CHILDREN;
    if (!room(&l->names, l->n, sizeof(*l->names)) || !room(&l->ports, l->n, sizeof(*l->ports)) ||
        !room(&l->properties, l->n, sizeof(*l->properties)))
        return no_memory(l);
    put_children(domain, DOMAIN_SUBSET, BOOTSTRAP_PROPERTY_EXPLICITSUBSET, l, &i);
    put_children(domain, DOMAIN_PER_USER, BOOTSTRAP_PROPERTY_PERUSER, l, &i);
    return KERN_SUCCESS;
}
