/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim.h"

/* Seeds are small consecutive numbers; splitmix64 spreads them, and never leaves the state 0. */
void sim_random_seed(struct sim_random *random, uint64_t seed)
{
    uint64_t z = seed + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    random->state = (z ^ (z >> 31)) | 1;
}

uint64_t sim_random_next(struct sim_random *random)
{
    uint64_t x = random->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    random->state = x;
    return x * 0x2545f4914f6cdd1du;
}

uint32_t sim_random_below(struct sim_random *random, uint32_t n)
{
    return (uint32_t)(((sim_random_next(random) >> 32) * n) >> 32);
}
