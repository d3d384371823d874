/* SPDX-License-Identifier: Apache-2.0 */
/* The client's C types of kern.defs */
#pragma once

#include <mach/mach_types.h>

typedef mach_port_t thing_t;
typedef mach_port_t carried_t;
typedef uint32_t *words_p_t;
