/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/ids.h - a process whose ids have changed without an exec (F22, F176)
 *
 * Ids never rise by what /proc says: its owner may have handed the connection to a helper and become a set-id program. So
 * machd sends a challenge, and the answer carries credentials, which Linux lets nobody else send.
 */
#pragma once

#include <stdbool.h>

struct attach_packet;
struct connection;
struct machd;
struct ucred;

void ids_ask(struct machd *m, struct connection *connection);
/* False: nobody asked. What speaks against the new ids ends the process's attachment. */
bool ids_proven(struct machd *m, struct connection *connection, const struct attach_packet *packet,
                const struct ucred *credentials);
