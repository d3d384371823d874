/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/listing.h - the arrays that info and lookup_children answer (B61, B63); they go away with the reply */
#pragma once

#include <mach/mach.h>
#include <bootstrap_priv.h>
#include <servers/bootstrap.h>

struct domain;

struct listing {
    mach_msg_type_number_t n;
    name_array_t names;
    name_array_t jobs;                     /* of services: owning job's label */
    bootstrap_status_array_t statuses;     /* of services */
    bootstrap_property_array_t properties; /* of domains; of services: 1 for a third party's port */
    mach_port_array_t ports;               /* of domains: names of receive rights */
};

/* Refuse BOOTSTRAP_NO_MEMORY, and listing_children BOOTSTRAP_NO_CHILDREN. No services: success, n 0, all
 * NULL. */
kern_return_t listing_services(const struct domain *domain, struct listing *listing);
kern_return_t listing_children(const struct domain *domain, struct listing *listing);
