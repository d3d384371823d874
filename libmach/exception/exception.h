/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/exception/exception.h - an exception of the calling thread, told to whoever handles it (K179-K192)
 *
 * One trap: the kernel asks level by level and waits for the answers. No allocation, nothing that is not allowed in a signal
 * handler.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/trap.h"

/* Installs registers of one flavor; false: it cannot be done. */
typedef bool exception_set_state(void *context, int flavor, const uint32_t *words, unsigned n_words);

struct exception_fault {
    int type; /* EXC_* */
    int64_t code[2];
    /* The thread's registers: {flavor, words, the words} each, all flavors that a handler may ask for. */
    const uint8_t *states;
    size_t states_size; /* at most TRAP_EXCEPTION_STATES_MAX */
    exception_set_state *set_state;
    void *context;
};

/* True: handled. In either case the context has the registers that somebody has set (K181, K184). */
bool exception_deliver(const struct exception_fault *fault);

/* For set_state and those who fill `states`: the size of a section, and its place for the next one. */
uint8_t *exception_put_state(uint8_t *at, uint32_t flavor, const void *words, uint32_t n_words);

/* All sections, but for those that the context has no place for. */
void exception_install(exception_set_state *set_state, void *context, const uint8_t *states, uint64_t size);
