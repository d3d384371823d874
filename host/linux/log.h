/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/log.h - lines for people, on standard error
 *
 * Bounded to a few lines a second, because clients can cause them; what was left out is counted and told.
 */
#pragma once

#include <stdbool.h>

/* Before the first line. */
void log_begin(void);
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Only with --verbose. */
void log_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_set_verbose(bool verbose);
/* Standard error goes away when machd leaves its terminal: from now on to the system log. */
void log_use_syslog(void);
