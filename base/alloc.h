/* SPDX-License-Identifier: Apache-2.0 */
/* base/alloc.h - the one door to the heap, so that a census can be taken and failure can be played
 *
 * Small blocks are kept on free lists by size class: the hot path allocates a message and frees it again with
 * every trap.
 */
#pragma once

#include <stdint.h>

#include "base/assert.h"

void *alloc_bytes(size_t size);  /* NULL when the machine has no memory (or alloc_fail_after() says so) */
void *alloc_zeroed(size_t size);
void alloc_free(void *block);    /* NULL is fine */

/* The bytes that a block of this size takes of the machine: what its maker is charged. */
uint64_t alloc_cost(uint64_t size);

struct alloc_census {
    uint64_t blocks;
    uint64_t bytes;
};

struct alloc_census alloc_census(void);

/* For tests: the n-th allocation from now fails, and all after it, until called with 0. */
void alloc_fail_after(uint64_t n);
/* For tests: asked at each allocation, which fails if the answer is false; NULL: not asked. */
void alloc_set_hook(bool (*hook)(void));

/* Gives the kept free blocks back to the C library: leak checkers want it at the end. */
void alloc_drain(void);
