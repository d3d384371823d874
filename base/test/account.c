/* SPDX-License-Identifier: Apache-2.0 */
#include "base/account.h"
#include "base/alloc.h"
#include "tests/harness/harness.h"

/* rules: none; the accounts are machd's own */

static const struct account_limits narrow = {
    .max = { [ACCOUNT_PORTS] = 8, [ACCOUNT_BYTES] = 1000 },
    .soft_percent = 75,
};

static const struct account_limits wide = {
    .max = { [ACCOUNT_PORTS] = 12, [ACCOUNT_BYTES] = 10000 },
};

TEST(a_charge_fits_the_account_and_its_parents_or_nothing_is_charged, "")
{
    struct account *uid = account_new(NULL, &wide);
    struct account *a = account_new(uid, &narrow), *b = account_new(uid, &narrow);
    CHECK(account_charge(a, ACCOUNT_PORTS, 8));
    CHECK(!account_charge(a, ACCOUNT_PORTS, 1));
    CHECK(!account_charge(b, ACCOUNT_PORTS, 5));
    CHECK_EQ(b->used[ACCOUNT_PORTS], 0);
    CHECK(account_charge(b, ACCOUNT_PORTS, 4));
    CHECK_EQ(uid->used[ACCOUNT_PORTS], 12);
    CHECK(!account_charge(b, ACCOUNT_PORTS, UINT64_MAX));
    account_release(a, ACCOUNT_PORTS, 8);
    account_release(b, ACCOUNT_PORTS, 4);
    CHECK_EQ(uid->used[ACCOUNT_PORTS], 0);
    account_put(a);
    account_put(b);
    account_put(uid);
}

TEST(an_object_and_its_bytes_are_charged_together, "")
{
    struct account *a = account_new(NULL, &narrow);
    CHECK(account_charge_object(a, ACCOUNT_PORTS, 600));
    CHECK(!account_charge_object(a, ACCOUNT_PORTS, 600));
    CHECK_EQ(a->used[ACCOUNT_PORTS], 1);
    CHECK_EQ(a->used[ACCOUNT_BYTES], 600);
    account_release_object(a, ACCOUNT_PORTS, 600);
    account_put(a);
}

TEST(an_account_is_pressed_beyond_its_soft_limit_and_no_longer_when_it_has_given_back, "")
{
    struct account *a = account_new(NULL, &narrow);
    CHECK(account_charge(a, ACCOUNT_PORTS, 6));
    CHECK(!account_is_pressed(a));
    CHECK(account_charge(a, ACCOUNT_PORTS, 1));
    CHECK(account_is_pressed(a));
    CHECK(account_charge(a, ACCOUNT_BYTES, 1000));
    account_release(a, ACCOUNT_PORTS, 1);
    CHECK(account_is_pressed(a));
    account_release(a, ACCOUNT_BYTES, 250);
    CHECK(!account_is_pressed(a));
    account_release(a, ACCOUNT_BYTES, 750);
    account_release(a, ACCOUNT_PORTS, 6);
    account_put(a);
}

TEST(what_was_promised_passes_the_limit_and_what_follows_does_not, "")
{
    struct account *a = account_new(NULL, &narrow);
    CHECK(account_charge(a, ACCOUNT_PORTS, 8));
    account_charge_promised(a, ACCOUNT_PORTS, 1);
    CHECK_EQ(a->used[ACCOUNT_PORTS], 9);
    account_release(a, ACCOUNT_PORTS, 1);
    CHECK(!account_charge(a, ACCOUNT_PORTS, 1));
    account_release(a, ACCOUNT_PORTS, 8);
    account_put(a);
}

TEST(the_unlimited_is_never_full_and_never_pressed, "")
{
    struct account *a = account_new(NULL, &account_unlimited);
    CHECK(account_charge(a, ACCOUNT_BYTES, UINT64_MAX));
    CHECK(!account_is_pressed(a));
    account_release(a, ACCOUNT_BYTES, UINT64_MAX);
    account_spend(a, 5);
    CHECK_EQ(a->steps, 5);
    account_put(a);
}

TEST(a_block_costs_at_least_what_was_asked_for, "")
{
    for (uint64_t size = 1; size < 5000; size += 7)
        CHECK_GE(alloc_cost(size), size);
}
