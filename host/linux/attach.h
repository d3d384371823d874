/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/attach.h - from a connection to a task: who is it, and what does it inherit
 *
 *   accept: credentials, pidfd - HELLO - (CHALLENGE, where the kernel has no SO_PEERPIDFD) - decision
 *     refused | a tool | bound to the task that its process has | a new task, once launchd has named its
 *     domain
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/attach.h"

struct connection;
struct machd;

/* Whether programs of this user may attach (B7). */
bool attach_serves(const struct machd *m, uint32_t uid);
/* False: the peer is gone or unknown. */
bool attach_take_pidfd(struct machd *m, struct connection *connection);
/* False: a broken protocol. */
bool attach_hello(struct machd *m, struct connection *connection, const struct attach_packet *packet);
bool attach_challenged(struct machd *m, struct connection *connection, const struct attach_packet *packet, int32_t pid);
/* Looks again at those that wait for their domain; true if any goes on waiting. */
bool attach_look_for_domains(struct machd *m, uint64_t now);
