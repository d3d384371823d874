/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/requests.h - what an attached client or a tool asks over its socket */
#pragma once

#include <stdbool.h>

#include "wire/attach.h"

struct connection;
struct machd;

/* What came along with a packet. */
struct descriptor {
    int fd;       /* -1: none, or it was taken */
    bool is_lost; /* one came, and machd had no room for it */
};

/* Takes the descriptor of a SEGMENT that is well. False: a broken protocol. */
bool request_of_client(struct machd *m, struct connection *connection, const struct attach_packet *packet,
                       struct descriptor *came);
bool request_of_tool(struct machd *m, struct connection *connection, const struct attach_packet *packet);
/* Goes on sending a STATUS text as far as the socket takes it. */
void request_send_text(struct machd *m, struct connection *connection);
void request_drop_text(struct connection *connection);
