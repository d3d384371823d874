/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/arguments.c - <crt_externs.h>: the loader hands them to every library's constructors */
#include <crt_externs.h>
#include <errno.h>
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
