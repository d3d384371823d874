/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/msg.h - one mach_msg, by the numbers of whichever call it was */
#pragma once

#include <mach/message.h>

#include "libmach/message/gather.h"

struct msg_call {
    mach_msg_header_t *msg;
    mach_msg_header_t *rcv_msg;
    mach_msg_option_t option;
    mach_msg_size_t send_size, rcv_size;
    mach_port_name_t rcv_name;
    mach_msg_timeout_t timeout;
    mach_msg_priority_t notify;
    /* of mach_msg2 */
    uint32_t flags; /* TRAP_MSG_2, TRAP_MSG_AUX, and its options from bit 32 up */
    const struct gather_head *head;
    const void *aux;
    void *rcv_aux;
    mach_msg_size_t aux_size, rcv_aux_size;
};

/* One trap: what the kernel calls an interruption is the caller's to hide (P99). */
mach_msg_return_t msg_once(const struct msg_call *call);
