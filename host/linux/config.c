/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/config.c - machd.conf(5): one `key value` per line, # begins a comment
 *
 * A limit is an error for the one who asks, never a death of the server; so machd keeps descriptors for itself and shares
 * out the rest. An unknown key is refused: a limit that is misspelt would silently not hold.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "host/linux/config.h"
#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "machd-config.h"

#define RESERVED_DESCRIPTORS 64u

enum key_kind { KEY_COUNT, KEY_SMALL, KEY_BOOL, KEY_MICROSECONDS, KEY_RANK, KEY_PATH };

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;
};

#define UID_LIMIT(kind) (offsetof(struct config, kernel.uid_limits.max) + sizeof(uint64_t) * (kind))
#define TASK_LIMIT(kind) (offsetof(struct config, kernel.task_limits.max) + sizeof(uint64_t) * (kind))

static const struct key keys[] = {
    { "uid-ports", KEY_COUNT, UID_LIMIT(ACCOUNT_PORTS) },
    { "uid-names", KEY_COUNT, UID_LIMIT(ACCOUNT_NAMES) },
    { "uid-messages", KEY_COUNT, UID_LIMIT(ACCOUNT_MESSAGES) },
    { "uid-bytes", KEY_COUNT, UID_LIMIT(ACCOUNT_BYTES) },
    { "uid-threads", KEY_COUNT, UID_LIMIT(ACCOUNT_THREADS) },
    { "uid-segments", KEY_COUNT, UID_LIMIT(ACCOUNT_SEGMENTS) },
    { "task-ports", KEY_COUNT, TASK_LIMIT(ACCOUNT_PORTS) },
    { "task-names", KEY_COUNT, TASK_LIMIT(ACCOUNT_NAMES) },
    { "task-messages", KEY_COUNT, TASK_LIMIT(ACCOUNT_MESSAGES) },
    { "task-bytes", KEY_COUNT, TASK_LIMIT(ACCOUNT_BYTES) },
    { "task-threads", KEY_COUNT, TASK_LIMIT(ACCOUNT_THREADS) },
    { "task-segments", KEY_COUNT, TASK_LIMIT(ACCOUNT_SEGMENTS) },
    { "enforce-strict-reply", KEY_BOOL, offsetof(struct config, kernel.enforce_strict_reply) },
    { "allow-interpose", KEY_BOOL, offsetof(struct config, kernel.allow_interpose) },
    { "relaxed-host-ports", KEY_BOOL, offsetof(struct config, kernel.relaxed_host_ports) },
    { "allow-task-terminate", KEY_BOOL, offsetof(struct config, kernel.allow_task_terminate) },
    { "uid-descriptors", KEY_SMALL, offsetof(struct config, user_descriptors) },
    { "uid-half-open", KEY_SMALL, offsetof(struct config, half_open) },
    { "task-pending-segments", KEY_SMALL, offsetof(struct config, process_segments) },
    { "attach-timeout", KEY_MICROSECONDS, offsetof(struct config, attach_timeout) },
    { "polling-window", KEY_MICROSECONDS, offsetof(struct config, polling_window) },
    { "rank", KEY_RANK, offsetof(struct config, rank) },
    { "launchd", KEY_PATH, offsetof(struct config, launchd) },
};

static bool set_number(void *field, enum key_kind kind, const char *value)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno || end == value || *end || *value == '-')
        return false;
    if (kind == KEY_COUNT)
        *(uint64_t *)field = number;
    else if (kind == KEY_MICROSECONDS && number <= 3600u * 1000000ull)
        *(uint64_t *)field = number * MICROSECOND;
    else if (kind == KEY_SMALL && number <= UINT32_MAX)
        *(uint32_t *)field = (uint32_t)number;
    else
        return false;
    return true;
}

static bool set_bool(bool *field, const char *value)
{
    *field = !strcmp(value, "yes");
    return *field || !strcmp(value, "no");
}

static bool set_rank(enum rank_policy *field, const char *value)
{
    static const char *const names[] = { [RANK_AUTO] = "auto", [RANK_NICE] = "nice", [RANK_NONE] = "none" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (!strcmp(value, names[i])) {
            *field = (enum rank_policy)i;
            return true;
        }
    }
    return false;
}

static bool set_path(struct config *config, const char *value)
{
    if (*value != '/' || strlen(value) >= sizeof(config->launchd))
        return false;
    strcpy(config->launchd, value);
    return true;
}

static bool set_key(struct config *config, const struct key *key, const char *value)
{
    void *field = (char *)config + key->offset;
    switch (key->kind) {
    case KEY_COUNT:
    case KEY_SMALL:
    case KEY_MICROSECONDS: return set_number(field, key->kind, value);
    case KEY_BOOL: return set_bool(field, value);
    case KEY_RANK: return set_rank(field, value);
    case KEY_PATH: return set_path(config, value);
    }
    return false;
}

static bool set_line(struct config *config, char *line)
{
    static const char blank[] = " \t\r\n";
    line[strcspn(line, "#")] = 0;
    char *save, *name = strtok_r(line, blank, &save);
    if (!name)
        return true;
    char *value = strtok_r(NULL, blank, &save);
    if (!value || strtok_r(NULL, blank, &save))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (!strcmp(name, keys[i].name))
            return set_key(config, &keys[i], value);
    }
    return false;
}

int config_load(struct config *config, const char *path, bool path_given)
{
    *config = (struct config){
        .kernel = kernel_config_default(),
        .user_descriptors = 65536,
        .half_open = 64,
        .process_segments = 64,
        .attach_timeout = 5 * SECOND,
        .polling_window = 50 * MICROSECOND,
        .rank = RANK_AUTO,
        .launchd = MACHD_LIBEXECDIR "/launchd",
    };
    FILE *file = fopen(path, "re");
    if (!file && !path_given)
        return 0;
    if (!file) {
        log_line("%s: %s", path, strerror(errno));
        return -EINVAL;
    }
    char line[512];
    int number = 0, error = 0;
    while (!error && fgets(line, sizeof(line), file)) {
        number++;
        if (!set_line(config, line)) {
            log_line("%s:%d: not a setting of machd.conf(5)", path, number);
            error = -EINVAL;
        }
    }
    fclose(file);
    return error;
}

static struct rlimit original_limit;
static bool has_original_limit;

void config_restore_descriptors(void)
{
    if (has_original_limit)
        setrlimit(RLIMIT_NOFILE, &original_limit);
}

void config_fit_descriptors(struct config *config)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    original_limit = limit;
    has_original_limit = true;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    uint64_t all = limit.rlim_cur > 2 * RESERVED_DESCRIPTORS ? limit.rlim_cur - RESERVED_DESCRIPTORS
                                                             : RESERVED_DESCRIPTORS;
    if (config->user_descriptors > all)
        config->user_descriptors = (uint32_t)all;
}
