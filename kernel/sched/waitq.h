/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/sched/waitq.h - threads that wait, in the order in which they are to be served
 *
 * A waiter is embedded in whatever waits and stands in at most one queue. It knows nothing of why it waits.
 */
#pragma once

#include <stdint.h>

#include "base/tree.h"

struct waitq {
    struct tree tree;
};

enum waitq_order { WAITQ_BY_PRIORITY, WAITQ_FIRST_COME, WAITQ_LAST_COME };

struct waiter {
    struct tree_node node;
    struct waitq *queue; /* NULL: waits nowhere */
    int priority;        /* Mach priority; higher is served first */
    uint64_t order;      /* of arrival, given by the caller: unique and rising */
};

/* By priority, first come first among equals. */
void waitq_init(struct waitq *queue);
void waitq_init_ordered(struct waitq *queue, enum waitq_order order);

static inline bool waitq_is_empty(const struct waitq *queue)
{
    return tree_is_empty(&queue->tree);
}

/* O(log n), n waiters of this queue. */
void waitq_insert(struct waitq *queue, struct waiter *waiter, uint64_t order);
void waitq_remove(struct waiter *waiter);
/* The one to serve next, or NULL; it stays in the queue. */
struct waiter *waitq_first(const struct waitq *queue);
