/* SPDX-License-Identifier: Apache-2.0 */
/* base/assert.h - broken invariants are ours: they end the process in every build */
#pragma once

#include <stdbool.h>
#include <stddef.h>

_Noreturn void assert_failed(const char *expression, const char *file, int line);

/* The host says how a failure is told to people before the process ends; without one it ends silently. */
void assert_set_hook(void (*hook)(const char *expression, const char *file, int line));

#define ASSERT(expression) ((expression) ? (void)0 : assert_failed(#expression, __FILE__, __LINE__))

#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
