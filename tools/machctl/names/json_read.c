/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/json_read.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

struct reader {
    const char *at; /* the text ends with a zero byte */
    unsigned depth;
    bool failed;
};

static plist_t read_value(struct reader *reader);

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static bool take(struct reader *reader, char c)
{
    skip_blanks(reader);
    if (*reader->at != c)
        return false;
    reader->at++;
    return true;
}

static bool take_word(struct reader *reader, const char *word)
{
    if (strncmp(reader->at, word, strlen(word)) != 0)
        return false;
    reader->at += strlen(word);
    return true;
}

static plist_t fail(struct reader *reader)
{
    reader->failed = true;
    return NULL;
}

/* ---- strings ---- */

/* Four hexadecimal digits. */
static unsigned read_unit(struct reader *reader)
{
    unsigned unit = 0;

    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef",
                   *digit = *reader->at != 0 ? strchr(digits, *reader->at | 0x20) : NULL;
        if (digit == NULL) {
            reader->failed = true;
            return 0;
        }
        unit = unit << 4 | (unsigned)(digit - digits);
        reader->at++;
    }
    return unit;
}

/* Two units for a character beyond 0xffff. Zero would end the string. */
static unsigned read_character(struct reader *reader)
{
    unsigned first = read_unit(reader), second;

    if (first >= 0xd800 && first < 0xdc00 && take_word(reader, "\\u")) {
        second = read_unit(reader);
        return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00) % 0x400;
    }
    if (first == 0)
        reader->failed = true;
    return first;
}

static char *put_character(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

static char *put_escape(struct reader *reader, char *to)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char letter = *reader->at;
    const char *known = letter != 0 ? strchr(letters, letter) : NULL;

    if (letter != 'u' && known == NULL) {
        reader->failed = true;
        return to;
    }
    reader->at++;
    if (letter == 'u')
        return put_character(to, read_character(reader));
    *to++ = values[known - letters];
    return to;
}

/* The quote is taken already; the caller frees it. No escape is shorter than what it stands for. */
static char *read_string(struct reader *reader)
{
    char *text = malloc(strlen(reader->at) + 1), *to = text;

    if (text == NULL)
        reader->failed = true;
    while (!reader->failed && *reader->at != '"') {
        if ((unsigned char)*reader->at < 32)
            reader->failed = true;
        else if (*reader->at != '\\')
            *to++ = *reader->at++;
        else if (reader->at++, true)
            to = put_escape(reader, to);
    }
    if (reader->failed) {
        free(text);
        return NULL;
    }
    reader->at++;
    *to = 0;
    return text;
}

/* ---- values ---- */

static plist_t read_string_value(struct reader *reader)
{
    char *text = read_string(reader);
    plist_t value = text != NULL ? plist_new_string(text) : NULL;

    free(text);
    return value;
}

static plist_t read_array(struct reader *reader)
{
    plist_t array = plist_new_array();

    if (take(reader, ']'))
        return array;
    do {
        plist_t value = read_value(reader);
        if (value != NULL)
            plist_array_append_item(array, value);
    } while (!reader->failed && take(reader, ','));
    if (!reader->failed && !take(reader, ']'))
        reader->failed = true;
    return array;
}

static void read_entry(struct reader *reader, plist_t dict)
{
    char *key = take(reader, '"') ? read_string(reader) : NULL;
    plist_t value = NULL;

    if (key == NULL || !take(reader, ':'))
        reader->failed = true;
    else
        value = read_value(reader);
    if (value != NULL)
        plist_dict_set_item(dict, key, value);
    free(key);
}

static plist_t read_object(struct reader *reader)
{
    plist_t dict = plist_new_dict();

    if (take(reader, '}'))
        return dict;
    do {
        read_entry(reader, dict);
    } while (!reader->failed && take(reader, ','));
    if (!reader->failed && !take(reader, '}'))
        reader->failed = true;
    return dict;
}

static plist_t read_number(struct reader *reader)
{
    size_t length = strspn(reader->at, "+-0123456789.eE");
    bool is_real = strcspn(reader->at, ".eE") < length;
    char *end;
    long long whole;
    double real;

    errno = 0;
    whole = strtoll(reader->at, &end, 10);
    if (is_real)
        real = strtod(reader->at, &end);
    if (length == 0 || end != reader->at + length || errno != 0)
        return fail(reader);
    reader->at = end;
    return is_real ? plist_new_real(real) : plist_new_uint((uint64_t)whole);
}

/* NULL is null, or a failure. */
static plist_t read_value(struct reader *reader)
{
    plist_t value = NULL;

    skip_blanks(reader);
    if (reader->depth++ == MAX_DEPTH)
        return fail(reader);
    if (take(reader, '{'))
        value = read_object(reader);
    else if (take(reader, '['))
        value = read_array(reader);
    else if (take(reader, '"'))
        value = read_string_value(reader);
    else if (take_word(reader, "true"))
        value = plist_new_bool(1);
    else if (take_word(reader, "false"))
        value = plist_new_bool(0);
    else if (!take_word(reader, "null"))
        value = read_number(reader);
    reader->depth--;
    return value;
}

plist_t json_read(const char *text, size_t size)
{
    char *copy = strndup(text, size);
    struct reader reader = { .at = copy };
    plist_t value = copy != NULL ? read_value(&reader) : NULL;

    if (copy != NULL)
        skip_blanks(&reader);
    if (copy == NULL || reader.failed || reader.at != copy + size) {
        plist_free(value);
        value = NULL;
    }
    free(copy);
    return value;
}
