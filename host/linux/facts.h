/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/facts.h - what there is to tell of this machine (K229, K231) */
#pragma once

#include "kernel/task/machine.h"

/* Looks once; what cannot be found out is as in machine_default(). */
struct machine facts_find(void);
