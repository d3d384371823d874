/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int own = -1; /* standard error, opened again */

/* Others may have the pipe or the terminal, and need not read it: launchd, which all wait for, does not wait for them. */
void log_begin(void)
{
    struct stat stat;

    if (fstat(STDERR_FILENO, &stat) == 0 && (S_ISFIFO(stat.st_mode) || S_ISCHR(stat.st_mode)))
        own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* What others wrote into names and values shall not look like lines of ours. */
static void clean(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < 32 || text[i] == 127)
            text[i] = '?';
    }
}

static void put(const char *line, size_t size)
{
    int fd = own >= 0 ? own : STDERR_FILENO;

    if (send(fd, line, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == ENOTSOCK)
        (void)!write(fd, line, size);
}

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
    clean(line, size);
    line[size++] = '\n';
    put(line, size);
}

void log_broken(const char *expression, const char *file, int line)
{
    log_line("%s:%d: %s does not hold", file, line, expression);
    abort();
}
