/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/view.h - read-only mappings of lent segments, kept from one message to the next
 *
 *     struct view *view = view_get(fd);      NULL: read the file
 *     ... view->at, view->size ...
 *     view_put(view);
 *
 * A segment comes with a descriptor each time, but it is often the same one; mapping it anew costs more than copying it. It
 * is known by its inode, whose number is not used again while a mapping holds it. The first time it is not mapped: it
 * may never come again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct view {
    uint64_t inode; /* 0: unused */
    const uint8_t *at;
    uint64_t size;
    uint32_t users;
    uint32_t last_used;
};

struct view *view_get(int fd);
void view_put(struct view *view);
/* As segments_forget(). */
void views_forget(bool fork_child);
