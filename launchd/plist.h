/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/plist.h - what launchd reads of a property list (B104, B107), over libplist
 *
 * Lists come from strangers. They are read from XML only (machctl converts what it reads), because an XML reader needs as
 * much stack as elements are nested, and that is bounded by the length that launchd accepts.
 */
#pragma once

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/job_types.h"

/* NULL: not a property list, too long, or nested deeper than 64 times. The caller frees it with plist_free. */
plist_t plist_read(const char *text, size_t size);

/* NULL: another type. Borrowed from the node. */
const char *plist_string(plist_t node);
/* False: another type, or beyond 63 bits. A boolean is no number. */
bool plist_integer(plist_t node, int64_t *value);
/* Of a boolean; of other types false and *is_bool false. */
bool plist_truth(plist_t node, bool *is_bool);

/* A value of a dictionary; the case of the key does not matter (B104). NULL: none. */
plist_t plist_find(plist_t dict, const char *key);

/* Calls fn for each entry until it returns false. False: it did. */
bool plist_each(plist_t dict, bool (*fn)(void *context, const char *key, plist_t value), void *context);
