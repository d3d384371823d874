/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/domain.h - one level of the namespace (B1, B7, B51-B56)
 *
 * A domain is found by its bootstrap port, whose receive right launchd holds while the domain exists. It owns
 * its services, the jobs that own them, and its child domains; ending it ends them all, the deepest first,
 * and its port last (B55).
 */
#pragma once

#include <sys/queue.h>

#include "launchd/index.h"
#include "launchd/stash.h"
#include "launchd/variables.h"
#include "launchd/watch.h"

#define DOMAIN_MAX_DEPTH 100     /* B53 */
#define DOMAIN_MAX_SUBSETS 1024u /* B83: direct ones of one domain */
#define DOMAIN_MAX_SUBSETS_UID 4096u /* ours: of all that one uid's namespace holds */

TAILQ_HEAD(domain_list, domain);
TAILQ_HEAD(domain_services, service);
TAILQ_HEAD(domain_jobs, job);

struct domain {
    struct stash_record *record;
    struct domain_record *r; /* in the record */
    struct domain *parent;   /* NULL: the root */
    TAILQ_ENTRY(domain) siblings;
    struct domain_list children;
    struct domain_services services; /* in the order in which they were added (B61) */
    struct domain_jobs jobs;
    struct variable_list variables;
    struct index_node by_port;
    struct index_node by_id;
    struct watch requestor;
    unsigned depth; /* domains above it */
    unsigned n_subsets;
    uint64_t unused_since; /* ns since boot, as far as idle.c has seen; 0: it is used */
};

/* System mode: machd is root (B7). */
bool domain_system_mode(void);

struct domain *domain_root(void);
struct domain *domain_find(mach_port_t port);
struct domain *domain_find_id(uint64_t id);

/* The root of this mode, on a fresh stash. Ends the process when it cannot be made. */
void domain_make_root(void);

/* The per-user domain of uid, made if there is none (B8). User mode: the root for its own uid, NULL for
 * others. NULL also when there is no memory. */
struct domain *domain_per_user(uid_t uid);
/* The same, but makes none. */
struct domain *domain_find_per_user(uid_t uid);

/* Refuses NOT_PRIVILEGED, NO_MEMORY as B53 and B83 say; consumes requestor on success. who and pid make the
 * name (B52). */
kern_return_t domain_subset(struct domain *parent, mach_port_t requestor, const char *who, pid_t pid,
                            struct domain **domain_p);

/* Puts a record of the launchd before us back into the tree. False: its parent is missing, or no memory. */
bool domain_adopt(struct stash_record *record);

void domain_end(struct domain *domain);
void domain_requestor_died(struct watch *watch);

/* Tells machd which bootstrap port new tasks of its uid get (B8). */
void domain_announce(const struct domain *domain);
/* All of them, the root first. */
void domain_announce_all(void);

/* What comes to the domains' ports and to the notification port is served from now on. */
bool domain_listen(void);
