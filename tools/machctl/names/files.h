/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/files.h - property lists in files and directories, on their way to launchd (B107, B165) */
#pragma once

#include <plist/plist.h>
#include <stdbool.h>

struct files {
    plist_t jobs; /* an array: what is to be submitted */
    bool force;   /* no checks of files, and jobs that are Disabled too (-F) */
    bool skipped; /* something was left out; standard error says what */
};

/* A file, or a directory whose *.plist files are read, one level deep. */
void files_read(struct files *files, const char *path);
