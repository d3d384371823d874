/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/semaphores.c - counting semaphores (P176, K235, abi-ipc 11) */
#include "tests/ports/util.h"

#include <mach/semaphore.h>
#include <mach/sync_policy.h>
#include <mach/task.h>

enum { SEMAPHORE_OBJECT = 23 };

static semaphore_t make_semaphore(int policy, int value)
{
    semaphore_t semaphore = MACH_PORT_NULL;
    REQUIRE_EQ(semaphore_create(SELF, &semaphore, policy, value), OK);
    REQUIRE(MACH_PORT_VALID(semaphore));
    return semaphore;
}

static void end_semaphore(semaphore_t semaphore)
{
    CHECK_EQ(semaphore_destroy(SELF, semaphore), OK);
}

static kern_return_t try_wait(semaphore_t semaphore)
{
    return semaphore_timedwait(semaphore, (mach_timespec_t){ 0, 0 });
}

/* ---- threads that wait ---- */

struct waiting {
    semaphore_t semaphore, signal;
    int seconds; /* 0: for ever */
    mach_port_t self;
    kern_return_t result;
    _Atomic int *turn; /* how many have gone on */
    int place;         /* when this one did */
};

static void *wait_there(void *argument)
{
    struct waiting *w = argument;
    mach_timespec_t limit = { (unsigned)w->seconds, 0 };
    w->self = mach_thread_self();
    if (w->signal)
        w->result = w->seconds ? semaphore_timedwait_signal(w->semaphore, w->signal, limit)
                               : semaphore_wait_signal(w->semaphore, w->signal);
    else
        w->result = w->seconds ? semaphore_timedwait(w->semaphore, limit) : semaphore_wait(w->semaphore);
    if (w->turn)
        w->place = ++*w->turn;
    return NULL;
}

static world_thread *spawn_waiting(struct waiting *w)
{
    world_thread *thread = world_thread_spawn(wait_there, w);
    world_yield_until_blocked(thread);
    return thread;
}

static void join_with(world_thread *thread, struct waiting *w, kern_return_t result)
{
    world_thread_join(thread);
    CHECK_EQ(w->result, result);
    mach_port_deallocate(SELF, w->self);
}

/* ---- */

TEST(a_semaphore_counts_units, "P176 P171")
{
    semaphore_t semaphore = make_semaphore(SYNC_POLICY_FIFO, 2);
    natural_t type = 0;
    mach_vm_address_t address;
    CHECK_EQ(mach_port_kobject(SELF, semaphore, &type, &address), OK);
    CHECK_EQ(type, SEMAPHORE_OBJECT);
    CHECK_EQ(rights_of(semaphore), MACH_PORT_TYPE_SEND);
    CHECK_EQ(semaphore_wait(semaphore), OK);
    CHECK_EQ(try_wait(semaphore), OK);
    CHECK_EQ(try_wait(semaphore), KERN_OPERATION_TIMED_OUT);
    CHECK_EQ(semaphore_signal(semaphore), OK);
    CHECK_EQ(semaphore_signal_all(semaphore), OK); /* nobody waits: no unit */
    CHECK_EQ(semaphore_signal_thread(semaphore, MACH_PORT_NULL), KERN_NOT_WAITING);
    CHECK_EQ(try_wait(semaphore), OK);
    CHECK_EQ(try_wait(semaphore), KERN_OPERATION_TIMED_OUT);
    end_semaphore(semaphore);
    CHECK_EQ(type_of(semaphore), 0); /* the last reference went with it */
}

TEST(what_is_no_semaphore, "P176")
{
    mach_port_t plain = make_port(), dead = dead_name_new(1);
    semaphore_t semaphore = MACH_PORT_NULL, mine = make_semaphore(SYNC_POLICY_FIFO, 0);
    CHECK_EQ(semaphore_create(SELF, &semaphore, SYNC_POLICY_FIFO, -1), KERN_INVALID_ARGUMENT);
    CHECK_EQ(semaphore_create(SELF, &semaphore, 8, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(semaphore_create(SELF, &semaphore, -1, 0), KERN_INVALID_ARGUMENT);
    const struct {
        mach_port_name_t name;
        kern_return_t kr;
    } cases[] = {
        { plain, KERN_INVALID_RIGHT },
        { dead, KERN_INVALID_RIGHT },
        { mach_task_self(), KERN_INVALID_ARGUMENT },
        { name_unknown(), KERN_INVALID_NAME },
        { MACH_PORT_NULL, KERN_INVALID_NAME },
        { MACH_PORT_DEAD, KERN_INVALID_NAME },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_EQ(semaphore_signal(cases[i].name), cases[i].kr);
        CHECK_EQ(semaphore_signal_all(cases[i].name), cases[i].kr);
        CHECK_EQ(semaphore_signal_thread(cases[i].name, MACH_PORT_NULL), cases[i].kr);
        CHECK_EQ(semaphore_wait(cases[i].name), cases[i].kr);
        CHECK_EQ(try_wait(cases[i].name), cases[i].kr);
        CHECK_EQ(semaphore_wait_signal(cases[i].name, mine), cases[i].kr);
        CHECK_EQ(semaphore_wait_signal(mine, cases[i].name), cases[i].kr);
    }
    CHECK_EQ(try_wait(mine), KERN_OPERATION_TIMED_OUT); /* no refused call signalled it */
    CHECK_EQ(semaphore_timedwait(mine, (mach_timespec_t){ 0, -1 }), KERN_INVALID_VALUE);
    CHECK_EQ(semaphore_timedwait(mine, (mach_timespec_t){ 0, 1000000000 }), KERN_INVALID_VALUE);
    CHECK_EQ(semaphore_signal_thread(mine, plain), KERN_INVALID_ARGUMENT);
    CHECK_EQ(semaphore_destroy(SELF, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    end_semaphore(mine);
    destroy_port(plain);
    CHECK_EQ(mach_port_deallocate(SELF, dead), OK);
}

TEST(a_signal_lets_one_waiter_go_on, "P176")
{
    struct waiting first = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0) }, second = first;
    world_thread *one = spawn_waiting(&first), *two = spawn_waiting(&second);
    CHECK_EQ(semaphore_signal(first.semaphore), OK);
    CHECK_EQ(semaphore_signal(first.semaphore), OK);
    join_with(one, &first, OK);
    join_with(two, &second, OK);
    CHECK_EQ(try_wait(first.semaphore), KERN_OPERATION_TIMED_OUT); /* both signals were used */
    end_semaphore(first.semaphore);
}

TEST(all_waiters_go_on_at_once, "P176")
{
    struct waiting w[3];
    world_thread *threads[3];
    semaphore_t semaphore = make_semaphore(SYNC_POLICY_FIXED_PRIORITY, 0);
    for (int i = 0; i < 3; i++) {
        w[i] = (struct waiting){ .semaphore = semaphore };
        threads[i] = spawn_waiting(&w[i]);
    }
    CHECK_EQ(semaphore_signal_all(semaphore), OK);
    for (int i = 0; i < 3; i++)
        join_with(threads[i], &w[i], OK);
    CHECK_EQ(try_wait(semaphore), KERN_OPERATION_TIMED_OUT);
    end_semaphore(semaphore);
}

/* Each woken thread is waited for before the next is, so places are those of the semaphore's queue. */
static void check_order(int policy, const int *places)
{
    struct waiting w[3];
    world_thread *threads[3];
    _Atomic int turn = 0;
    semaphore_t semaphore = make_semaphore(policy, 0);
    for (int i = 0; i < 3; i++) {
        w[i] = (struct waiting){ .semaphore = semaphore, .turn = &turn };
        threads[i] = spawn_waiting(&w[i]);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(semaphore_signal(semaphore), OK);
        for (int k = 0; turn <= i && k < 10000; k++)
            world_sleep_ms(1);
    }
    for (int i = 0; i < 3; i++) {
        join_with(threads[i], &w[i], OK);
        CHECK_EQ(w[i].place, places[i]);
    }
    end_semaphore(semaphore);
}

TEST(the_policy_is_the_order_of_the_waiters, "P176")
{
    static const int in_order[] = { 1, 2, 3 }, reversed[] = { 3, 2, 1 };
    check_order(SYNC_POLICY_FIFO, in_order);
    check_order(SYNC_POLICY_FIXED_PRIORITY, in_order); /* of equal priority */
    check_order(SYNC_POLICY_LIFO, reversed);
}

TEST(one_thread_can_be_signalled, "P176")
{
    struct waiting first = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0) }, second = first;
    world_thread *one = spawn_waiting(&first), *two = spawn_waiting(&second);
    mach_port_t self = mach_thread_self();
    CHECK_EQ(semaphore_signal_thread(first.semaphore, self), KERN_NOT_WAITING);
    CHECK_EQ(semaphore_signal_thread(first.semaphore, second.self), OK);
    join_with(two, &second, OK);
    CHECK_EQ(semaphore_signal_thread(first.semaphore, MACH_PORT_NULL), OK);
    join_with(one, &first, OK);
    end_semaphore(first.semaphore);
    mach_port_deallocate(SELF, self);
}

TEST(waits_time_out, "P176")
{
    struct waiting w = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0), .seconds = 1 };
    join_with(world_thread_spawn(wait_there, &w), &w, KERN_OPERATION_TIMED_OUT);
    w.seconds = 3600;
    world_thread *thread = spawn_waiting(&w);
    CHECK_EQ(semaphore_signal(w.semaphore), OK);
    join_with(thread, &w, OK);
    end_semaphore(w.semaphore);
}

TEST(a_signal_handler_ends_a_wait, "P176 K149")
{
    struct waiting w = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0) };
    world_thread *thread = spawn_waiting(&w);
    world_thread_interrupt(thread);
    join_with(thread, &w, KERN_ABORTED);
    CHECK_EQ(try_wait(w.semaphore), KERN_OPERATION_TIMED_OUT);
    end_semaphore(w.semaphore);
}

TEST(destroying_a_semaphore_ends_its_waits, "P176 P6")
{
    struct waiting w = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0) };
    CHECK_EQ(mach_port_mod_refs(SELF, w.semaphore, SEND, 1), OK);
    world_thread *thread = spawn_waiting(&w);
    end_semaphore(w.semaphore);
    join_with(thread, &w, KERN_TERMINATED);
    CHECK_EQ(refs_of(w.semaphore, SEND), 1); /* the port is there as long as somebody has it */
    CHECK_EQ(semaphore_wait(w.semaphore), KERN_TERMINATED);
    CHECK_EQ(semaphore_signal(w.semaphore), KERN_TERMINATED);
    CHECK_EQ(semaphore_signal_all(w.semaphore), KERN_TERMINATED);
    CHECK_EQ(semaphore_signal_thread(w.semaphore, MACH_PORT_NULL), KERN_TERMINATED);
    CHECK_EQ(semaphore_destroy(SELF, w.semaphore),
             KERN_INVALID_ARGUMENT); /* nobody's any more; the reference is gone */
    CHECK_EQ(type_of(w.semaphore), 0);
}

TEST(a_semaphore_ends_with_its_last_right, "P176")
{
    struct waiting w = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0) };
    world_thread *thread = spawn_waiting(&w);
    CHECK_EQ(mach_port_deallocate(SELF, w.semaphore), OK);
    join_with(thread, &w, KERN_TERMINATED);
    CHECK_EQ(semaphore_signal(w.semaphore), KERN_INVALID_NAME);
}

TEST(signalling_and_waiting_are_one_step, "P176")
{
    struct waiting ping = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0),
                            .signal = make_semaphore(SYNC_POLICY_FIFO, 0) };
    struct waiting pong = { .semaphore = ping.signal };
    world_thread *one = spawn_waiting(&pong), *two = spawn_waiting(&ping);
    join_with(one, &pong, OK);
    CHECK_EQ(semaphore_signal(ping.semaphore), OK);
    join_with(two, &ping, OK);
    CHECK_EQ(semaphore_signal(ping.semaphore), OK); /* with a unit there it does not wait, but signals */
    CHECK_EQ(semaphore_timedwait_signal(ping.semaphore, ping.signal, (mach_timespec_t){ 1, 0 }), OK);
    CHECK_EQ(try_wait(ping.signal), OK);
    CHECK_EQ(semaphore_wait_signal(ping.semaphore, ping.semaphore), OK); /* wakes itself */
    CHECK_EQ(mach_port_mod_refs(SELF, ping.signal, SEND, 1), OK);
    end_semaphore(ping.signal);
    CHECK_EQ(semaphore_wait_signal(ping.semaphore, ping.signal), KERN_TERMINATED);
    CHECK_EQ(mach_port_deallocate(SELF, ping.signal), OK);
    end_semaphore(ping.semaphore);
}

/* ---- other tasks ---- */

/* Gets a semaphore from its parent and signals it. */
static int signal_from_afar(void *argument)
{
    struct message message;
    mach_port_t port = make_port();
    message = message_plain(world_parent_port(), COPY_SEND, port, MAKE_SEND_ONCE, 1);
    CHECK_EQ(message_send(&message, -1), OK);
    REQUIRE_EQ(message_receive(&message, port, PATIENCE_MS), OK);
    semaphore_t semaphore = message.port[0].name;
    CHECK_EQ(semaphore_signal(semaphore), OK);
    CHECK_EQ(semaphore_destroy(mach_task_self(), semaphore), KERN_INVALID_ARGUMENT); /* not its own */
    return WORLD_OK;
}

TEST(a_semaphore_travels_and_is_signalled_by_another_task, "P176 K6")
{
    mach_port_t port = make_port();
    struct waiting w = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0) };
    world_thread *thread = spawn_waiting(&w);
    world_task *task = world_task_spawn(signal_from_afar, NULL, port);
    struct message message;
    REQUIRE_EQ(message_receive(&message, port, PATIENCE_MS), OK);
    struct message answer =
        message_with_port(message.header.msgh_remote_port, MOVE_SEND_ONCE, 2, w.semaphore, COPY_SEND);
    CHECK_EQ(message_send(&answer, -1), OK);
    join_with(thread, &w, OK);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    end_semaphore(w.semaphore);
    destroy_port(port);
}

/* Makes one, gives it to its parent, and dies when told. */
static int own_one(void *argument)
{
    mach_port_t port = make_port();
    struct message message =
        message_with_port(world_parent_port(), COPY_SEND, 1, make_semaphore(SYNC_POLICY_FIFO, 0), COPY_SEND);
    message.header.msgh_local_port = port;
    message.header.msgh_bits |= MACH_MSGH_BITS(0, MAKE_SEND_ONCE);
    CHECK_EQ(message_send(&message, -1), OK);
    REQUIRE_EQ(message_receive(&message, port, -1), OK);
    return WORLD_OK;
}

TEST(a_semaphore_dies_with_its_owner, "K235 P176 F143")
{
    mach_port_t port = make_port();
    struct message message;
    world_task *task = world_task_spawn(own_one, NULL, port);
    REQUIRE_EQ(message_receive(&message, port, PATIENCE_MS), OK);
    struct waiting w = { .semaphore = message.port[0].name };
    world_thread *thread = spawn_waiting(&w);
    struct message end = message_plain(message.header.msgh_remote_port, MOVE_SEND_ONCE, MACH_PORT_NULL, 0, 2);
    CHECK_EQ(message_send(&end, -1), OK);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    join_with(thread, &w, KERN_TERMINATED);
    CHECK_EQ(rights_of(w.semaphore), MACH_PORT_TYPE_SEND);
    CHECK_EQ(semaphore_signal(w.semaphore), KERN_TERMINATED);
    CHECK_EQ(mach_port_deallocate(SELF, w.semaphore), OK);
    destroy_port(port);
}

static int wait_for_ever(void *argument)
{
    struct waiting w = { .semaphore = make_semaphore(SYNC_POLICY_FIFO, 0) };
    CHECK_EQ(say(world_parent_port(), 1), OK);
    wait_there(&w);
    return WORLD_OK;
}

TEST(a_waiter_dies_with_its_task, "P176 K234")
{
    mach_port_t port = make_port();
    struct message message;
    world_task *task = world_task_spawn(wait_for_ever, NULL, port);
    REQUIRE_EQ(message_receive(&message, port, PATIENCE_MS), OK);
    world_settle();
    world_task_kill(task);
    destroy_port(port);
}
