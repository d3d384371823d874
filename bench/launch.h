/* SPDX-License-Identifier: Apache-2.0 */
/* bench/launch.h - the halves of the group `launch`: starting a program, and the first call to a service that is not running */
#pragma once

#include <stdbool.h>

/* False, and said: something failed. `directory` holds the programs. */
bool spawn_measure(const char *directory, bool quick);
void spawn_show(void);
/* Numbers of an object that the caller begins and ends. */
void spawn_json(void);

bool ondemand_measure(const char *directory, bool quick);
void ondemand_show(void);
void ondemand_json(void);
