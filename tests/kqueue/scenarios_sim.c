/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/scenarios_sim.c - scenarios of T section 12 that need the simulator: settings that are changed while it runs,
 * and what only libmach's live part has a call for */
#include "base/account.h"
#include "kernel/ipc/port.h"
#include "kernel/ipc/space.h"
#include "kernel/task/task.h"
#include "libmach/kqueue/kevent_trap.h"
#include "libmach/message/trap.h"
#include "sim/sim.h"
#include "tests/kqueue/chains.h"
#include "tests/kqueue/common.h"

/* XNU's: a thread that begins to wait raises twelve of those that wait already (T41). */
TEST(with_a_limit_of_hops_a_chain_that_waits_already_is_pushed_so_far, "S2 T41")
{
    enum { MAX_HOP = 10, REACHED = 12 };
    static const int lengths[] = { 2, 3, 10, 12, 13, 32, 64 };
    sim_task_kernel(sim_task_self())->system->ipc.sched.max_hop = MAX_HOP;
    for (int i = 0; i < 7; i++)
        chain_back_to_front(lengths[i], lengths[i] < REACHED ? lengths[i] : REACHED);
    sim_task_kernel(sim_task_self())->system->ipc.sched.max_hop = 0;
}

static void override(mach_port_t thread, uint32_t qos, bool begins)
{
    CHECK_EQ(TRAP_KR(TRAP_OVERRIDE, NULL, thread, qos, begins), OK);
}

TEST(a_caller_pushes_with_each_override_that_it_is_given, "S13 T39 T16")
{
    struct loop loop = { .is_closed = true };
    mach_port_t port = monitored_new(&loop);
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_DEFAULT };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&caller);
    until_calls(&loop, 1);
    CHECK_EQ(push_of(loop.thread), 31);
    override(caller.thread, THREAD_QOS_USER_INITIATED, true);
    CHECK_EQ(base_of(loop.thread), 37);
    override(caller.thread, THREAD_QOS_USER_INTERACTIVE, true);
    CHECK_EQ(base_of(loop.thread), 47);
    override(caller.thread, THREAD_QOS_USER_INTERACTIVE, false);
    CHECK_EQ(base_of(loop.thread), 37);
    override(caller.thread, THREAD_QOS_USER_INITIATED, false);
    CHECK_EQ(base_of(loop.thread), 31);
    answer_event(&loop, 0);
    CHECK_EQ(caller_end(&caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(unmonitor(&loop, port), 0);
    busy_end(&loop);
    port_gone(port);
}

TEST(a_knote_of_a_descriptor_pushes_on_nobody, "S40 T79")
{
    mach_port_t port = port_with_send();
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    struct kevent_qos_s add = { .ident = port,
                                .filter = EVFILT_MACHPORT,
                                .flags = EV_ADD | EV_DISPATCH,
                                .fflags = MACH_RCV_MSG },
                        remove = { .ident = port, .filter = EVFILT_MACHPORT, .flags = EV_DELETE };
    struct kevent_trap trap = { .number = TRAP_KEVENT,
                                .kind = KQUEUE_DESCRIPTOR,
                                .id = 1,
                                .flags = KEVENT_FLAG_ERROR_EVENTS | KEVENT_FLAG_IMMEDIATE,
                                .changes = &add,
                                .n_changes = 1 };
    const struct port *kernels = space_peek(sim_task_kernel(sim_task_self())->space, port)->port;
    caller_start(&caller);
    CHECK_EQ(kevent_trap_make(&trap), 0);
    CHECK_EQ(kernels->n_monitors, 1);
    CHECK_EQ(kernels->push.priority, 31);
    CHECK_EQ(kernels->push.inheritor.kind, INHERITOR_NONE);
    trap.changes = &remove;
    CHECK_EQ(kevent_trap_make(&trap), 0);
    caller_leave(&caller);
    port_gone(port);
}

/* ---- costs, in counted steps ---- */

static uint64_t steps_of_override(mach_port_t thread, uint32_t qos, bool begins)
{
    const struct account *account = kernel_task_account(sim_task_kernel(sim_task_self()));
    uint64_t before = account->steps;
    override(thread, qos, begins);
    return account->steps - before;
}

/* Of a push that changes at the bottom of n ports in transit, each in a message on the next. */
static uint64_t steps_along(int n)
{
    mach_port_t bottom = port_with_send(), below = bottom;
    struct caller caller = { .link = bottom, .qos_class = QOS_CLASS_DEFAULT };
    caller_start(&caller);
    for (int i = 0; i < n; i++) {
        mach_port_t above = port_with_send();
        CHECK_EQ(letter_move(above, below), OK);
        below = above;
    }
    uint64_t steps = steps_of_override(caller.thread, THREAD_QOS_USER_INTERACTIVE, true);
    CHECK_EQ(space_peek(sim_task_kernel(sim_task_self())->space, below)->port->push.priority, 47);
    CHECK_EQ(steps_of_override(caller.thread, THREAD_QOS_USER_INTERACTIVE, false), steps);
    CHECK_EQ(space_peek(sim_task_kernel(sim_task_self())->space, below)->port->push.priority, 31);
    caller_leave(&caller);
    port_gone(below);
    return steps;
}

TEST(a_push_costs_as_many_steps_as_its_chain_has_members, "T34 T39 T81")
{
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    uint64_t eight = steps_along(8), sixteen = steps_along(16), at_64 = steps_along(64);
    CHECK_GE(sixteen - eight, 8);
    CHECK_LE(sixteen - eight, 4 * 8);
    CHECK_EQ(at_64 - sixteen, 6 * (sixteen - eight));
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

/* Of a change of one of n callers that wait for the same port as one of 47 does. */
static uint64_t steps_beside(int n, mach_port_t port)
{
    enum { MAX = 40 };
    struct caller callers[MAX];
    uint64_t steps = 0;
    for (int i = 0; i < n; i++) {
        callers[i] = (struct caller){ .link = port, .qos_class = QOS_CLASS_DEFAULT };
        caller_start(&callers[i]);
    }
    steps = steps_of_override(callers[n / 2].thread, THREAD_QOS_USER_INITIATED, true);
    CHECK_EQ(steps_of_override(callers[n / 2].thread, THREAD_QOS_USER_INITIATED, false), steps);
    for (int i = 0; i < n; i++)
        caller_leave(&callers[i]);
    return steps;
}

TEST(a_change_below_the_strongest_waiter_costs_the_same_however_many_wait, "T34 T36")
{
    mach_port_t port = port_with_send();
    struct caller strongest = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    caller_start(&strongest);
    uint64_t beside_one = steps_beside(1, port);
    CHECK_LT(beside_one, 16);
    CHECK_EQ(steps_beside(40, port), beside_one);
    caller_leave(&strongest);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    port_gone(port);
}
