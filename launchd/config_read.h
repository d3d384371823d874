/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/config_read.h - readers of single keys, for config.c and config_start.c */
#pragma once

#include "launchd/config.h"

/* What came of a key. */
enum result { GOOD, WRONG_TYPE, OUT_OF_RANGE, NO_MEMORY };

/* Frees what the field had. */
enum result config_copy_string(char **field, const char *text);
enum result config_read_bool(bool *field, plist_t value);
enum result config_read_seconds(uint32_t *field, plist_t value);

/* One more element at the end of an array, all zero; NULL: no memory, or CONFIG_MAX_TRIGGERS are there. */
void *config_one_more(void *array_p, size_t *n, size_t size);

enum result config_read_keep_alive(struct job_config *config, plist_t value);
enum result config_read_watch_paths(struct job_config *config, plist_t value);
enum result config_read_input(struct job_config *config, plist_t value);
enum result config_read_queues(struct job_config *config, plist_t value);
enum result config_read_sockets(struct job_config *config, plist_t value);
enum result config_read_inetd(struct job_config *config, plist_t value);
enum result config_read_interval(struct job_config *config, plist_t value);
enum result config_read_calendar(struct job_config *config, plist_t value);
