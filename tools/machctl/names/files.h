/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/files.h - property lists in files and directories, on their way to launchd (B107, B165) */
#pragma once

#include <plist/plist.h>
#include <stdbool.h>

struct files {
    plist_t jobs; /* an array: what is to be submitted */
    bool force;   /* no checks of files, and jobs that are Disabled too (-F) */
    bool write;   /* what is loaded or unloaded now is to be so from now on (-w) */
    bool unload;
    bool is_system;      /* the domain is System: it has daemons, and sessions of its own */
    const char *session; /* only jobs for this type (-S); NULL: for those of the domain */
    bool skipped;        /* something was left out; standard error says what */
};

/* The places of B108 that the word of -D stands for: user, local, network, system, all. False: no such word. */
bool files_read_places(struct files *files, const char *word);

/* A file, or a directory whose *.plist files are read, one level deep. */
void files_read(struct files *files, const char *path);
