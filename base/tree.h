/* SPDX-License-Identifier: Apache-2.0 */
/* base/tree.h - intrusive AVL trees: ordered by a comparison, every operation O(log n) without allocation
 *
 * Used where a queue must be ordered by more than arrival: waiting threads by priority, timers by
 * deadline, the entries of one port by space. Comparisons never look at addresses, so that a run can be
 * repeated exactly.
 */
#pragma once

#include "base/assert.h"

struct tree_node {
    struct tree_node *parent;
    struct tree_node *child[2];
    int height; /* 0: not in a tree */
};

/* < 0, 0, > 0; 0 only for a node and itself */
typedef int tree_compare(const struct tree_node *a, const struct tree_node *b);

struct tree {
    struct tree_node *root;
    tree_compare *compare;
};

static inline void tree_init(struct tree *tree, tree_compare *compare)
{
    tree->root = NULL;
    tree->compare = compare;
}

static inline bool tree_is_empty(const struct tree *tree)
{
    return tree->root == NULL;
}

static inline bool tree_is_linked(const struct tree_node *node)
{
    return node->height != 0;
}

void tree_insert(struct tree *tree, struct tree_node *node);
void tree_remove(struct tree *tree, struct tree_node *node);
struct tree_node *tree_first(const struct tree *tree);
struct tree_node *tree_next(const struct tree_node *node);

/* The node for which probe() answers 0. probe(node, key): < 0 if the key stands before node. */
struct tree_node *tree_find(const struct tree *tree, int (*probe)(const struct tree_node *node, const void *key),
                            const void *key);
