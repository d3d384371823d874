/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <os/log.h> - words for whoever looks after the system, by syslog(3)
 *
 * Formats are printf's, with what macOS has besides: %{public}s and the like (the braces are left out; nothing
 * is hidden), %m. Messages of the types INFO and DEBUG are dropped, as they are on macOS while nobody asks for
 * them.
 */
#ifndef __OS_LOG_H__
#define __OS_LOG_H__

#include <stdbool.h>
#include <stdint.h>
#include <sys/cdefs.h>

typedef struct os_log_s *os_log_t;

typedef uint8_t os_log_type_t;
#define OS_LOG_TYPE_DEFAULT ((os_log_type_t)0x00)
#define OS_LOG_TYPE_INFO ((os_log_type_t)0x01)
#define OS_LOG_TYPE_DEBUG ((os_log_type_t)0x02)
#define OS_LOG_TYPE_ERROR ((os_log_type_t)0x10)
#define OS_LOG_TYPE_FAULT ((os_log_type_t)0x11)

__BEGIN_DECLS

extern struct os_log_s _os_log_default, _os_log_disabled;
#define OS_LOG_DEFAULT (&_os_log_default)
#define OS_LOG_DISABLED (&_os_log_disabled)

/* Lasts as long as the process; the same for the same words. The words stand before each message. */
os_log_t os_log_create(const char *subsystem, const char *category);

bool os_log_type_enabled(os_log_t log, os_log_type_t type);
#define os_log_info_enabled(log) os_log_type_enabled(log, OS_LOG_TYPE_INFO)
#define os_log_debug_enabled(log) os_log_type_enabled(log, OS_LOG_TYPE_DEBUG)

void _os_log_message(os_log_t log, os_log_type_t type, const char *format, ...);

__END_DECLS

#define os_log_with_type(log, type, ...) _os_log_message(log, type, __VA_ARGS__)
#define os_log(log, ...) _os_log_message(log, OS_LOG_TYPE_DEFAULT, __VA_ARGS__)
#define os_log_info(log, ...) _os_log_message(log, OS_LOG_TYPE_INFO, __VA_ARGS__)
#define os_log_debug(log, ...) _os_log_message(log, OS_LOG_TYPE_DEBUG, __VA_ARGS__)
#define os_log_error(log, ...) _os_log_message(log, OS_LOG_TYPE_ERROR, __VA_ARGS__)
#define os_log_fault(log, ...) _os_log_message(log, OS_LOG_TYPE_FAULT, __VA_ARGS__)

#endif /* __OS_LOG_H__ */
