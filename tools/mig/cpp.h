/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/cpp.h - runs the C preprocessor on a description (M4) */
#pragma once

#include <stddef.h>

struct cpp {
    const char *command; /* -cc; NULL: the environment's MIGCC, CC, or cc */
    char **flags;        /* the user's, NULL-terminated */
};

/* All that the preprocessor wrote, or NULL if it failed, of which it told the user itself. Consumes nothing. */
char *cpp_run(const struct cpp *cpp, const char *file, size_t *size);
