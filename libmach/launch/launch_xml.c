/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/launch/launch_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, TAG_MAX = 64 };

/* ---- reading ---- */

struct reader {
    const char *at, *end;
    char tag[TAG_MAX]; /* of the element that was begun or ended last: "key", "/key", "true/" */
    bool failed;
};

/* Whatever stands before the next element is skipped, and so are <?xml...>, <!DOCTYPE...> and attributes. */
static bool next_tag(struct reader *r)
{
    do {
        const char *begin = memchr(r->at, '<', (size_t)(r->end - r->at)),
                   *end = begin != NULL ? memchr(begin, '>', (size_t)(r->end - begin)) : NULL;
        if (end == NULL) {
            r->failed = true;
            return false;
        }
        size_t n = strcspn(begin + 1, " >");
        snprintf(r->tag, sizeof(r->tag), "%.*s", (int)n, begin + 1);
        r->at = end + 1;
    } while (*r->tag == '?' || *r->tag == '!' || strncmp(r->tag, "plist", 5) == 0);
    return true;
}

static bool is(const struct reader *r, const char *tag)
{
    return strcmp(r->tag, tag) == 0;
}

static size_t entity(const char *at, char *c)
{
    static const struct {
        const char *text;
        char c;
    } entities[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' } };

    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        if (strncmp(at, entities[i].text, strlen(entities[i].text)) == 0) {
            *c = entities[i].c;
            return strlen(entities[i].text);
        }
    }
    *c = *at;
    return 1;
}

/* Up to the end of the element; free() it. The text ends in a zero byte. */
static char *content(struct reader *r)
{
    const char *end = memchr(r->at, '<', (size_t)(r->end - r->at));
    char *text = end != NULL ? malloc((size_t)(end - r->at) + 1) : NULL, *to = text;

    if (text == NULL) {
        r->failed = true;
        return NULL;
    }
    while (r->at < end)
        r->at += entity(r->at, to++);
    *to = 0;
    next_tag(r);
    return text;
}

static launch_data_t value(struct reader *r, int depth);

static launch_data_t dictionary(struct reader *r, int depth)
{
    launch_data_t dict = launch_data_alloc(LAUNCH_DATA_DICTIONARY);

    while (!r->failed && next_tag(r) && !is(r, "/dict")) {
        char *key = is(r, "key") ? content(r) : NULL;
        launch_data_t element = key != NULL && next_tag(r) ? value(r, depth + 1) : NULL;
        if (element == NULL || !launch_data_dict_insert(dict, element, key)) {
            launch_data_free(element);
            r->failed = true;
        }
        free(key);
    }
    return dict;
}

static launch_data_t array(struct reader *r, int depth)
{
    launch_data_t all = launch_data_alloc(LAUNCH_DATA_ARRAY);

    while (!r->failed && next_tag(r) && !is(r, "/array")) {
        launch_data_t element = value(r, depth + 1);
        if (element == NULL || !launch_data_array_set_index(all, element, launch_data_array_get_count(all))) {
            launch_data_free(element);
            r->failed = true;
        }
    }
    return all;
}

static launch_data_t scalar(struct reader *r)
{
    bool is_string = is(r, "string"), is_integer = is(r, "integer"), is_real = is(r, "real");
    char *text = is_string || is_integer || is_real ? content(r) : NULL;
    launch_data_t data = NULL;

    if (text != NULL)
        data = is_string    ? launch_data_new_string(text)
               : is_integer ? launch_data_new_integer(strtoll(text, NULL, 0))
                            : launch_data_new_real(strtod(text, NULL));
    free(text);
    return data;
}

/* The element that has begun. */
static launch_data_t value(struct reader *r, int depth)
{
    if (depth > DEPTH_MAX)
        return NULL;
    if (is(r, "dict"))
        return dictionary(r, depth);
    if (is(r, "array"))
        return array(r, depth);
    if (is(r, "dict/") || is(r, "array/"))
        return launch_data_alloc(is(r, "dict/") ? LAUNCH_DATA_DICTIONARY : LAUNCH_DATA_ARRAY);
    if (is(r, "true/") || is(r, "false/"))
        return launch_data_new_bool(is(r, "true/"));
    if (is(r, "string/"))
        return launch_data_new_string("");
    return scalar(r);
}

launch_data_t launch_xml_read(const char *text, size_t size)
{
    char *copy = strndup(text, size); /* with an end */
    struct reader r = { .at = copy, .end = copy != NULL ? copy + strlen(copy) : NULL };
    launch_data_t all = copy != NULL && next_tag(&r) ? value(&r, 0) : NULL;

    free(copy);
    if (r.failed) {
        launch_data_free(all);
        return NULL;
    }
    return all;
}

/* ---- writing ---- */

struct writer {
    FILE *out;
    bool failed;
};

static void put_text(struct writer *w, const char *tag, const char *text)
{
    fprintf(w->out, "<%s>", tag);
    for (; text != NULL && *text != 0; text++) {
        if (*text == '<')
            fputs("&lt;", w->out);
        else if (*text == '&')
            fputs("&amp;", w->out);
        else
            fputc(*text, w->out);
    }
    fprintf(w->out, "</%s>", tag);
}

static void put_bytes(struct writer *w, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    fputs("<data>", w->out);
    for (size_t i = 0; i < size; i += 3) {
        size_t n = size - i < 3 ? size - i : 3;
        unsigned three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (k < n ? bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            fputc(k <= n ? digits[three >> (18 - 6 * k) & 63] : '=', w->out);
    }
    fputs("</data>", w->out);
}

static void put(struct writer *w, launch_data_t data, int depth);

struct entries {
    struct writer *writer;
    int depth;
};

static void put_entry(launch_data_t data, const char *key, void *context)
{
    struct entries *entries = context;

    put_text(entries->writer, "key", key);
    put(entries->writer, data, entries->depth);
}

static void put_array(struct writer *w, launch_data_t data, int depth)
{
    fputs("<array>", w->out);
    for (size_t i = 0; i < launch_data_array_get_count(data); i++)
        put(w, launch_data_array_get_index(data, i), depth + 1);
    fputs("</array>", w->out);
}

static void put_dictionary(struct writer *w, launch_data_t data, int depth)
{
    struct entries entries = { w, depth + 1 };

    fputs("<dict>", w->out);
    launch_data_dict_iterate(data, put_entry, &entries);
    fputs("</dict>", w->out);
}

static void put(struct writer *w, launch_data_t data, int depth)
{
    if (data == NULL || depth > DEPTH_MAX) {
        w->failed = true;
        return;
    }
    switch (launch_data_get_type(data)) {
    case LAUNCH_DATA_DICTIONARY: put_dictionary(w, data, depth); break;
    case LAUNCH_DATA_ARRAY: put_array(w, data, depth); break;
    case LAUNCH_DATA_INTEGER:
        fprintf(w->out, "<integer>%lld</integer>", launch_data_get_integer(data));
        break;
    case LAUNCH_DATA_REAL: fprintf(w->out, "<real>%.17g</real>", launch_data_get_real(data)); break;
    case LAUNCH_DATA_BOOL: fputs(launch_data_get_bool(data) ? "<true/>" : "<false/>", w->out); break;
    case LAUNCH_DATA_STRING: put_text(w, "string", launch_data_get_string(data)); break;
    case LAUNCH_DATA_OPAQUE:
        put_bytes(w, launch_data_get_opaque(data), launch_data_get_opaque_size(data));
        break;
    case LAUNCH_DATA_FD:
    case LAUNCH_DATA_ERRNO:
    case LAUNCH_DATA_MACHPORT: w->failed = true; break;
    }
}

char *launch_xml_write(launch_data_t jobs, size_t *size_p)
{
    char *text = NULL;
    struct writer w = { .out = open_memstream(&text, size_p) };

    if (w.out == NULL)
        return NULL;
    fputs("<plist version=\"1.0\">", w.out);
    put(&w, jobs, 0);
    fputs("</plist>\n", w.out);
    if (fclose(w.out) == 0 && !w.failed)
        return text;
    free(text);
    return NULL;
}
