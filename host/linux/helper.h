/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/helper.h - ordinary threads for what machd's own thread must not do, since it takes as long as others make it
 *
 * They know nothing of machd's records: they get numbers and give numbers back. */
#pragma once

#include <stdbool.h>

/* A thread without signals, of ordinary rank, that ends with the process or with help(). */
bool helper_start(void *(*help)(void *argument), void *argument);
