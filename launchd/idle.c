/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/idle.h"

#include <mach/mach.h>

#include "launchd/domain.h"
#include "launchd/host.h"
#include "launchd/log.h"
#include "launchd/timer.h"

#define LOOKS 4 /* in the time after which an unused domain goes */

static uint64_t limit = 60 * TIMER_SECOND;
static struct timer timer;

void idle_set_seconds(uint32_t seconds)
{
    limit = seconds * TIMER_SECOND;
}

/* Others than launchd have a right to it, or a request of theirs waits. */
static bool port_is_held(mach_port_t port)
{
    mach_port_status_t status = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;

    return mach_port_get_attributes(mach_task_self(), port, MACH_PORT_RECEIVE_STATUS,
                                    (mach_port_info_t)&status, &count) != KERN_SUCCESS ||
           status.mps_srights || status.mps_sorights || status.mps_msgcount != 0;
}

static bool is_used(const struct domain *domain)
{
    bool held;

    if (!TAILQ_EMPTY(&domain->children) || !TAILQ_EMPTY(&domain->services) || !TAILQ_EMPTY(&domain->jobs) ||
        !TAILQ_EMPTY(&domain->variables))
        return true;
    host_domain_set(domain->r->uid, MACH_PORT_NULL);
    held = port_is_held(domain->r->port);
    domain_announce(domain);
    return held;
}

static void remove_domain(struct domain *domain)
{
    log_line("%s has not been used for %u s, and is removed", domain->r->name,
             (unsigned)(limit / TIMER_SECOND));
    host_domain_set(domain->r->uid, MACH_PORT_NULL);
    domain_end(domain);
}

static void look_at(struct domain *domain, uint64_t now)
{
    if (domain->r->kind != DOMAIN_PER_USER)
        return;
    if (is_used(domain))
        domain->unused_since = 0;
    else if (domain->unused_since == 0)
        domain->unused_since = now;
    else if (now - domain->unused_since >= limit)
        remove_domain(domain);
}

static void look(struct timer *unused)
{
    struct domain *domain = TAILQ_FIRST(&domain_root()->children), *next;
    uint64_t now = timer_now();

    (void)unused;
    for (; domain != NULL; domain = next) {
        next = TAILQ_NEXT(domain, siblings);
        look_at(domain, now);
    }
    idle_watch();
}

static bool any_to_watch(void)
{
    const struct domain *domain;

    TAILQ_FOREACH(domain, &domain_root()->children, siblings)
    {
        if (domain->r->kind == DOMAIN_PER_USER)
            return true;
    }
    return false;
}

void idle_watch(void)
{
    if (!timer.on && any_to_watch())
        timer_set(&timer, timer_now() + limit / LOOKS, look);
}
