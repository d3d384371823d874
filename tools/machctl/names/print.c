/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/print.h"

void print_name(const char *name)
{
    for (const unsigned char *c = (const unsigned char *)name; *c != 0; c++) {
        if (*c < 32 || *c == 127)
            printf("\\x%02X", *c);
        else if (*c == '\\')
            fputs("\\\\", stdout);
        else
            putchar(*c);
    }
}

void print_json(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c != 0; c++) {
        if (*c < 32 || *c >= 127 || *c == '"' || *c == '\\')
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
    putchar('"');
}
