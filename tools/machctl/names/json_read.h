/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/json_read.h - a property list that is written as JSON (B107) */
#pragma once

#include <plist/plist.h>
#include <stddef.h>

/* NULL: it is no JSON, or is nested deeper than 64 times. What is null is left out; numbers with a fraction or an exponent become
 * reals. */
plist_t json_read(const char *text, size_t size);
