/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/segment.h - segments of a real process: made, borrowed, received (wire/trap.h)
 *
 * The functions of transport.h; and what stands here for fork and for the end of a connection.
 */
#pragma once

#include <stdbool.h>

/* The connection is gone, or this is a fork child: then our mappings of borrowed segments were not copied. */
void segments_forget(bool fork_child);
