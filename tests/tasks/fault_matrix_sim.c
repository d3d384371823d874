/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/fault_matrix_sim.c - a fault and its handlers, of whom one is killed at every step (K179, K182, K242)
 *
 * A victim faults a few times. Its thread's handler lives in a task of its own, its task's handler in the test. Before the k-th
 * step of that play (sim_before_step) the handler's task is killed, or the victim: one cell for each step and each of them. Nobody
 * has a time limit, so that a wait which nothing ends is seen; the oracle and the census of the simulator watch every cell. */
#include "sim/sim.h"
#include "tests/tasks/carry.h"
#include "tests/tasks/faulting.h"

enum { FAULTS = 6, NOBODY = -1 };

static struct {
    bool is_on;
    int step, kill_at;
    unsigned victim; /* which task of the machine */
} plan;

static void before_step(void)
{
    if (plan.is_on && plan.step++ == plan.kill_at)
        sim_task_doom(sim_task_nth(plan.victim));
}

/* ---- the parties: they check nothing, since any call may find the other side dead ---- */

static int handle(void *argument)
{
    mach_port_t port = receive_new();
    give(world_parent_port(), port, MACH_MSG_TYPE_MAKE_SEND);
    for (;;) {
        union request r;
        if (mach_msg(&r.header, MACH_RCV_MSG, 0, sizeof r, port, 0, MACH_PORT_NULL) == OK)
            send_answer(&r, 64, (uintptr_t)&readable, STATE_WORDS, r.header.msgh_id + 100);
    }
    return 0;
}

static int fault_some_times(void *argument)
{
    exception_mask_t masks[32];
    mach_port_t ports[32];
    exception_behavior_t behaviors[32];
    thread_state_flavor_t flavors[32];
    mach_msg_type_number_t n = 32;
    int good = 0;
    task_swap_exception_ports(SELF, EXC_MASK_BAD_ACCESS, world_parent_port(), STATE_CODES, STATE, masks, &n,
                              ports, behaviors, flavors);
    thread_set_exception_ports(mach_thread_self(), EXC_MASK_BAD_ACCESS, ports[0], STATE_CODES, STATE);
    for (int i = 0; i < FAULTS; i++)
        good += world_fault(BAD_ADDRESS) == ANSWER;
    return good;
}

static void *handle_the_rest(void *port_p)
{
    for (union request r;;) {
        if (mach_msg(&r.header, MACH_RCV_MSG, 0, sizeof r, *(mach_port_t *)port_p, 0, MACH_PORT_NULL) != OK)
            return NULL;
        send_answer(&r, 64, (uintptr_t)&readable, STATE_WORDS, r.header.msgh_id + 100);
    }
}

/* The number of faults that were repaired, or KILLED. */
static int play(void)
{
    mach_port_t port = receive_new();
    world_task *handler = world_task_spawn(handle, NULL, port);
    mach_port_t right = take(port).port.name;
    world_thread *rest = world_thread_spawn(handle_the_rest, &port);
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, right, STATE_CODES, STATE), OK);
    world_task *victim = world_task_spawn(fault_some_times, NULL, port);
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, MACH_PORT_NULL, 0, 0), OK);
    plan.is_on = true;
    int good = world_task_wait(victim);
    plan.is_on = false;
    world_task_kill(handler);
    receive_free(port);
    world_thread_join(rest);
    mach_port_deallocate(SELF, right);
    return good;
}

/* One machine after the other in one test. */
static int run_cell(int kill_at, unsigned victim)
{
    plan.kill_at = kill_at;
    plan.victim = victim;
    plan.step = 0;
    sim_before_step = before_step;
    int good = play();
    sim_before_step = NULL;
    test_census_hook(test_current(), true);
    test_census_hook(test_current(), false);
    return good;
}

enum { THE_HANDLER = 1, THE_VICTIM = 2 }; /* in the order of their birth, after the test's own */

TEST(the_handler_is_killed_before_every_step_and_no_fault_is_lost, "K179 K182 K31")
{
    CHECK_EQ(run_cell(NOBODY, 0), FAULTS);
    int n_steps = plan.step;
    CHECK_GT(n_steps, 5 * FAULTS);
    for (int k = 0; k < n_steps && !test_has_failed(); k++)
        CHECK_EQ(run_cell(k, THE_HANDLER), FAULTS);
}

TEST(the_victim_is_killed_before_every_step_and_nobody_waits_for_it, "K242 K234")
{
    CHECK_EQ(run_cell(NOBODY, 0), FAULTS);
    int n_steps = plan.step;
    for (int k = 0; k < n_steps && !test_has_failed(); k++) {
        int good = run_cell(k, THE_VICTIM);
        CHECK(good == KILLED || good == FAULTS);
    }
}
