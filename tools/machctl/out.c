/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/out.h"

#include <inttypes.h>

static void begin(struct out *out, const char *name)
{
    if (out->has_before)
        putc(',', out->file);
    out->has_before = true;
    if (name != NULL)
        fprintf(out->file, "\"%s\":", name);
}

void out_open(struct out *out, const char *name, char bracket)
{
    begin(out, name);
    putc(bracket, out->file);
    out->has_before = false;
}

void out_close(struct out *out, char bracket)
{
    putc(bracket, out->file);
    out->has_before = true;
}

void out_number(struct out *out, const char *name, uint64_t value)
{
    begin(out, name);
    fprintf(out->file, "%" PRIu64, value);
}

void out_signed(struct out *out, const char *name, int64_t value)
{
    begin(out, name);
    fprintf(out->file, "%" PRId64, value);
}

void out_bool(struct out *out, const char *name, bool value)
{
    begin(out, name);
    fputs(value ? "true" : "false", out->file);
}

void out_string(struct out *out, const char *name, const char *value)
{
    begin(out, name);
    putc('"', out->file);
    for (const unsigned char *c = (const unsigned char *)value; *c != 0; c++) {
        if (*c < 32 || *c >= 127 || *c == '"' || *c == '\\')
            fprintf(out->file, "\\u%04x", *c);
        else
            putc(*c, out->file);
    }
    putc('"', out->file);
}

const char *plain_text(const char *text, char *buffer, size_t size)
{
    size_t n = 0;

    for (const unsigned char *c = (const unsigned char *)text; *c != 0 && n + 1 < size; c++)
        buffer[n++] = *c < 32 || *c >= 127 ? '?' : (char)*c;
    buffer[n] = 0;
    return buffer;
}
