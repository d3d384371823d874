/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/log.c - lines for people
 *
 * Standard error may be a pipe or a terminal that nobody reads, and clients may have it, too: what poll() says of it holds no
 * longer than they like, and its flags are theirs as well. So a pipe or a terminal is opened once more, to be written without
 * waiting; a socket has a flag for each write. A line that does not fit is lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "host/linux/log.h"
#include "host/linux/machd.h"

#define LINES_PER_SECOND 20u

static bool is_verbose, to_syslog;
static int own = -1; /* standard error, opened again */
static uint64_t window;
static unsigned n_lines, n_lost;

void log_set_verbose(bool verbose)
{
    is_verbose = verbose;
}

void log_use_syslog(void)
{
    to_syslog = true;
    if (own >= 0)
        close(own);
    own = -1;
    openlog("machd", LOG_PID, LOG_DAEMON);
}

void log_begin(void)
{
    struct stat stat;
    if (fstat(STDERR_FILENO, &stat) == 0 && (S_ISFIFO(stat.st_mode) || S_ISCHR(stat.st_mode)))
        own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void put_line(const char *line, size_t size)
{
    int fd = own >= 0 ? own : STDERR_FILENO;
    if (send(fd, line, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == ENOTSOCK)
        (void)!write(fd, line, size);
}

static void put(const char *text)
{
    char line[600];
    int n = snprintf(line, sizeof(line), "machd: %s\n", text);
    if (n >= (int)sizeof(line)) {
        n = (int)sizeof(line);
        line[n - 1] = '\n';
    }
    if (to_syslog)
        syslog(LOG_NOTICE, "%s", text);
    else
        put_line(line, (size_t)n);
}

static bool may_write(void)
{
    uint64_t now = clock_now();
    if (now - window >= SECOND) {
        char text[64];
        snprintf(text, sizeof(text), "%u lines were left out", n_lost);
        if (n_lost)
            put(text);
        window = now;
        n_lines = n_lost = 0;
    }
    if (n_lines++ < LINES_PER_SECOND)
        return true;
    n_lost++;
    return false;
}

static void put_format(const char *format, va_list arguments)
{
    char text[512];
    if (!is_verbose && !may_write())
        return;
    vsnprintf(text, sizeof(text), format, arguments);
    put(text);
}

void log_line(const char *format, ...)
{
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    put_format(format, arguments);
    va_end(arguments);
    errno = error;
}

void log_detail(const char *format, ...)
{
    if (!is_verbose)
        return;
    va_list arguments;
    va_start(arguments, format);
    put_format(format, arguments);
    va_end(arguments);
}
