/* SPDX-License-Identifier: Apache-2.0 */
/* base/list.h - circular doubly linked lists; a node knows whether it is on one */
#pragma once

#include "base/assert.h"

struct list {
    struct list *next;
    struct list *prev;
};

static inline void list_init(struct list *list)
{
    list->next = list->prev = list;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

/* A node that was never initialised (all zero) counts as unlinked. */
static inline bool list_is_linked(const struct list *node)
{
    return node->next != NULL && node->next != node;
}

static inline void list_append(struct list *list, struct list *node)
{
    ASSERT(!list_is_linked(node));
    node->prev = list->prev;
    node->next = list;
    list->prev->next = node;
    list->prev = node;
}

static inline void list_prepend(struct list *list, struct list *node)
{
    list_append(list->next, node);
}

static inline void list_remove(struct list *node)
{
    ASSERT(list_is_linked(node));
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

static inline struct list *list_first(const struct list *list)
{
    return list->next == list ? NULL : list->next;
}

static inline struct list *list_pop(struct list *list)
{
    struct list *node = list_first(list);
    if (node)
        list_remove(node);
    return node;
}

/* Appends all of `from` to `to`; `from` is empty afterwards. */
static inline void list_move_all(struct list *to, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

#define list_entry(node, type, member) container_of(node, type, member)
#define list_for_each(node, head) for (struct list *node = (head)->next; node != (head); node = node->next)
/* The loop may remove the node it stands on. */
#define list_for_each_safe(node, head) \
    for (struct list *node = (head)->next, *node##_next = node->next; node != (head); \
         node = node##_next, node##_next = node->next)
