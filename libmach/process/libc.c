/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/libc.c - what Darwin's C library has and not every Linux one: each under a link name of its own (H14) */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000 };

/* By their link names, so that a C library which has them too does not stand in the way. */
size_t _mach_strlcpy(char *to, const char *from, size_t size);
size_t _mach_strlcat(char *to, const char *from, size_t size);

size_t _mach_strlcpy(char *to, const char *from, size_t size)
{
    size_t length = strlen(from);
    if (size > 0) {
        size_t n = length < size ? length : size - 1;
        memcpy(to, from, n);
        to[n] = '\0';
    }
    return length;
}

size_t _mach_strlcat(char *to, const char *from, size_t size)
{
    size_t has = strnlen(to, size);
    return has + _mach_strlcpy(to + has, from, size - has);
}

char *strnstr(const char *text, const char *wanted, size_t size)
{
    return memmem(text, strnlen(text, size), wanted, strlen(wanted));
}

/* ---- the program ---- */

static const char *program_name;

const char *getprogname(void)
{
    extern char *program_invocation_short_name;
    return program_name != NULL ? program_name : program_invocation_short_name;
}

void setprogname(const char *name)
{
    const char *slash = strrchr(name, '/');
    program_name = slash != NULL ? slash + 1 : name;
}

int issetugid(void)
{
    return getauxval(AT_SECURE) != 0;
}

/* ---- memory and time ---- */

void *reallocf(void *memory, size_t size)
{
    void *moved = realloc(memory, size);
    if (moved == NULL && size > 0)
        free(memory);
    return moved;
}

uint64_t clock_gettime_nsec_np(clockid_t clock)
{
    struct timespec now;
    return clock_gettime(clock, &now) == 0 ? (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec : 0;
}
