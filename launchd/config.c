/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/config_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "launchd/log.h"
#include "launchd/plist.h"
#include "launchd/stash.h"

#define DEFAULT_THROTTLE 10
#define DEFAULT_EXIT_TIMEOUT 20

enum key_kind { KEY_STRING, KEY_BOOL, KEY_SECONDS, KEY_OWN, KEY_RECORD, KEY_LATER };

/* A list of a thousand mistakes shall not fill the log. */
#define MAX_TOLD 16

struct reader {
    struct job_config *config;
    const char *label; /* for the log */
    unsigned n_told;
    bool no_memory;
};

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset; /* of the field: char *, bool or uint32_t */
    enum result (*read)(struct job_config *config, plist_t value);
};

/* ---- values ---- */

enum result config_copy_string(char **field, const char *text)
{
    free(*field);
    *field = strdup(text);
    return *field == NULL ? NO_MEMORY : GOOD;
}

static enum result read_string(char **field, plist_t value)
{
    const char *text = plist_string(value);

    return text == NULL ? WRONG_TYPE : config_copy_string(field, text);
}

enum result config_read_bool(bool *field, plist_t value)
{
    bool is_bool, truth = plist_truth(value, &is_bool);

    if (is_bool)
        *field = truth;
    return is_bool ? GOOD : WRONG_TYPE;
}

enum result config_read_seconds(uint32_t *field, plist_t value)
{
    int64_t number;

    if (!plist_integer(value, &number))
        return WRONG_TYPE;
    if (number < 0 || number > INT32_MAX)
        return OUT_OF_RANGE;
    *field = (uint32_t)number;
    return GOOD;
}

static void words_free(char **words)
{
    for (char **word = words; word != NULL && *word != NULL; word++)
        free(*word);
    free(words);
}

/* ---- keys with a reader of their own ---- */

static enum result read_arguments(struct job_config *config, plist_t value)
{
    uint32_t n = PLIST_IS_ARRAY(value) ? plist_array_get_size(value) : 0;

    if (!PLIST_IS_ARRAY(value))
        return WRONG_TYPE;
    if (n == 0 || n > CONFIG_MAX_WORDS)
        return OUT_OF_RANGE;
    words_free(config->arguments);
    config->arguments = calloc(n + 1, sizeof(char *));
    if (config->arguments == NULL)
        return NO_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        enum result result = read_string(&config->arguments[i], plist_array_get_item(value, i));
        if (result == GOOD)
            continue;
        words_free(config->arguments);
        config->arguments = NULL;
        return result;
    }
    return GOOD;
}

struct variables {
    const struct job_config *config;
    char **at; /* the next */
};

/* Strings only; a variable of another type is left out. */
static bool add_variable(void *context, const char *name, plist_t value)
{
    struct variables *variables = context;
    const char *text = plist_string(value);

    if (text == NULL || *name == 0 || strchr(name, '=') != NULL) {
        log_line("%s: the variable %.64s is no string and is left out", variables->config->label, name);
        return true;
    }
    if (asprintf(variables->at, "%s=%s", name, text) >= 0) {
        variables->at++;
        return true;
    }
    *variables->at = NULL;
    return false;
}

static enum result read_variables(const struct job_config *config, char ***field, plist_t value)
{
    struct variables variables = { config, NULL };

    if (!PLIST_IS_DICT(value))
        return WRONG_TYPE;
    if (plist_dict_get_size(value) > CONFIG_MAX_WORDS)
        return OUT_OF_RANGE;
    words_free(*field);
    variables.at = *field = calloc(plist_dict_get_size(value) + 1, sizeof(char *));
    if (*field == NULL || !plist_each(value, add_variable, &variables))
        return NO_MEMORY;
    return GOOD;
}

static enum result read_environment(struct job_config *config, plist_t value)
{
    return read_variables(config, &config->environment, value);
}

static enum result read_environment_of_domain(struct job_config *config, plist_t value)
{
    return read_variables(config, &config->for_domain, value);
}

static enum result read_flag(uint32_t *flags, uint32_t flag, plist_t value)
{
    bool wanted = false;
    enum result result = config_read_bool(&wanted, value);

    if (wanted)
        *flags |= flag;
    return result;
}

static enum result read_unless(uint32_t *flags, uint32_t flag, plist_t value)
{
    bool unwanted = true;
    enum result result = config_read_bool(&unwanted, value);

    if (!unwanted)
        *flags |= flag;
    return result;
}

static enum result read_drain(uint32_t *flags, plist_t value)
{
    const char *text = plist_string(value);

    if (text == NULL)
        return WRONG_TYPE;
    if (strcasecmp(text, "One") == 0)
        *flags |= SERVICE_DRAIN_ONE;
    else if (strcasecmp(text, "All") == 0)
        *flags |= SERVICE_DRAIN_ALL;
    else
        return OUT_OF_RANGE;
    return GOOD;
}

static bool read_service_option(void *context, const char *key, plist_t value)
{
    struct config_service *service = context;
    enum result result = GOOD;

    if (strcasecmp(key, "ResetAtClose") == 0)
        result = read_flag(&service->flags, SERVICE_RESET, value);
    else if (strcasecmp(key, "HideUntilCheckIn") == 0)
        result = read_flag(&service->flags, SERVICE_HIDE, value);
    else if (strcasecmp(key, "ReplyOnExecFailure") == 0)
        result = read_unless(&service->flags, SERVICE_PATIENT, value);
    else if (strcasecmp(key, "DrainMessagesOnCrash") == 0)
        result = read_drain(&service->flags, value);
    else
        log_line("the option %.64s of service %s has no effect", key, service->name);
    if (result != GOOD)
        log_line("the value of the option %.64s of service %s makes no sense and is ignored", key,
                 service->name);
    return true;
}

/* B110; a name is cut as bootstrap_check_in would cut it (B64). */
static bool add_service(void *context, const char *name, plist_t value)
{
    struct job_config *config = context;
    struct config_service *service = &config->services[config->n_services++];

    snprintf(service->name, sizeof(service->name), "%s", name);
    plist_each(value, read_service_option, service);
    return true;
}

static enum result read_services(struct job_config *config, plist_t value)
{
    if (!PLIST_IS_DICT(value))
        return WRONG_TYPE;
    if (plist_dict_get_size(value) > CONFIG_MAX_SERVICES)
        return OUT_OF_RANGE;
    free(config->services);
    config->n_services = 0;
    config->services = calloc(plist_dict_get_size(value) + 1, sizeof(*config->services));
    if (config->services == NULL)
        return NO_MEMORY;
    plist_each(value, add_service, config);
    return GOOD;
}

static enum result read_on_demand(struct job_config *config, plist_t value)
{
    bool on_demand;
    enum result result = config_read_bool(&on_demand, value);

    if (result == GOOD)
        config->keep_alive = !on_demand;
    return result;
}

/* A string is octal if it begins with 0. */
static enum result read_umask(struct job_config *config, plist_t value)
{
    const char *text = plist_string(value);
    int64_t number;
    char *end;

    if (text != NULL) {
        number = strtol(text, &end, *text == '0' ? 8 : 10);
        if (*text == 0 || *end != 0)
            return OUT_OF_RANGE;
    } else if (!plist_integer(value, &number)) {
        return WRONG_TYPE;
    }
    if (number < 0 || number > 0777)
        return OUT_OF_RANGE;
    config->umask = (mode_t)number;
    config->has_umask = true;
    return GOOD;
}

static enum result read_nice(struct job_config *config, plist_t value)
{
    int64_t number;

    if (!plist_integer(value, &number))
        return WRONG_TYPE;
    if (number < -20 || number > 20)
        return OUT_OF_RANGE;
    config->nice = (int)number;
    config->has_nice = true;
    return GOOD;
}

/* B111 */
static enum result read_type(struct job_config *config, plist_t value)
{
    static const struct {
        const char *name;
        int type;
    } types[] = { { "Background", 0x500 },
                  { "Standard", 0x300 },
                  { "Adaptive", 0x600 },
                  { "Interactive", 0x400 },
                  { "App", 0x100 } };
    const char *text = plist_string(value);

    for (size_t i = 0; text != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcasecmp(text, types[i].name) == 0) {
            config->process_type = types[i].type;
            return GOOD;
        }
    }
    return text == NULL ? WRONG_TYPE : OUT_OF_RANGE;
}

/* B112 */
static const struct {
    const char *name;
    int resource;
} limit_names[CONFIG_N_LIMITS] = {
    { "Core", RLIMIT_CORE },
    { "CPU", RLIMIT_CPU },
    { "Data", RLIMIT_DATA },
    { "FileSize", RLIMIT_FSIZE },
    { "MemoryLock", RLIMIT_MEMLOCK },
    { "NumberOfFiles", RLIMIT_NOFILE },
    { "NumberOfProcesses", RLIMIT_NPROC },
    { "ResidentSetSize", RLIMIT_RSS },
    { "Stack", RLIMIT_STACK },
};

static enum result read_limits(struct job_config *config, plist_t value, bool hard)
{
    if (!PLIST_IS_DICT(value))
        return WRONG_TYPE;
    for (size_t i = 0; i < CONFIG_N_LIMITS; i++) {
        struct config_limit *limit = &config->limits[i];
        plist_t entry = plist_find(value, limit_names[i].name);
        int64_t number;
        limit->resource = limit_names[i].resource;
        if (entry == NULL)
            continue;
        if (!plist_integer(entry, &number) || number < 0) {
            log_line("%s: the limit %s is no number and is ignored", config->label, limit_names[i].name);
            continue;
        }
        *(hard ? &limit->has_hard : &limit->has_soft) = true;
        *(hard ? &limit->hard : &limit->soft) = (rlim_t)number;
    }
    return GOOD;
}

static enum result read_soft_limits(struct job_config *config, plist_t value)
{
    return read_limits(config, value, false);
}

static enum result read_hard_limits(struct job_config *config, plist_t value)
{
    return read_limits(config, value, true);
}

static enum result read_timeout(struct job_config *config, plist_t value)
{
    enum result result = config_read_seconds(&config->timeout, value);

    config->has_timeout = result == GOOD;
    return result;
}

/* B13; which sessions a job is for is the loading tool's affair. */
static bool is_session(plist_t value)
{
    static const char *const sessions[] = { "System", "Aqua", "Background", "StandardIO", "LoginWindow" };
    const char *name = plist_string(value);

    for (size_t i = 0; name != NULL && i < sizeof(sessions) / sizeof(sessions[0]); i++) {
        if (strcmp(name, sessions[i]) == 0)
            return true;
    }
    return false;
}

static enum result read_sessions(struct job_config *config, plist_t value)
{
    if (!PLIST_IS_ARRAY(value))
        config->bad_session = !is_session(value);
    for (uint32_t i = 0; PLIST_IS_ARRAY(value) && i < plist_array_get_size(value); i++)
        config->bad_session |= !is_session(plist_array_get_item(value, i));
    return GOOD;
}

/* ---- the table of B109 ---- */

/* DenyCreatingOtherJobs alone means something. */
static enum result read_policies(struct job_config *config, plist_t value)
{
    plist_t denies = plist_find(value, "DenyCreatingOtherJobs");

    if (!PLIST_IS_DICT(value))
        return WRONG_TYPE;
    return denies == NULL ? GOOD : config_read_bool(&config->denies_jobs, denies);
}

#define FIELD(field) offsetof(struct job_config, field)

static const struct key keys[] = {
    { "ProgramArguments", KEY_OWN, 0, read_arguments },
    { "Program", KEY_STRING, FIELD(program), NULL },
    { "MachServices", KEY_OWN, 0, read_services },
    { "KeepAlive", KEY_OWN, 0, config_read_keep_alive },
    { "OnDemand", KEY_OWN, 0, read_on_demand },
    { "RunAtLoad", KEY_BOOL, FIELD(run_at_load), NULL },
    { "EnvironmentVariables", KEY_OWN, 0, read_environment },
    { "WorkingDirectory", KEY_STRING, FIELD(directory), NULL },
    { "Umask", KEY_OWN, 0, read_umask },
    { "Nice", KEY_OWN, 0, read_nice },
    { "ProcessType", KEY_OWN, 0, read_type },
    { "POSIXSpawnType", KEY_OWN, 0, read_type },
    { "ThrottleInterval", KEY_SECONDS, FIELD(throttle), NULL },
    { "ExitTimeOut", KEY_SECONDS, FIELD(exit_timeout), NULL },
    { "StandardOutPath", KEY_STRING, FIELD(standard_out), NULL },
    { "StandardErrorPath", KEY_STRING, FIELD(standard_error), NULL },
    { "StartInterval", KEY_OWN, 0, config_read_interval },
    { "Sockets", KEY_OWN, 0, config_read_sockets },
    { "StartCalendarInterval", KEY_OWN, 0, config_read_calendar },
    { "WatchPaths", KEY_OWN, 0, config_read_watch_paths },
    { "QueueDirectories", KEY_OWN, 0, config_read_queues },
    { "LowPriorityIO", KEY_BOOL, FIELD(low_io), NULL },
    { "SoftResourceLimits", KEY_OWN, 0, read_soft_limits },
    { "HardResourceLimits", KEY_OWN, 0, read_hard_limits },
    { "UserName", KEY_STRING, FIELD(user), NULL },
    { "GroupName", KEY_STRING, FIELD(group), NULL },
    { "InitGroups", KEY_BOOL, FIELD(init_groups), NULL },
    { "RootDirectory", KEY_STRING, FIELD(root), NULL },
    { "AbandonProcessGroup", KEY_BOOL, FIELD(abandon_group), NULL },
    { "LaunchOnlyOnce", KEY_BOOL, FIELD(launch_only_once), NULL },
    { "WaitForDebugger", KEY_BOOL, FIELD(wait_for_debugger), NULL },
    { "Label", KEY_RECORD, 0, NULL },
    { "Disabled", KEY_RECORD, 0, NULL },
    { "LimitLoadToHosts", KEY_RECORD, 0, NULL },
    { "LimitLoadFromHosts", KEY_RECORD, 0, NULL },
    { "LimitLoadToSessionType", KEY_OWN, 0, read_sessions },
    { "LowPriorityBackgroundIO", KEY_RECORD, 0, NULL },
    { "TimeOut", KEY_OWN, 0, read_timeout },
    { JOB_PATH_KEY, KEY_STRING, FIELD(path), NULL },
    { "EnableTransactions", KEY_BOOL, FIELD(transactions), NULL },
    { "BeginTransactionAtShutdown", KEY_RECORD, 0, NULL },
    { "HopefullyExitsFirst", KEY_RECORD, 0, NULL },
    { "HopefullyExitsLast", KEY_RECORD, 0, NULL },
    { "DisableASLR", KEY_RECORD, 0, NULL },
    { "StandardInPath", KEY_OWN, 0, config_read_input },
    { "inetdCompatibility", KEY_OWN, 0, config_read_inetd },
    { "Debug", KEY_RECORD, 0, NULL }, /* every decision is told in any case */
    { "Policies", KEY_OWN, 0, read_policies },
    { "EnableGlobbing", KEY_BOOL, FIELD(globbing), NULL },
    { "EnablePressuredExit", KEY_RECORD, 0, NULL },
    { "StartOnMount", KEY_LATER, 0, NULL },
    { "SessionCreate", KEY_LATER, 0, NULL },
    { "MultipleInstances", KEY_LATER, 0, NULL },
    { "LaunchEvents", KEY_LATER, 0, NULL },
    { "UserEnvironmentVariables", KEY_OWN, 0, read_environment_of_domain },
};

/* B104: of these the case matters. */
static bool is_key(const struct key *key, const char *name)
{
    if (key->read == read_arguments || key->read == read_sessions || key->offset == FIELD(program))
        return strcmp(key->name, name) == 0;
    return strcasecmp(key->name, name) == 0;
}

static enum result read_value(const struct key *key, struct job_config *config, plist_t value)
{
    void *field = (char *)config + key->offset;

    switch (key->kind) {
    case KEY_STRING: return read_string(field, value);
    case KEY_BOOL: return config_read_bool(field, value);
    case KEY_SECONDS: return config_read_seconds(field, value);
    case KEY_OWN: return key->read(config, value);
    case KEY_RECORD: return GOOD;
    case KEY_LATER:
        log_line("%s: the key %s is not built and has no effect", config->label, key->name);
        return GOOD;
    }
    return GOOD;
}

static void tell_ignored(struct reader *reader, const char *key, const char *why)
{
    if (reader->n_told++ < MAX_TOLD)
        log_line("%s: %.64s %s, and is ignored", reader->label, key, why);
}

static bool read_key(void *context, const char *name, plist_t value)
{
    struct reader *reader = context;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!is_key(&keys[i], name))
            continue;
        switch (read_value(&keys[i], reader->config, value)) {
        case GOOD: break;
        case WRONG_TYPE: tell_ignored(reader, name, "has a value of the wrong type"); break;
        case OUT_OF_RANGE: tell_ignored(reader, name, "has a value out of range"); break;
        case NO_MEMORY: reader->no_memory = true; break;
        }
        return !reader->no_memory;
    }
    tell_ignored(reader, name, "is an unknown key");
    return true;
}

/* ---- all of it ---- */

bool config_label_is_good(const char *label)
{
    static const char *const reserved[] = { "com.apple.launchd", "com.apple.launchctl", "org.machd." };

    if (*label == 0 || strlen(label) >= BOOTSTRAP_MAX_NAME_LEN)
        return false;
    for (const char *c = label; *c != 0; c++) {
        if ((unsigned char)*c < 32 || *c == 127)
            return false;
    }
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strncasecmp(label, reserved[i], strlen(reserved[i])) == 0)
            return false;
    }
    return true;
}

/* With Program only, it is the first argument too. */
static bool complete(struct job_config *config)
{
    if (config->arguments != NULL || config->program == NULL)
        return true;
    config->arguments = calloc(2, sizeof(char *));
    return config->arguments != NULL && config_copy_string(&config->arguments[0], config->program) == GOOD;
}

int config_read(plist_t dict, struct job_config **config_p)
{
    const char *label = PLIST_IS_DICT(dict) ? plist_string(plist_dict_get_item(dict, "Label")) : NULL;
    struct reader reader = { .label = label };
    int error = 0;

    if (label == NULL || !config_label_is_good(label))
        return EINVAL;
    reader.config = calloc(1, sizeof(*reader.config));
    if (reader.config == NULL)
        return ENOMEM;
    *reader.config = (struct job_config){ .throttle = DEFAULT_THROTTLE,
                                          .exit_timeout = DEFAULT_EXIT_TIMEOUT,
                                          .process_type = 0x300,
                                          .init_groups = true };
    if (config_copy_string(&reader.config->label, label) != GOOD || !plist_each(dict, read_key, &reader) ||
        !complete(reader.config))
        error = ENOMEM;
    else if (reader.config->arguments == NULL || reader.config->bad_session)
        error = EINVAL;
    if (error != 0)
        config_free(reader.config);
    else
        *config_p = reader.config;
    return error;
}

void config_free(struct job_config *config)
{
    if (config == NULL)
        return;
    words_free(config->arguments);
    words_free(config->environment);
    words_free(config->for_domain);
    free(config->label);
    free(config->program);
    free(config->path);
    free(config->directory);
    free(config->standard_in);
    free(config->standard_out);
    free(config->standard_error);
    free(config->user);
    free(config->group);
    free(config->root);
    free(config->services);
    for (size_t i = 0; i < config->n_paths; i++)
        free(config->paths[i].name);
    for (size_t i = 0; i < config->n_others; i++)
        free(config->others[i].label);
    for (size_t i = 0; i < config->n_sockets; i++) {
        for (int j = 0; j < SOCKET_WORDS; j++)
            free(config->sockets[i].words[j]);
        free(config->sockets[i].name);
    }
    free(config->sockets);
    free(config->paths);
    free(config->others);
    free(config->calendars);
    free(config);
}
