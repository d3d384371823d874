/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/proc/request.h - what a spawn asks for: whether it may, and putting it among what the child inherits (F104-F120) */
#pragma once

#include "kernel/proc/inherit.h"

bool request_is_exec(const struct spawn_request *request);

/* 0, or the error number that wire/process.h gives for it. Changes nothing but that dead names may become such. */
int request_check(struct task *caller, const struct spawn_request *request);
/* After the check. */
void request_apply(struct task *caller, const struct spawn_request *request, struct inherit *inherit);

/* The port of a name that was checked; NULL: null, or dead. Borrowed. */
struct port *request_port(struct ipc *ipc, struct space *space, uint32_t name);
