/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/own_ports_hard.c - the same ports where violations end the process: control-port-options 10 (K71, K72, P185, P186) */
#include "tests/tasks/own_ports.h"

#include <kern/exc_guard.h>

static const struct own_violation violations[] = OWN_VIOLATIONS(kGUARD_EXC_MOD_REFS, kGUARD_EXC_IMMOVABLE);

static int commit_hard(void *argument)
{
    const struct own_violation *violation = argument;
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_GUARD, world_parent_port(), DEFAULT_CODES, 0), OK);
    violation->commit();
    world_sleep_ms(PATIENCE_MS); /* the end may be a moment behind the answer */
    return ANSWER;
}

TEST(violations_of_what_stays_end_the_process, "K71 K72 K210 P185 P186")
{
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof violations / sizeof violations[0]; i++) {
        world_task *task = world_task_spawn(commit_hard, (void *)(uintptr_t)&violations[i], port);
        expect_own_guard(port, &violations[i], KERN_SUCCESS);
        CHECK_EQ(world_task_wait(task), KILLED);
    }
    receive_free(port);
}

static void *use_ones_own_ports(void *argument)
{
    mach_port_t self = mach_thread_self(), task = MACH_PORT_NULL;
    CHECK_EQ(mach_port_deallocate(SELF, self), OK);
    CHECK_EQ(task_get_special_port(SELF, TASK_KERNEL_PORT, &task), OK);
    CHECK_EQ(mach_port_deallocate(SELF, task), OK);
    return argument;
}

static int live_an_ordinary_life(void *argument)
{
    for (int i = 0; i < 3; i++)
        world_thread_join(world_thread_spawn(use_ones_own_ports, NULL));
    return WORLD_OK;
}

TEST(who_does_nothing_of_the_kind_notices_nothing, "K68 K72")
{
    CHECK_EQ(world_task_wait(world_task_spawn(live_an_ordinary_life, NULL, MACH_PORT_NULL)), WORLD_OK);
}
