/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/waitq.h"

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    const struct waiter *x = container_of(a, struct waiter, node), *y = container_of(b, struct waiter, node);
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void waitq_init(struct waitq *queue)
{
    tree_init(&queue->tree, compare);
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
