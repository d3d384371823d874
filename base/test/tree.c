/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tree.h"

#include "tests/harness/harness.h"

struct item {
    struct tree_node node;
    int key;
};

enum { N = 500 };

static int key_of(const struct tree_node *node)
{
    return container_of(node, struct item, node)->key;
}

static int compare(const struct tree_node *a, const struct tree_node *b)
{
    return key_of(a) - key_of(b);
}

static int probe(const struct tree_node *node, const void *key)
{
    return *(const int *)key - key_of(node);
}

static struct item *find(const struct tree *tree, int key)
{
    struct tree_node *node = tree_find(tree, probe, &key);
    return node ? container_of(node, struct item, node) : NULL;
}

/* Every key from 0 to N - 1 once, in an order that is neither rising nor random. */
static int scrambled(int i)
{
    return i * 197 % N;
}

static void fill(struct tree *tree, struct item items[N])
{
    tree_init(tree, compare);
    for (int i = 0; i < N; i++) {
        items[i] = (struct item){ .key = scrambled(i) };
        tree_insert(tree, &items[i].node);
    }
}

/* Its children know it, its height is right, and it leans by one at most. */
static bool is_sound(const struct tree_node *node)
{
    int left = node->child[0] ? node->child[0]->height : 0,
        right = node->child[1] ? node->child[1]->height : 0;
    for (int side = 0; side < 2; side++)
        if (node->child[side] && node->child[side]->parent != node)
            return false;
    return node->height == 1 + (left > right ? left : right) && left - right <= 1 && right - left <= 1;
}

/* How many nodes there are; every one is balanced and they rise. */
static int count(const struct tree *tree)
{
    int n = 0, last = -1;
    for (const struct tree_node *node = tree_first(tree); node; node = tree_next(node), n++) {
        CHECK(is_sound(node));
        CHECK_GT(key_of(node), last);
        last = key_of(node);
    }
    return n;
}

TEST(a_tree_gives_its_nodes_in_order, "")
{
    static struct item items[N];
    struct tree tree;
    fill(&tree, items);
    CHECK_EQ(count(&tree), N);
    CHECK_EQ(key_of(tree_first(&tree)), 0);
    CHECK_LE(tree.root->height, 13); /* 1.44 log2 N */
}

TEST(a_tree_stays_balanced_while_nodes_leave, "")
{
    static struct item items[N];
    struct tree tree;
    fill(&tree, items);
    for (int i = 0; i < N; i++) {
        CHECK(tree_is_linked(&items[i].node));
        tree_remove(&tree, &items[i].node);
        CHECK(!tree_is_linked(&items[i].node));
        if (i % 50 == 0)
            CHECK_EQ(count(&tree), N - 1 - i);
    }
    CHECK(tree_is_empty(&tree));
    CHECK(tree_first(&tree) == NULL);
}

TEST(a_node_that_left_may_come_back, "")
{
    static struct item items[N];
    struct tree tree;
    fill(&tree, items);
    for (int i = 0; i < N; i += 3)
        tree_remove(&tree, &items[i].node);
    for (int i = 0; i < N; i += 3)
        tree_insert(&tree, &items[i].node);
    CHECK_EQ(count(&tree), N);
}

TEST(a_tree_finds_what_is_there_and_nothing_else, "")
{
    static struct item items[N];
    struct tree tree;
    fill(&tree, items);
    for (int i = 0; i < N; i++)
        CHECK(find(&tree, items[i].key) == &items[i]);
    CHECK(find(&tree, -1) == NULL);
    CHECK(find(&tree, N) == NULL);
    tree_remove(&tree, &items[7].node);
    CHECK(find(&tree, items[7].key) == NULL);
}
