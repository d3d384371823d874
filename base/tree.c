/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tree.h"

static int height(const struct tree_node *node)
{
    return node ? node->height : 0;
}

static void update_height(struct tree_node *node)
{
    int left = height(node->child[0]), right = height(node->child[1]);
    node->height = 1 + (left > right ? left : right);
}

static void replace_child(struct tree *tree, struct tree_node *parent, struct tree_node *old,
                          struct tree_node *new)
{
    if (!parent)
        tree->root = new;
    else
        parent->child[parent->child[1] == old] = new;
    if (new)
        new->parent = parent;
}

/* Lifts node's child on `side` into node's place and returns it. */
static struct tree_node *rotate(struct tree *tree, struct tree_node *node, int side)
{
    struct tree_node *up = node->child[side], *inner = up->child[!side];
    replace_child(tree, node->parent, node, up);
    up->child[!side] = node;
    node->parent = up;
    node->child[side] = inner;
    if (inner)
        inner->parent = node;
    update_height(node);
    update_height(up);
    return up;
}

static void rebalance_upwards(struct tree *tree, struct tree_node *node)
{
    for (; node; node = node->parent) {
        int lean = height(node->child[1]) - height(node->child[0]);
        update_height(node);
        if (lean >= -1 && lean <= 1)
            continue;
        int side = lean > 0;
        struct tree_node *heavy = node->child[side];
        if (height(heavy->child[!side]) > height(heavy->child[side]))
            rotate(tree, heavy, !side);
        node = rotate(tree, node, side);
    }
}

void tree_insert(struct tree *tree, struct tree_node *node)
{
    struct tree_node *parent = NULL, **link = &tree->root;
    ASSERT(!tree_is_linked(node));
    while (*link) {
        parent = *link;
        int order = tree->compare(node, parent);
        ASSERT(order != 0);
        link = &parent->child[order > 0];
    }
    *node = (struct tree_node){ .parent = parent, .height = 1 };
    *link = node;
    rebalance_upwards(tree, parent);
}

void tree_remove(struct tree *tree, struct tree_node *node)
{
    ASSERT(tree_is_linked(node));
    struct tree_node *from;
    if (node->child[0] && node->child[1]) {
        struct tree_node *next = tree_next(node);
        from = next->parent == node ? next : next->parent;
        replace_child(tree, next->parent, next, next->child[1]);
        replace_child(tree, node->parent, node, next);
        next->child[0] = node->child[0];
        next->child[0]->parent = next;
        next->child[1] = node->child[1];
        if (next->child[1])
            next->child[1]->parent = next;
    } else {
        from = node->parent;
        replace_child(tree, node->parent, node, node->child[0] ? node->child[0] : node->child[1]);
    }
    rebalance_upwards(tree, from);
    *node = (struct tree_node){ 0 };
}

struct tree_node *tree_first(const struct tree *tree)
{
    struct tree_node *node = tree->root;
    while (node && node->child[0])
        node = node->child[0];
    return node;
}

struct tree_node *tree_next(const struct tree_node *node)
{
    if (node->child[1]) {
        for (node = node->child[1]; node->child[0]; node = node->child[0])
            ;
        return (struct tree_node *)node;
    }
    while (node->parent && node->parent->child[1] == node)
        node = node->parent;
    return node->parent;
}

struct tree_node *tree_find(const struct tree *tree,
                            int (*probe)(const struct tree_node *node, const void *key), const void *key)
{
    struct tree_node *node = tree->root;
    while (node) {
        int order = probe(node, key);
        if (order == 0)
            return node;
        node = node->child[order > 0];
    }
    return NULL;
}
