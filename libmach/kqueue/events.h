/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/events.h - the threads of the library that listen for events */
#pragma once

#include <stdbool.h>

/* Makes the thread that listens for ports, unless there is one. */
bool ports_watch(void);

/* In a fork child: there are none. */
void sources_forget(void);
void ports_forget(void);
