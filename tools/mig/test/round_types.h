/* SPDX-License-Identifier: Apache-2.0 */
/* C types of round.defs, and its translations */
#pragma once

#include <mach/mach_types.h>

typedef struct {
    uint8_t byte[5];
} odd_t;
typedef uint32_t *words_t;
typedef uint64_t *longs_t;
typedef uint64_t fixed_t[3];
typedef mach_port_t *port_list_t;
typedef uint32_t *word_list_t;
typedef int wrapped_t;
typedef struct {
    int inner;
} inside_t;
typedef char *line_t;

inside_t round_in(wrapped_t value);
wrapped_t round_out(inside_t value);
void round_done(inside_t value);
