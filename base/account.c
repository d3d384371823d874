/* SPDX-License-Identifier: Apache-2.0 */
#include "base/account.h"

#include "base/alloc.h"

const struct account_limits account_unlimited = {
    .max = { [0 ... ACCOUNT_N_KINDS - 1] = UINT64_MAX },
};

/* What is unlimited is never pressed. */
static uint64_t soft_limit(uint64_t max, uint32_t percent)
{
    if (percent == 0 || max == UINT64_MAX)
        return UINT64_MAX;
    return max / 100 * percent + max % 100 * percent / 100;
}

void account_init(struct account *account, struct account *parent, const struct account_limits *limits)
{
    *account = (struct account){ .refs = 1, .parent = parent ? account_get(parent) : NULL, .limits = *limits };
    for (int kind = 0; kind < ACCOUNT_N_KINDS; kind++)
        account->soft[kind] = soft_limit(limits->max[kind], limits->soft_percent);
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

/* ---- charges ---- */

static void set_used(struct account *account, enum account_kind kind, uint64_t used)
{
    uint64_t soft = account->soft[kind];
    bool was_pressed = account->used[kind] > soft, is_pressed = used > soft;
    account->used[kind] = used;
    account->n_pressed += is_pressed;
    account->n_pressed -= was_pressed;
}

static bool fits(const struct account *account, enum account_kind kind, uint64_t amount)
{
    uint64_t max = account->limits.max[kind];
    return amount <= max && account->used[kind] <= max - amount;
}

void account_charge_promised(struct account *account, enum account_kind kind, uint64_t amount)
{
    for (struct account *a = account; a; a = a->parent)
        set_used(a, kind, a->used[kind] + amount);
}

bool account_charge(struct account *account, enum account_kind kind, uint64_t amount)
{
    for (struct account *a = account; a; a = a->parent)
        if (!fits(a, kind, amount))
            return false;
    account_charge_promised(account, kind, amount);
    return true;
}

void account_release(struct account *account, enum account_kind kind, uint64_t amount)
{
    for (struct account *a = account; a; a = a->parent) {
        ASSERT(a->used[kind] >= amount);
        set_used(a, kind, a->used[kind] - amount);
    }
}

bool account_charge_object(struct account *account, enum account_kind kind, uint64_t bytes)
{
    if (!account_charge(account, kind, 1))
        return false;
    if (account_charge(account, ACCOUNT_BYTES, bytes))
        return true;
    account_release(account, kind, 1);
    return false;
}

void account_release_object(struct account *account, enum account_kind kind, uint64_t bytes)
{
    account_release(account, kind, 1);
    account_release(account, ACCOUNT_BYTES, bytes);
}

void account_spend(struct account *account, uint64_t steps)
{
    for (struct account *a = account; a; a = a->parent)
        a->steps += steps;
}
