/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/processor.h - processors and the one set of them, as ports (K52, K116, K117) */
#pragma once

#include "kernel/ipc/port.h"

struct system;

struct processor {
    struct system *system;
    int32_t slot; /* from 0 */
    struct port *port; /* permanent */
};

/* One for each configured processor of system->machine, and the set; once. False without memory. */
bool processors_init(struct system *system);
void processors_fini(struct system *system);

/* NULL: not converted. The set is converted to its system: by its control port, or by its name as well. */
struct processor *processor_of_port(const struct port *port);
struct system *processor_set_of_port(const struct port *port);
struct system *processor_set_of_name_port(const struct port *port);
