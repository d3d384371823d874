/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/limits.h - how much all programs, one uid and one task may have the kernel hold */
#pragma once

#include "base/account.h"

/* One limit of one uid that differs from those of the others. */
struct limit_override {
    uint32_t uid;
    bool of_task; /* of each of its tasks; else of all of them together */
    enum account_kind kind;
    uint64_t max;
};

struct kernel_limits {
    struct account_limits all; /* launchd stands outside: who asks it for something must not be able to starve it */
    struct account_limits uid;
    struct account_limits task;
    const struct limit_override *overrides; /* of several that fit the last one counts; must outlive the kernel */
    uint32_t n_overrides;
};
