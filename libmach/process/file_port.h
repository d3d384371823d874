/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/file_port.h - file ports among the actions of a posix_spawn, which the child cannot ask for (F138) */
#pragma once

#include "libmach/process/spawn.h"

/* Each such action gets a descriptor of its own as its source, which no action touches; -1: its name is none of a file port. */
void file_ports_open(const struct spawn_actions *actions);
void file_ports_close(const struct spawn_actions *actions);
