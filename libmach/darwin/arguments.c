/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/arguments.c - <crt_externs.h>: the loader hands them to every library's constructors; and the program's path */
#include <crt_externs.h>
#include <errno.h>
#include <limits.h>
#include <mach-o/dyld.h>
#include <string.h>
#include <unistd.h>

static int count;
static char **words;

__attribute__((constructor(101))) static void note(int argc, char **argv)
{
    count = argc;
    words = argv;
}

int *_NSGetArgc(void)
{
    return &count;
}

char ***_NSGetArgv(void)
{
    return &words;
}

char ***_NSGetEnviron(void)
{
    return &environ;
}

char **_NSGetProgname(void)
{
    return &program_invocation_short_name;
}

int _NSGetExecutablePath(char *path, uint32_t *size)
{
    char found[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", found, sizeof found - 1);
    if (length < 0 || (uint32_t)length >= *size) {
        *size = length < 0 ? PATH_MAX : (uint32_t)length + 1;
        return -1;
    }
    found[length] = '\0';
    memcpy(path, found, (size_t)length + 1);
    *size = (uint32_t)length + 1;
    return 0;
}
