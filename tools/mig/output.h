/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/output.h - the files that are written for one description (M1, M2, M7)
 *
 * All are made in memory first, and reach their names only when every one of them stands complete under a temporary
 * name in the same directory.
 */
#pragma once

#include "model.h"

/* NULL: the default of M2; /dev/null: none. */
struct output_names {
    const char *user, *server, *header, *sheader, *iheader, *dheader, *layout;
    const char *individual;   /* -i: one user file per routine, this and its name and .c, instead of `user` */
    const char *dependencies; /* -MF */
    bool wants_dependencies;  /* -MD */
};

/* text: what the preprocessor made of the file; it tells which files were read. False if an error was reported. */
bool write_outputs(const struct output_names *names, const struct subsystem *ss, const char *text, size_t size);
