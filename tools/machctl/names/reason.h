/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/reason.h - why launchd refuses a property list with EINVAL (B104, B105, B109), in words */
#pragma once

#include <plist/plist.h>

/* To follow the name of the file or job; a constant. */
const char *reason_invalid(plist_t job);
