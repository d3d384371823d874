/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/live/park.h - stopping when machd asks for it, and showing registers (K145, K158; TRAP_PARK in wire/trap.h) */
#pragma once

#include <signal.h>

#include "wire/trap.h"

/* The handler of TRAP_PARK_SIGNAL. */
void park_on_signal(int signal, siginfo_t *info, void *context);

/* Programs cannot block the signal: takes it out of a set that is to be blocked. */
void park_keep_open(sigset_t *set);
