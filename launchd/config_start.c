/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/config_start.c - the keys that say when a job is started (B118, B129, B130) */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "launchd/config_read.h"
#include "launchd/log.h"
#include "launchd/plist.h"

static enum wish wish_of(plist_t value, const char *key, const char *label)
{
    bool is_bool, truth = plist_truth(value, &is_bool);

    if (!is_bool)
        log_line("%s: the condition %.64s of KeepAlive is no boolean and is ignored", label, key);
    return !is_bool ? WISH_NONE : truth ? WISH_TRUE : WISH_FALSE;
}

void *config_one_more(void *array_p, size_t *n, size_t size)
{
    char *array, *old;

    memcpy(&old, array_p, sizeof(old));
    array = *n < CONFIG_MAX_TRIGGERS ? realloc(old, (*n + 1) * size) : NULL;
    if (array == NULL)
        return NULL;
    memcpy(array_p, &array, sizeof(array));
    memset(array + *n * size, 0, size);
    return array + (*n)++ * size;
}

static enum result add_path(struct job_config *config, enum config_path_kind kind, const char *name,
                            bool wanted)
{
    struct config_path *path;

    if (name == NULL)
        return WRONG_TYPE;
    if (*name != '/' || strlen(name) >= PATH_MAX)
        return OUT_OF_RANGE;
    path = config_one_more(&config->paths, &config->n_paths, sizeof(*path));
    if (path == NULL)
        return NO_MEMORY;
    path->kind = kind;
    path->wanted = wanted;
    return config_copy_string(&path->name, name);
}

static enum result read_paths(struct job_config *config, plist_t value, enum config_path_kind kind)
{
    enum result result = PLIST_IS_ARRAY(value) ? GOOD : add_path(config, kind, plist_string(value), true);

    for (uint32_t i = 0; result == GOOD && PLIST_IS_ARRAY(value) && i < plist_array_get_size(value); i++)
        result = add_path(config, kind, plist_string(plist_array_get_item(value, i)), true);
    return result;
}

enum result config_read_watch_paths(struct job_config *config, plist_t value)
{
    return read_paths(config, value, PATH_WATCH);
}

enum result config_read_queues(struct job_config *config, plist_t value)
{
    return read_paths(config, value, PATH_QUEUE);
}

/* A file that grows is seen by its watcher. */
enum result config_read_input(struct job_config *config, plist_t value)
{
    enum result result = add_path(config, PATH_INPUT, plist_string(value), true);

    return result == GOOD ? config_copy_string(&config->standard_in, plist_string(value)) : result;
}

/* ---- KeepAlive as a dictionary (B118) ---- */

static bool add_path_state(void *context, const char *name, plist_t value)
{
    bool is_bool, wanted = plist_truth(value, &is_bool);

    if (is_bool && add_path(context, PATH_STATE, name, wanted) == GOOD)
        return true;
    log_line("%s: PathState of %.64s is ignored", ((struct job_config *)context)->label, name);
    return true;
}

static bool add_other(struct job_config *config, const char *label, plist_t value, bool must_run)
{
    bool is_bool, wanted = plist_truth(value, &is_bool);
    struct config_other *other =
        is_bool ? config_one_more(&config->others, &config->n_others, sizeof(*other)) : NULL;

    if (other == NULL) {
        log_line("%s: the condition on job %.64s is ignored", config->label, label);
        return true;
    }
    other->must_run = must_run;
    other->wanted = wanted;
    return config_copy_string(&other->label, label) == GOOD;
}

static bool add_other_enabled(void *context, const char *label, plist_t value)
{
    return add_other(context, label, value, false);
}

static bool add_other_active(void *context, const char *label, plist_t value)
{
    return add_other(context, label, value, true);
}

static bool read_condition(void *context, const char *key, plist_t value)
{
    struct job_config *config = context;

    if (strcasecmp(key, "SuccessfulExit") == 0)
        config->successful_exit = wish_of(value, key, config->label);
    else if (strcasecmp(key, "Crashed") == 0)
        config->crashed = wish_of(value, key, config->label);
    else if (strcasecmp(key, "AfterInitialDemand") == 0)
        config->after_initial_demand = wish_of(value, key, config->label) == WISH_TRUE;
    else if (strcasecmp(key, "PathState") == 0)
        return plist_each(value, add_path_state, config) || !PLIST_IS_DICT(value);
    else if (strcasecmp(key, "OtherJobEnabled") == 0)
        return plist_each(value, add_other_enabled, config) || !PLIST_IS_DICT(value);
    else if (strcasecmp(key, "OtherJobActive") == 0)
        return plist_each(value, add_other_active, config) || !PLIST_IS_DICT(value);
    else
        log_line("%s: the condition %.64s of KeepAlive has no effect", config->label, key);
    return true;
}

/* What depends on the last end implies a first run. */
enum result config_read_keep_alive(struct job_config *config, plist_t value)
{
    if (!PLIST_IS_DICT(value))
        return config_read_bool(&config->keep_alive, value);
    if (!plist_each(value, read_condition, config))
        return NO_MEMORY;
    if (config->successful_exit != WISH_NONE || config->crashed != WISH_NONE)
        config->run_at_load = true;
    return GOOD;
}

/* ---- StartCalendarInterval (B130) ---- */

/* A negative number is as good as none; false: one that never comes. */
static bool read_unit(plist_t dict, const char *key, int min, int max, int *unit)
{
    int64_t number;

    *unit = CALENDAR_ANY;
    if (!plist_integer(plist_find(dict, key), &number) || number < 0)
        return true;
    *unit = (int)number;
    return number >= min && number <= max;
}

static enum result add_calendar(struct job_config *config, plist_t value)
{
    struct calendar c, *slot;

    if (!PLIST_IS_DICT(value))
        return WRONG_TYPE;
    if (!read_unit(value, "Minute", 0, 59, &c.minute) || !read_unit(value, "Hour", 0, 23, &c.hour) ||
        !read_unit(value, "Day", 1, 31, &c.day) || !read_unit(value, "Month", 1, 12, &c.month) ||
        !read_unit(value, "Weekday", 0, 7, &c.weekday))
        return OUT_OF_RANGE;
    if (c.weekday == 7)
        c.weekday = 0;
    slot = config_one_more(&config->calendars, &config->n_calendars, sizeof(*slot));
    if (slot != NULL)
        *slot = c;
    return slot != NULL ? GOOD : NO_MEMORY;
}

enum result config_read_calendar(struct job_config *config, plist_t value)
{
    enum result result = GOOD;

    if (!PLIST_IS_ARRAY(value))
        return add_calendar(config, value);
    for (uint32_t i = 0; result != NO_MEMORY && i < plist_array_get_size(value); i++) {
        result = add_calendar(config, plist_array_get_item(value, i));
        if (result == WRONG_TYPE || result == OUT_OF_RANGE)
            log_line("%s: a date of StartCalendarInterval makes no sense and is left out", config->label);
    }
    return result == NO_MEMORY ? NO_MEMORY : GOOD;
}

enum result config_read_interval(struct job_config *config, plist_t value)
{
    uint32_t seconds = 0;
    enum result result = config_read_seconds(&seconds, value);

    if (result != GOOD || seconds == 0)
        return result != GOOD ? result : OUT_OF_RANGE;
    config->interval = seconds;
    return GOOD;
}
