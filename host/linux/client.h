/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/client.h - connections: accept, packets in and out, end
 *
 * Nothing here waits. A client that does not read what it is sent is ended when too much of it waits (outgoing.h); one
 * that sends what the protocol does not know is ended at once; few packets of one client are read in one pass.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/attach.h"

struct account;
struct connection;
struct machd;

void client_accept(struct machd *m, int listener, bool admin);
/* epoll says so about its socket. */
void client_event(struct machd *m, struct connection *connection, uint32_t events);

/* Reads one packet on behalf of a trap in progress, which names a segment whose packet was not read yet. A segment is
 * registered; any other packet is kept, in order, for clients_handle_kept: nothing of the kernel is called. False: there
 * is no packet, or too many are kept. */
bool client_take_segment(struct machd *m, struct connection *connection);
/* To be called when no kernel call is in progress: handles the packets that client_take_segment kept. */
void clients_handle_kept(struct machd *m);

/* False: the client is ended, or, of a segment, it cannot be told now. Descriptors are borrowed, at most 3. */
bool client_send(struct machd *m, struct connection *connection, struct attach_packet *packet, const int *fds, int n_fds);
/* Says why and ends the connection. */
void client_refuse(struct machd *m, struct connection *connection, int kern_return, const char *why);
/* From now on this account pays for the connection; false, and nothing changed, at a limit of it. */
bool client_pays(struct connection *connection, struct account *account);
/* The connection is freed by the next clients_reap. */
void client_doom(struct machd *m, struct connection *connection);
/* Its process is gone or another image: nothing of the process hangs on the connection any more. */
void client_detach(struct machd *m, struct connection *connection);
void clients_reap(struct machd *m);
/* Ends connections that have not attached in time. */
void clients_expire(struct machd *m, uint64_t now);

/* A connection in a state without process begins or ends to be one of the half open. */
void client_half_open(struct machd *m, struct connection *connection);
void client_not_half_open(struct connection *connection);
