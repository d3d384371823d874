/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/json.h - reading the object that machd writes (host/linux/status.c): no more of JSON than
 * that needs
 *
 * A value is a pointer to its first character in the text. Nothing is allocated.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Of an object: the value with this key. NULL if there is none. */
const char *json_member(const char *object, const char *key);
/* Of an array: the first element, or the one after `element`; NULL at the end. */
const char *json_first(const char *array);
const char *json_after(const char *element);

/* 0, false and "" for NULL and for other kinds of values. */
unsigned long long json_number(const char *value);
bool json_bool(const char *value);
void json_string(const char *value, char *text, size_t size);
