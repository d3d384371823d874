/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/guard.h - copies from and to memory that the program named and that may not be there
 *
 * guard_copy is one routine whose instructions are known by their addresses. A handler of SIGSEGV and SIGBUS
 * that finds the faulting instruction among them lets the routine return false instead; everything else is
 * the program's own fault and goes to the program's handler. libmach/live/handlers.c keeps such a handler in place;
 * a program of tests may call guard_fixup from its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* False if some byte could not be read or written; then an unknown part has been copied. */
bool guard_copy(void *to, const void *from, size_t size);

/* context: the third argument of a SA_SIGINFO handler. True if the fault was guard_copy's: the handler must
 * just return. */
bool guard_fixup(void *context);
