/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/index.h - a hash from numbers to things, several of which may share one number
 *
 * A thing embeds a node for each index it stands in. Nothing is allocated but the buckets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_node {
    struct index_node *next;
    uint64_t key;
};

/* All zero is an empty index. */
struct index {
    struct index_node **buckets;
    size_t n_buckets; /* a power of two, or 0 */
    size_t n_nodes;
};

/* False when there is no memory for the first buckets. */
bool index_insert(struct index *index, struct index_node *node, uint64_t key);
void index_remove(struct index *index, struct index_node *node);

/* Those with this key, the latest first; NULL at the end. */
struct index_node *index_find(const struct index *index, uint64_t key);
struct index_node *index_next(const struct index_node *node);

/* A number for bytes; different ones may share it. */
uint64_t index_hash(uint64_t seed, const char *bytes, size_t size);
