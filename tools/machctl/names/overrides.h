/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/overrides.h - what a user said of jobs with -w, over the Disabled of their property lists (B165)
 *
 * A property list of its own, overrides.plist in the user's machd directory: a dictionary from label to Disabled.
 */
#pragma once

#include <plist/plist.h>
#include <stdbool.h>
#include <stddef.h>

/* $XDG_CONFIG_HOME/machd or ~/.config/machd. False: neither is known. */
bool overrides_place(char *place, size_t size);

bool overrides_is_disabled(plist_t job);
/* False: it cannot be written. */
bool overrides_set(plist_t job, bool disabled);
