/* SPDX-License-Identifier: Apache-2.0 */
/* sim/test/damage.h - does a check of the simulated kernel find what it is there for?
 *
 * Damage is done in a forked child, to the kernel that the child has inherited, past the kernel's functions. An assertion that
 * fails there has found it. */
#pragma once

#include <stddef.h>

typedef void damage(void);

struct damage_kind {
    const char *name;
    damage *plant;
};

#define DAMAGE(kind) { #kind, kind }

/* The look finds each kind, and nothing where nothing is planted. */
void damage_is_found(const struct damage_kind *kinds, size_t n, void (*look)(void));
/* So does each of many traps that have nothing to do with it. */
void damage_is_found_by_traps(damage *plant);
