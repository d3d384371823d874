/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/unprioritized_sim.c - the simulator with launches that are not prioritised (D15) */
#include "sim/sim.h"

__attribute__((constructor)) static void without_priority(void)
{
    sim_boosts_receivers = false;
    sim_prioritizes_launch = false;
}
