/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/segment.h - segments of a real process: made, borrowed, received (wire/trap.h)
 *
 * The functions of transport.h; and what stands here for fork and for the end of a connection.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/trap.h"

/* The thread waits for this request on its word, and its page names a segment that is being written: copies what comes. */
void segment_read_ahead(struct trap_page *page, const _Atomic uint32_t *word, uint32_t request);
/* The request is done before the thread looked at that: takes what machd sent for it out of the socket, which must
 * not fill up. */
void segment_skip_ahead(struct trap_page *page);
/* A descriptor for machd to keep, under the id that the next trap names it by; 0: it cannot be told. */
uint32_t segment_give_file(int fd);
/* The one that a trap answered with: it is the program's, and closes at an exec. -1: there was no room for it. */
int segment_take_file(uint32_t id);
/* The connection is gone, or this is a fork child: then our mappings of borrowed segments were not copied. */
void segments_forget(bool fork_child);
