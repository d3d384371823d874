/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's C types of kern.defs, and its translations */
#pragma once

#include "kern_user.h"
#include "mig_kernel.h"

struct thing {
    int number;
};
struct port {
    struct thing *thing; /* NULL: not such an object */
};

struct thing *kern_thing(struct port *port);
void kern_thing_done(struct thing *thing);
