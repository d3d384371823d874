/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/out.h - objects of JSON, member by member
 *
 *   out_open(&o, NULL, '{');  out_number(&o, "pid", 7);  out_open(&o, "names", '[');  ...  out_close(&o, ']'); ...
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct out {
    FILE *file;
    bool has_before; /* something stands before the next member */
};

/* name NULL: an element of an array, or the whole. bracket: '{' or '['. */
void out_open(struct out *out, const char *name, char bracket);
void out_close(struct out *out, char bracket);
void out_number(struct out *out, const char *name, uint64_t value);
void out_signed(struct out *out, const char *name, int64_t value);
void out_bool(struct out *out, const char *name, bool value);
/* Bytes that are not printable ASCII become the character of that number. */
void out_string(struct out *out, const char *name, const char *value);

/* For a terminal: bytes that are not printable ASCII as '?'. At most size - 1 of them. */
const char *plain_text(const char *text, char *buffer, size_t size);
