/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/exception/context.h - the registers of a signal handler's context as Mach's register states (K161-K164, K198, K199)
 *
 * One file for each processor: libmach/context_*.c.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exception_fault;

/* Every flavor that can be had, as sections of struct exception_fault; gives their size, at most
 * TRAP_EXCEPTION_STATES_MAX. */
size_t context_states(const void *context, uint8_t *states);

/* exception_fault.set_state. What a program may not change stays as it is. */
bool context_set_state(void *context, int flavor, const uint32_t *words, unsigned n_words);

/* Type and codes of a hardware fault; false: none that Mach knows. */
bool context_exception(int signal, const siginfo_t *info, const void *context, struct exception_fault *fault);
