/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/warm.c - see warm.h
 *
 * What the program deallocates may have been changed in any way meanwhile, or replaced by something else. Only private
 * anonymous memory is kept: MADV_WIPEONFORK refuses everything else. It is *moved* away, so that its old addresses are
 * as empty as after munmap, and moving refuses a range that is not one mapping any more. A fork child gets none of it.
 *
 * The newest KEPT_WHOLE bytes stay as they are; what is older may be taken by the system when it is short (MADV_FREE).
 */
#include "libmach/connection/warm.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libmach/connection/connection.h"

#define SIZE_LEAST (32u << 10)
#define KEPT_WHOLE (64u << 20) /* what malloc may keep, too */
#define KEPT_MOST (128u << 20)
#define PIECES_MAX 16u
#define HANDED_MAX 64u

struct piece {
    uint8_t *at;
    uint64_t size;
    bool whole; /* kept: not offered to the system */
};

/* Guarded by live.lock. */
static struct {
    struct piece kept[PIECES_MAX]; /* oldest first */
    uint32_t n_kept;
    uint64_t n_bytes, n_whole;
    struct piece handed[HANDED_MAX]; /* what the program has, the newest of it */
    uint32_t next_handed;
} warm;

static uint64_t whole_pages(uint64_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) & ~(page - 1);
}

/* ---- with the lock held ---- */

static struct piece take_out(uint32_t i)
{
    struct piece piece = warm.kept[i];
    warm.n_bytes -= piece.size;
    warm.n_whole -= piece.whole ? piece.size : 0;
    memmove(&warm.kept[i], &warm.kept[i + 1], (--warm.n_kept - i) * sizeof piece);
    return piece;
}

static void put_in(struct piece piece)
{
    warm.kept[warm.n_kept++] = piece;
    warm.n_bytes += piece.size;
    warm.n_whole += piece.whole ? piece.size : 0;
}

static void drop_oldest(void)
{
    struct piece piece = take_out(0);
    munmap(piece.at, piece.size);
}

/* The smallest that is large enough, and not much larger; n_kept: there is none. */
static uint32_t find_kept(uint64_t size)
{
    uint32_t found = warm.n_kept;
    for (uint32_t i = 0; i < warm.n_kept; i++)
        if (warm.kept[i].size >= size && warm.kept[i].size / 2 <= size &&
            (found == warm.n_kept || warm.kept[i].size < warm.kept[found].size))
            found = i;
    return found;
}

static bool was_handed(const uint8_t *at, uint64_t size)
{
    for (uint32_t i = 0; i < HANDED_MAX; i++) {
        if (warm.handed[i].at != at || warm.handed[i].size != size)
            continue;
        warm.handed[i] = (struct piece){ 0 };
        return true;
    }
    return false;
}

/* ---- out ---- */

/* A piece that is larger is cut. */
static uint8_t *reuse(uint64_t size)
{
    uint32_t i = find_kept(size);
    if (i == warm.n_kept)
        return NULL;
    struct piece piece = take_out(i);
    if (piece.size > size)
        munmap(piece.at + size, piece.size - size);
    return piece.at;
}

void *warm_take(uint64_t size)
{
    sigset_t mask;
    size = whole_pages(size);
    live_lock(&mask);
    uint8_t *at = reuse(size);
    if (at == NULL) {
        at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        at = at == MAP_FAILED ? NULL : at;
    } else {
        madvise(at, size, MADV_KEEPONFORK);
    }
    if (at != NULL)
        warm.handed[warm.next_handed++ % HANDED_MAX] = (struct piece){ .at = at, .size = size };
    live_unlock(&mask);
    return at;
}

/* ---- in ---- */

/* Moves the pages elsewhere; NULL, and they are where they were, if they are not what we can use. */
static uint8_t *move_away(void *at, uint64_t size)
{
    if (madvise(at, size, MADV_WIPEONFORK) != 0)
        return NULL;
    void *place = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED)
        return NULL;
    if (mremap(at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED) {
        munmap(place, size);
        return NULL;
    }
    munlock(place, size);
    if (mprotect(place, size, PROT_READ | PROT_WRITE) == 0)
        return place;
    munmap(place, size);
    return NULL;
}

static void offer_oldest(void)
{
    for (uint32_t i = 0; i < warm.n_kept && warm.n_whole > KEPT_WHOLE; i++) {
        struct piece *piece = &warm.kept[i];
        if (!piece->whole || madvise(piece->at, piece->size, MADV_FREE) != 0)
            continue;
        piece->whole = false;
        warm.n_whole -= piece->size;
    }
}

static bool keep(void *at, uint64_t size)
{
    if (!was_handed(at, size))
        return false;
    struct piece piece = { move_away(at, size), size, true };
    if (piece.at == NULL)
        return false;
    while (warm.n_kept == PIECES_MAX || warm.n_bytes + size > KEPT_MOST)
        drop_oldest();
    put_in(piece);
    offer_oldest();
    return true;
}

bool warm_give(void *at, uint64_t size)
{
    sigset_t mask;
    bool kept = false;
    if (size >= SIZE_LEAST && size <= KEPT_MOST) {
        live_lock(&mask);
        kept = keep(at, size);
        live_unlock(&mask);
    }
    return kept || munmap(at, size) == 0;
}

void warm_forget(bool consistent)
{
    for (uint32_t i = 0; consistent && i < warm.n_kept; i++)
        munmap(warm.kept[i].at, warm.kept[i].size);
    memset(&warm, 0, sizeof warm);
}
