/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/idle.h - per-user domains that nobody uses any more are removed (B12)
 *
 * A domain is used while it has jobs, names or subsets, and while anybody holds its port: its processes do. machd's table of
 * bootstrap ports holds it too, so launchd takes the entry back, looks, and puts it there again; a process that attaches just
 * then asks launchd, and is answered by the same loop afterwards.
 */
#pragma once

#include <stdint.h>

/* How long a domain must have been seen unused; 60 s. */
void idle_set_seconds(uint32_t seconds);

/* There is a per-user domain below the root, or may be: from now on somebody looks. */
void idle_watch(void);
