/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/tracer.h - ATTACH_TRACE: rings for those who trace (wire/trace.h)
 *
 * A tracer is a connection with a ring. While there is one the kernel is tapped. An event goes into the rings of
 * those who may see its task. Writing is all that machd does for a tracer: it never waits for one and never wakes one.
 */
#pragma once

#include <stdint.h>

struct connection;
struct machd;

/* Makes a ring for the connection, unless it has one, and sends it: TRACING. pid 0: of all that it may see. */
void tracer_begin(struct machd *m, struct connection *connection, int32_t pid);
/* The connection is being freed. */
void tracer_end(struct machd *m, struct connection *connection);
