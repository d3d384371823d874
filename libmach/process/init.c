/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/init.c - before main
 *
 * mach_task_self_ and bootstrap_port must be valid when main begins (B18). A program that never uses Mach
 * must start all the same where no machd can be had: then they are MACH_PORT_NULL, nothing is said, and the
 * first Mach call tries again.
 */
#include <mach/mach_init.h>

#include "libmach/process/fork.h"
#include "libmach/live/handlers.h"
#include "libmach/live/live.h"
#include "libmach/live/roster.h"
#include "libmach/message/trap.h"

void names_set(void)
{
    mach_task_self_ = TRAP_NAME(TRAP_TASK_SELF);
    bootstrap_port = TRAP_NAME(TRAP_BOOTSTRAP_PORT);
}

void names_forget(void)
{
    mach_task_self_ = MACH_PORT_NULL;
    bootstrap_port = MACH_PORT_NULL;
}

__attribute__((constructor(102))) static void begin(void)
{
    handlers_begin();
    roster_begin();
    fork_begin();
    live_begin();
}
