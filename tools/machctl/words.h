/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/words.h - numbers of Mach in words: codes, traps, routines, rights, refusals */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/refusal.h"

/* MACH_SEND_INVALID_DEST, KERN_NO_SPACE ...; NULL: no known code. The resource bits of mach_msg codes do not count. */
const char *code_name(uint32_t code);
/* NULL: an unknown number. */
const char *trap_words(uint32_t number);
/* The routine with this id: of a kernel object, or of one of the interfaces that programs serve. NULL: none. A reply is
 * shown as its request's routine. */
const char *routine_name(int32_t id, bool is_kernel, bool *is_reply_p);
/* copy-send, make-send-once ... */
const char *disposition_words(uint32_t disposition);
const char *rights_words(uint32_t type);

/* Why, as a sentence without its end. */
void refusal_words(const struct refused *refused, char *text, size_t size);
/* "msgh_remote_port", "descriptor 2, element 5" ... or "". */
void argument_words(const struct refused *refused, char *text, size_t size);
const char *refusal_rules(uint32_t reason);
