/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/outgoing.h - packets to clients, and those that a full socket did not take yet
 *
 * How much memory a client is sent is for its peers to say: one message may bring more segments than a socket takes packets.
 * So what a full socket does not take waits here, in order, at the client's charge, and goes out as it reads. A client that
 * reads nothing is ended when more answers wait than it can have asked for. */
#pragma once

#include <stdbool.h>

#include "wire/attach.h"

struct connection;
struct machd;

enum outgoing_result {
    OUTGOING_SENT,    /* or it waits */
    OUTGOING_HUNG_UP,
    OUTGOING_REFUSED, /* a segment that it cannot pay for, or that is one descriptor in flight too many */
    OUTGOING_FULL,    /* nobody reads, or nobody pays */
};

/* Descriptors are borrowed, at most 3; more than one goes at once or not at all. */
enum outgoing_result outgoing_send(struct machd *m, struct connection *connection, struct attach_packet *packet, const int *fds,
                                   int n_fds);
/* The socket takes packets again. False: it was hung up. */
bool outgoing_go_on(struct machd *m, struct connection *connection);
/* Nothing of it will be sent any more. */
void outgoing_drop(struct connection *connection);
/* epoll is to tell what this connection waits for. */
void outgoing_watch(struct machd *m, struct connection *connection);
