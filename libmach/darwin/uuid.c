/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/uuid.c - <uuid/uuid.h>, for programs that do not link libuuid */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <uuid/uuid.h>

enum { UUID_BYTES = 16, UUID_CHARACTERS = 36 };

void uuid_clear(uuid_t uuid)
{
    memset(uuid, 0, UUID_BYTES);
}

int uuid_compare(const uuid_t left, const uuid_t right)
{
    return memcmp(left, right, UUID_BYTES);
}

void uuid_copy(uuid_t to, const uuid_t from)
{
    memcpy(to, from, UUID_BYTES);
}

int uuid_is_null(const uuid_t uuid)
{
    static const uuid_t null;
    return memcmp(uuid, null, UUID_BYTES) == 0;
}

void uuid_generate(uuid_t uuid)
{
    while (getrandom(uuid, UUID_BYTES, 0) != UUID_BYTES)
        ;                              /* a signal came first */
    uuid[6] = (uuid[6] & 0x0f) | 0x40; /* RFC 4122: version 4 */
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

void uuid_generate_random(uuid_t uuid)
{
    uuid_generate(uuid);
}

void uuid_generate_time(uuid_t uuid)
{
    uuid_generate(uuid);
}

/* ---- as text ---- */

static bool is_dash(int position)
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;
    if (found == NULL)
        return -1;
    return found - digits < 16 ? (int)(found - digits) : (int)(found - digits) - 6;
}

int uuid_parse(const char *text, uuid_t uuid)
{
    uuid_t parsed = { 0 };
    int n_digits = 0;
    for (int i = 0; i < UUID_CHARACTERS; i++) {
        int digit = digit_of(text[i]);
        if (is_dash(i) ? text[i] != '-' : digit < 0)
            return -1;
        if (is_dash(i))
            continue;
        parsed[n_digits / 2] = (unsigned char)(parsed[n_digits / 2] << 4 | digit);
        n_digits++;
    }
    if (text[UUID_CHARACTERS] != '\0')
        return -1;
    uuid_copy(uuid, parsed);
    return 0;
}

static void unparse(const uuid_t uuid, char *text, const char *digits)
{
    int n_digits = 0;
    for (int i = 0; i < UUID_CHARACTERS; i++) {
        text[i] = is_dash(i) ? '-' : digits[uuid[n_digits / 2] >> (n_digits % 2 == 0 ? 4 : 0) & 0xf];
        n_digits += !is_dash(i);
    }
    text[UUID_CHARACTERS] = '\0';
}

void uuid_unparse_upper(const uuid_t uuid, char *text)
{
    unparse(uuid, text, "0123456789ABCDEF");
}

void uuid_unparse_lower(const uuid_t uuid, char *text)
{
    unparse(uuid, text, "0123456789abcdef");
}

void uuid_unparse(const uuid_t uuid, char *text)
{
    uuid_unparse_upper(uuid, text);
}
