/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/watch.c - ports that a new task is to serve push on its main thread (T153-T170, S49-S61) */
#include <errno.h>
#include <stdlib.h>

#include "libmach/calls/process.h"
#include "tests/launch/launch.h"

enum { FOREVER_MS = 100000, RUNS_ON = 100 };

static int tell_base(void *argument)
{
    (void)argument;
    return own_base();
}

/* Ends with the priority that it has once it has not `from` any more. */
static int tell_base_after(void *argument)
{
    return own_base_after(*(int *)argument);
}

/* 47, then 37, then what follows. */
static int tell_base_after_two(void *argument)
{
    (void)argument;
    if (own_base() != 47 || own_base_after(47) != 37)
        return 1;
    return own_base_after(37);
}

static int run_on(void *argument)
{
    world_sleep_ms(FOREVER_MS);
    return *(int *)argument;
}

static struct launched *spawn(const mach_port_t *ports, uint32_t n, int (*fn)(void *), void *argument)
{
    struct launched *child = NULL;
    const struct spawn_request request = launch_watching(ports, n);
    REQUIRE_EQ(launch_begin(&request, fn, argument, &child), 0);
    launch_go(child);
    return child;
}

static struct caller waits_on(mach_port_t port, qos_class_t qos_class)
{
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    return (struct caller){ .link = port, .qos_class = qos_class };
}

/* The port dies; whoever waits to hear from it is told otherwise. */
static void end_wait(struct caller *caller)
{
    letter_send(caller->reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

static mach_port_urefs_t send_refs(mach_port_t port)
{
    mach_port_urefs_t refs = 0;
    mach_port_get_refs(SELF, port, MACH_PORT_RIGHT_SEND, &refs);
    return refs;
}

TEST(a_watch_port_pushes_on_the_child_from_its_first_instruction, "T156 T157 T70 F54 F56 F121 F122")
{
    mach_port_t port = port_with_send();
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *child = spawn(&port, 1, tell_base, NULL);
    CHECK_EQ(launch_wait(child), 47);
    end_wait(&caller);
    port_gone(port);
}

TEST(the_push_is_there_before_the_child_runs, "T157 T29")
{
    mach_port_t port = port_with_send();
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    const struct spawn_request request = launch_watching(&port, 1);
    struct launched *child = NULL;
    caller_start(&caller);
    REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &child), 0);
    CHECK_EQ(launch_base(child), 47);
    launch_go(child);
    CHECK_EQ(launch_wait(child), 47);
    end_wait(&caller);
    port_gone(port);
}

TEST(a_child_without_waiters_has_no_push_until_one_comes, "T158 F47")
{
    mach_port_t port = port_with_send();
    int from = 31;
    struct launched *child = spawn(&port, 1, tell_base_after, &from);
    CHECK_EQ(launch_base(child), 31);
    struct caller caller = waits_on(port, QOS_CLASS_USER_INITIATED);
    caller_start(&caller);
    CHECK_EQ(launch_wait(child), 37);
    end_wait(&caller);
    port_gone(port);
}

TEST(a_second_child_takes_the_push_from_the_first, "T162 T35 F123")
{
    mach_port_t port = port_with_send();
    int from = 47;
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *first = spawn(&port, 1, tell_base_after, &from);
    CHECK_EQ(launch_base(first), 47);
    struct launched *second = spawn(&port, 1, tell_base, NULL);
    CHECK_EQ(launch_wait(first), 31);
    CHECK_EQ(launch_wait(second), 47);
    end_wait(&caller);
    port_gone(port);
}

TEST(the_first_child_does_not_get_it_back, "T162 T165 F124")
{
    mach_port_t port = port_with_send();
    int value = RUNS_ON;
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *first = spawn(&port, 1, run_on, &value);
    struct launched *second = spawn(&port, 1, run_on, &value);
    CHECK_EQ(launch_base(second), 47);
    launch_kill(second);
    CHECK_EQ(launch_base(first), 31);
    launch_kill(first);
    end_wait(&caller);
    port_gone(port);
}

TEST(without_its_waiter_the_push_is_over, "T164 T158")
{
    mach_port_t port = port_with_send();
    int from = 47;
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *child = spawn(&port, 1, tell_base_after, &from);
    end_wait(&caller);
    CHECK_EQ(launch_wait(child), 31);
    port_gone(port);
}

TEST(with_the_port_the_watch_dies, "T164 F124")
{
    mach_port_t port = port_with_send();
    int from = 47;
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *child = spawn(&port, 1, tell_base_after, &from);
    port_gone(port);
    CHECK_EQ(launch_wait(child), 31);
    end_wait(&caller);
}

TEST(a_right_that_moves_ends_the_watch, "T163 T80 T81 F124")
{
    mach_port_t port = port_with_send(), carrier = port_with_send();
    int from = 47;
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *child = spawn(&port, 1, tell_base_after, &from);
    CHECK_EQ(launch_base(child), 47);
    CHECK_EQ(letter_move(carrier, port), OK);
    CHECK_EQ(launch_wait(child), 31);
    struct letter letter = letter_take(carrier);
    CHECK_EQ(letter.port.name, port);
    end_wait(&caller);
    port_gone(port);
    port_gone(carrier);
}

TEST(watch_ports_end_one_by_one, "T160 T35 F125")
{
    mach_port_t port[2] = { port_with_send(), port_with_send() }, carrier = port_with_send();
    struct caller strong = waits_on(port[0], QOS_CLASS_USER_INTERACTIVE);
    struct caller weak = waits_on(port[1], QOS_CLASS_USER_INITIATED);
    caller_start(&strong);
    caller_start(&weak);
    struct launched *child = spawn(port, 2, tell_base_after_two, NULL);
    for (int i = 0; i < 2; i++) {
        world_sleep_ms(50);
        CHECK_EQ(letter_move(carrier, port[i]), OK);
    }
    CHECK_EQ(launch_wait(child), 31);
    for (int i = 0; i < 2; i++)
        letter_take(carrier);
    end_wait(&strong);
    end_wait(&weak);
    port_gone(port[0]);
    port_gone(port[1]);
    port_gone(carrier);
}

TEST(messages_that_come_and_go_do_not_end_a_watch, "T170")
{
    mach_port_t port = port_with_send();
    int value = RUNS_ON;
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *child = spawn(&port, 1, run_on, &value);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    letter_take(port);
    CHECK_EQ(launch_base(child), 47);
    launch_kill(child);
    end_wait(&caller);
    port_gone(port);
}

static int spawn_error(const mach_port_t *ports, uint32_t n)
{
    struct launched *child = NULL;
    const struct spawn_request request = launch_watching(ports, n);
    int error = launch_begin(&request, tell_base, NULL, &child);
    if (child != NULL) {
        launch_go(child);
        launch_wait(child);
    }
    return error;
}

TEST(names_that_denote_no_send_right_are_refused, "S50 T154 F116 F61")
{
    mach_port_t port = port_with_send(), receive, once, set;
    mach_port_type_t type = 0;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &receive), OK);
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set), OK);
    REQUIRE_EQ(mach_port_extract_right(SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type), OK);
    const mach_port_t bad[] = { receive, once, set, 0x7fff00 };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const mach_port_t names[] = { port, bad[i] };
        CHECK_EQ(spawn_error(names, 2), EINVAL);
    }
    CHECK_EQ(send_refs(port), 1);
    mach_port_deallocate(SELF, once);
    mach_port_mod_refs(SELF, receive, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1);
    port_gone(port);
}

TEST(what_cannot_be_watched_is_left_out, "S37 S50 T154 T155 T159 F121")
{
    mach_port_t port = port_with_send(), dead = port_with_send(), moved = port_with_send();
    mach_port_t carrier = port_with_send(), special = thread_get_special_reply_port();
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    mach_port_mod_refs(SELF, dead, MACH_PORT_RIGHT_RECEIVE, -1);
    CHECK_EQ(letter_move(carrier, moved), OK);
    const mach_port_t names[] = { port, MACH_PORT_NULL, MACH_PORT_DEAD, dead, moved, special, port };
    struct launched *child = spawn(names, sizeof(names) / sizeof(names[0]), tell_base, NULL);
    CHECK_EQ(launch_wait(child), 47);
    CHECK_EQ(send_refs(port), 1);
    letter_take(carrier);
    mach_port_deallocate(SELF, dead);
    mach_port_mod_refs(SELF, special, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_deallocate(SELF, special);
    end_wait(&caller);
    port_gone(port);
    port_gone(moved);
    port_gone(carrier);
}

TEST(as_many_as_128_ports_and_no_more, "S49 T153 T154 T159 F115")
{
    mach_port_t ports[SPAWN_WATCH_MAX];
    for (int i = 0; i < SPAWN_WATCH_MAX; i++)
        ports[i] = port_with_send();
    struct caller caller = waits_on(ports[SPAWN_WATCH_MAX - 1], QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *child = spawn(ports, SPAWN_WATCH_MAX, tell_base, NULL);
    CHECK_EQ(launch_wait(child), 47);
    struct spawn_request request = launch_watching(ports, SPAWN_WATCH_MAX);
    request.n_watch++;
    CHECK_EQ(launch_begin(&request, tell_base, NULL, &child), EINVAL);
    end_wait(&caller);
    for (int i = 0; i < SPAWN_WATCH_MAX; i++)
        port_gone(ports[i]);
}

TEST(a_spawn_that_is_taken_back_gives_the_push_back, "S51 T156 F20 F60 F61 F62")
{
    mach_port_t port = port_with_send();
    int value = RUNS_ON;
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    struct launched *first = spawn(&port, 1, run_on, &value), *second = NULL;
    const struct spawn_request request = launch_watching(&port, 1);
    for (int i = 0; i < 20; i++) {
        REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &second), 0);
        CHECK_EQ(launch_base(first), 31);
        CHECK_EQ(launch_base(second), 47);
        launch_take_back(second);
        CHECK_EQ(launch_base(first), 47);
    }
    CHECK_EQ(send_refs(port), 1);
    launch_kill(first);
    end_wait(&caller);
    port_gone(port);
}

/* ---- who the child is ---- */

static void *stay(void *argument)
{
    *(int *)argument = own_base();
    return NULL;
}

static int tell_base_of_another_thread(void *argument)
{
    int base = 0;
    (void)argument;
    world_thread_join(world_thread_spawn(stay, &base));
    return base;
}

TEST(other_threads_of_the_child_are_not_pushed, "T161")
{
    mach_port_t port = port_with_send();
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    CHECK_EQ(launch_wait(spawn(&port, 1, tell_base_of_another_thread, NULL)), 31);
    end_wait(&caller);
    port_gone(port);
}

static int tell_base_of_own_child(void *argument)
{
    world_task *task = world_task_spawn(tell_base, NULL, MACH_PORT_NULL);
    int base = world_task_wait(task);
    (void)argument;
    return own_base() == 47 ? base : 1;
}

TEST(a_forked_child_of_the_child_is_not_pushed, "S55 T167 F36 F47")
{
    mach_port_t port = port_with_send();
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    CHECK_EQ(launch_wait(spawn(&port, 1, tell_base_of_own_child, NULL)), 31);
    end_wait(&caller);
    port_gone(port);
}

static void *outlive_the_main_thread(void *argument)
{
    struct process_thread thread = { .is_main = 1 };
    uint32_t n = 0, all = 0;
    int error = 0;
    for (int ms = 0; ms < PATIENCE_MS && thread.is_main; ms++) {
        world_sleep_ms(1);
        CHECK_EQ(process_threads(0, 0, &error, &thread, 1, &n, &all), OK);
    }
    world_task_exit(thread.is_main ? 1 : own_base());
    return argument;
}

static int end_the_main_thread(void *argument)
{
    (void)argument;
    world_thread_spawn(outlive_the_main_thread, NULL);
    launch_thread_exit();
}

TEST(with_the_main_thread_the_push_is_lost_though_the_task_goes_on, "T161 T40 F8 S56")
{
    mach_port_t port = port_with_send();
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    CHECK_EQ(launch_wait(spawn(&port, 1, end_the_main_thread, NULL)), 31);
    end_wait(&caller);
    port_gone(port);
}

static mach_port_t registered_port(void)
{
    mach_port_t *ports = NULL;
    mach_msg_type_number_t n = 0;
    return mach_ports_lookup(SELF, &ports, &n) == OK && n > 0 ? ports[0] : MACH_PORT_NULL;
}

static int spawn_another(void *argument)
{
    mach_port_t port = registered_port();
    (void)argument;
    if (own_base() != 47)
        return 1;
    int base = launch_wait(spawn(&port, 1, tell_base, NULL));
    return own_base() == 31 ? base : 2; /* the new child took the port, and has ended */
}

TEST(a_boosted_child_may_hand_its_port_to_a_child_of_its_own, "T169 T162")
{
    mach_port_t port = port_with_send();
    struct caller caller = waits_on(port, QOS_CLASS_USER_INTERACTIVE);
    struct spawn_request request = launch_watching(&port, 1);
    struct launched *child = NULL;
    request.registered[request.n_registered++] = port;
    caller_start(&caller);
    REQUIRE_EQ(launch_begin(&request, spawn_another, NULL, &child), 0);
    launch_go(child);
    CHECK_EQ(launch_wait(child), 47);
    end_wait(&caller);
    port_gone(port);
}

/* A whole task in the place of the caller. */
static int wait_on_the_registered_port(void *argument)
{
    mach_port_t reply = thread_get_special_reply_port();
    mach_msg_header_t message = { 0 };
    (void)argument;
    mach_msg(&message, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT, 0, sizeof(message), reply, 0, registered_port());
    return 1;
}

static int base_of_child_soon(const struct launched *child, int expected)
{
    for (int ms = 0; ms < PATIENCE_MS && launch_base(child) != expected; ms++)
        world_sleep_ms(1);
    return launch_base(child);
}

TEST(when_a_wait_for_a_child_returns_its_push_is_over, "F143 F144 F188 T165 T38")
{
    enum { TIMES = 20 };
    mach_port_t port = port_with_send();
    int value = RUNS_ON;
    struct launched *server = spawn(&port, 1, run_on, &value);
    struct spawn_request request = launch_request();
    request.role = PRIO_DARWIN_ROLE_UI_FOCAL;
    request.registered[request.n_registered++] = port;
    for (int i = 0; i < TIMES; i++) {
        struct launched *client = NULL;
        REQUIRE_EQ(launch_begin(&request, wait_on_the_registered_port, NULL, &client), 0);
        launch_go(client);
        CHECK_EQ(base_of_child_soon(server, 47), 47);
        launch_kill(client);
        CHECK_EQ(launch_base(server), 31);
    }
    launch_kill(server);
    port_gone(port);
}

/* Holds a receive right until it is told to end, and gives a send right to it away. */
static int hold_a_port(void *argument)
{
    mach_port_t port = port_with_send(), gate = port_with_send();
    (void)argument;
    letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, gate, MACH_MSG_TYPE_MAKE_SEND, port,
                MACH_MSG_TYPE_MAKE_SEND, 0, 0);
    letter_take(gate);
    return WORLD_OK;
}

TEST(the_port_may_be_a_third_task_s, "S57 T156")
{
    mach_port_t meeting = port_with_send();
    world_task *holder = world_task_spawn(hold_a_port, NULL, meeting);
    struct letter letter = letter_take(meeting);
    struct caller caller = waits_on(letter.port.name, QOS_CLASS_USER_INTERACTIVE);
    caller_start(&caller);
    CHECK_EQ(launch_wait(spawn(&letter.port.name, 1, tell_base, NULL)), 47);
    letter_send(letter.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(world_task_wait(holder), WORLD_OK);
    end_wait(&caller);
    mach_port_deallocate(SELF, letter.port.name);
    port_gone(meeting);
}

/* ---- a full queue ---- */

static void *send_when_there_is_room(void *argument)
{
    struct caller *caller = argument;
    caller->thread = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(caller->qos_class, 0), 0);
    caller->result =
        letter_send(caller->dest, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, PATIENCE_MS);
    return NULL;
}

TEST(a_sender_that_waits_for_room_pushes_as_well, "S61 T90 T156")
{
    mach_port_t port = port_with_send();
    int value = RUNS_ON;
    mach_port_limits_t limits = { .mpl_qlimit = 1 };
    struct caller caller = waits_on(MACH_PORT_NULL, QOS_CLASS_USER_INTERACTIVE);
    caller.dest = port;
    REQUIRE_EQ(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                        MACH_PORT_LIMITS_INFO_COUNT),
               OK);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    caller.world = world_thread_spawn(send_when_there_is_room, &caller);
    until_waiting(&caller.thread);
    struct launched *child = spawn(&port, 1, run_on, &value);
    CHECK_EQ(launch_base(child), 47);
    letter_take(port);
    world_thread_join(caller.world);
    CHECK_EQ(caller.result, OK);
    CHECK_EQ(launch_base(child), 31);
    launch_kill(child);
    mach_port_deallocate(SELF, caller.thread);
    letter_take(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    port_gone(port);
}
