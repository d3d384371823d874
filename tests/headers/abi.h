/* SPDX-License-Identifier: Apache-2.0 */
/* tests/headers/abi.h - one line of a table as an assertion at compile time
 *
 * VALUE compares 32-bit numbers by their bits, so that a code written 0x80000000 may be signed or not. */
#pragma once

#include <stddef.h>

#define VALUE(name, number)                                                                            \
    _Static_assert((long long)(name) == (long long)(number) ||                                         \
                       (sizeof(name) == 4 && (unsigned)(name) == (unsigned)(number)),                  \
                   SECTION ": " #name)
#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), SECTION ": size of " #type)
#define OFFSET(type, field, bytes)                                                                     \
    _Static_assert(offsetof(type, field) == (bytes), SECTION ": offset of " #field " in " #type)
#define CALL(name, ...)                                                                                \
    _Static_assert(__builtin_types_compatible_p(__typeof__(name), kern_return_t(__VA_ARGS__)),         \
                   SECTION ": prototype of " #name)
