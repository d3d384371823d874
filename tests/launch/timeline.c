/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/timeline.c - a launcher starts a service for a waiting client, step by step (T171-T175, S58-S60)
 *
 * A waits on P. W, the servicer of a workloop that monitors P and the launcher's port L, starts H with watch port P. H checks
 * in at L, gets P's receive right, and takes the first message from it. The numbers of the steps are those of the rules. */
#include <errno.h>
#include <mach/mach_sync_ipc.h>

#include "libmach/calls/process.h"
#include "tests/kqueue/common.h"
#include "tests/launch/launch.h"

enum { PAUSE_MS = 50, FOREVER_MS = 100000, FAILED = 1 };

/* Where H stops for good, so that it can be killed there. */
enum stop { STOP_AT_ONCE, STOP_CHECKED_IN, STOP_WAITING, STOP_WITH_THE_RIGHT, STOP_NOWHERE };

struct play {
    mach_port_t service, launcher; /* P, L */
    bool is_flagged;               /* H's message says BOOTSTRAP_CHECKIN */
    enum stop stop;
    struct loop loop;
    struct caller client;    /* A */
    struct launched *helper; /* H */
    int base_at_entry, base_before_release, base_after_spawn, base_of_helper;
    int base_at_check_in, base_when_waited_for, base_after_reply;
    bool keeps_right; /* W never answers */
    bool sends;       /* A waits for room in P's queue, not for an answer (S61) */
};

/* ---- H ---- */

static mach_port_t launcher_of_helper(void)
{
    mach_port_t *ports = NULL;
    mach_msg_type_number_t n = 0;
    return mach_ports_lookup(SELF, &ports, &n) == OK && n > 0 ? ports[0] : MACH_PORT_NULL;
}

static void stay(bool here)
{
    if (here)
        world_sleep_ms(FOREVER_MS);
}

static kern_return_t check_in(mach_port_t launcher, mach_port_t reply, mach_msg_option_t flags)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = launcher,
        .msgh_local_port = reply,
        .msgh_id = ID_CALL,
    };
    return mach_msg(&message, MACH_SEND_MSG | flags, sizeof(message), 0, 0, 0, 0);
}

static mach_port_t receive_the_right(mach_port_t reply, mach_port_t launcher)
{
    struct letter letter = { 0 };
    kern_return_t kr = mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT | MACH_RCV_TIMEOUT, 0,
                                sizeof(letter), reply, PATIENCE_MS, launcher);
    return kr == OK ? letter.port.name : MACH_PORT_NULL;
}

/* 47 from the first instruction to the first message of the service, then 31 (T173). What it returns when not. */
static int serve(void *argument)
{
    const struct play play = *(struct play *)argument;
    mach_port_t launcher = launcher_of_helper(), reply = thread_get_special_reply_port();
    int while_waiting = play.is_flagged ? 47 : 31;
    stay(play.stop == STOP_AT_ONCE);
    if (own_base() != 47)
        return FAILED;
    if (check_in(launcher, reply, play.is_flagged ? MACH_SEND_SYNC_BOOTSTRAP_CHECKIN : 0) != OK)
        return FAILED + 1;
    stay(play.stop == STOP_CHECKED_IN);
    world_sleep_ms(PAUSE_MS);
    if (own_base() != 47)
        return FAILED + 2;
    mach_port_t service = receive_the_right(reply, launcher);
    if (service == MACH_PORT_NULL)
        return FAILED + 3;
    if (own_base() != while_waiting)
        return FAILED + 4;
    stay(play.stop == STOP_WITH_THE_RIGHT);
    letter_take(service);
    return own_base();
}

/* ---- W ---- */

static int launch(struct play *play)
{
    struct spawn_request request = launch_watching(&play->service, 1);
    request.registered[request.n_registered++] = play->launcher;
    play->base_at_entry = own_base();
    REQUIRE_EQ(launch_begin(&request, serve, play, &play->helper), 0);
    play->base_before_release = own_base();
    play->base_of_helper = launch_base(play->helper);
    launch_go(play->helper);
    play->base_after_spawn = own_base();
    return 0; /* P's knote stays disabled */
}

/* Waits until H does: then it is pushed itself (step 11). */
static int answer_check_in(struct play *play, mach_port_t reply)
{
    play->base_at_check_in = own_base();
    if (play->keeps_right)
        return 0;
    play->base_when_waited_for = own_base_after(31);
    CHECK_EQ(letter_send(reply, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0, 0, play->service, MACH_MSG_TYPE_MOVE_RECEIVE,
                         0, 0),
             OK);
    play->base_after_reply = own_base();
    return 0;
}

static int direct(struct loop *loop, struct kevent_qos_s *events, int n)
{
    struct play *play = loop->context;
    CHECK_EQ(n, 1);
    if (events[0].ident == play->service) {
        CHECK_EQ(events[0].ext[0], 0);
        return launch(play);
    }
    return answer_check_in(play, loop->letters[0].header.msgh_remote_port);
}

/* ---- A, if it sends ---- */

static void *send_one_too_many(void *argument)
{
    struct caller *client = argument;
    client->thread = mach_thread_self();
    CHECK_EQ(pthread_set_qos_class_self_np(client->qos_class, 0), 0);
    client->result =
        letter_send(client->dest, MACH_MSG_TYPE_COPY_SEND, 0, 0, MACH_PORT_NULL, 0, 0, PATIENCE_MS);
    return NULL;
}

/* P's queue is full from now on: what waits in it is what fires the knote. */
static void sender_start(struct caller *client, mach_port_t service)
{
    client->dest = service;
    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++)
        post(service, 0, 0);
    client->world = world_thread_spawn(send_one_too_many, client);
    until_waiting(&client->thread);
}

/* ---- the play ---- */

/* Steps 1 to 4. */
static void begin(struct play *play)
{
    play->service = port_with_send();
    play->launcher = port_with_send();
    play->loop = (struct loop){ .body = direct, .context = play };
    loop_begin(&play->loop);
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    play->client = (struct caller){ .link = play->service, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    if (play->sends)
        sender_start(&play->client, play->service);
    else
        caller_start(&play->client);
    CHECK_EQ(change(&play->loop, play->service, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH, MACH_RCV_SYNC_PEEK,
                    QOS_DEF),
             0);
    CHECK_EQ(change(&play->loop, play->launcher, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH, MACH_RCV_MSG, QOS_DEF),
             0);
    if (!play->sends)
        post(play->service, 0, 0);
    until_done(&play->loop, 1);
    CHECK_EQ(play->base_at_entry, 47);
    CHECK_EQ(play->base_before_release, 47); /* what it starts waits for it (F55) */
    CHECK_EQ(play->base_after_spawn, 31);
    CHECK_EQ(play->base_of_helper, 47);
}

static void client_end(struct play *play)
{
    if (play->sends) {
        world_thread_join(play->client.world);
        mach_port_deallocate(SELF, play->client.thread);
        CHECK_EQ(play->client.result, OK);
        return;
    }
    letter_send(play->client.reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(&play->client), OK);
}

static void end(struct play *play)
{
    client_end(play);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    change(&play->loop, play->service, EVFILT_MACHPORT, EV_DELETE, 0, 0);
    change(&play->loop, play->launcher, EVFILT_MACHPORT, EV_DELETE, 0, 0);
    loop_end(&play->loop);
    port_gone(play->launcher);
}

TEST(a_service_is_boosted_from_its_launch_to_its_first_message, "F55 F56 T171 T172 T173 T165 T163 T105 T66")
{
    static struct play play;
    play = (struct play){ .is_flagged = true, .stop = STOP_NOWHERE };
    begin(&play);
    until_done(&play.loop, 2);
    CHECK_EQ(play.base_at_check_in, 31);
    CHECK_EQ(play.base_when_waited_for, 47);
    CHECK_EQ(play.base_after_reply, 31);
    CHECK_EQ(launch_wait(play.helper), 31);
    end(&play);
    mach_port_deallocate(SELF, play.service);
}

TEST(a_sender_that_waits_for_room_boosts_the_service_as_well, "S61 T171 T173 T90 T94")
{
    static struct play play;
    play = (struct play){ .is_flagged = true, .stop = STOP_NOWHERE, .sends = true };
    begin(&play);
    until_done(&play.loop, 2);
    CHECK_EQ(play.base_at_check_in, 31);
    CHECK_EQ(play.base_when_waited_for, 47);
    CHECK_EQ(play.base_after_reply, 31);
    CHECK_EQ(launch_wait(play.helper), 31);
    end(&play);
    mach_port_deallocate(SELF, play.service);
}

TEST(without_the_flag_the_boost_ends_with_the_watch, "T174 T88")
{
    static struct play play;
    play = (struct play){ .is_flagged = false, .stop = STOP_NOWHERE };
    begin(&play);
    until_done(&play.loop, 2);
    CHECK_EQ(play.base_when_waited_for, 47);
    CHECK_EQ(launch_wait(play.helper), 31);
    end(&play);
    mach_port_deallocate(SELF, play.service);
}

/* ---- death ---- */

TEST(a_helper_killed_before_it_checks_in_gives_the_push_back, "T165 T175 F124 S58")
{
    static struct play play;
    play = (struct play){ .is_flagged = true, .stop = STOP_AT_ONCE };
    begin(&play);
    CHECK_EQ(launch_base(play.helper), 47);
    launch_kill(play.helper);
    CHECK_EQ(change(&play.loop, play.service, EVFILT_MACHPORT, EV_ENABLE, MACH_RCV_SYNC_PEEK, QOS_DEF), 0);
    until_calls(&play.loop, 2); /* the next attempt */
    until_done(&play.loop, 2);
    CHECK_EQ(play.base_at_entry, 47);
    CHECK_EQ(play.base_after_spawn, 31);
    launch_kill(play.helper);
    end(&play);
    port_gone(play.service);
}

/* Until W has the check-in and H sleeps before it receives the answer. */
TEST(a_helper_killed_after_its_check_in_leaves_the_right_with_the_launcher, "T165 T175 S58")
{
    static struct play play;
    play = (struct play){ .is_flagged = true, .stop = STOP_CHECKED_IN, .keeps_right = true };
    begin(&play);
    until_done(&play.loop, 2);
    CHECK_EQ(launch_base(play.helper), 47);
    launch_kill(play.helper);
    CHECK_EQ(run_state_of(play.client.thread), TH_STATE_WAITING);
    mach_port_deallocate(SELF, play.loop.letters[0].header.msgh_remote_port);
    letter_take(play.service);
    end(&play);
    port_gone(play.service);
}

TEST(a_helper_killed_with_the_right_takes_the_port_along, "T175 S58 T86")
{
    static struct play play;
    mach_port_type_t type = 0;
    play = (struct play){ .is_flagged = true, .stop = STOP_WITH_THE_RIGHT };
    begin(&play);
    until_done(&play.loop, 2);
    CHECK_EQ(launch_base(play.helper), 47);
    launch_kill(play.helper);
    CHECK_EQ(run_state_of(play.client.thread), TH_STATE_WAITING);
    CHECK_EQ(mach_port_type(SELF, play.service, &type), OK);
    CHECK_EQ(type & MACH_PORT_TYPE_DEAD_NAME, MACH_PORT_TYPE_DEAD_NAME);
    end(&play);
    mach_port_deallocate(SELF, play.service);
}

TEST(a_client_that_goes_takes_the_push_along, "T175 S60 T38")
{
    static struct play play;
    play = (struct play){ .is_flagged = true, .stop = STOP_AT_ONCE };
    begin(&play);
    CHECK_EQ(launch_base(play.helper), 47);
    mach_port_mod_refs(SELF, play.client.reply, MACH_PORT_RIGHT_RECEIVE, -1);
    CHECK_EQ(launch_base(play.helper), 31);
    launch_kill(play.helper);
    CHECK_EQ(caller_end(&play.client), MACH_RCV_PORT_CHANGED);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    letter_take(play.service);
    change(&play.loop, play.service, EVFILT_MACHPORT, EV_DELETE, 0, 0);
    change(&play.loop, play.launcher, EVFILT_MACHPORT, EV_DELETE, 0, 0);
    loop_end(&play.loop);
    port_gone(play.launcher);
    port_gone(play.service);
}

/* ---- the launcher in a task of its own ---- */

struct pid_letter {
    mach_msg_header_t header;
    int32_t pid;
    mach_msg_max_trailer_t trailer;
};

static void tell_pid(mach_port_t to, int32_t pid)
{
    struct pid_letter letter = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                             .msgh_remote_port = to },
                                 .pid = pid };
    CHECK_EQ(mach_msg(&letter.header, MACH_SEND_MSG, offsetof(struct pid_letter, trailer), 0, 0, 0, 0), OK);
}

static int32_t take_pid(mach_port_t from)
{
    struct pid_letter letter = { 0 };
    REQUIRE_EQ(mach_msg(&letter.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(letter), from, PATIENCE_MS,
                        0),
               OK);
    return letter.pid;
}

/* Gives P to the test, tells when H is there, and lives until it is killed. */
static int be_the_launcher(void *argument)
{
    static struct play play;
    play = *(struct play *)argument;
    play.service = port_with_send();
    play.launcher = port_with_send();
    play.loop = (struct loop){ .body = direct, .context = &play };
    loop_begin(&play.loop);
    CHECK_EQ(change(&play.loop, play.service, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH, MACH_RCV_SYNC_PEEK,
                    QOS_DEF),
             0);
    CHECK_EQ(change(&play.loop, play.launcher, EVFILT_MACHPORT, EV_ADD | EV_DISPATCH, MACH_RCV_MSG, QOS_DEF),
             0);
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, play.service,
                         MACH_MSG_TYPE_MAKE_SEND, 0, 0),
             OK);
    until_done(&play.loop, 1);
    tell_pid(world_parent_port(), launch_pid(play.helper));
    if (play.stop != STOP_AT_ONCE)
        until_done(&play.loop, 2);
    tell_pid(world_parent_port(), launch_pid(play.helper));
    world_sleep_ms(FOREVER_MS);
    return FAILED;
}

static int base_of_pid(int32_t pid)
{
    struct process_thread thread = { 0 };
    uint32_t n = 0, all = 0;
    int error = 0;
    CHECK_EQ(process_threads(pid, 0, &error, &thread, 1, &n, &all), OK);
    CHECK_EQ(error, 0);
    return thread.base;
}

/* H's base after the launcher was killed, when H stands where `stop` says. */
static int base_after_launchers_death(enum stop stop)
{
    struct play play = { .is_flagged = true, .stop = stop };
    mach_port_t meeting = port_with_send();
    world_task *launcher = world_task_spawn(be_the_launcher, &play, meeting);
    mach_port_t service = letter_take(meeting).port.name;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    struct caller client = { .link = service, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&client);
    post(service, 0, 0);
    int32_t pid = take_pid(meeting);
    take_pid(meeting);
    world_settle();
    CHECK_EQ(base_of_pid(pid), 47);
    world_task_kill(launcher);
    int base = base_of_pid(pid);
    CHECK_EQ(run_state_of(client.thread), TH_STATE_WAITING);
    launch_kill_pid(pid);
    letter_send(client.reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(&client), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    mach_port_deallocate(SELF, service);
    port_gone(meeting);
    return base;
}

TEST(with_the_launcher_dies_the_port_that_it_still_has, "T164 T175 S59")
{
    CHECK_EQ(base_after_launchers_death(STOP_AT_ONCE), 31);
}

TEST(a_right_that_was_handed_over_survives_its_launcher, "T175 S59")
{
    CHECK_EQ(base_after_launchers_death(STOP_WITH_THE_RIGHT), 47);
}
