/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/waitq.h"

static int first_come(const struct tree_node *a, const struct tree_node *b)
{
    const struct waiter *x = container_of(a, struct waiter, node), *y = container_of(b, struct waiter, node);
    return x->order < y->order ? -1 : x->order > y->order;
}

static int last_come(const struct tree_node *a, const struct tree_node *b)
{
    return first_come(b, a);
}

static int by_priority(const struct tree_node *a, const struct tree_node *b)
{
    const struct waiter *x = container_of(a, struct waiter, node), *y = container_of(b, struct waiter, node);
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return first_come(a, b);
}

void waitq_init(struct waitq *queue)
{
    waitq_init_ordered(queue, WAITQ_BY_PRIORITY);
}

void waitq_init_ordered(struct waitq *queue, enum waitq_order order)
{
    static tree_compare *const compare[] = {
        [WAITQ_BY_PRIORITY] = by_priority,
        [WAITQ_FIRST_COME] = first_come,
        [WAITQ_LAST_COME] = last_come,
    };
    tree_init(&queue->tree, compare[order]);
}

void waitq_insert(struct waitq *queue, struct waiter *waiter, uint64_t order)
{
    ASSERT(!waiter->queue);
    waiter->queue = queue;
    waiter->order = order;
    tree_insert(&queue->tree, &waiter->node);
}

void waitq_remove(struct waiter *waiter)
{
    ASSERT(waiter->queue);
    tree_remove(&waiter->queue->tree, &waiter->node);
    waiter->queue = NULL;
}

struct waiter *waitq_first(const struct waitq *queue)
{
    struct tree_node *node = tree_first(&queue->tree);
    return node ? container_of(node, struct waiter, node) : NULL;
}
