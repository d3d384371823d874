/* SPDX-License-Identifier: Apache-2.0 */
/* C types of calls.defs */
#pragma once

#include <stdint.h>

typedef uint32_t *words_t;
