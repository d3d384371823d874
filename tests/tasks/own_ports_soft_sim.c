/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/own_ports_soft_sim.c - the simulator as own_ports_soft.conf wants it */
#include "sim/sim.h"

__attribute__((constructor)) static void control_ports_stay(void)
{
    sim_raises_guards = true;
    sim_control_port_options = 5;
}
