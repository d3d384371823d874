/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/chains.c - workloop servers that call each other (S1-S6, S9, S11, S12, S18, S22, T43, T175) */
#include "tests/kqueue/chains.h"

#include "tests/kqueue/common.h"

enum { CHAIN_MAX = 64, SHORT_MS = 50 };

/* ---- in one task: each step in its own time ---- */

/* A server: its servicer calls the next one, waits for the answer, then at its gate, and answers. */
struct server {
    struct loop loop;
    mach_port_t port, next, gate;
    uint32_t timeout_ms;  /* of its call; 0: none */
    kern_return_t result; /* of its call */
    _Atomic int n_back;   /* its call has returned */
    int base_after_answer;
};

static kern_return_t call_next(const struct server *server)
{
    struct letter reply;
    mach_port_t special = thread_get_special_reply_port();
    mach_msg_option_t option = MACH_RCV_MSG | (server->timeout_ms ? MACH_RCV_TIMEOUT : 0);
    CHECK_EQ(letter_send(server->next, MACH_MSG_TYPE_COPY_SEND, special, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                         MACH_PORT_NULL, 0, 0, 0),
             OK);
    kern_return_t kr = mach_msg(&reply.header, option, 0, sizeof(reply), special, server->timeout_ms, 0);
    port_gone(special);
    return kr;
}

static int serve(struct loop *loop, struct kevent_qos_s *events, int n)
{
    struct server *server = loop->context;
    mach_port_t self = mach_thread_self();
    if (n == 0 || (events[0].flags & EV_ERROR))
        return 0; /* the test has taken the knote away before this thread could enable it (T135) */
    if (server->next != MACH_PORT_NULL)
        server->result = call_next(server);
    server->n_back++;
    letter_take(server->gate);
    if (answer(&loop->letters[0]) != OK) /* the caller may have left, or was never one */
        mach_port_deallocate(SELF, loop->letters[0].header.msgh_remote_port);
    server->base_after_answer = base_of(self);
    mach_port_deallocate(SELF, self);
    events[0].flags = EV_ENABLE | EV_DISPATCH2;
    events[0].fflags = MACH_RCV_MSG;
    return 1;
}

static void server_begin(struct server *server, mach_port_t next)
{
    *server = (struct server){ .port = port_with_send(), .gate = port_with_send(), .next = next };
    server->loop.body = serve;
    server->loop.context = server;
    loop_begin(&server->loop);
    CHECK_EQ(monitor(&server->loop, server->port, QOS_DEF), 0);
}

static void server_go(struct server *server)
{
    CHECK_EQ(letter_send(server->gate, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0), OK);
}

static void server_end(struct server *server)
{
    CHECK_EQ(unmonitor(&server->loop, server->port), 0);
    loop_end(&server->loop);
    port_gone(server->port);
    port_gone(server->gate);
}

static void chain_begin(struct server *chain, int n)
{
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = n; i-- > 0;)
        server_begin(&chain[i], i == n - 1 ? MACH_PORT_NULL : chain[i + 1].port);
}

static void check_bases(struct server *chain, int from, int to, int base)
{
    for (int i = from; i < to; i++)
        CHECK_EQ(base_of(chain[i].loop.thread), base);
}

/* From the last one to the first: each is at its own priority when its answer is sent, those before it are not. */
static void chain_unwind(struct server *chain, int n)
{
    for (int i = n; i-- > 0;) {
        until(&chain[i].n_back, 1);
        check_bases(chain, 0, i + 1, 47);
        server_go(&chain[i]);
        until_done(&chain[i].loop, 1);
        CHECK_EQ(chain[i].base_after_answer, 31);
    }
}

static void chain_end(struct server *chain, int n)
{
    role(PRIO_DARWIN_ROLE_DEFAULT);
    for (int i = 0; i < n; i++)
        server_end(&chain[i]);
}

static void front_to_back(int n)
{
    static struct server chain[CHAIN_MAX];
    struct caller caller;
    chain_begin(chain, n);
    caller_of(&caller, chain[0].port);
    until_calls(&chain[n - 1].loop, 1);
    until(&chain[n - 1].n_back, 1);
    for (int i = 0; i < n; i++)
        CHECK_EQ(base_soon(chain[i].loop.thread, 47), 47);
    for (int i = 0; i < n; i++)
        CHECK_EQ(push_of(chain[i].loop.thread), 47);
    for (int i = 0; i < n; i++)
        CHECK_EQ(chain[i].loop.qos, QOS_CLASS_DEFAULT);
    chain_unwind(chain, n);
    CHECK_EQ(caller_end(&caller), OK);
    chain_end(chain, n);
}

TEST(a_push_runs_along_a_chain_of_servers_and_back, "S1 S3 T43 T74")
{
    static const int lengths[] = { 2, 3, 10, 12, 13 };
    for (int i = 0; i < 5; i++)
        front_to_back(lengths[i]);
}

TEST(a_long_chain_is_pushed_as_a_whole, "S1 S3 T41")
{
    front_to_back(CHAIN_MAX / 2);
    front_to_back(CHAIN_MAX);
}

/* The call behind may come before its caller's thread is seen to wait. */
static void until_waits(mach_port_t thread)
{
    for (int ms = 0; ms < PATIENCE_MS && run_state_of(thread) != TH_STATE_WAITING; ms++)
        world_sleep_ms(1);
    REQUIRE_EQ(run_state_of(thread), TH_STATE_WAITING);
}

void chain_back_to_front(int n, int n_reached)
{
    static struct server chain[CHAIN_MAX];
    struct caller caller;
    chain_begin(chain, n);
    post(chain[0].port, 0, 0);
    until_calls(&chain[n - 1].loop, 1);
    for (int i = 0; i < n - 1; i++)
        until_waits(chain[i].loop.thread);
    check_bases(chain, 0, n, 31);
    caller_of(&caller, chain[0].port);
    check_bases(chain, 0, n_reached, 47);
    check_bases(chain, n_reached, n, 31);
    CHECK_EQ(mach_port_mod_refs(SELF, caller.reply, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    check_bases(chain, 0, n, 31);
    caller_end(&caller);
    chain[0].next = MACH_PORT_NULL;
    for (int i = n; i-- > 0;) {
        server_go(&chain[i]);
        until_done(&chain[i].loop, 1);
    }
    server_go(&chain[0]);
    until_done(&chain[0].loop, 2);
    chain_end(chain, n);
}

TEST(a_chain_that_waits_already_is_pushed_at_once, "S2 T43 T41")
{
    static const int lengths[] = { 2, 3, 10, 12, 13, 32, 64 };
    for (int i = 0; i < 7; i++)
        chain_back_to_front(lengths[i], lengths[i]);
}

/* The caller is a task of its own, so that it can be killed. */
static int calls_at_47(void *argument)
{
    mach_port_t to = world_parent_port(), special = thread_get_special_reply_port();
    struct letter reply;
    (void)argument;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0);
    letter_send(to, MACH_MSG_TYPE_COPY_SEND, special, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 0, 0);
    mach_msg(&reply.header, MACH_RCV_MSG, 0, sizeof(reply), special, 0, 0);
    return 7;
}

TEST(when_the_caller_dies_the_whole_chain_falls_in_one_step, "S4 T38 T142")
{
    static struct server chain[CHAIN_MAX];
    const int n = CHAIN_MAX;
    chain_begin(chain, n);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    world_task *task = world_task_spawn(calls_at_47, NULL, chain[0].port);
    until_calls(&chain[n - 1].loop, 1);
    for (int i = 0; i < n; i++)
        CHECK_BASE_SOON(chain[i].loop.thread, 47);
    world_task_kill(task);
    check_bases(chain, 0, n, 31);
    for (int i = n; i-- > 0;) {
        server_go(&chain[i]);
        until_done(&chain[i].loop, 1);
    }
    chain_end(chain, n);
}

TEST(a_server_whose_call_times_out_keeps_its_push, "S6 T57")
{
    static struct server chain[4];
    struct caller caller;
    chain_begin(chain, 4);
    chain[1].timeout_ms = SHORT_MS;
    caller_of(&caller, chain[0].port);
    until(&chain[1].n_back, 1);
    CHECK_EQ(chain[1].result, (kern_return_t)MACH_RCV_TIMED_OUT);
    check_bases(chain, 0, 2, 47);
    until_calls(&chain[3].loop, 1);
    CHECK_BASE_SOON(chain[2].loop.thread, 31);
    CHECK_BASE_SOON(chain[3].loop.thread, 31);
    for (int i = 4; i-- > 0;) {
        server_go(&chain[i]);
        until_done(&chain[i].loop, 1);
    }
    CHECK_EQ(caller_end(&caller), OK);
    chain_end(chain, 4);
}

TEST(two_servers_that_wait_for_each_other_are_no_danger, "S11 T42")
{
    static struct server pair[2];
    struct caller caller;
    chain_begin(pair, 2);
    pair[1].next = pair[0].port;
    pair[1].timeout_ms = 4 * SHORT_MS;
    caller_of(&caller, pair[0].port);
    until_calls(&pair[1].loop, 1);
    CHECK_BASE_SOON(pair[1].loop.thread, 47);
    CHECK_EQ(base_of(pair[0].loop.thread), 47);
    until(&pair[1].n_back, 1);
    CHECK_EQ(pair[1].result, (kern_return_t)MACH_RCV_TIMED_OUT);
    pair[0].next = MACH_PORT_NULL;
    server_go(&pair[1]);
    until(&pair[0].n_back, 1);
    server_go(&pair[0]);
    CHECK_EQ(caller_end(&caller), OK);
    server_go(&pair[0]);
    until_done(&pair[0].loop, 2);
    CHECK_BASE_SOON(pair[0].loop.thread, 31);
    CHECK_BASE_SOON(pair[1].loop.thread, 31);
    chain_end(pair, 2);
}

TEST(a_servicer_that_calls_its_own_workloop_times_out, "S12")
{
    static struct server server;
    chain_begin(&server, 1);
    server.next = server.port;
    server.timeout_ms = SHORT_MS;
    post(server.port, 0, 0);
    until(&server.n_back, 1);
    CHECK_EQ(server.result, (kern_return_t)MACH_RCV_TIMED_OUT);
    CHECK_EQ(base_of(server.loop.thread), 31);
    server.next = MACH_PORT_NULL;
    server_go(&server);
    until_calls(&server.loop, 2);
    server_go(&server);
    until_done(&server.loop, 2);
    chain_end(&server, 1);
}

TEST(a_boost_reaches_what_a_blocked_servicer_waits_for, "S18 T43")
{
    static struct server chain[2];
    mach_port_t other = port_with_send();
    struct caller caller;
    chain_begin(chain, 2);
    CHECK_EQ(monitor(&chain[0].loop, other, QOS_DEF), 0);
    post(chain[0].port, 0, 0);
    until_calls(&chain[1].loop, 1);
    check_bases(chain, 0, 2, 31);
    caller_of(&caller, other);
    check_bases(chain, 0, 2, 47);
    world_thread_interrupt(caller.world);
    CHECK_BASE_SOON(chain[0].loop.thread, 31);
    CHECK_EQ(base_of(chain[1].loop.thread), 31);
    CHECK_EQ(caller_end(&caller), (kern_return_t)MACH_RCV_INTERRUPTED);
    CHECK_EQ(unmonitor(&chain[0].loop, other), 0);
    for (int i = 2; i-- > 0;) {
        server_go(&chain[i]);
        until_done(&chain[i].loop, 1);
    }
    chain_end(chain, 2);
    port_gone(other);
}

TEST(a_clamped_servers_push_is_kept_but_held_down, "S17 T13")
{
    static struct server server;
    struct caller caller;
    chain_begin(&server, 1);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    world_task *task = world_task_spawn(calls_at_47, NULL, server.port);
    until_calls(&server.loop, 1);
    CHECK_BASE_SOON(server.loop.thread, 47);
    role(PRIO_DARWIN_ROLE_DARWIN_BG);
    CHECK_EQ(base_of(server.loop.thread), 4);
    CHECK_EQ(push_of(server.loop.thread), 47);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    CHECK_EQ(base_of(server.loop.thread), 47);
    server_go(&server);
    CHECK_EQ(world_task_wait(task), 7);
    (void)caller;
    until_done(&server.loop, 1);
    chain_end(&server, 1);
}

static void in_transit(int n)
{
    mach_port_t port[CHAIN_MAX], to = port_with_send();
    struct loop loop = { .is_closed = true };
    loop_begin(&loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = 0; i < n; i++)
        port[i] = port_with_send();
    struct caller caller = { .link = port[0], .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    CHECK_EQ(monitor(&loop, to, QOS_DEF), 0);
    for (int i = 0; i < n - 1; i++)
        CHECK_EQ(letter_move(port[i + 1], port[i]), OK);
    CHECK_EQ(letter_move(to, port[n - 1]), OK);
    until_calls(&loop, 1);
    CHECK_EQ(loop.base, 47);
    CHECK_EQ(base_of(loop.thread), 47);
    CHECK_EQ(reenable(&loop, to), 0);
    CHECK_EQ(base_of(loop.thread), 31);
    CHECK_EQ(unmonitor(&loop, to), 0);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    loop_open(&loop);
    until_done(&loop, 1);
    caller_leave(&caller);
    loop_end(&loop);
    port_gone(port[n - 1]);
    for (int i = 0; i < n - 1; i++)
        mach_port_deallocate(SELF, port[i]);
    port_gone(to);
}

TEST(rights_in_transit_push_through_a_chain_of_messages, "S9 T81 T82")
{
    static const int lengths[] = { 1, 2, 3, 8, CHAIN_MAX };
    for (int i = 0; i < 5; i++)
        in_transit(lengths[i]);
}

/* ---- each server a task: the kill matrix (T175) ---- */

enum { N_TASKS = 4, ID_PORT = ID_RIGHT };

/* A server that tells the test its port, is told the next one's, and tells the thread that serves. */
static int serve_task_call(struct loop *loop, struct kevent_qos_s *events, int n)
{
    struct server *server = loop->context;
    (void)events, (void)n;
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, loop->thread,
                         MACH_MSG_TYPE_COPY_SEND, 0, 0),
             OK);
    if (server->next != MACH_PORT_NULL)
        server->result = call_next(server);
    letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    letter_take(server->gate);
    return 0;
}

static int serve_task(void *argument)
{
    struct server server = { .port = port_with_send(), .gate = port_with_send() };
    mach_port_t reply = mach_reply_port();
    struct letter letter;
    (void)argument;
    server.loop.body = serve_task_call;
    server.loop.context = &server;
    loop_begin(&server.loop);
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                         server.port, MACH_MSG_TYPE_COPY_SEND, 0, 0),
             OK);
    server.next = letter_take(reply).port.name;
    CHECK_EQ(monitor(&server.loop, server.port, QOS_DEF), 0);
    mach_msg(&letter.header, MACH_RCV_MSG, 0, sizeof(letter), reply, 0, 0);
    return 0;
}

struct task_chain {
    mach_port_t mailbox;
    world_task *task[N_TASKS + 1]; /* the last one is the caller */
    bool is_dead[N_TASKS + 1];
    mach_port_t port[N_TASKS], thread[N_TASKS];
};

static void spawn_server(struct task_chain *chain, int i)
{
    mach_port_t next = i == N_TASKS - 1 ? MACH_PORT_NULL : chain->port[i + 1];
    chain->task[i] = world_task_spawn(serve_task, NULL, chain->mailbox);
    struct letter hello = letter_take(chain->mailbox);
    chain->port[i] = hello.port.name;
    CHECK_EQ(letter_send(hello.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0, 0, next,
                         MACH_MSG_TYPE_COPY_SEND, 0, 0),
             OK);
}

static void task_chain_begin(struct task_chain *chain)
{
    *chain = (struct task_chain){ .mailbox = port_with_send() };
    for (int i = N_TASKS; i-- > 0;)
        spawn_server(chain, i);
    chain->task[N_TASKS] = world_task_spawn(calls_at_47, NULL, chain->port[0]);
    for (int i = 0; i < N_TASKS; i++)
        chain->thread[i] = letter_take(chain->mailbox).port.name;
    for (int i = 0; i < N_TASKS; i++)
        CHECK_BASE_SOON(chain->thread[i], 47);
}

static void task_chain_kill(struct task_chain *chain, int i)
{
    if (!chain->is_dead[i])
        world_task_kill(chain->task[i]);
    chain->is_dead[i] = true;
}

static void task_chain_end(struct task_chain *chain)
{
    for (int i = 0; i <= N_TASKS; i++)
        task_chain_kill(chain, i);
    for (int i = 0; i < N_TASKS; i++) {
        mach_port_deallocate(SELF, chain->port[i]);
        mach_port_deallocate(SELF, chain->thread[i]);
    }
    port_gone(chain->mailbox);
}

TEST(whichever_server_is_killed_only_those_behind_it_lose_the_push, "S5 T175 T59 T40")
{
    for (int killed = 0; killed < N_TASKS; killed++) {
        struct task_chain chain;
        task_chain_begin(&chain);
        task_chain_kill(&chain, killed);
        for (int i = 0; i < killed; i++)
            CHECK_BASE_SOON(chain.thread[i], 47);
        for (int i = killed + 1; i < N_TASKS; i++)
            CHECK_BASE_SOON(chain.thread[i], 31);
        task_chain_end(&chain);
    }
}

TEST(when_the_calling_task_is_killed_all_servers_fall, "S4 T175")
{
    struct task_chain chain;
    task_chain_begin(&chain);
    task_chain_kill(&chain, N_TASKS);
    for (int i = 0; i < N_TASKS; i++)
        CHECK_BASE_SOON(chain.thread[i], 31);
    task_chain_end(&chain);
}
