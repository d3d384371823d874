/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/mig_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    _Alignas(16) char bytes[];
};

static struct block *blocks;
static unsigned errors;

void *xalloc(size_t size)
{
    struct block *block = calloc(1, sizeof(*block) + (size > 0 ? size : 1));

    if (block == NULL)
        abort();
    block->next = blocks;
    blocks = block;
    return block->bytes;
}

char *xstrndup(const char *s, size_t n)
{
    size_t length = strnlen(s, n);
    char *copy = xalloc(length + 1);

    memcpy(copy, s, length);
    return copy;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

char *format(const char *fmt, ...)
{
    va_list args, again;
    char *s;

    va_start(args, fmt);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, fmt, args);
    s = xalloc((size_t)length + 1);
    vsnprintf(s, (size_t)length + 1, fmt, again);
    va_end(again);
    va_end(args);
    return s;
}

void *grow(void *array, size_t size, unsigned count, unsigned *capacity)
{
    unsigned wanted = *capacity ? *capacity * 2 : 8;
    char *bigger = xalloc(size * wanted);

    if (count)
        memcpy(bigger, array, size * count);
    *capacity = wanted;
    return bigger;
}

void set_warnings(bool on)
{
    (void)on;
}

/* What would be printed is made all the same: its arguments are read. */
static void say(struct place at, const char *fmt, va_list args)
{
    char line[512];
    int n = snprintf(line, sizeof(line), "%.64s:%d: ", at.file ? at.file : "", at.line);

    vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, args);
}

void error_at(struct place at, int code, const char *fmt, ...)
{
    va_list args;

    (void)code;
    va_start(args, fmt);
    say(at, fmt, args);
    va_end(args);
    errors++;
}

void warn_at(struct place at, int code, const char *fmt, ...)
{
    va_list args;

    (void)code;
    va_start(args, fmt);
    say(at, fmt, args);
    va_end(args);
}

unsigned n_errors(void)
{
    return errors;
}

uint32_t round4(uint32_t n)
{
    return (n + 3) & ~3u;
}

void text_forget(void)
{
    while (blocks != NULL) {
        struct block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
    errors = 0;
}
