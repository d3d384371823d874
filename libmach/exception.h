/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/exception.h - an exception of the calling thread, told level by level until somebody handles it (K179-K192)
 *
 * The kernel sends the requests; the answers come to a port that exists only meanwhile. No allocation, nothing that is not
 * allowed in a signal handler.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/trap.h"

struct exception_fault {
    int type; /* EXC_* */
    int64_t code[2];
    /* The thread's registers: {flavor, words, the words} each, all flavors that a handler may ask for. */
    const uint8_t *states;
    size_t states_size; /* at most TRAP_EXCEPTION_STATES_MAX */
    /* Installs registers that a handler sent back; false: it cannot be done (K182). */
    bool (*set_state)(void *context, int flavor, const uint32_t *words, unsigned n_words);
    void *context;
};

/* True: handled, the thread goes on with the registers of its context (K181). */
bool exception_deliver(const struct exception_fault *fault);

/* For set_state and those who fill `states`: the size of a section, and its place for the next one. */
uint8_t *exception_put_state(uint8_t *at, uint32_t flavor, const void *words, uint32_t n_words);
