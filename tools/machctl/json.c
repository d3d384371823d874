/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/json.h"

#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static const char *skip_string(const char *at)
{
    for (at++; *at != 0 && *at != '"'; at++) {
        if (*at == '\\' && at[1] != 0)
            at++;
    }
    return *at == 0 ? at : at + 1;
}

/* Brackets need only be counted: the text is machd's. */
static const char *skip_value(const char *at)
{
    int depth = 0;

    do {
        at = skip_space(at);
        if (*at == '"') {
            at = skip_string(at);
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            if (depth-- == 0)
                return at;
            at++;
        } else if (depth > 0 && (*at == ',' || *at == ':')) {
            at++;
        } else {
            at += strcspn(at, ",:{}[]\" \t\r\n");
        }
    } while (depth > 0 && *at != 0);
    return skip_space(at);
}

const char *json_member(const char *object, const char *key)
{
    size_t length = strlen(key);
    const char *at = object == NULL ? "" : skip_space(object);

    if (*at != '{')
        return NULL;
    at = skip_space(at + 1);
    while (*at == '"') {
        const char *name = at + 1;
        at = skip_space(skip_string(at));
        if (*at != ':')
            return NULL;
        at = skip_space(at + 1);
        if (strncmp(name, key, length) == 0 && name[length] == '"')
            return at;
        at = skip_value(at);
        at = *at == ',' ? skip_space(at + 1) : "";
    }
    return NULL;
}

const char *json_first(const char *array)
{
    if (array == NULL || *array != '[')
        return NULL;
    array = skip_space(array + 1);
    return *array == ']' || *array == 0 ? NULL : array;
}

const char *json_after(const char *element)
{
    element = skip_value(element);
    return *element == ',' ? skip_space(element + 1) : NULL;
}

unsigned long long json_number(const char *value)
{
    return value == NULL ? 0 : strtoull(value, NULL, 10);
}

bool json_bool(const char *value)
{
    return value != NULL && strncmp(value, "true", 4) == 0;
}

/* Escapes stay as they are: they are what a terminal should see. */
void json_string(const char *value, char *text, size_t size)
{
    const char *end = value != NULL && *value == '"' ? skip_string(value) - 1 : value;
    size_t length = end == value ? 0 : (size_t)(end - value) - 1;

    if (length >= size)
        length = size - 1;
    if (length > 0)
        memcpy(text, value + 1, length);
    text[length] = 0;
}
