/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/print.h - names for people, and for programs */
#pragma once

#include <stdio.h>

/* Bytes below 32 and 127 as \xHH, a backslash doubled (B65). */
void print_name(const char *name);

/* A JSON string; a byte that is not ASCII becomes the character of that number, so that nothing is lost. */
void print_json(const char *text);
