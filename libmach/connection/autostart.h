/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/autostart.h - a machd for this user when none runs (B7) */
#pragma once

#include <stdbool.h>

/* Starts one and connects to it; -1 if that is not possible here or did not work. */
int autostart(void);

/* Why the last autostart did nothing, for people; NULL if it was not tried or worked. */
const char *autostart_refusal(void);

/* Defined by programs that must never start one (machctl, launchd). */
extern const int machd_no_autostart __attribute__((weak));
