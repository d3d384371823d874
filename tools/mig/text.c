/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/text.c - memory, strings and messages to people */
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool warnings = true;
static unsigned errors;

static struct {
    void **block;
    size_t n, room;
} kept;

static void free_kept(void)
{
    while (kept.n > 0)
        free(kept.block[--kept.n]);
    free(kept.block);
}

static _Noreturn void out_of_memory(void)
{
    fputs("mig: error: out of memory\n", stderr);
    exit(1);
}

static void make_room(void)
{
    size_t room = kept.room ? kept.room * 2 : 1024;
    void **bigger = realloc(kept.block, room * sizeof(*bigger));

    if (bigger == NULL)
        out_of_memory();
    if (kept.block == NULL)
        atexit(free_kept);
    kept.block = bigger;
    kept.room = room;
}

void *keep(void *block)
{
    if (block == NULL)
        out_of_memory();
    if (kept.n == kept.room)
        make_room();
    kept.block[kept.n++] = block;
    return block;
}

void *xalloc(size_t size)
{
    return keep(calloc(1, size ? size : 1));
}

char *xstrndup(const char *s, size_t n)
{
    return keep(strndup(s, n));
}

char *xstrdup(const char *s)
{
    return keep(strdup(s));
}

char *format(const char *fmt, ...)
{
    va_list args;
    char *s = NULL;

    va_start(args, fmt);
    if (vasprintf(&s, fmt, args) < 0)
        s = NULL;
    va_end(args);
    return keep(s);
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
    warnings = on;
}

static void say(struct place at, const char *what, const char *code_letter, int code, const char *fmt,
                va_list args)
{
    if (at.file && at.line > 0)
        fprintf(stderr, "%s:%d: %s: ", at.file, at.line, what);
    else
        fprintf(stderr, "%s: %s: ", at.file ? at.file : "mig", what);
    vfprintf(stderr, fmt, args);
    fprintf(stderr, " [%s%d]\n", code_letter, code);
}

void error_at(struct place at, int code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    say(at, "error", "E", code, fmt, args);
    va_end(args);
    errors++;
}

void warn_at(struct place at, int code, const char *fmt, ...)
{
    va_list args;

    if (!warnings)
        return;
    va_start(args, fmt);
    say(at, "warning", "W", code, fmt, args);
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
