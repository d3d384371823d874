/* SPDX-License-Identifier: Apache-2.0 */
/* base/account.h - what a task and a uid may consume, and allocation that is charged to them
 *
 * Every object made for a client carries the account that paid for it and gives the charge back when it dies.
 * An account has a parent (a task's is its uid's); a charge must fit both. Accounts are counted: they outlive
 * the task whose queued messages they still pay for.
 */
#pragma once

#include <stdint.h>

#include "base/assert.h"

enum account_kind {
    ACCOUNT_PORTS,
    ACCOUNT_NAMES,
    ACCOUNT_MESSAGES,
    ACCOUNT_BYTES, /* of messages, names tables and memory held by the kernel */
    ACCOUNT_THREADS,
    ACCOUNT_SEGMENTS, /* descriptors of machd */
    ACCOUNT_N_KINDS
};

struct account_limits {
    uint64_t max[ACCOUNT_N_KINDS];
};

struct account {
    uint32_t refs;
    struct account *parent; /* holds a reference */
    uint64_t used[ACCOUNT_N_KINDS];
    struct account_limits limits;
};

void account_init(struct account *account, struct account *parent, const struct account_limits *limits);
struct account *account_new(struct account *parent, const struct account_limits *limits);
struct account *account_get(struct account *account);
void account_put(struct account *account); /* frees the last reference; every charge must be gone by then */

/* False, and nothing charged, if a limit of the account or of its parents would be passed. */
bool account_charge(struct account *account, enum account_kind kind, uint64_t amount);
void account_release(struct account *account, enum account_kind kind, uint64_t amount);
