/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/log.c - lines for people
 *
 * Standard error may be a pipe that nobody reads: it is written without waiting, and a line that does not fit is lost.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "host/linux/log.h"
#include "host/linux/machd.h"

#define LINES_PER_SECOND 20u

static bool is_verbose, to_syslog;
static uint64_t window;
static unsigned n_lines, n_lost;

void log_set_verbose(bool verbose)
{
    is_verbose = verbose;
}

void log_use_syslog(void)
{
    to_syslog = true;
    openlog("machd", LOG_PID, LOG_DAEMON);
}

static void put(const char *text)
{
    char line[600];
    int n = snprintf(line, sizeof(line), "machd: %s\n", text);
    if (n >= (int)sizeof(line)) {
        n = (int)sizeof(line);
        line[n - 1] = '\n';
    }
    struct pollfd error = { .fd = STDERR_FILENO, .events = POLLOUT };
    if (to_syslog)
        syslog(LOG_NOTICE, "%s", text);
    else if (poll(&error, 1, 0) == 1 && (error.revents & POLLOUT))
        (void)!write(STDERR_FILENO, line, (size_t)n);
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
