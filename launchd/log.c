/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One write per line: other processes may share the descriptor. */
void log_line(const char *format, ...)
{
    char line[512] = "launchd: ";
    size_t size = 9;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(line + size, sizeof(line) - size - 1, format, args);
    va_end(args);
    size += n < 0 ? 0 : (size_t)n;
    if (size > sizeof(line) - 2)
        size = sizeof(line) - 2;
    line[size++] = '\n';
    (void)!write(STDERR_FILENO, line, size);
}

void log_broken(const char *expression, const char *file, int line)
{
    log_line("%s:%d: %s does not hold", file, line, expression);
    abort();
}
