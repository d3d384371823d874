/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/index.h"

#include <stdlib.h>

#include "launchd/log.h"

static struct index_node **bucket_of(const struct index *index, uint64_t key)
{
    return &index->buckets[(key * 0x9e3779b97f4a7c15u >> 32) & (index->n_buckets - 1)];
}

static void push(struct index *index, struct index_node *node)
{
    struct index_node **bucket = bucket_of(index, node->key);

    node->next = *bucket;
    *bucket = node;
}

/* Turns the chains round once, so that the order of those with one key is kept. */
static struct index_node *reversed(struct index_node *node)
{
    struct index_node *done = NULL;

    while (node != NULL) {
        struct index_node *next = node->next;
        node->next = done;
        done = node;
        node = next;
    }
    return done;
}

static bool grow(struct index *index)
{
    struct index old = *index;
    size_t n = old.n_buckets != 0 ? 2 * old.n_buckets : 64;
    struct index_node **buckets = calloc(n, sizeof(*buckets));

    if (buckets == NULL)
        return old.n_buckets != 0;
    index->buckets = buckets;
    index->n_buckets = n;
    for (size_t i = 0; i < old.n_buckets; i++) {
        struct index_node *node = reversed(old.buckets[i]);
        while (node != NULL) {
            struct index_node *next = node->next;
            push(index, node);
            node = next;
        }
    }
    free(old.buckets);
    return true;
}

bool index_insert(struct index *index, struct index_node *node, uint64_t key)
{
    if (index->n_nodes >= index->n_buckets && !grow(index))
        return false;
    node->key = key;
    push(index, node);
    index->n_nodes++;
    return true;
}

void index_remove(struct index *index, struct index_node *node)
{
    struct index_node **at = bucket_of(index, node->key);

    while (*at != node) {
        ASSERT(*at != NULL);
        at = &(*at)->next;
    }
    *at = node->next;
    node->next = NULL;
    index->n_nodes--;
}

static struct index_node *with_key(struct index_node *node, uint64_t key)
{
    while (node != NULL && node->key != key)
        node = node->next;
    return node;
}

struct index_node *index_find(const struct index *index, uint64_t key)
{
    return index->n_buckets == 0 ? NULL : with_key(*bucket_of(index, key), key);
}

struct index_node *index_next(const struct index_node *node)
{
    return with_key(node->next, node->key);
}

uint64_t index_hash(uint64_t seed, const char *bytes, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u ^ seed * 0x100000001b3u;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 0x100000001b3u;
    return hash;
}
