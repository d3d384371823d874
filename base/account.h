/* SPDX-License-Identifier: Apache-2.0 */
/* base/account.h - what a task and a uid may consume, and allocation that is charged to them
 *
 * Every object made for a client carries the account that paid for it and gives the charge back when it dies.
 * An account has a parent (a task's is its uid's, a uid's is that of all clients); a charge must fit all of them.
 * Accounts are counted: they outlive the task whose queued messages they still pay for. docs/accounting.md lists
 * what is charged.
 */
#pragma once

#include <stdint.h>

#include "base/assert.h"

enum account_kind {
    ACCOUNT_PORTS,
    ACCOUNT_NAMES,    /* and memberships of port sets, kqueues, knotes */
    ACCOUNT_MESSAGES,
    ACCOUNT_BYTES,    /* of machd's heap */
    ACCOUNT_SEGMENTS, /* pieces of memory that travel as a descriptor */
    ACCOUNT_SEGMENT_BYTES,
    ACCOUNT_THREADS,
    ACCOUNT_TIMERS,
    ACCOUNT_TASKS,       /* a uid's */
    ACCOUNT_CONNECTIONS,
    ACCOUNT_DESCRIPTORS, /* of machd */
    ACCOUNT_N_KINDS
};

struct account_limits {
    uint64_t max[ACCOUNT_N_KINDS];
    uint32_t soft_percent; /* of max, from where on an account is pressed; 0: never */
};

extern const struct account_limits account_unlimited;

struct account {
    uint32_t refs;
    struct account *parent; /* holds a reference */
    uint64_t used[ACCOUNT_N_KINDS];
    struct account_limits limits;
    uint64_t soft[ACCOUNT_N_KINDS];
    uint32_t n_pressed; /* kinds of which more is used than the soft limit */
    uint64_t steps;     /* of machd's work, ever */
};

void account_init(struct account *account, struct account *parent, const struct account_limits *limits);
struct account *account_new(struct account *parent, const struct account_limits *limits);
struct account *account_get(struct account *account);
void account_put(struct account *account); /* frees the last reference; every charge must be gone by then */

/* False, and nothing charged, if a limit of the account or of its parents would be passed. */
bool account_charge(struct account *account, enum account_kind kind, uint64_t amount);
void account_release(struct account *account, enum account_kind kind, uint64_t amount);

/* One of `kind` and the bytes that its record takes: both or nothing. */
bool account_charge_object(struct account *account, enum account_kind kind, uint64_t bytes);
void account_release_object(struct account *account, enum account_kind kind, uint64_t bytes);

/* Past every limit: for what the holder of something that was charged was promised (a notification). The caller says
 * why this cannot grow without bound. */
void account_charge_promised(struct account *account, enum account_kind kind, uint64_t amount);

void account_spend(struct account *account, uint64_t steps);

/* Some limit of this account (not of its parents) is near: who works for it does so after the others. */
static inline bool account_is_pressed(const struct account *account)
{
    return account->n_pressed > 0;
}
