/* SPDX-License-Identifier: Apache-2.0 */
/* bench/kernel/propagation.h - what a push costs the kernel: turnstiles alone, in this process, in counted steps and in time */
#pragma once

#include <stdbool.h>

struct cost {
    double steps; /* of kernel/sched, as accounts are charged for them */
    double us;    /* of the processor */
};

/* The first of n threads, each of which waits for the next one, comes to wait; its push reaches the last one, and is taken
 * back. */
struct cost propagation_chain(unsigned n);
/* Among w that wait for the same, one more comes and goes: the most urgent of all, or one that changes nothing. */
struct cost propagation_waiter(unsigned w, bool is_most_urgent);
