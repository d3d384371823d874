/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/log.c - <os/log.h>, by syslog */
#include <os/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

enum { MESSAGE_SIZE = 1024 };

struct os_log_s {
    char name[128]; /* "": none */
    struct os_log_s *next;
};

struct os_log_s _os_log_default, _os_log_disabled;
static struct os_log_s *_Atomic created; /* newest first; they last as long as the process */

static struct os_log_s *find(const char *name)
{
    for (struct os_log_s *log = created; log != NULL; log = log->next)
        if (strcmp(log->name, name) == 0)
            return log;
    return NULL;
}

os_log_t os_log_create(const char *subsystem, const char *category)
{
    char name[sizeof((struct os_log_s *)NULL)->name];
    snprintf(name, sizeof name, "[%s:%s] ", subsystem, category);
    struct os_log_s *log = find(name);
    if (log != NULL)
        return log;
    log = calloc(1, sizeof *log);
    if (log == NULL)
        return OS_LOG_DEFAULT;
    memcpy(log->name, name, sizeof name);
    log->next = created;
    while (!atomic_compare_exchange_weak(&created, &log->next, log))
        ;
    return log;
}

bool os_log_type_enabled(os_log_t log, os_log_type_t type)
{
    return log != OS_LOG_DISABLED && type != OS_LOG_TYPE_INFO && type != OS_LOG_TYPE_DEBUG;
}

/* printf's format: without what stands in braces after a percent sign. What does not fit is cut off. */
static void take_braces_out(const char *format, char plain[MESSAGE_SIZE])
{
    size_t n = 0;
    while (*format != '\0' && n < MESSAGE_SIZE - 1) {
        char c = plain[n++] = *format++;
        const char *end = c == '%' && *format == '{' ? strchr(format, '}') : NULL;
        if (end != NULL)
            format = end + 1;
        else if (c == '%' && *format == '%' && n < MESSAGE_SIZE - 1)
            plain[n++] = *format++;
    }
    plain[n] = '\0';
}

void _os_log_message(os_log_t log, os_log_type_t type, const char *format, ...)
{
    char plain[MESSAGE_SIZE], text[MESSAGE_SIZE];
    int error = errno;
    va_list arguments;
    if (log == NULL || !os_log_type_enabled(log, type))
        return;
    take_braces_out(format, plain);
    errno = error;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, plain, arguments);
    va_end(arguments);
    syslog(type == OS_LOG_TYPE_DEFAULT ? LOG_NOTICE
           : type == OS_LOG_TYPE_ERROR ? LOG_ERR
                                       : LOG_CRIT,
           "%s%s", log->name, text);
    errno = error;
}
