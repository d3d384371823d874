/* SPDX-License-Identifier: Apache-2.0 */
/* C types of native.defs: 5 bytes; 16 aligned to 8; 12 */
#pragma once

#include <mach/mach_types.h>

typedef struct {
    char byte[5];
} odd;
typedef struct {
    uint64_t first, second;
} pair;
typedef struct {
    uint32_t word[3];
} triple;
typedef uint32_t *words_t;
