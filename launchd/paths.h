/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/paths.h - what starts a job by files: WatchPaths, QueueDirectories, KeepAlive's PathState
 *
 * launchd itself asks no file system that a user chose: for each such job it runs launchd-paths (paths/main.c) as that user,
 * which tells of changes.
 */
#pragma once

#include <stdbool.h>

struct managed;

/* For a job that was loaded, or taken over. */
void paths_start(struct managed *m);
void paths_stop(struct managed *m);

/* The path that keeps the job running: a queue with something in it, or a PathState that holds; NULL: none. */
const char *paths_wanting(const struct managed *m);
