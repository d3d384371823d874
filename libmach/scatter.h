/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/scatter.h - a message on its way in: from a reply's payload to the program's memory (wire/trap.h) */
#pragma once

#include <mach/message.h>

#include "libmach/transport.h"

/* Writes the message of the reply in the thread's page to `to` (at most `limit` bytes), with its memory
 * mapped and the addresses filled in (P131, P134). The result is the reply's, with MACH_MSG_VM_SPACE added
 * for memory that could not be mapped, or MACH_RCV_INVALID_DATA when `to` cannot be written (P147). */
mach_msg_return_t scatter_message(struct lib_thread *thread, void *to, mach_msg_size_t limit);

/* MACH_RCV_LARGE: writes the size and, with MACH_RCV_LARGE_IDENTITY, the port's name, as far as rcv_size
 * allows (P145). */
mach_msg_return_t scatter_size(struct lib_thread *thread, mach_msg_header_t *to, mach_msg_size_t rcv_size,
                               mach_msg_option_t option);
