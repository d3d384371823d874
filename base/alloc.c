/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* Sanitizers want every block to go back to the C library; their builds keep none. */
#ifndef ALLOC_KEPT_PER_CLASS
#define ALLOC_KEPT_PER_CLASS 256
#endif

enum { CLASS_STEP = 64, N_CLASSES = 16, KEPT_PER_CLASS = ALLOC_KEPT_PER_CLASS };

/* Sixteen bytes before each block: the size that was asked for. */
struct block {
    uint64_t size;
    struct block *next; /* while it is kept */
};

static struct {
    struct block *kept[N_CLASSES];
    unsigned n_kept[N_CLASSES];
    struct alloc_census census;
    bool is_tested;      /* by one of these two */
    uint64_t fail_after; /* 0: never; 1: now */
    bool (*hook)(void);
} heap;

static size_t class_of(size_t size)
{
    return (size + CLASS_STEP - 1) / CLASS_STEP;
}

uint64_t alloc_cost(uint64_t size)
{
    uint64_t class = (size + CLASS_STEP - 1) / CLASS_STEP;
    return sizeof(struct block) + (class < N_CLASSES ? class * CLASS_STEP : size);
}

static bool should_fail(void)
{
    if (heap.hook && !heap.hook())
        return true;
    if (heap.fail_after == 0)
        return false;
    if (heap.fail_after > 1) {
        heap.fail_after--;
        return false;
    }
    return true;
}

void *alloc_bytes(size_t size)
{
    size_t class = class_of(size);
    struct block *block;
    if (heap.is_tested && should_fail())
        return NULL;
    if (class < N_CLASSES && heap.kept[class]) {
        block = heap.kept[class];
        heap.kept[class] = block->next;
        heap.n_kept[class]--;
    } else {
        block = malloc(sizeof(*block) + (class < N_CLASSES ? class * CLASS_STEP : size));
        if (!block)
            return NULL;
    }
    block->size = size;
    heap.census.blocks++;
    heap.census.bytes += size;
    return block + 1;
}

void *alloc_zeroed(size_t size)
{
    void *block = alloc_bytes(size);
    if (block)
        memset(block, 0, size);
    return block;
}

void alloc_free(void *pointer)
{
    if (!pointer)
        return;
    struct block *block = (struct block *)pointer - 1;
    size_t class = class_of(block->size);
    heap.census.blocks--;
    heap.census.bytes -= block->size;
    if (class < N_CLASSES && heap.n_kept[class] + 1 <= KEPT_PER_CLASS) {
        block->next = heap.kept[class];
        heap.kept[class] = block;
        heap.n_kept[class]++;
    } else {
        free(block);
    }
}

struct alloc_census alloc_census(void)
{
    return heap.census;
}

void alloc_fail_after(uint64_t n)
{
    heap.fail_after = n;
    heap.is_tested = n > 0 || heap.hook;
}

void alloc_set_hook(bool (*hook)(void))
{
    heap.hook = hook;
    heap.is_tested = heap.fail_after > 0 || hook;
}

void alloc_drain(void)
{
    for (int class = 0; class < N_CLASSES; class ++) {
        while (heap.kept[class]) {
            struct block *block = heap.kept[class];
            heap.kept[class] = block->next;
            free(block);
        }
        heap.n_kept[class] = 0;
    }
}
