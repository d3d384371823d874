/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/random_sim.c - random histories of tasks that wait for each other (T176)
 *
 * Three tasks with three threads each, and the servicers of their workloops, do whatever may make, move or end a push: calls,
 * waits, answers, forwarded replies and moved receive rights, knotes that come, go and are enabled, owners, watch ports, roles,
 * classes and overrides. Meanwhile some are interrupted and killed. Nothing is asked of any call's result: what must hold is
 * the oracle's business after each trap, and the census's at the end. The seed decides what they do and in which order. */
#include <mach/thread_policy.h>
#include <stdlib.h>

#include "kernel/task/task.h"
#include "libmach/calls/process.h"
#include "libmach/message/trap.h"
#include "sim/sim.h"
#include "tests/kqueue/common.h"
#include "tests/launch/launch.h"

enum { N_TASKS = 3, N_THREADS = 3, OWN_PORTS = 3, MAX_NAMES = 40, N_LOOPS = 3, ACTIONS = 50, HISTORIES = 10 };
enum { WORD_PLAYER = 3, KILL_ONE_IN = 500, INTERRUPT_ONE_IN = 60, MAX_WAIT_MS = 8, HISTORY_MS = 300 };

/* What the threads of one task know; sim_task_word() keeps it. */
struct player {
    mach_port_t names[MAX_NAMES];
    int n;
    struct loop loops[N_LOOPS];
};

static struct sim_random dice;
static struct player players[N_TASKS];

static uint32_t roll(uint32_t n)
{
    return sim_random_below(&dice, n);
}

static struct player *me(void)
{
    return (struct player *)*sim_task_word(sim_task_self(), WORD_PLAYER);
}

/* ---- names ---- */

static void keep(mach_port_t name)
{
    struct player *player = me();
    if (MACH_PORT_VALID(name))
        player->names[player->n < MAX_NAMES ? player->n++ : (int)roll(MAX_NAMES)] = name;
}

static mach_port_t any(void)
{
    const struct player *player = me();
    return player->n > 0 ? player->names[roll((uint32_t)player->n)] : MACH_PORT_NULL;
}

/* A name with this right among a few that are looked at; else any. */
static mach_port_t one_with(mach_port_type_t right)
{
    mach_port_type_t type;
    for (int i = 0; i < 6; i++) {
        mach_port_t name = any();
        if (mach_port_type(SELF, name, &type) == OK && (type & right))
            return name;
    }
    return any();
}

static void new_port(void)
{
    mach_port_t name;
    if (mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name) != OK)
        return;
    mach_port_insert_right(SELF, name, name, MACH_MSG_TYPE_MAKE_SEND);
    keep(name);
}

static void drop(void)
{
    switch (roll(3)) {
    case 0: mach_port_mod_refs(SELF, one_with(MACH_PORT_TYPE_RECEIVE), MACH_PORT_RIGHT_RECEIVE, -1); return;
    case 1: mach_port_deallocate(SELF, one_with(MACH_PORT_TYPE_SEND_ONCE)); return;
    case 2: mach_port_deallocate(SELF, any()); return;
    }
}

/* ---- messages ---- */

static uint32_t some_ms(void)
{
    return 1 + roll(MAX_WAIT_MS);
}

/* A right that goes along, more often than not; it may well not be there. */
static int something(mach_port_t *name_p)
{
    *name_p = MACH_PORT_NULL;
    switch (roll(4)) {
    case 0: *name_p = one_with(MACH_PORT_TYPE_SEND); return MACH_MSG_TYPE_COPY_SEND;
    case 1: *name_p = one_with(MACH_PORT_TYPE_RECEIVE); return MACH_MSG_TYPE_MOVE_RECEIVE;
    case 2: *name_p = one_with(MACH_PORT_TYPE_SEND_ONCE); return MACH_MSG_TYPE_MOVE_SEND_ONCE;
    }
    return 0;
}

static void answer_with(mach_port_t once)
{
    mach_port_t carried;
    int how = something(&carried);
    letter_send(once, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0, 0, carried, how, 0, 0);
}

/* What was received is answered at once, or kept for later. */
static void keep_rights(const struct letter *letter)
{
    if (letter->header.msgh_bits & MACH_MSGH_BITS_COMPLEX)
        keep(letter->port.name);
    if (roll(3) == 0)
        answer_with(letter->header.msgh_remote_port);
    else
        keep(letter->header.msgh_remote_port);
}

static void receive_on(mach_port_t name, mach_msg_option_t more, mach_port_t link)
{
    struct letter letter = { 0 };
    if (mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_INTERRUPT | more, 0,
                 sizeof(letter), name, some_ms(), link) == OK)
        keep_rights(&letter);
}

static void call(void)
{
    mach_port_t carried, special = thread_get_special_reply_port(), to = one_with(MACH_PORT_TYPE_SEND);
    int how = something(&carried);
    letter_send(to, MACH_MSG_TYPE_COPY_SEND, special, MACH_MSG_TYPE_MAKE_SEND_ONCE, carried, how,
                roll(2) ? 0 : MACH_SEND_SYNC_BOOTSTRAP_CHECKIN, some_ms());
    for (uint32_t i = roll(4); i > 0; i--)
        receive_on(special, roll(2) ? MACH_RCV_SYNC_WAIT : 0, one_with(MACH_PORT_TYPE_SEND));
    if (roll(2))
        mach_port_mod_refs(SELF, special, MACH_PORT_RIGHT_RECEIVE, -1);
    else
        keep(special);
}

static void answer_somebody(void)
{
    answer_with(one_with(MACH_PORT_TYPE_SEND_ONCE));
}

static void forward(void)
{
    mach_port_t carried, once = one_with(MACH_PORT_TYPE_SEND_ONCE);
    int how = something(&carried);
    letter_send(one_with(MACH_PORT_TYPE_SEND), MACH_MSG_TYPE_COPY_SEND, roll(4) ? once : MACH_PORT_NULL,
                roll(4) ? MACH_MSG_TYPE_MOVE_SEND_ONCE : 0, carried, how, 0, some_ms());
}

static void fill_a_queue(void)
{
    mach_port_t to = one_with(MACH_PORT_TYPE_SEND);
    for (uint32_t i = 1 + roll(MACH_PORT_QLIMIT_DEFAULT + 1); i > 0; i--)
        letter_send(to, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, MACH_SEND_INTERRUPT, some_ms());
}

/* ---- workloops ---- */

static void change_a_loop(int16_t filter, uint64_t ident, uint16_t flags, uint32_t fflags, int qos)
{
    struct kevent_qos_s out,
        event = { .ident = ident, .filter = filter, .flags = flags, .fflags = fflags, .qos = qos };
    kevent_id(me()->loops[roll(N_LOOPS)].id, &event, 1, &out, 1, NULL, NULL,
              KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS);
}

static int some_qos(void)
{
    static const int qos[] = { QOS_UT, QOS_DEF, QOS_IN, QOS_UI };
    return qos[roll(4)];
}

static void change_a_knote(void)
{
    static const uint16_t flags[] = { EV_ADD | EV_DISPATCH,
                                      EV_ADD | EV_DISPATCH,
                                      EV_ADD,
                                      EV_ADD | EV_DISABLE | EV_DISPATCH,
                                      EV_ENABLE,
                                      EV_ENABLE,
                                      EV_DELETE | EV_ENABLE,
                                      EV_DISABLE };
    change_a_loop(EVFILT_MACHPORT, one_with(MACH_PORT_TYPE_RECEIVE), flags[roll(8)],
                  roll(3) ? MACH_RCV_MSG : MACH_RCV_SYNC_PEEK, some_qos());
}

static void redirect(void)
{
    change_a_loop(EVFILT_WORKLOOP, one_with(roll(2) ? MACH_PORT_TYPE_SEND_ONCE : MACH_PORT_TYPE_RECEIVE),
                  roll(3) ? EV_ADD | EV_DISABLE : EV_DELETE, NOTE_WL_SYNC_IPC, 0);
}

/* Waits until it is woken or interrupted. */
static void wait_for_a_loop(void)
{
    change_a_loop(EVFILT_WORKLOOP, 1 + roll(3), roll(3) ? EV_ADD | EV_DISABLE : EV_DELETE,
                  roll(2) ? NOTE_WL_SYNC_WAIT : NOTE_WL_SYNC_WAKE, some_qos());
}

/* The word of T149 names this thread; perhaps it gives the loop up again, and asks for a servicer. */
static void own_a_loop(void)
{
    mach_port_t self = mach_thread_self();
    uint64_t word = self, id = me()->loops[roll(N_LOOPS)].id;
    struct kevent_qos_s out, event = {
        .ident = 9,
        .filter = EVFILT_WORKLOOP,
        .flags = EV_ADD | EV_DISABLE,
        .qos = some_qos(),
        .fflags = NOTE_WL_SYNC_WAKE | (roll(3) ? NOTE_WL_DISCOVER_OWNER : 0),
        .ext = { [EV_EXTIDX_WL_ADDR] = (uint64_t)(uintptr_t)&word },
    };
    kevent_id(id, &event, 1, &out, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS);
    if (roll(2)) {
        event.ident = id;
        event.flags = roll(3) ? EV_ADD : EV_DELETE;
        event.fflags = NOTE_WL_THREAD_REQUEST | NOTE_WL_END_OWNERSHIP;
        kevent_id(id, &event, 1, &out, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS);
    }
    keep(self);
}

/* ---- priorities ---- */

static void change_priorities(void)
{
    static const qos_class_t classes[] = { QOS_CLASS_USER_INTERACTIVE, QOS_CLASS_USER_INITIATED,
                                           QOS_CLASS_DEFAULT, QOS_CLASS_UTILITY, QOS_CLASS_BACKGROUND };
    mach_port_t self = mach_thread_self();
    thread_precedence_policy_data_t precedence = { .importance = (integer_t)roll(40) - 20 };
    switch (roll(6)) {
    case 0:
    case 1: setpriority(PRIO_DARWIN_ROLE, 0, (int)roll(7)); break;
    case 2:
    case 3: pthread_set_qos_class_self_np(classes[roll(5)], -(int)roll(16)); break;
    case 4: TRAP_KR(TRAP_OVERRIDE, NULL, self, 1 + roll(6), roll(2)); break;
    case 5:
        if (roll(8) == 0)
            thread_policy_set(self, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                              THREAD_PRECEDENCE_POLICY_COUNT);
        break;
    }
    keep(self);
}

/* ---- children ---- */

static int live_a_little(void *argument)
{
    (void)argument;
    world_sleep_ms(some_ms());
    return WORLD_OK;
}

static void start_a_child(void)
{
    mach_port_t ports[] = { one_with(MACH_PORT_TYPE_SEND), one_with(MACH_PORT_TYPE_SEND) };
    struct spawn_request request = launch_watching(ports, 1 + roll(2));
    uint64_t ticket = 0;
    int error = 0;
    if (process_prepare(&request, &error, &ticket) != OK || error != 0)
        return;
    struct sim_task *task = sim_task_announce();
    if (process_commit(ticket, sim_task_pid(task), &error) != OK || error != 0)
        return;
    if (roll(4) == 0)
        process_undo(ticket, &error);
    else if (process_done(ticket, &error) == OK && error == 0 && sim_task_kernel(task))
        sim_task_go(task, live_a_little, NULL);
}

/* ---- playing ---- */

static void act(void)
{
    static void (*const actions[])(void) = { call,
                                             call,
                                             call,
                                             answer_somebody,
                                             answer_somebody,
                                             forward,
                                             fill_a_queue,
                                             change_a_knote,
                                             change_a_knote,
                                             change_a_knote,
                                             redirect,
                                             wait_for_a_loop,
                                             own_a_loop,
                                             change_priorities,
                                             start_a_child,
                                             new_port,
                                             drop };
    uint32_t which = roll(sizeof(actions) / sizeof(actions[0]) + 1);
    if (which < sizeof(actions) / sizeof(actions[0]))
        actions[which]();
    else
        receive_on(one_with(MACH_PORT_TYPE_RECEIVE), 0, MACH_PORT_NULL);
}

static int serve(struct loop *loop, struct kevent_qos_s *events, int n)
{
    for (int i = 0; i < n; i++) {
        keep_rights(&loop->letters[i]);
        events[i].flags = (uint16_t)(roll(3) ? EV_ENABLE | (events[i].flags & EV_UDATA_SPECIFIC) : EV_DELETE);
    }
    for (uint32_t i = roll(4); i > 0; i--)
        act();
    return roll(3) ? n : 0;
}

static void *play(void *argument)
{
    for (int i = 0; i < ACTIONS; i++)
        act();
    return argument;
}

static int be_a_player(void *argument)
{
    struct player *player = argument;
    *sim_task_word(sim_task_self(), WORD_PLAYER) = (uintptr_t)player;
    for (int i = 0; i < N_LOOPS; i++) {
        player->loops[i] = (struct loop){ .body = serve };
        loop_begin(&player->loops[i]);
    }
    for (int i = 0; i < OWN_PORTS; i++) {
        new_port();
        letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, player->names[i],
                    MACH_MSG_TYPE_COPY_SEND, 0, 0);
    }
    mach_port_t mine = port_with_send();
    letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, mine, MACH_MSG_TYPE_COPY_SEND, 0, 0);
    for (int i = 0; i < N_TASKS * OWN_PORTS; i++)
        keep(letter_take(mine).port.name);
    for (int i = 1; i < N_THREADS; i++)
        world_thread_spawn(play, NULL);
    play(NULL);
    world_sleep_ms(HISTORY_MS);
    return WORLD_OK;
}

/* ---- the director ---- */

static bool is_playing;

static void disturb(void)
{
    struct sim_task *root = sim_task_nth(0);
    unsigned n = 0;
    if (!is_playing || roll(INTERRUPT_ONE_IN) > 0)
        return;
    while (sim_thread_nth(n))
        n++;
    unsigned which = 1 + roll(n);
    struct sim_thread *thread = sim_thread_nth(which);
    if (!thread || !sim_thread_kernel(thread))
        return;
    if (roll(KILL_ONE_IN / INTERRUPT_ONE_IN) > 0)
        sim_thread_interrupt(thread);
    else if (roll(3) > 0)
        sim_thread_doom(thread);
    else if (sim_task_nth(which) && sim_task_nth(which) != root)
        sim_task_doom(sim_task_nth(which));
}

static void introduce_all(mach_port_t mailbox, world_task **tasks)
{
    mach_port_t ports[N_TASKS * OWN_PORTS], mine[N_TASKS];
    for (int i = 0; i < N_TASKS; i++) {
        tasks[i] = world_task_spawn(be_a_player, &players[i], mailbox);
        for (int k = 0; k < OWN_PORTS; k++)
            ports[i * OWN_PORTS + k] = letter_take(mailbox).port.name;
        mine[i] = letter_take(mailbox).port.name;
    }
    for (int i = 0; i < N_TASKS; i++)
        for (int k = 0; k < N_TASKS * OWN_PORTS; k++)
            CHECK_EQ(letter_send(mine[i], MACH_MSG_TYPE_COPY_SEND, 0, 0, ports[k], MACH_MSG_TYPE_COPY_SEND, 0,
                                 PATIENCE_MS),
                     OK);
}

static void play_a_history(uint64_t seed)
{
    world_task *tasks[N_TASKS];
    memset(players, 0, sizeof(players));
    sim_random_seed(&dice, seed);
    sim_task_kernel(sim_task_self())->system->ipc.boosts_receivers = roll(2);
    sim_before_step = disturb;
    introduce_all(port_with_send(), tasks);
    is_playing = true;
    world_sleep_ms(HISTORY_MS);
    is_playing = false;
    for (int i = 0; i < N_TASKS; i++)
        world_task_kill(tasks[i]);
    sim_before_step = NULL;
}

TEST(whatever_tasks_do_to_each_other_priorities_are_what_the_rules_say, "T176 T34 T37")
{
    const char *text = getenv("MACHD_SIM_SEED");
    uint64_t first = text ? strtoull(text, NULL, 0) * HISTORIES : 0;
    for (int i = 0; i < HISTORIES && !test_has_failed(); i++) {
        play_a_history(first + (uint64_t)i);
        test_census_hook(test_current(), true);
        test_census_hook(test_current(), false);
    }
}
