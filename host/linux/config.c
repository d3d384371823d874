/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/config.c - machd.conf(5): one `key value` per line, # begins a comment
 *
 * A limit is an error for the one who asks, never a death of the server; so machd keeps descriptors and memory for itself
 * and shares out the rest. An unknown key is refused: a limit that is misspelt would silently not hold.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/linux/config.h"
#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "machd-config.h"

enum key_kind { KEY_SMALL, KEY_PERCENT, KEY_BOOL, KEY_MICROSECONDS, KEY_RANK, KEY_PATH };

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;
};

static const struct key keys[] = {
    { "soft-limit", KEY_PERCENT, offsetof(struct config, soft_percent) },
    { "uid-share", KEY_PERCENT, offsetof(struct config, share_percent) },
    { "reserved-descriptors", KEY_SMALL, offsetof(struct config, reserved_descriptors) },
    { "uid-half-open", KEY_SMALL, offsetof(struct config, half_open) },
    { "task-pending-segments", KEY_SMALL, offsetof(struct config, process_segments) },
    { "allow-interpose", KEY_BOOL, offsetof(struct config, kernel.allow_interpose) },
    { "relaxed-host-ports", KEY_BOOL, offsetof(struct config, kernel.relaxed_host_ports) },
    { "allow-task-terminate", KEY_BOOL, offsetof(struct config, kernel.allow_task_terminate) },
    { "developer-mode", KEY_BOOL, offsetof(struct config, kernel.developer_mode) },
    { "allow-task-for-pid", KEY_BOOL, offsetof(struct config, kernel.allow_task_for_pid) },
    { "boost-receivers", KEY_BOOL, offsetof(struct config, kernel.boost_receivers) },
    { "prioritize-launch", KEY_BOOL, offsetof(struct config, kernel.prioritize_launch) },
    { "guard-default", KEY_SMALL, offsetof(struct config, kernel.guard_default) },
    { "control-port-options", KEY_SMALL, offsetof(struct config, kernel.control_port_options) },
    { "guard-exceptions", KEY_BOOL, offsetof(struct config, kernel.raise_guards) },
    { "turnstile-max-hop", KEY_SMALL, offsetof(struct config, kernel.turnstile_max_hop) },
    { "max-processes", KEY_SMALL, offsetof(struct config, kernel.max_processes) },
    { "task-lent-megabytes", KEY_SMALL, offsetof(struct config, process_lent_megabytes) },
    { "attach-timeout", KEY_MICROSECONDS, offsetof(struct config, attach_timeout) },
    { "polling-window", KEY_MICROSECONDS, offsetof(struct config, polling_window) },
    { "rank", KEY_RANK, offsetof(struct config, rank) },
    { "launchd", KEY_PATH, offsetof(struct config, launchd) },
    { "job-loader", KEY_PATH, offsetof(struct config, job_loader) },
    { "idle-domain", KEY_SMALL, offsetof(struct config, idle_domain) },
};

/* ---- limits: all-KIND, uid-KIND, uid-KIND@UID, task-KIND, task-KIND@UID ---- */

static const char *const kind_names[ACCOUNT_N_KINDS] = {
    [ACCOUNT_PORTS] = "ports",
    [ACCOUNT_NAMES] = "names",
    [ACCOUNT_MESSAGES] = "messages",
    [ACCOUNT_BYTES] = "bytes",
    [ACCOUNT_SEGMENTS] = "segments",
    [ACCOUNT_SEGMENT_BYTES] = "segment-bytes",
    [ACCOUNT_THREADS] = "threads",
    [ACCOUNT_TIMERS] = "timers",
    [ACCOUNT_TASKS] = "tasks",
    [ACCOUNT_CONNECTIONS] = "connections",
    [ACCOUNT_DESCRIPTORS] = "descriptors",
};

const char *config_kind_name(enum account_kind kind)
{
    return kind_names[kind];
}

static bool take_prefix(const char **text, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(*text, prefix, length) != 0)
        return false;
    *text += length;
    return true;
}

/* The number of the kind whose name is the `length` bytes at text; ACCOUNT_N_KINDS: none. */
static enum account_kind find_kind(const char *text, size_t length)
{
    enum account_kind kind = 0;
    while (kind < ACCOUNT_N_KINDS &&
           (strlen(kind_names[kind]) != length || memcmp(kind_names[kind], text, length) != 0))
        kind++;
    return kind;
}

/* Digits, and after them K, M or G for 2^10, 2^20 or 2^30. */
static bool parse_amount(const char *text, uint64_t *amount_p)
{
    static const char suffixes[] = "KMG";
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || end == text || *text == '-' || *text == '+')
        return false;
    const char *suffix = *end ? strchr(suffixes, *end) : NULL;
    unsigned shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
    if ((*end && !suffix) || (suffix && end[1]) || number > UINT64_MAX >> shift)
        return false;
    *amount_p = (uint64_t)number << shift;
    return true;
}

static bool add_override(struct config *config, const char *text, struct limit_override override)
{
    uint64_t uid;
    if (!parse_amount(text, &uid) || uid >= UINT32_MAX || config->n_overrides == OVERRIDES_MAX)
        return false;
    override.uid = (uint32_t)uid;
    config->overrides[config->n_overrides++] = override;
    return true;
}

/* False if the name is no limit's or the value is no amount. */
static bool set_limit(struct config *config, const char *name, const char *value)
{
    struct kernel_limits *limits = &config->kernel.limits;
    const char *text = name;
    uint64_t max;
    bool of_all = take_prefix(&text, "all-");
    bool of_task = !of_all && take_prefix(&text, "task-");
    if (!of_all && !of_task && !take_prefix(&text, "uid-"))
        return false;
    size_t length = strcspn(text, "@");
    enum account_kind kind = find_kind(text, length);
    if (kind == ACCOUNT_N_KINDS || !parse_amount(value, &max))
        return false;
    if (text[length])
        return !of_all &&
               add_override(config, text + length + 1,
                            (struct limit_override){ .of_task = of_task, .kind = kind, .max = max });
    (of_all ? &limits->all : of_task ? &limits->task : &limits->uid)->max[kind] = max;
    return true;
}

/* ---- settings ---- */

static bool set_number(void *field, enum key_kind kind, const char *value)
{
    uint64_t number;
    if (!parse_amount(value, &number))
        return false;
    if (kind == KEY_MICROSECONDS && number <= 3600u * 1000000ull)
        *(uint64_t *)field = number * MICROSECOND;
    else if (kind == KEY_SMALL && number <= UINT32_MAX)
        *(uint32_t *)field = (uint32_t)number;
    else if (kind == KEY_PERCENT && number >= 1 && number <= 100)
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
    static const char *const names[] = {
        [RANK_AUTO] = "auto", [RANK_ROUND_ROBIN] = "round-robin", [RANK_NICE] = "nice", [RANK_NONE] = "none"
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (!strcmp(value, names[i])) {
            *field = (enum rank_policy)i;
            return true;
        }
    }
    return false;
}

static bool set_path(char *field, const char *value)
{
    if (*value != '/' || strlen(value) >= sizeof(((struct config *)NULL)->launchd))
        return false;
    strcpy(field, value);
    return true;
}

static bool set_key(struct config *config, const struct key *key, const char *value)
{
    void *field = (char *)config + key->offset;
    switch (key->kind) {
    case KEY_SMALL:
    case KEY_PERCENT:
    case KEY_MICROSECONDS: return set_number(field, key->kind, value);
    case KEY_BOOL: return set_bool(field, value);
    case KEY_RANK: return set_rank(field, value);
    case KEY_PATH: return set_path(field, value);
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
    return set_limit(config, name, value);
}

int config_load(struct config *config, const char *path, bool path_given)
{
    *config = (struct config){
        .kernel = kernel_config_default(),
        .soft_percent = 75,
        .reserved_descriptors = 64,
        .half_open = 64,
        .process_segments = 1024,
        .process_lent_megabytes = 192,
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

/* ---- what the machine has ---- */

static struct rlimit original_limit;
static bool has_original_limit;

void config_restore_descriptors(void)
{
    if (has_original_limit)
        setrlimit(RLIMIT_NOFILE, &original_limit);
}

/* As many descriptors as machd may have, after raising the soft limit to the hard one. */
static uint64_t raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024;
    original_limit = limit;
    has_original_limit = true;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

/* The first line of a file that the kernel makes; false if there is none. */
static bool read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    bool ok = file && fgets(line, (int)size, file);
    if (file)
        fclose(file);
    if (ok)
        line[strcspn(line, "\n")] = 0;
    return ok;
}

/* What the control group leaves machd; UINT64_MAX where there is no such limit. */
static uint64_t memory_of_group(void)
{
    char group[256], path[320], text[32];
    uint64_t bytes;
    if (!read_line("/proc/self/cgroup", group, sizeof(group)) || strncmp(group, "0::", 3) != 0)
        return UINT64_MAX;
    snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max", group + 3);
    return read_line(path, text, sizeof(text)) && parse_amount(text, &bytes) ? bytes : UINT64_MAX;
}

static uint64_t memory_of_machine(void)
{
    uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES), group = memory_of_group();
    uint64_t bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return bytes < group ? bytes : group;
}

static void lower_to(uint64_t *limit, uint64_t bound)
{
    if (*limit > bound)
        *limit = bound;
}

/* One uid's share of what is finite. */
static void share_out(struct kernel_limits *limits, uint32_t percent)
{
    for (enum account_kind kind = 0; kind < ACCOUNT_N_KINDS; kind++) {
        uint64_t all = limits->all.max[kind];
        if (all != UINT64_MAX)
            lower_to(&limits->uid.max[kind], all / 100 * percent + all % 100 * percent / 100);
    }
}

void config_fit_machine(struct config *config, bool several_users)
{
    struct kernel_limits *limits = &config->kernel.limits;
    uint64_t descriptors = raise_descriptors(), reserve = config->reserved_descriptors;
    uint64_t half = memory_of_machine() / 2;
    if (limits->all.max[ACCOUNT_BYTES] == UINT64_MAX)
        limits->all.max[ACCOUNT_BYTES] = half;
    if (limits->all.max[ACCOUNT_SEGMENT_BYTES] == UINT64_MAX)
        limits->all.max[ACCOUNT_SEGMENT_BYTES] = half;
    lower_to(&limits->all.max[ACCOUNT_DESCRIPTORS],
             descriptors > 2 * reserve ? descriptors - reserve : reserve);
    share_out(limits, config->share_percent ? config->share_percent : several_users ? 50 : 100);
    limits->uid.soft_percent = limits->task.soft_percent = config->soft_percent;
    limits->overrides = config->overrides;
    limits->n_overrides = config->n_overrides;
}
