/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/workqueue.h - threads that the library makes for itself */
#pragma once

#include <stdbool.h>

/* Detached, with all signals blocked. */
bool thread_of_library(void *(*start)(void *), void *argument);

/* In a fork child: there is no pool. */
void workqueue_forget(void);
