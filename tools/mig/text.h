/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/text.h - memory, strings and messages to people
 *
 * mig is a process of a second: what it allocates is freed when it ends, all at once, and running out of memory ends it.
 * Messages go to standard error as `file:line: error: text [E1]` with the position that the preprocessor's
 * line markers say (M92). Errors are counted; the driver writes outputs only if there were none (M1, M94).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MAX_ERRORS 20 /* the parser gives up then (M14) */

struct place {
    const char *file;
    int line;
};

void *xalloc(size_t size); /* zeroed; never NULL */
/* Takes what the C library has allocated: NULL ends mig, all else is freed with the rest. */
void *keep(void *block);
char *xstrndup(const char *s, size_t n);
char *xstrdup(const char *s);
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Makes room for one more element; array, count and capacity are lvalues. */
#define GROW(array, count, capacity)                                                                         \
    ((count) < (capacity)                                                                                    \
         ? (void)0                                                                                           \
         : (void)((array) = grow((array), sizeof(*(array)), (count), &(capacity))))
void *grow(void *array, size_t size, unsigned count, unsigned *capacity);

void set_warnings(bool on);

/* code: the number of M92's E and W codes. */
void error_at(struct place at, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void warn_at(struct place at, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
unsigned n_errors(void);

uint32_t round4(uint32_t n);
