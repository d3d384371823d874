/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/launch/launch_data.c - the containers of launchd's messages (B177) */
#include <launch.h>

#include <stdlib.h>
#include <string.h>

struct slot {
    char *key; /* NULL in arrays */
    launch_data_t value;
};

struct _launch_data {
    launch_data_type_t type;
    union {
        struct {
            struct slot *slots;
            size_t n_slots;
        }; /* dictionary, array */
        struct {
            void *bytes; /* a string has a zero byte more */
            size_t size;
        }; /* string, opaque */
        int fd, error;
        mach_port_t port;
        long long integer;
        double real;
        bool boolean;
    };
};

static bool is_of(launch_data_t data, launch_data_type_t type)
{
    return data != NULL && data->type == type;
}

static bool has_slots(launch_data_t data)
{
    return is_of(data, LAUNCH_DATA_DICTIONARY) || is_of(data, LAUNCH_DATA_ARRAY);
}

static bool has_bytes(launch_data_t data)
{
    return is_of(data, LAUNCH_DATA_STRING) || is_of(data, LAUNCH_DATA_OPAQUE);
}

launch_data_type_t launch_data_get_type(launch_data_t data)
{
    return data->type;
}

launch_data_t launch_data_alloc(launch_data_type_t type)
{
    launch_data_t data = calloc(1, sizeof(*data));

    if (data != NULL)
        data->type = type;
    return data;
}

static void empty_slot(struct slot *slot)
{
    free(slot->key);
    launch_data_free(slot->value);
}

void launch_data_free(launch_data_t data)
{
    if (data == NULL)
        return;
    if (has_slots(data)) {
        for (size_t i = 0; i < data->n_slots; i++)
            empty_slot(&data->slots[i]);
        free(data->slots);
    } else if (has_bytes(data)) {
        free(data->bytes);
    }
    free(data);
}

static launch_data_t free_if(bool failed, launch_data_t data)
{
    if (!failed)
        return data;
    launch_data_free(data);
    return NULL;
}

/* ---- dictionaries and arrays ---- */

/* New slots are empty. */
static bool make_slots(launch_data_t data, size_t n)
{
    struct slot *slots = n > SIZE_MAX / sizeof(*slots) ? NULL : realloc(data->slots, n * sizeof(*slots));

    if (slots == NULL)
        return false;
    memset(slots + data->n_slots, 0, (n - data->n_slots) * sizeof(*slots));
    data->slots = slots;
    data->n_slots = n;
    return true;
}

static struct slot *find(launch_data_t dict, const char *key)
{
    for (size_t i = 0; is_of(dict, LAUNCH_DATA_DICTIONARY) && i < dict->n_slots; i++) {
        if (strcmp(dict->slots[i].key, key) == 0)
            return &dict->slots[i];
    }
    return NULL;
}

static void replace(struct slot *slot, launch_data_t value)
{
    if (slot->value != value)
        launch_data_free(slot->value);
    slot->value = value;
}

bool launch_data_dict_insert(launch_data_t dict, launch_data_t value, const char *key)
{
    struct slot *slot = find(dict, key);
    char *copy;

    if (!is_of(dict, LAUNCH_DATA_DICTIONARY))
        return false;
    if (slot == NULL) {
        copy = strdup(key);
        if (copy == NULL || !make_slots(dict, dict->n_slots + 1)) {
            free(copy);
            return false;
        }
        slot = &dict->slots[dict->n_slots - 1];
        slot->key = copy;
    }
    replace(slot, value);
    return true;
}

launch_data_t launch_data_dict_lookup(launch_data_t dict, const char *key)
{
    struct slot *slot = find(dict, key);

    return slot != NULL ? slot->value : NULL;
}

bool launch_data_dict_remove(launch_data_t dict, const char *key)
{
    struct slot *slot = find(dict, key);

    if (slot == NULL)
        return false;
    empty_slot(slot);
    dict->n_slots--;
    memmove(slot, slot + 1, (size_t)(dict->slots + dict->n_slots - slot) * sizeof(*slot));
    return true;
}

size_t launch_data_dict_get_count(launch_data_t dict)
{
    return is_of(dict, LAUNCH_DATA_DICTIONARY) ? dict->n_slots : 0;
}

void launch_data_dict_iterate(launch_data_t dict, void (*function)(launch_data_t, const char *, void *),
                              void *context)
{
    for (size_t i = 0; i < launch_data_dict_get_count(dict); i++)
        function(dict->slots[i].value, dict->slots[i].key, context);
}

bool launch_data_array_set_index(launch_data_t array, launch_data_t value, size_t index)
{
    if (!is_of(array, LAUNCH_DATA_ARRAY) || (index >= array->n_slots && !make_slots(array, index + 1)))
        return false;
    replace(&array->slots[index], value);
    return true;
}

launch_data_t launch_data_array_get_index(launch_data_t array, size_t index)
{
    return index < launch_data_array_get_count(array) ? array->slots[index].value : NULL;
}

size_t launch_data_array_get_count(launch_data_t array)
{
    return is_of(array, LAUNCH_DATA_ARRAY) ? array->n_slots : 0;
}

static bool copy_slots(launch_data_t from, launch_data_t to)
{
    if (from->n_slots > 0 && !make_slots(to, from->n_slots))
        return false;
    for (size_t i = 0; i < from->n_slots; i++) {
        const struct slot *slot = &from->slots[i];
        to->slots[i].key = slot->key != NULL ? strdup(slot->key) : NULL;
        to->slots[i].value = launch_data_copy(slot->value);
        if ((slot->key != NULL && to->slots[i].key == NULL) ||
            (slot->value != NULL && to->slots[i].value == NULL))
            return false;
    }
    return true;
}

/* ---- strings and bytes ---- */

static bool set_bytes(launch_data_t data, const void *bytes, size_t size)
{
    char *copy = malloc(size + 1);

    if (copy == NULL)
        return false;
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = 0;
    free(data->bytes);
    data->bytes = copy;
    data->size = size;
    return true;
}

bool launch_data_set_string(launch_data_t data, const char *text)
{
    return is_of(data, LAUNCH_DATA_STRING) && set_bytes(data, text, strlen(text));
}

bool launch_data_set_opaque(launch_data_t data, const void *bytes, size_t size)
{
    return is_of(data, LAUNCH_DATA_OPAQUE) && set_bytes(data, bytes, size);
}

launch_data_t launch_data_new_string(const char *text)
{
    launch_data_t data = launch_data_alloc(LAUNCH_DATA_STRING);

    return free_if(!launch_data_set_string(data, text), data);
}

launch_data_t launch_data_new_opaque(const void *bytes, size_t size)
{
    launch_data_t data = launch_data_alloc(LAUNCH_DATA_OPAQUE);

    return free_if(!launch_data_set_opaque(data, bytes, size), data);
}

const char *launch_data_get_string(launch_data_t data)
{
    return is_of(data, LAUNCH_DATA_STRING) ? data->bytes : NULL;
}

void *launch_data_get_opaque(launch_data_t data)
{
    return is_of(data, LAUNCH_DATA_OPAQUE) ? data->bytes : NULL;
}

size_t launch_data_get_opaque_size(launch_data_t data)
{
    return is_of(data, LAUNCH_DATA_OPAQUE) ? data->size : 0;
}

launch_data_t launch_data_copy(launch_data_t data)
{
    launch_data_t copy = data != NULL ? launch_data_alloc(data->type) : NULL;

    if (copy == NULL)
        return NULL;
    if (has_slots(data))
        return free_if(!copy_slots(data, copy), copy);
    if (has_bytes(data))
        return free_if(data->bytes != NULL && !set_bytes(copy, data->bytes, data->size), copy);
    *copy = *data;
    return copy;
}

/* ---- plain values ---- */

#define PLAIN(name, TYPE, ctype, field, none)                                                                \
    bool launch_data_set_##name(launch_data_t data, ctype value)                                             \
    {                                                                                                        \
        if (!is_of(data, LAUNCH_DATA_##TYPE))                                                                \
            return false;                                                                                    \
        data->field = value;                                                                                 \
        return true;                                                                                         \
    }                                                                                                        \
    launch_data_t launch_data_new_##name(ctype value)                                                        \
    {                                                                                                        \
        launch_data_t data = launch_data_alloc(LAUNCH_DATA_##TYPE);                                          \
        launch_data_set_##name(data, value);                                                                 \
        return data;                                                                                         \
    }                                                                                                        \
    ctype launch_data_get_##name(launch_data_t data)                                                         \
    {                                                                                                        \
        return is_of(data, LAUNCH_DATA_##TYPE) ? data->field : none;                                         \
    }

PLAIN(fd, FD, int, fd, -1)
PLAIN(machport, MACHPORT, mach_port_t, port, MACH_PORT_NULL)
PLAIN(integer, INTEGER, long long, integer, 0)
PLAIN(bool, BOOL, bool, boolean, false)
PLAIN(real, REAL, double, real, 0)
PLAIN(errno, ERRNO, int, error, 0)
