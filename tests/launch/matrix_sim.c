/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/matrix_sim.c - whoever is killed, wherever: T175 for the timeline of section 10 and for chains of four servers,
 * whether or not plain receivers inherit (decision 16)
 *
 * A cell of the matrix is a machine of its own: the play begins, and before its k-th step (a trap, a thread that goes on, a bit
 * of the kernel's work, time) one party is killed, a task or one thread alone. Then the play goes on to where nothing moves any
 * more. Rows are the steps of the play undisturbed; columns all tasks and threads that it ever has.
 *
 * What is asked of a cell: after every step the oracle agrees with every priority, so nobody is pushed by somebody that has
 * gone; whoever waits for an answer at the end waits for a right that a living task has; whoever was told of a death was told
 * so; and the census is zero when all have ended. No wait here has a time limit, so that one which nothing ends shows.
 *
 * The parties check nothing themselves, since any call may find the other side dead: what they come to is their exit value. */
#include <mach/notify.h>
#include <stdlib.h>

#include "kernel/ipc/space.h"
#include "kernel/task/thread.h"
#include "libmach/calls/process.h"
#include "sim/sim.h"
#include "tests/kqueue/common.h"
#include "tests/launch/launch.h"

enum { NOBODY = -1, MAX_PARTIES = 64, N_SERVERS = 4, WORKS_MS = 20, ALL_OVER_MS = 1000, FOREVER_MS = 100000 };

/* How a party's call ended. */
enum outcome { NOT_SENT = 10, ANSWERED, TOLD_OF_DEATH };

/* ---- the matrix ---- */

enum kind { TASK, THREAD, N_KINDS };

static const char *const kind_names[] = { "task", "thread" };

/* Of the play that nobody disturbs: when each party lived. */
struct life {
    int from, to; /* steps; from == to: never, or it is the test's own */
};

static struct {
    bool is_on;
    int step, kill_at, victim;
    enum kind kind;
    struct life lives[N_KINDS][MAX_PARTIES];
} plan;

static struct task *task_of(enum kind kind, int n)
{
    struct sim_task *task = kind == TASK ? sim_task_nth((unsigned)n) : NULL;
    struct sim_thread *thread = kind == THREAD ? sim_thread_nth((unsigned)n) : NULL;
    struct thread *kernel = thread ? sim_thread_kernel(thread) : NULL;
    return task ? sim_task_kernel(task) : kernel ? kernel->task : NULL;
}

static bool is_party(enum kind kind, int n)
{
    struct task *task = task_of(kind, n);
    return task && task != sim_task_kernel(sim_task_nth(0));
}

static void note_lives(void)
{
    for (int kind = 0; kind < N_KINDS; kind++) {
        for (int n = 0; n < MAX_PARTIES; n++) {
            struct life *life = &plan.lives[kind][n];
            if (!is_party((enum kind)kind, n))
                continue;
            if (life->from == life->to)
                life->from = plan.step;
            life->to = plan.step + 1;
        }
    }
}

static void before_step(void)
{
    if (!plan.is_on)
        return;
    if (plan.kill_at == NOBODY)
        note_lives();
    else if (plan.step == plan.kill_at && is_party(plan.kind, plan.victim)) {
        if (plan.kind == TASK)
            sim_task_doom(sim_task_nth((unsigned)plan.victim));
        else
            sim_thread_doom(sim_thread_nth((unsigned)plan.victim));
    }
    plan.step++;
}

typedef void play(void);

/* One machine after the other in one test. */
static void run_cell(play *play, int kill_at, enum kind kind, int victim)
{
    plan.kill_at = kill_at;
    plan.kind = kind;
    plan.victim = victim;
    plan.step = 0;
    sim_before_step = before_step;
    play();
    plan.is_on = false;
    sim_before_step = NULL;
    test_census_hook(test_current(), true);
    if (test_has_failed())
        FAIL("when %s %d is killed before step %d", kind_names[kind], victim, kill_at);
    test_census_hook(test_current(), false);
}

/* Every so-manieth step alone, another one for each victim: for runs in a hurry. */
static int stride(void)
{
    const char *text = getenv("MATRIX_STRIDE");
    return text ? atoi(text) : 1;
}

static int run_column(play *play, enum kind kind, int victim)
{
    struct life life = plan.lives[kind][victim];
    int n = 0;
    for (int k = life.from + victim % stride(); k < life.to && !test_has_failed(); k += stride(), n++)
        run_cell(play, k, kind, victim);
    return n;
}

static void run_matrix(play *play)
{
    int n_cells = 0;
    memset(&plan, 0, sizeof(plan));
    run_cell(play, NOBODY, TASK, 0);
    for (int kind = 0; kind < N_KINDS; kind++)
        for (int n = 0; n < MAX_PARTIES; n++)
            n_cells += run_column(play, (enum kind)kind, n);
    CHECK_GT(n_cells, 300 / stride());
    test_log("%d cells", n_cells);
}

/* ---- what holds at the end ---- */

static bool is_live_task_with(const struct space *space)
{
    for (unsigned n = 0; sim_task_nth(n); n++) {
        struct task *task = sim_task_kernel(sim_task_nth(n));
        if (task && task->space == space)
            return true;
    }
    return false;
}

/* Its caller would have heard if nobody could answer any more (T59). */
static void check_can_be_answered(const struct port *reply)
{
    bool is_held = false, is_queued = false;
    list_for_each(node, &reply->once_entries) is_held |=
        is_live_task_with(list_entry(node, struct entry, of_port)->space);
    list_for_each(node, &kernel_system(sim_kernel())->ipc.all_messages)
    {
        const struct message *message = list_entry(node, struct message, all);
        const struct port *to = message_port(message);
        is_queued |=
            message->reply.port == reply && to->state == PORT_IN_SPACE && is_live_task_with(to->space);
    }
    CHECK(is_held || is_queued);
}

/* exempt: waits for an answer that it has asked nobody for, and so for ever. */
static void check_waiters(bool may_wait, const struct task *exempt)
{
    for (unsigned n = 0; sim_thread_nth(n); n++) {
        const struct thread *thread = sim_thread_kernel(sim_thread_nth(n));
        const struct port *port =
            thread && thread->ipc.wait == WAIT_RECEIVE ? thread->ipc.receiving.port : NULL;
        if (!port || !port->special_reply || thread->task == exempt)
            continue;
        CHECK(may_wait);
        check_can_be_answered(port);
    }
}

static void check_nobody_is_pushed(void)
{
    for (unsigned n = 0; sim_thread_nth(n); n++) {
        const struct thread *thread = sim_thread_kernel(sim_thread_nth(n));
        CHECK(!thread || thread->ipc.sched.push == 0);
    }
}

/* ---- calls ---- */

static void be_47(void)
{
    setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL);
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0);
}

static enum outcome wait_for_answer(mach_port_t reply, mach_msg_option_t more, mach_port_t link,
                                    mach_port_t *right_p)
{
    struct letter letter = { 0 };
    if (mach_msg(&letter.header, MACH_RCV_MSG | more, 0, sizeof(letter), reply, 0, link) != OK)
        return NOT_SENT;
    *right_p = letter.port.name;
    return letter.header.msgh_id == MACH_NOTIFY_SEND_ONCE ? TOLD_OF_DEATH : ANSWERED;
}

static enum outcome call(mach_port_t to)
{
    mach_port_t special = thread_get_special_reply_port(), none;
    if (letter_send(to, MACH_MSG_TYPE_COPY_SEND, special, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0, 0,
                    0) != OK)
        return NOT_SENT;
    return wait_for_answer(special, 0, MACH_PORT_NULL, &none);
}

/* ---- the chain: a caller and four servers, each with a workloop or with a receive loop ---- */

/* No thread's own: the servicer works with it when the thread that made it has been killed. */
static struct link {
    struct loop loop;
    mach_port_t port, next;
} links[N_SERVERS];

static int serve_one(struct loop *loop, struct kevent_qos_s *events, int n)
{
    const struct link *link = loop->context;
    if (n != 1 || received_by(loop, 0) != MACH_MSG_SUCCESS)
        return 0;
    if (link->next != MACH_PORT_NULL)
        call(link->next); /* whatever comes of it, the own caller is answered */
    else
        world_sleep_ms(WORKS_MS);
    answer(&loop->letters[0]);
    events[0].flags = EV_ENABLE | EV_DISPATCH2;
    events[0].fflags = MACH_RCV_MSG;
    return 1;
}

/* Tells its port, and is told the next one's. */
static mach_port_t introduce(mach_port_t port)
{
    mach_port_t reply = mach_reply_port();
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                         port, MACH_MSG_TYPE_COPY_SEND, 0, 0),
             OK);
    return letter_take(reply).port.name;
}

static int be_a_server(void *argument)
{
    struct link *link = argument;
    struct letter letter;
    *link = (struct link){ .loop = { .body = serve_one, .context = link }, .port = port_with_send() };
    loop_begin(&link->loop);
    link->next = introduce(link->port);
    CHECK_EQ(monitor(&link->loop, link->port, QOS_DEF), 0);
    mach_msg(&letter.header, MACH_RCV_MSG, 0, sizeof(letter), mach_reply_port(), 0, 0);
    return WORLD_OK;
}

static int be_a_plain_server(void *argument)
{
    mach_port_t port = port_with_send(), next = introduce(port);
    struct letter letter = { 0 };
    (void)argument;
    while (mach_msg(&letter.header, MACH_RCV_MSG, 0, sizeof(letter), port, 0, 0) == OK) {
        if (next != MACH_PORT_NULL)
            call(next);
        else
            world_sleep_ms(WORKS_MS);
        answer(&letter);
    }
    return WORLD_OK;
}

/* Tells its port, and calls whom it is told. */
static int be_the_caller(void *argument)
{
    mach_port_t mine = port_with_send();
    (void)argument;
    be_47();
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, mine, MACH_MSG_TYPE_COPY_SEND, 0,
                         0),
             OK);
    struct letter start = { 0 };
    mach_msg(&start.header, MACH_RCV_MSG, 0, sizeof(start), mine, 0, 0);
    return call(start.port.name);
}

/* What the so-manieth task has come to; NOBODY: it is still there, was killed, or has never run. */
static int outcome_of(unsigned n)
{
    struct sim_task *task = sim_task_nth(n);
    int value = task && !sim_task_kernel(task) ? sim_task_wait(task) : NOBODY;
    return value > 0 ? value : NOBODY;
}

static bool is_victim(enum kind kind, int n)
{
    return plan.kill_at != NOBODY && plan.kind == kind && plan.victim == n;
}

enum { CALLER = N_SERVERS + 1, FIRST_SERVER = N_SERVERS }; /* tasks, in the order in which they are made */

static void check_chain(void)
{
    int outcome = outcome_of(CALLER);
    if (is_victim(TASK, FIRST_SERVER))
        CHECK(outcome == ANSWERED || outcome == TOLD_OF_DEATH || outcome == NOT_SENT);
    else if (plan.kind == TASK && !is_victim(TASK, CALLER))
        CHECK_EQ(outcome, ANSWERED); /* who called the dead one was told, and has answered */
    else if (outcome != NOBODY)
        CHECK_EQ(outcome, ANSWERED);
    if (outcome != NOBODY || is_victim(TASK, CALLER))
        check_nobody_is_pushed();
    check_waiters(plan.kind == THREAD, NULL);
}

static mach_port_t add_server(int (*body)(void *), struct link *link, world_task **task_p,
                              mach_port_t mailbox, mach_port_t next)
{
    *task_p = world_task_spawn(body, link, mailbox);
    struct letter hello = letter_take(mailbox);
    CHECK_EQ(letter_send(hello.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0, 0, next,
                         MACH_MSG_TYPE_COPY_SEND, 0, 0),
             OK);
    return hello.port.name;
}

static void play_a_chain(int (*server)(void *))
{
    world_task *task[CALLER];
    mach_port_t mailbox = port_with_send(), first = MACH_PORT_NULL;
    for (int i = 0; i < N_SERVERS; i++)
        first = add_server(server, &links[i], &task[i], mailbox, first);
    task[N_SERVERS] = world_task_spawn(be_the_caller, NULL, mailbox);
    mach_port_t caller = letter_take(mailbox).port.name;
    world_settle();
    plan.is_on = true;
    letter_send(caller, MACH_MSG_TYPE_COPY_SEND, 0, 0, first, MACH_MSG_TYPE_COPY_SEND, 0, 0);
    world_sleep_ms(ALL_OVER_MS);
    plan.is_on = false;
    check_chain();
    for (int i = 0; i < CALLER; i++)
        world_task_kill(task[i]);
}

static void play_the_chain(void)
{
    play_a_chain(be_a_server);
}

static void play_the_plain_chain(void)
{
    play_a_chain(be_a_plain_server);
}

TEST(a_chain_lives_with_every_death_at_every_step, "T175 T59 T40")
{
    run_matrix(play_the_chain);
}

TEST(a_chain_of_plain_receivers_lives_with_every_death_at_every_step, "T175 T59 T54")
{
    run_matrix(play_the_plain_chain);
}

/* ---- the timeline of section 10: A waits on P, W starts H to serve it, H checks in at L ---- */

enum { LAUNCHER = 1, CLIENT, HELPER }; /* tasks */

static struct {
    mach_port_t service, launcher; /* P, L: the launcher's names */
    struct loop loop;
} launcher;

static mach_port_t registered_port(void)
{
    mach_port_t *ports = NULL;
    mach_msg_type_number_t n = 0;
    return mach_ports_lookup(SELF, &ports, &n) == OK && n > 0 ? ports[0] : MACH_PORT_NULL;
}

static int be_the_helper(void *argument)
{
    (void)argument;
    mach_task_self_ = task_self_trap();
    mach_port_t to = registered_port(), special = thread_get_special_reply_port(), service = MACH_PORT_NULL;
    struct letter letter;
    if (letter_send(to, MACH_MSG_TYPE_COPY_SEND, special, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL, 0,
                    MACH_SEND_SYNC_BOOTSTRAP_CHECKIN, 0) != OK)
        return NOT_SENT;
    world_sleep_ms(WORKS_MS / 2);
    enum outcome outcome = wait_for_answer(special, MACH_RCV_SYNC_WAIT, to, &service);
    if (outcome == ANSWERED)
        mach_msg(&letter.header, MACH_RCV_MSG, 0, sizeof(letter), service, 0, 0);
    return outcome;
}

/* As launch_begin() and launch_go(), but the child may be dead at any point. */
static void start_the_helper(void)
{
    struct spawn_request request = launch_watching(&launcher.service, 1);
    uint64_t ticket = 0;
    int error = 0;
    request.registered[request.n_registered++] = launcher.launcher;
    if (process_prepare(&request, &error, &ticket) != OK || error != 0)
        return;
    struct sim_task *task = sim_task_announce();
    process_commit(ticket, sim_task_pid(task), &error);
    if (error != 0)
        return;
    process_done(ticket, &error);
    if (sim_task_kernel(task))
        sim_task_go(task, be_the_helper, NULL);
}

static int direct(struct loop *loop, struct kevent_qos_s *events, int n)
{
    for (int i = 0; i < n; i++) {
        if (events[i].ident == launcher.service) {
            start_the_helper();
        } else if (received_by(loop, i) == MACH_MSG_SUCCESS) {
            world_sleep_ms(WORKS_MS);
            letter_send(loop->letters[i].header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0, 0,
                        launcher.service, MACH_MSG_TYPE_MOVE_RECEIVE, 0, 0);
        }
    }
    return 0;
}

static int be_the_launcher(void *argument)
{
    mach_port_t forever = port_with_send();
    (void)argument;
    launcher.service = port_with_send();
    launcher.launcher = port_with_send();
    launcher.loop = (struct loop){ .body = direct };
    loop_begin(&launcher.loop);
    CHECK_EQ(change(&launcher.loop, launcher.service, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH,
                    MACH_RCV_SYNC_PEEK, QOS_DEF),
             0);
    CHECK_EQ(change(&launcher.loop, launcher.launcher, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH, MACH_RCV_MSG,
                    QOS_DEF),
             0);
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, launcher.service,
                         MACH_MSG_TYPE_MAKE_SEND, 0, 0),
             OK);
    letter_take(forever);
    return WORLD_OK;
}

static int be_the_client(void *argument)
{
    mach_port_t special = thread_get_special_reply_port(), none;
    (void)argument;
    be_47();
    return wait_for_answer(special, MACH_RCV_SYNC_WAIT, world_parent_port(), &none);
}

static const struct task *client_task(void)
{
    return sim_task_kernel(sim_task_nth(CLIENT));
}

/* Its only thread waits, whatever has become of P; or that is the thread that was killed. */
static void check_client(void)
{
    const struct task *task = client_task();
    if (is_victim(TASK, CLIENT))
        return;
    CHECK(task != NULL && task->n_threads == (plan.kind == THREAD && task->n_threads == 0 ? 0 : 1));
    list_for_each(node, &task->threads)
        CHECK_EQ(list_entry(node, struct thread, link)->ipc.wait, WAIT_RECEIVE);
}

/* A child that was announced and never went is nobody's to wait for. */
static bool helper_runs(void)
{
    for (unsigned n = 0; sim_thread_nth(n); n++) {
        const struct thread *thread = sim_thread_kernel(sim_thread_nth(n));
        if (thread && sim_task_nth(HELPER) && thread->task == sim_task_kernel(sim_task_nth(HELPER)))
            return true;
    }
    return false;
}

static void check_timeline(void)
{
    int outcome = outcome_of(HELPER);
    check_client();
    if (plan.kill_at == NOBODY || is_victim(TASK, CLIENT))
        CHECK_EQ(outcome, ANSWERED);
    else if (is_victim(TASK, LAUNCHER))
        CHECK(!helper_runs());
    else if (outcome != NOBODY)
        CHECK(outcome == ANSWERED || outcome == TOLD_OF_DEATH);
    if (is_victim(TASK, CLIENT))
        check_nobody_is_pushed();
    check_waiters(plan.kind == THREAD, client_task());
}

static void play_the_timeline(void)
{
    mach_port_t meeting = port_with_send();
    world_task *launching = world_task_spawn(be_the_launcher, NULL, meeting);
    mach_port_t service = letter_take(meeting).port.name;
    world_task *client = world_task_spawn(be_the_client, NULL, service);
    world_settle();
    plan.is_on = true;
    letter_send(service, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    world_sleep_ms(ALL_OVER_MS);
    plan.is_on = false;
    check_timeline();
    world_task_kill(client);
    world_task_kill(launching);
}

TEST(the_timeline_lives_with_every_death_at_every_step, "T175 T165")
{
    run_matrix(play_the_timeline);
}
