/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/guards_sim.c - the simulator as guards.conf wants it */
#include <mach/task.h>

#include "sim/sim.h"

__attribute__((constructor)) static void raise_guards(void)
{
    sim_raises_guards = true;
    sim_guard_default = TASK_EXC_GUARD_MP_ONCE;
    sim_relaxed_host_ports = true;
}
