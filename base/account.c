/* SPDX-License-Identifier: Apache-2.0 */
#include "base/account.h"

#include "base/alloc.h"

void account_init(struct account *account, struct account *parent, const struct account_limits *limits)
{
    *account = (struct account){ .refs = 1, .parent = parent ? account_get(parent) : NULL, .limits = *limits };
}

struct account *account_new(struct account *parent, const struct account_limits *limits)
{
    struct account *account = alloc_zeroed(sizeof(*account));
    if (account)
        account_init(account, parent, limits);
    return account;
}

struct account *account_get(struct account *account)
{
    account->refs++;
    return account;
}

void account_put(struct account *account)
{
    while (account && --account->refs == 0) {
        struct account *parent = account->parent;
        for (int kind = 0; kind < ACCOUNT_N_KINDS; kind++)
            ASSERT(account->used[kind] == 0);
        alloc_free(account);
        account = parent;
    }
}

bool account_charge(struct account *account, enum account_kind kind, uint64_t amount)
{
    for (struct account *a = account; a; a = a->parent)
        if (amount > a->limits.max[kind] || a->used[kind] > a->limits.max[kind] - amount)
            return false;
    for (struct account *a = account; a; a = a->parent)
        a->used[kind] += amount;
    return true;
}

void account_release(struct account *account, enum account_kind kind, uint64_t amount)
{
    for (struct account *a = account; a; a = a->parent) {
        ASSERT(a->used[kind] >= amount);
        a->used[kind] -= amount;
    }
}
