/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/oracle_sim.c - the oracle of priorities under itself: it finds every kind of damage (sim/oracle.h)
 *
 * The stage has a push by each road: a caller whose port is watched by a child, one whose request a servicer works on, one
 * whose port is in transit, and a sender that waits for room. */
#include "sim/oracle.h"

#include "kernel/ipc/link.h"
#include "kernel/ipc/monitor.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/watch.h"
#include "kernel/kqueue/kqueue.h"
#include "sim/sim.h"
#include "sim/test/damage.h"
#include "tests/kqueue/common.h"
#include "tests/launch/launch.h"

static struct {
    mach_port_t watched, monitored, moved, above, full;
    struct caller of_child, of_servicer, of_moved;
    _Atomic mach_port_t sender;
    struct loop loop;
    struct launched *child;
} stage;

static void *fill(void *argument)
{
    (void)argument;
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0), 0);
    stage.sender = mach_thread_self();
    for (int i = 0; i <= MACH_PORT_QLIMIT_DEFAULT; i++)
        letter_send(stage.full, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    return NULL;
}

static int stay(void *argument)
{
    (void)argument;
    letter_take(port_with_send());
    return WORLD_OK;
}

static void set_the_stage(void)
{
    memset(&stage, 0, sizeof(stage));
    stage.watched = port_with_send();
    stage.monitored = port_with_send();
    stage.moved = port_with_send();
    stage.above = port_with_send();
    stage.full = port_with_send();
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    struct spawn_request request = launch_watching(&stage.watched, 1);
    REQUIRE_EQ(launch_begin(&request, stay, NULL, &stage.child), 0);
    stage.loop.is_closed = true;
    loop_begin(&stage.loop);
    CHECK_EQ(monitor(&stage.loop, stage.monitored, QOS_DEF), 0);
    caller_of(&stage.of_child, stage.watched);
    caller_of(&stage.of_servicer, stage.monitored);
    caller_of(&stage.of_moved, stage.moved);
    until_calls(&stage.loop, 1);
    CHECK_EQ(letter_move(stage.above, stage.moved), OK);
    world_thread_spawn(fill, NULL);
    until_waiting(&stage.sender);
}

/* ---- what stands there ---- */

static struct port *port_of(mach_port_t name)
{
    return space_peek(sim_task_kernel(sim_task_self())->space, name)->port;
}

static struct sched_thread *thread_of(mach_port_t name)
{
    return &thread_of_port(port_of(name))->ipc.sched;
}

static struct sched_thread *child(void)
{
    return port_of(stage.watched)->push.inheritor.thread;
}

static struct kqueue *workloop(void)
{
    return thread_of_port(port_of(stage.loop.thread))->services;
}

/* ---- the kinds of damage ---- */

static void a_push_too_strong(void)
{
    child()->push++;
}
static void a_push_that_has_stayed(void)
{
    thread_of(stage.sender)->push = 46;
}
static void a_base_too_high(void)
{
    child()->waiter.priority++;
}
static void a_base_that_did_not_follow(void)
{
    child()->waiter.priority = 31;
}
static void a_class_that_was_not_applied(void)
{
    thread_of(stage.of_moved.thread)->qos = SCHED_QOS_UTILITY;
}
static void a_role_that_was_not_applied(void)
{
    sim_task_kernel(sim_task_self())->sched.role = SCHED_ROLE_UI;
}
static void an_override_that_was_not_applied(void)
{
    thread_of(stage.sender)->overrides[SCHED_QOS_USER_INTERACTIVE]++;
}
static void a_turnstile_too_strong(void)
{
    port_of(stage.above)->push.priority++;
}
static void a_turnstile_that_forgot_its_waiter(void)
{
    port_of(stage.full)->push.priority = 0;
}
static void a_reason_that_is_another(void)
{
    port_of(stage.moved)->push.inheritor.reason = PUSH_WATCH_PORT;
}
static void a_push_on_another_thread(void)
{
    port_of(stage.watched)->push.inheritor.thread = thread_of(stage.sender);
}
static void a_push_on_another_port(void)
{
    port_of(stage.of_moved.reply)->special_reply->receive.inheritor.turnstile = &port_of(stage.full)->push;
}
static void a_push_on_nobody(void)
{
    port_of(stage.watched)->push.inheritor = inheritor_none();
}
static void a_push_without_a_reason(void)
{
    port_of(stage.full)->push.inheritor = inheritor_thread(thread_of(stage.sender), PUSH_NOBODY);
}
static void a_watch_that_has_ended(void)
{
    port_of(stage.watched)->watch = NULL;
}
static void a_watch_that_its_task_does_not_have(void)
{
    list_remove(&port_of(stage.watched)->watch->link);
}
static void a_link_that_was_cut(void)
{
    port_of(stage.of_servicer.reply)->link = LINK_NONE;
}
static void a_waiter_that_has_gone(void)
{
    thread_of_port(port_of(stage.of_child.thread))->ipc.wait = WAIT_NONE;
}
static void a_knote_that_left_the_port(void)
{
    struct port *port = port_of(stage.monitored);
    list_remove(list_first(&port->monitors));
}
static void a_servicer_that_went(void)
{
    workloop()->servicer = NULL;
}
static void an_owner_that_is_not_pushed(void)
{
    workloop()->owner = thread_of_port(port_of(stage.sender));
}
static void a_right_that_arrived(void)
{
    port_of(stage.moved)->state = PORT_IN_KERNEL;
}
static void a_right_on_its_way_elsewhere(void)
{
    port_of(stage.moved)->carrier->dest.port = port_of(stage.full);
}

static const struct damage_kind damages[] = {
    DAMAGE(a_push_too_strong),
    DAMAGE(a_push_that_has_stayed),
    DAMAGE(a_base_too_high),
    DAMAGE(a_base_that_did_not_follow),
    DAMAGE(a_class_that_was_not_applied),
    DAMAGE(a_role_that_was_not_applied),
    DAMAGE(an_override_that_was_not_applied),
    DAMAGE(a_turnstile_too_strong),
    DAMAGE(a_turnstile_that_forgot_its_waiter),
    DAMAGE(a_reason_that_is_another),
    DAMAGE(a_push_on_another_thread),
    DAMAGE(a_push_on_another_port),
    DAMAGE(a_push_on_nobody),
    DAMAGE(a_push_without_a_reason),
    DAMAGE(a_watch_that_has_ended),
    DAMAGE(a_watch_that_its_task_does_not_have),
    DAMAGE(a_link_that_was_cut),
    DAMAGE(a_waiter_that_has_gone),
    DAMAGE(a_knote_that_left_the_port),
    DAMAGE(a_servicer_that_went),
    DAMAGE(an_owner_that_is_not_pushed),
    DAMAGE(a_right_that_arrived),
    DAMAGE(a_right_on_its_way_elsewhere),
};

/* ---- finding it ---- */

static void look(void)
{
    oracle_check(kernel_system(sim_kernel()));
}

static void clear_the_stage(void)
{
    letter_take(stage.full);
    answer_event(&stage.loop, 0);
    CHECK_EQ(caller_end(&stage.of_servicer), OK);
    mach_port_mod_refs(SELF, stage.of_child.reply, MACH_PORT_RIGHT_RECEIVE, -1);
    launch_take_back(stage.child);
    port_gone(stage.above);
    loop_open(&stage.loop);
    until_done(&stage.loop, 1);
    unmonitor(&stage.loop, stage.monitored);
    loop_end(&stage.loop);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(the_oracle_finds_every_kind_of_damage, "T176")
{
    set_the_stage();
    damage_is_found(damages, ARRAY_SIZE(damages), look);
    clear_the_stage();
}

TEST(the_oracle_is_asked_after_every_trap, "T176")
{
    set_the_stage();
    damage_is_found_by_traps(a_push_that_has_stayed);
    clear_the_stage();
}
