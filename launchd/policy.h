/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/policy.h - who may do what (B10, B78, B81) */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>

#include "launchd/job.h"

/* Who sends this request, and which domain it concerns: what a process that is not root asks of System is
 * done in the per-user domain of its uid (B10). Refuses MACH_SEND_INVALID_DEST (the domain has ended, B66)
 * and BOOTSTRAP_NO_MEMORY. */
kern_return_t policy_caller(mach_port_t bp, const audit_token_t *token, struct caller *caller);

/* B78 */
bool policy_is_privileged(const struct caller *caller);

/* The domain that this caller's jobs are loaded into: the nearest that is no subset. NULL: it may not (B79). */
struct domain *policy_job_domain(const struct caller *caller);
/* May this caller load, start, stop, signal and remove jobs of the domain, which is no subset? (B79) */
bool policy_may_manage(const struct caller *caller, const struct domain *domain);

/* The caller's job is not denied making others (Policies of its property list, B50). */
bool policy_may_make_jobs(const struct caller *caller);

/* May this caller offer this port in its domain? (B81) *third_party_p: the receive right is somebody else's. */
bool policy_may_register(const struct caller *caller, mach_port_t port, bool *third_party_p);

/* One line for each process that asks for a name of another (B25). */
void policy_log_refusal(const struct caller *caller, const char *name);
