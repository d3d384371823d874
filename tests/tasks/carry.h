/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/carry.h - a message that carries one right */
#pragma once

#include <stddef.h>

#include "tests/tasks/common.h"

enum { ID_RIGHT = 77 };

struct carrier {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_max_trailer_t trailer;
};

static inline kern_return_t give(mach_port_t to, mach_port_t port, int how)
{
    struct carrier message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = to,
                    .msgh_id = ID_RIGHT },
        .body = { 1 },
        .port = { .name = port, .disposition = how, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    return mach_msg(&message.header, MACH_SEND_MSG, offsetof(struct carrier, trailer), 0, 0, 0, 0);
}

static inline struct carrier take(mach_port_t from)
{
    struct carrier message = { 0 };
    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), from,
                        PATIENCE_MS, 0),
               OK);
    return message;
}
