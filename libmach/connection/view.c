/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/view.c - see view.h */
#include "libmach/connection/view.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libmach/connection/connection.h"

#define VIEWS_MAX 4u
#define BYTES_MAX (80u << 20)
#define SEEN_MAX 16u

/* Guarded by live.lock. */
static struct {
    struct view view[VIEWS_MAX];
    uint64_t bytes;
    uint64_t seen[SEEN_MAX]; /* inodes of late */
    uint32_t next_seen;
    uint32_t clock;
} own;

static bool was_seen(uint64_t inode)
{
    for (uint32_t i = 0; i < SEEN_MAX; i++)
        if (own.seen[i] == inode)
            return true;
    own.seen[own.next_seen++ % SEEN_MAX] = inode;
    return false;
}

static struct view *find(uint64_t inode)
{
    for (uint32_t i = 0; i < VIEWS_MAX; i++)
        if (own.view[i].inode == inode)
            return &own.view[i];
    return NULL;
}

static void drop(struct view *view)
{
    munmap((void *)(uintptr_t)view->at, view->size);
    own.bytes -= view->size;
    *view = (struct view){ 0 };
}

static struct view *oldest(void)
{
    struct view *oldest = NULL;
    for (uint32_t i = 0; i < VIEWS_MAX; i++) {
        struct view *view = &own.view[i];
        if (view->inode != 0 && view->users == 0 &&
            (oldest == NULL || (int32_t)(view->last_used - oldest->last_used) < 0))
            oldest = view;
    }
    return oldest;
}

static struct view *make_room(uint64_t size)
{
    while (own.bytes + size > BYTES_MAX || find(0) == NULL) {
        struct view *view = oldest();
        if (view == NULL)
            return NULL;
        drop(view);
    }
    return find(0);
}

static struct view *map_view(int fd, uint64_t inode, uint64_t size)
{
    struct view *view = was_seen(inode) ? make_room(size) : NULL;
    if (view == NULL)
        return NULL;
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return NULL;
    madvise(at, size, MADV_DONTFORK);
    *view = (struct view){ .inode = inode, .at = at, .size = size };
    own.bytes += size;
    return view;
}

struct view *view_get(int fd)
{
    struct stat file;
    sigset_t mask;
    if (fstat(fd, &file) != 0 || file.st_ino == 0 || file.st_size <= 0)
        return NULL;
    live_lock(&mask);
    struct view *view = find(file.st_ino);
    if (view == NULL)
        view = map_view(fd, file.st_ino, (uint64_t)file.st_size);
    if (view != NULL) {
        view->users++;
        view->last_used = ++own.clock;
    }
    live_unlock(&mask);
    return view;
}

void view_put(struct view *view)
{
    sigset_t mask;
    live_lock(&mask);
    if (view->users > 0)
        view->users--;
    live_unlock(&mask);
}

void views_forget(bool fork_child)
{
    for (uint32_t i = 0; !fork_child && i < VIEWS_MAX; i++)
        if (own.view[i].inode != 0)
            drop(&own.view[i]);
    memset(&own, 0, sizeof own);
}
