/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/plist.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_DEPTH 64

const char *plist_string(plist_t node)
{
    return PLIST_IS_STRING(node) ? plist_get_string_ptr(node, NULL) : NULL;
}

/* libplist keeps a negative number as its two's complement. */
bool plist_integer(plist_t node, int64_t *value)
{
    uint64_t number;

    if (!PLIST_IS_UINT(node))
        return false;
    plist_get_uint_val(node, &number);
    *value = (int64_t)number;
    return true;
}

bool plist_truth(plist_t node, bool *is_bool)
{
    uint8_t value = 0;

    *is_bool = PLIST_IS_BOOLEAN(node);
    if (*is_bool)
        plist_get_bool_val(node, &value);
    return value != 0;
}

bool plist_each(plist_t dict, bool (*fn)(void *context, const char *key, plist_t value), void *context)
{
    plist_dict_iter iter = NULL;
    bool more = PLIST_IS_DICT(dict);

    if (more)
        plist_dict_new_iter(dict, &iter);
    while (more) {
        char *key = NULL;
        plist_t value = NULL;
        plist_dict_next_item(dict, iter, &key, &value);
        if (key == NULL)
            break;
        more = fn(context, key, value);
        free(key);
    }
    free(iter);
    return more;
}

/* ---- reading ---- */

static bool is_too_deep(plist_t node, int depth);

static bool is_flat_entry(void *depth, const char *key, plist_t value)
{
    (void)key;
    return !is_too_deep(value, *(int *)depth);
}

/* To write what is nested costs the square of its depth. */
static bool is_too_deep(plist_t node, int depth)
{
    plist_array_iter iter = NULL;
    plist_t item = NULL;
    bool too_deep = false;

    if (!PLIST_IS_DICT(node) && !PLIST_IS_ARRAY(node))
        return false;
    if (++depth > MAX_DEPTH)
        return true;
    if (PLIST_IS_DICT(node))
        return !plist_each(node, is_flat_entry, &depth);
    plist_array_new_iter(node, &iter);
    for (plist_array_next_item(node, iter, &item); item != NULL && !too_deep;
         plist_array_next_item(node, iter, &item))
        too_deep = is_too_deep(item, depth);
    free(iter);
    return too_deep;
}

plist_t plist_read(const char *text, size_t size)
{
    plist_t list = NULL;

    if (size > JOB_SUBMIT_SIZE || size < 8 || plist_is_binary(text, (uint32_t)size))
        return NULL;
    plist_from_xml(text, (uint32_t)size, &list);
    if (list != NULL && is_too_deep(list, 0)) {
        plist_free(list);
        list = NULL;
    }
    return list;
}

struct search {
    const char *key;
    plist_t value;
};

static bool is_not_it(void *context, const char *key, plist_t value)
{
    struct search *search = context;

    if (strcasecmp(key, search->key) != 0)
        return true;
    search->value = value;
    return false;
}

plist_t plist_find(plist_t dict, const char *key)
{
    struct search search = { key, NULL };

    plist_each(dict, is_not_it, &search);
    return search.value;
}
