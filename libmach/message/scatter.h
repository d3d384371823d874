/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/scatter.h - a message on its way in: from a reply's payload to the program's memory (wire/trap.h) */
#pragma once

#include <mach/message.h>

#include "libmach/message/transport.h"

/* A message in a payload, with its items and inline bytes behind it; offsets count from `bytes`. */
struct scatter {
    uint8_t *bytes;
    uint64_t size;
    uint32_t message_size, n_items;
    uint32_t result; /* what the kernel says */
};
mach_msg_return_t scatter_payload(struct lib_thread *thread, const struct scatter *message, void *to,
                                  mach_msg_size_t limit);

uint64_t scatter_round_to_page(uint64_t size);

/* Writes the message of the reply in the thread's page to `to` (at most `limit` bytes), with its memory
 * mapped and the addresses filled in (P131, P134). The result is the reply's, with MACH_MSG_VM_SPACE added
 * for memory that could not be mapped, or MACH_RCV_INVALID_DATA when `to` cannot be written (P147). */
mach_msg_return_t scatter_message(struct lib_thread *thread, void *to, mach_msg_size_t limit);

/* MACH_RCV_LARGE: writes the size and, with MACH_RCV_LARGE_IDENTITY, the port's name, as far as rcv_size
 * allows (P145). */
mach_msg_return_t scatter_size(struct lib_thread *thread, mach_msg_header_t *to, mach_msg_size_t rcv_size,
                               mach_msg_option_t option);
