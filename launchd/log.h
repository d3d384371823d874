/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/log.h - lines for people, and the end of a launchd that is wrong about itself */
#pragma once

/* Before the first line. */
void log_begin(void);
/* One line on standard error, which machd passes on; one that nobody makes room for is lost. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A broken invariant ends this launchd; machd starts the next, which reads the stash anew (B14). */
_Noreturn void log_broken(const char *expression, const char *file, int line);

#define ASSERT(expression) ((expression) ? (void)0 : log_broken(#expression, __FILE__, __LINE__))
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
