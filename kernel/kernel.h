/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/kernel.h - the whole of it, for the files behind door.h: door.c (traps, time), life.c (tasks and threads), census.c
 * (what there is) */
#pragma once

#include "kernel/door.h"
#include "kernel/proc/proc.h"
#include "kernel/tap.h"
#include "kernel/task/system.h"

struct kernel {
    struct system system;
    struct procs procs;
    struct tap tap;
};

/* After each event: one pass of what it caused, then priorities are told, then whoever is finished is published. */
void kernel_settle(struct kernel *kernel);
