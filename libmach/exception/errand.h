/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/exception/errand.h - what others ask of this process's memory, done by a thread that stands in a trap (TRAP_PARK) */
#pragma once

#include "libmach/message/trap.h"
#include "wire/trap.h"

/* Makes the trap whose request stands in the page, and as long as the answer is an errand, that and the trap again. False: the
 * kernel was lost. */
bool errand_trap(struct trap_frame *frame, struct trap_page *page);
