/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/scenarios.c - what is worth testing beyond single rules, as far as it needs no workloop (T section 12: S7, S11, S15, S16,
 * S17, S18, S19, S22, S24, S33, S34) and whatever a message's fate does to a push (T51, T86)
 *
 * Whoever is pushed is a helper that got the right in answer to its check-in (reason 6). */
#include <mach/thread_policy.h>
#include <mach/thread_switch.h>
#include <sys/qos_private.h>

#include <stdlib.h>

#include "tests/push/helper.h"

static void caller_stop(struct caller *caller)
{
    world_thread_interrupt(caller->world);
    CHECK_EQ(caller_end(caller), MACH_RCV_INTERRUPTED);
}

static void helper_and_port_end(struct helper *helper, mach_port_t port)
{
    release_helper(helper, port);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

/* ---- trees ---- */

enum { CLIENTS = 8 };

static const struct {
    qos_class_t qos_class;
    int priority; /* in role UI */
} kinds[CLIENTS] = {
    { QOS_CLASS_UTILITY, 20 },        { QOS_CLASS_USER_INTERACTIVE, 46 }, { QOS_CLASS_BACKGROUND, 4 },
    { QOS_CLASS_USER_INITIATED, 37 }, { QOS_CLASS_DEFAULT, 31 },          { QOS_CLASS_USER_INITIATED, 37 },
    { QOS_CLASS_MAINTENANCE, 4 },     { QOS_CLASS_USER_INTERACTIVE, 46 },
};

static int strongest(const bool *waits)
{
    int strongest = 0;
    for (int i = 0; i < CLIENTS; i++)
        if (waits[i] && kinds[i].priority > strongest)
            strongest = kinds[i].priority;
    return strongest;
}

static void check_helper(const struct helper *helper, int push)
{
    CHECK_EQ(push_of(helper->thread), push);
    CHECK_EQ(base_of(helper->thread), push > 31 ? push : 31);
}

/* The number-th of the orders of all clients. */
static void order_of(unsigned number, int *order)
{
    for (int i = 0; i < CLIENTS; i++)
        order[i] = i;
    for (int i = 0; i < CLIENTS; i++) {
        int from = i + (int)(number % (unsigned)(CLIENTS - i)), taken = order[from];
        number /= (unsigned)(CLIENTS - i);
        order[from] = order[i];
        order[i] = taken;
    }
}

static void come_and_leave(struct helper *helper, mach_port_t port, const int *order)
{
    struct caller callers[CLIENTS];
    bool waits[CLIENTS] = { false };
    for (int i = 0; i < CLIENTS; i++) {
        callers[i] = (struct caller){ .link = port, .qos_class = kinds[i].qos_class };
        caller_start(&callers[i]);
        waits[i] = true;
        check_helper(helper, strongest(waits));
    }
    for (int i = 0; i < CLIENTS; i++) {
        caller_stop(&callers[order[i]]);
        waits[order[i]] = false;
        check_helper(helper, strongest(waits));
    }
}

TEST(whatever_order_clients_leave_in_the_strongest_of_the_rest_pushes, "S7 T35 T36 T38")
{
    enum { ORDERS = 40320, STEP = 1000 }; /* a thousand seeds in a row have had every order */
    mach_port_t port = port_with_send();
    struct helper helper;
    int order[CLIENTS];
    const char *seed = getenv("MACHD_SIM_SEED");
    role(PRIO_DARWIN_ROLE_UI);
    push_helper(&helper, port);
    for (unsigned number = seed ? (unsigned)atoi(seed) % STEP : 0; number < ORDERS;
         number += world_is_live() ? 10 * STEP : STEP) {
        order_of(number, order);
        come_and_leave(&helper, port, order);
    }
    helper_and_port_end(&helper, port);
}

/* ---- a waiter changes ---- */

static void set_precedence(mach_port_t thread, int priority)
{
    thread_precedence_policy_data_t precedence = { .importance = priority - 31 };
    CHECK_EQ(thread_policy_set(thread, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                               THREAD_PRECEDENCE_POLICY_COUNT),
             OK);
}

TEST(a_waiter_outside_classes_pushes_with_what_it_is_given_meanwhile, "S15 T39 T8 T37")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_DEFAULT };
    push_helper(&helper, port);
    caller_start(&caller);
    check_helper(&helper, 31);
    set_precedence(caller.thread, 60);
    check_helper(&helper, 60);
    set_precedence(caller.thread, 10);
    check_helper(&helper, 10);
    caller_stop(&caller);
    check_helper(&helper, 0);
    helper_and_port_end(&helper, port);
}

TEST(a_real_time_waiter_pushes_with_the_users_maximum, "S16 T20 T39")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_DEFAULT };
    struct thread_time_constraint_policy constraint = { 0, 50, 100, TRUE };
    push_helper(&helper, port);
    caller_start(&caller);
    CHECK_EQ(thread_policy_set(caller.thread, THREAD_TIME_CONSTRAINT_POLICY, (thread_policy_t)&constraint,
                               THREAD_TIME_CONSTRAINT_POLICY_COUNT),
             OK);
    CHECK_EQ(base_of(caller.thread), 97);
    check_helper(&helper, 63);
    caller_stop(&caller);
    helper_and_port_end(&helper, port);
}

struct depressed {
    mach_port_t link, reply;
    _Atomic mach_port_t thread;
    kern_return_t result;
};

static void *wait_depressed(void *argument)
{
    enum { LONG_MS = 60000 };
    struct depressed *self = argument;
    struct letter letter;
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    CHECK_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, LONG_MS), OK);
    self->reply = thread_get_special_reply_port();
    self->thread = mach_thread_self();
    self->result = mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT | MACH_RCV_INTERRUPT, 0,
                            sizeof(letter), self->reply, 0, self->link);
    return NULL;
}

static int run_state_whatever_it_is(mach_port_t thread)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    CHECK_EQ(thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count), OK);
    CHECK_EQ(info.pth_curpri, 0);
    return info.pth_run_state;
}

TEST(a_depressed_waiter_pushes_with_its_base_priority, "S19 T25 T30")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct depressed depressed = { .link = port };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    push_helper(&helper, port);
    world_thread *thread = world_thread_spawn(wait_depressed, &depressed);
    while (depressed.thread == MACH_PORT_NULL)
        world_sleep_ms(1);
    for (int ms = 0; ms < PATIENCE_MS && run_state_whatever_it_is(depressed.thread) != TH_STATE_WAITING; ms++)
        world_sleep_ms(1);
    check_helper(&helper, 47);
    world_thread_interrupt(thread);
    world_thread_join(thread);
    CHECK_EQ(depressed.result, MACH_RCV_INTERRUPTED);
    check_helper(&helper, 0);
    mach_port_deallocate(SELF, depressed.thread);
    port_gone(depressed.reply);
    helper_and_port_end(&helper, port);
}

/* ---- tasks ---- */

/* Calls the port that its parent gave it, at 47. */
static int focal_client(void *argument)
{
    struct letter reply;
    mach_port_t special = thread_get_special_reply_port();
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    mach_msg(&reply.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT, 0, sizeof(reply), special, 0,
             world_parent_port());
    return WORLD_OK;
}

static int push_soon(mach_port_t thread, int expected)
{
    for (int ms = 0; ms < PATIENCE_MS && push_of(thread) != expected; ms++)
        world_sleep_ms(1);
    return push_of(thread);
}

TEST(the_maximum_of_a_task_limits_what_its_threads_inherit_while_it_holds, "S17 T13 T10")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    world_task *client = world_task_spawn(focal_client, NULL, port);
    push_helper(&helper, port);
    CHECK_EQ(push_soon(helper.thread, 47), 47);
    role(PRIO_DARWIN_ROLE_DARWIN_BG);
    CHECK_EQ(base_of(helper.thread), 4);
    CHECK_EQ(push_of(helper.thread), 47);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(base_of(helper.thread), 47);
    world_task_kill(client);
    CHECK_EQ(push_soon(helper.thread, 0), 0);
    CHECK_EQ(base_of(helper.thread), 31);
    helper_and_port_end(&helper, port);
}

/* ---- run states ---- */

struct idler {
    _Atomic mach_port_t thread;
    _Atomic bool may_end;
};

/* Sleeps where the kernel does not know of it. */
static void *idle(void *argument)
{
    struct idler *idler = argument;
    idler->thread = mach_thread_self();
    while (!idler->may_end)
        world_sleep_ms(5);
    return NULL;
}

TEST(a_thread_waits_in_the_kernel_or_is_stopped_or_runs, "T23")
{
    mach_port_t port = port_with_send();
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_DEFAULT };
    struct idler idler = { 0 };
    world_thread *sleeper = world_thread_spawn(idle, &idler);
    while (idler.thread == MACH_PORT_NULL)
        world_sleep_ms(1);
    CHECK_EQ(run_state_of(idler.thread), TH_STATE_RUNNING);
    caller_start(&caller);
    CHECK_EQ(thread_suspend(caller.thread), OK);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_STOPPED);
    CHECK_EQ(thread_resume(caller.thread), OK);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_WAITING);
    CHECK_EQ(thread_suspend(caller.thread), OK);
    mach_port_mod_refs(SELF, caller.reply, MACH_PORT_RIGHT_RECEIVE, -1);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_STOPPED); /* its wait is over, and it does not go on */
    CHECK_EQ(thread_resume(caller.thread), OK);
    CHECK_EQ(caller_end(&caller), MACH_RCV_PORT_CHANGED);
    idler.may_end = true;
    world_thread_join(sleeper);
    mach_port_deallocate(SELF, idler.thread);
    port_gone(port);
}

/* ---- chains and circles ---- */

/* A helper that has its right waits for somebody else's port, in a call that can be interrupted. */
static void helper_calls(struct helper *helper, mach_port_t port)
{
    helper->next = port;
    step(helper);
    for (int ms = 0;
         ms < PATIENCE_MS && !(helper->is_calling && run_state_of(helper->thread) == TH_STATE_WAITING); ms++)
        world_sleep_ms(1);
}

TEST(a_boost_passes_through_who_waits_for_somebody_else, "S18 T31 T34 T43")
{
    mach_port_t first = port_with_send(), second = port_with_send();
    struct helper one, two;
    struct caller caller = { .link = first, .qos_class = QOS_CLASS_USER_INTERACTIVE, .timeout_ms = 200 };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    push_helper(&one, first);
    push_helper(&two, second);
    helper_calls(&one, second);
    check_helper(&one, 0);
    check_helper(&two, 31);
    caller_start(&caller);
    CHECK_EQ(base_soon(two.thread, 47), 47);
    CHECK_EQ(base_of(one.thread), 47);
    CHECK_EQ(caller_end(&caller), MACH_RCV_TIMED_OUT);
    check_helper(&one, 0);
    check_helper(&two, 31);
    world_thread_interrupt(one.world);
    release_called_helper(&one, first);
    check_helper(&two, 0);
    port_gone(first);
    helper_and_port_end(&two, second);
}

TEST(two_that_wait_for_each_other_share_what_flows_into_the_circle, "S11 T42")
{
    mach_port_t first = port_with_send(), second = port_with_send();
    struct helper one, two;
    struct caller caller = { .link = first, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    push_helper(&one, first);
    push_helper(&two, second);
    helper_calls(&one, second);
    helper_calls(&two, first);
    caller_start(&caller);
    CHECK_EQ(base_of(one.thread), 47);
    CHECK_EQ(base_of(two.thread), 47);
    caller_stop(&caller);
    CHECK_LE(base_of(one.thread), 47);
    CHECK_LE(base_of(two.thread), 47);
    world_thread_interrupt(one.world);
    release_called_helper(&one, first);
    CHECK_EQ(base_of(two.thread), 31);
    check_helper(&two, 0);
    world_thread_interrupt(two.world);
    release_called_helper(&two, second);
    port_gone(first);
    port_gone(second);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

/* ---- links ---- */

struct returning {
    mach_port_t link, gate, reply;
    _Atomic mach_port_t thread;
    _Atomic int n_done;
};

enum { RETURNS = 3 };

static void *wait_again_and_again(void *argument)
{
    struct returning *self = argument;
    struct letter letter;
    self->reply = thread_get_special_reply_port();
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0), 0);
    self->thread = mach_thread_self();
    for (int i = 0; i < RETURNS; i++) {
        CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_SYNC_WAIT, 0,
                          sizeof(letter), self->reply, 100, self->link),
                 MACH_RCV_TIMED_OUT);
        self->n_done++;
        letter_take(self->gate);
    }
    return NULL;
}

TEST(a_waiter_that_gives_up_and_links_again_pushes_while_it_waits, "S22 T57 T52")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct returning returning = { .link = port, .gate = port_with_send() };
    role(PRIO_DARWIN_ROLE_UI);
    push_helper(&helper, port);
    world_thread *thread = world_thread_spawn(wait_again_and_again, &returning);
    for (int i = 0; i < RETURNS; i++) {
        CHECK_EQ(base_soon(helper.thread, 37), 37);
        for (int ms = 0; ms < PATIENCE_MS && returning.n_done == i; ms++)
            world_sleep_ms(1);
        check_helper(&helper, 0);
        CHECK_EQ(letter_send(returning.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    }
    world_thread_join(thread);
    mach_port_deallocate(SELF, returning.thread);
    port_gone(returning.reply);
    port_gone(returning.gate);
    helper_and_port_end(&helper, port);
}

TEST(an_answer_that_is_there_already_is_received_without_a_push, "S24 T103 T60 T49")
{
    mach_port_t port = port_with_send(), own = port_with_send(), reply = thread_get_special_reply_port();
    struct helper helper;
    struct letter letter;
    push_helper(&helper, port);
    CHECK_EQ(letter_send(own, MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0,
                         0, 0),
             OK);
    struct letter request = letter_take(own);
    CHECK_EQ(answer(&request), OK);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT, 0, sizeof(letter), reply, 0, port),
             OK);
    CHECK_EQ(letter.header.msgh_id, ID_REPLY);
    check_helper(&helper, 0);
    port_gone(reply);
    port_gone(own);
    helper_and_port_end(&helper, port);
}

/* Waits at a reply port that is another thread's. */
struct proxy {
    mach_port_t reply;
    uint32_t timeout_ms;
    _Atomic mach_port_t thread;
    kern_return_t result;
};

static void *wait_for_another(void *argument)
{
    struct proxy *self = argument;
    struct letter letter;
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0), 0);
    self->thread = mach_thread_self();
    self->result = mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(letter), self->reply,
                            self->timeout_ms, 0);
    return NULL;
}

static void link_by_send(mach_port_t reply, mach_port_t port)
{
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL,
                         0, 0, 0),
             OK);
}

TEST(a_second_special_reply_port_cuts_the_link_of_the_first, "S33 T45 T47 T49")
{
    mach_port_t port = port_with_send(), first = thread_get_special_reply_port();
    struct helper helper;
    struct proxy proxy = { .reply = first, .timeout_ms = 500 };
    struct letter letter;
    role(PRIO_DARWIN_ROLE_UI);
    push_helper(&helper, port);
    link_by_send(first, port);
    check_helper(&helper, 0);
    world_thread *thread = world_thread_spawn(wait_for_another, &proxy);
    until_waiting(&proxy.thread);
    CHECK_EQ(base_soon(helper.thread, 37), 37);
    mach_port_t second = thread_get_special_reply_port();
    check_helper(&helper, 0);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_SYNC_WAIT, 0, sizeof(letter),
                      second, 1, port),
             MACH_RCV_TIMED_OUT);
    world_thread_join(thread);
    CHECK_EQ(proxy.result, MACH_RCV_TIMED_OUT);
    mach_port_deallocate(SELF, proxy.thread);
    helper_and_port_end(&helper, port);
    port_gone(first);
    port_gone(second);
}

struct owner {
    mach_port_t port, gate;
    _Atomic mach_port_t reply;
};

static void *own_and_end(void *argument)
{
    struct owner *owner = argument;
    mach_port_t reply = thread_get_special_reply_port();
    link_by_send(reply, owner->port);
    owner->reply = reply;
    letter_take(owner->gate);
    return NULL;
}

TEST(a_reply_port_outlives_its_thread_and_pushes_no_more, "S34 T48 T40")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct owner owner = { .port = port, .gate = port_with_send() };
    struct proxy proxy = { .timeout_ms = 300 };
    role(PRIO_DARWIN_ROLE_UI);
    push_helper(&helper, port);
    world_thread *thread = world_thread_spawn(own_and_end, &owner), *waiter;
    while (owner.reply == MACH_PORT_NULL)
        world_sleep_ms(1);
    proxy.reply = owner.reply;
    waiter = world_thread_spawn(wait_for_another, &proxy);
    CHECK_EQ(base_soon(helper.thread, 37), 37);
    CHECK_EQ(letter_send(owner.gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    world_thread_join(thread);
    CHECK_EQ(push_soon(helper.thread, 0), 0);
    world_thread_join(waiter);
    CHECK_EQ(proxy.result, MACH_RCV_TIMED_OUT);
    mach_port_deallocate(SELF, proxy.thread);
    helper_and_port_end(&helper, port);
    port_gone(owner.reply);
    port_gone(owner.gate);
}

TEST(a_send_that_fails_leaves_the_link_cut_until_the_next_receive, "T51 T62")
{
    enum { A_WHILE_MS = 10 };
    mach_port_t port = port_with_send(), full = port_with_send(), reply = thread_get_special_reply_port();
    struct letter letter = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                     MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                         .msgh_remote_port = full,
                                         .msgh_local_port = reply } };
    struct helper helper;
    push_helper(&helper, port);
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        CHECK_EQ(letter_send(full, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_EQ(mach_msg(&letter.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(letter.header), 0, 0,
                      A_WHILE_MS, 0),
             MACH_SEND_TIMED_OUT);
    CHECK_EQ(MACH_MSGH_BITS_LOCAL(letter.header.msgh_bits), MACH_MSG_TYPE_MOVE_SEND_ONCE);
    CHECK_EQ(mach_port_deallocate(SELF, letter.header.msgh_local_port),
             OK); /* its notification ends the receive */
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT, 0, sizeof(letter), reply, 0, port),
             OK);
    CHECK_EQ(letter.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    check_helper(&helper, 0);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT | MACH_RCV_TIMEOUT, 0, sizeof(letter),
                      reply, 1, port),
             MACH_RCV_TIMED_OUT);
    port_gone(reply);
    port_gone(full);
    helper_and_port_end(&helper, port);
}

TEST(a_request_dies_with_the_queue_that_its_port_was_moved_into, "T86 T83 T59")
{
    mach_port_t port = port_with_send(), outer = port_with_send();
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INITIATED };
    caller_start(&caller);
    CHECK_EQ(letter_move(outer, port), OK);
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_WAITING);
    port_gone(outer);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(caller.received_id, MACH_NOTIFY_SEND_ONCE);
    mach_port_deallocate(SELF, port);
}

/* A sender that is blocked, and will wait for the answer in the same call. */
static void *call_a_full_port(void *argument)
{
    struct proxy *self = argument;
    struct letter letter = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                     MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                         .msgh_remote_port = self->reply,
                                         .msgh_local_port = thread_get_special_reply_port() } };
    mach_port_t special = letter.header.msgh_local_port;
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0), 0);
    self->thread = mach_thread_self();
    self->result = mach_msg(&letter.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_INTERRUPT,
                            sizeof(letter.header), sizeof(letter), special, 0, 0);
    if (self->result == MACH_SEND_INTERRUPTED)
        mach_port_deallocate(SELF, letter.header.msgh_local_port);
    port_gone(special);
    return NULL;
}

TEST(a_blocked_caller_pushes_as_a_sender, "T91 T93")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    struct proxy proxy = { .reply = port };
    role(PRIO_DARWIN_ROLE_UI);
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    push_helper(&helper, port);
    world_thread *thread = world_thread_spawn(call_a_full_port, &proxy);
    until_waiting(&proxy.thread);
    check_helper(&helper, 37);
    world_thread_interrupt(thread);
    world_thread_join(thread);
    CHECK_EQ(proxy.result, MACH_SEND_INTERRUPTED);
    check_helper(&helper, 0);
    mach_port_deallocate(SELF, proxy.thread);
    step(&helper);
    step(&helper);
    step(&helper);
    helper_end(&helper);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

/* ---- receive rights on their way ---- */

TEST(a_circle_of_rights_is_no_error_and_nobody_waits_for_it, "T84 T59")
{
    mach_port_t inner = port_with_send(), outer = port_with_send();
    struct caller caller = { .dest = inner, .qos_class = QOS_CLASS_USER_INITIATED };
    caller_start(&caller);
    CHECK_EQ(letter_move(inner, outer), OK);
    CHECK_EQ(run_state_of(caller.thread), TH_STATE_WAITING);
    CHECK_EQ(letter_move(outer, inner), OK);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(caller.received_id, MACH_NOTIFY_SEND_ONCE);
    mach_port_deallocate(SELF, inner);
    mach_port_deallocate(SELF, outer);
}

TEST(a_right_that_comes_back_has_lost_its_link, "T85 T66")
{
    enum { A_WHILE_MS = 1 };
    mach_port_t port = port_with_send(), full = port_with_send();
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INITIATED };
    role(PRIO_DARWIN_ROLE_UI);
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        CHECK_EQ(letter_send(full, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
    push_helper(&helper, port);
    caller_start(&caller);
    step(&helper);
    check_helper(&helper, 37);
    CHECK_EQ(letter_send(full, MACH_MSG_TYPE_COPY_SEND, 0, 0, port, MACH_MSG_TYPE_MOVE_RECEIVE, 0, A_WHILE_MS),
             MACH_SEND_TIMED_OUT);
    mach_port_type_t type = 0;
    CHECK_EQ(mach_port_type(SELF, port, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_SEND_RECEIVE);
    check_helper(&helper, 0);
    caller_stop(&caller);
    release_called_helper(&helper, port);
    mach_port_deallocate(SELF, full); /* the reference that came back with the message */
    port_gone(full);
    port_gone(port);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(a_right_in_a_notification_pushes_on_whoever_gets_that, "T87 T81")
{
    mach_port_t port = port_with_send(), notify = port_with_send(), previous;
    struct helper helper;
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INITIATED };
    role(PRIO_DARWIN_ROLE_UI);
    REQUIRE_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_PORT_DESTROYED, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               OK);
    push_helper(&helper, notify);
    caller_start(&caller);
    check_helper(&helper, 0);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    check_helper(&helper, 37);
    step(&helper);
    check_helper(&helper, 37);
    step(&helper); /* it takes the notification, and the right out of it */
    check_helper(&helper, 0);
    step(&helper);
    helper_end(&helper);
    caller_stop(&caller);
    port_gone(port);
    port_gone(notify);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
