/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/mig_text.h - tools/mig/text.h for a process that compiles many descriptions: memory is freed after
 * each, and nobody is told about errors */
#pragma once

#include "tools/mig/text.h"

/* Frees what was allocated since the last call; there have been no errors. */
void text_forget(void);
