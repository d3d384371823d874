/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/original_sim.c - the simulator as the T-rules want it: only servicers inherit (D14) */
#include "sim/sim.h"

__attribute__((constructor)) static void as_the_original(void)
{
    sim_boosts_receivers = false;
}
