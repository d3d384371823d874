/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/look.h - ATTACH_LOOK: one bounded piece of what machd shows of tasks (wire/look.h) */
#pragma once

#include <stdbool.h>

#include "wire/attach.h"

struct connection;
struct machd;

/* Answers with one packet. False: a kind that the protocol does not know. */
bool look_answer(struct machd *m, struct connection *connection, const struct attach_packet *packet);
