/* SPDX-License-Identifier: Apache-2.0 */
/* C types of hostile.defs */
#pragma once

#include <mach/mach_types.h>

typedef struct {
    uint8_t byte[5];
} odd_t;
typedef struct {
    uint32_t word[3];
} triple_t;
typedef triple_t *triple_p_t;
typedef triple_t *triples_t;
typedef uint64_t three_longs_t[3];
typedef char *chars_t;
typedef uint64_t *longs_t;
typedef uint32_t *words_t;
typedef char name_t[10];
typedef char *line_t;
typedef char *short_line_t;
typedef mach_port_t *right_list_t;
