/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"

#include <string.h>

#include "tests/harness/harness.h"

TEST(the_census_counts_blocks_and_their_bytes, "")
{
    struct alloc_census before = alloc_census();
    void *small = alloc_bytes(10), *large = alloc_bytes(100000);
    CHECK_EQ(alloc_census().blocks, before.blocks + 2);
    CHECK_EQ(alloc_census().bytes, before.bytes + 100010);
    alloc_free(small);
    alloc_free(large);
    alloc_free(NULL);
    CHECK_EQ(alloc_census().blocks, before.blocks);
    CHECK_EQ(alloc_census().bytes, before.bytes);
}

TEST(a_block_is_aligned_and_all_of_it_can_be_used, "")
{
    for (size_t size = 0; size < 1200; size += 7) {
        unsigned char *block = alloc_bytes(size);
        REQUIRE(block != NULL);
        CHECK_EQ((uintptr_t)block % 16, 0);
        memset(block, 0xa5, size);
        alloc_free(block);
    }
}

TEST(zeroed_means_zeroed_also_for_a_block_used_before, "")
{
    static const unsigned char zeros[200];
    unsigned char *block = alloc_bytes(sizeof(zeros));
    memset(block, 0xff, sizeof(zeros));
    alloc_free(block);
    block = alloc_zeroed(sizeof(zeros));
    CHECK_MEM_EQ(block, zeros, sizeof(zeros));
    alloc_free(block);
}

/* A block that was kept for its class must have room for the largest size of it. */
TEST(a_kept_block_fits_every_size_of_its_class, "")
{
    for (size_t size = 1; size <= 128; size++) {
        alloc_free(alloc_bytes(size));
        size_t most = (size + 63) / 64 * 64;
        unsigned char *block = alloc_bytes(most);
        memset(block, 1, most);
        alloc_free(block);
    }
    alloc_drain();
}

TEST(the_nth_allocation_fails_and_all_after_it, "")
{
    alloc_fail_after(3);
    void *first = alloc_bytes(8), *second = alloc_zeroed(8);
    CHECK(first && second);
    CHECK(alloc_bytes(8) == NULL);
    CHECK(alloc_zeroed(8) == NULL);
    alloc_fail_after(0);
    void *third = alloc_bytes(8);
    CHECK(third != NULL);
    alloc_free(first);
    alloc_free(second);
    alloc_free(third);
}
