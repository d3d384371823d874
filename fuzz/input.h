/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/input.h - the bytes of an input as a stream; behind its end everything is 0 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct input {
    const uint8_t *at, *end;
};

static inline size_t input_left(const struct input *in)
{
    return (size_t)(in->end - in->at);
}

static inline uint8_t input_byte(struct input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

static inline uint64_t input_number(struct input *in, unsigned n_bytes)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < n_bytes; i++)
        number |= (uint64_t)input_byte(in) << (8 * i);
    return number;
}

/* How many there were. */
static inline size_t input_bytes(struct input *in, void *to, size_t size)
{
    size_t n = input_left(in) < size ? input_left(in) : size;

    if (n > 0)
        memcpy(to, in->at, n);
    in->at += n;
    return n;
}
