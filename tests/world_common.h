/* SPDX-License-Identifier: Apache-2.0 */
/* tests/world_common.h - the part of tests/world.h that is the same in both worlds (world_common.c) */
#pragma once

#include "tests/world.h"

/* spawner: begin; then make the child; then end. The child: world_child_hello, whose result is
 * world_parent_port(). */
mach_port_t world_hello_begin(mach_port_t *saved_p);
mach_port_t world_hello_end(mach_port_t hello, mach_port_t saved, mach_port_t port);
mach_port_t world_child_hello(void);
