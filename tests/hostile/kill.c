/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/kill.c - one of many is killed with -9 in the middle of its work
 *
 * In each test two pairs, a client and a server each, exchange messages from beginning to end. Somebody
 * else comes, is killed, and afterwards machd holds what it held before, and the pairs have gone on.
 */
#include <mach/notify.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/hostile/util.h"

enum { PAIRS = 2, ROUNDS = 8, CLIENTS = 50, RIGHTS = 20 };

static const char *const pair_name[PAIRS] = { "test.hostile.pair.0", "test.hostile.pair.1" };

struct scene {
    struct child server[PAIRS], client[PAIRS];
    atomic_ullong *n_calls; /* of each pair; shared with the children */
    struct census census;
};

static uint64_t state;

static void be_server(struct child *parent, const char *name)
{
    mach_port_t port;

    child_tell(parent, check_in(bootstrap_port, name, &port));
    serve(port);
}

static mach_port_t port_of(const char *name)
{
    mach_port_t port = MACH_PORT_NULL;

    REQUIRE_EQ(look(name, &port), KERN_SUCCESS);
    return port;
}

static atomic_ullong *counter;

static void be_client(struct child *parent, const char *name)
{
    mach_port_t port = port_of(name), reply = mach_reply_port();

    for (int i = 0;; i++) {
        CHECK_EQ(call(port, reply, i), i + 100);
        atomic_fetch_add(counter, 1);
        usleep(200);
    }
    (void)parent;
}

static void check_pairs_go_on(struct scene *s)
{
    for (int i = 0; i < PAIRS; i++) {
        uint64_t then = s->n_calls[i], end = now_ms() + PATIENCE_MS;
        while (s->n_calls[i] < then + 20 && now_ms() < end)
            sleep_ms(1);
        CHECK_GE(s->n_calls[i], then + 20);
    }
}

static void scene_begin(struct scene *s)
{
    state = random_seed();
    test_log("HOSTILE_SEED=%llu", (unsigned long long)state);
    s->n_calls =
        mmap(NULL, sizeof(*s->n_calls) * PAIRS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(s->n_calls != MAP_FAILED);
    for (int i = 0; i < PAIRS; i++) {
        s->server[i] = child_start(be_server, pair_name[i]);
        REQUIRE_EQ(child_hear(&s->server[i]), KERN_SUCCESS);
        counter = &s->n_calls[i];
        s->client[i] = child_start(be_client, pair_name[i]);
    }
    check_pairs_go_on(s);
}

/* The messages of the pairs come and go: theirs are counted only when nobody else's are. */
static void pairs_end(struct scene *s)
{
    check_pairs_go_on(s);
    for (int i = 0; i < PAIRS; i++) {
        child_kill(&s->client[i]);
        child_kill(&s->server[i]);
    }
    munmap(s->n_calls, sizeof(*s->n_calls) * PAIRS);
}

/* Runs one test: the census before the pairs came is the one to come back to. */
static void with_pairs(void (*body)(struct scene *s), const char *what)
{
    struct scene s;

    warm_up();
    s.census = census_at_rest();
    scene_begin(&s);
    body(&s);
    pairs_end(&s);
    census_check_back(&s.census, what);
}

static void wait_a_moment(void)
{
    usleep(random_next(&state) % 20000);
}

/* ---- a client ---- */

static void be_busy_client(struct child *parent, const char *name)
{
    mach_port_t port = port_of(name), reply = mach_reply_port();

    child_tell(parent, 0);
    for (;;) {
        mach_port_t gift = port_with_send();
        call(port, reply, 1);
        mach_port_destroy(mach_task_self(), gift);
    }
}

static void kill_clients(struct scene *s)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct child victim = child_start(be_busy_client, pair_name[i % PAIRS]);
        child_hear(&victim);
        wait_a_moment();
        child_kill(&victim);
        check_pairs_go_on(s);
    }
}

TEST(a_client_is_killed_in_the_middle_of_a_call, "P166 P167")
{
    with_pairs(kill_clients, "the death of clients");
}

/* ---- a server ---- */

/* Calls until there is nobody to call, which must come in the end. */
static void call_while_it_lives(struct child *parent, const char *name)
{
    mach_port_t port = port_of(name), reply = mach_reply_port();
    int id, n = 0;

    child_tell(parent, 0);
    while ((id = call(port, reply, 1)) == 101)
        n++;
    CHECK(id == CALL_REFUSED || id == MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(call(port, reply, 1), CALL_REFUSED);
    child_tell(parent, n);
}

static void kill_servers(struct scene *s)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct child victim = child_start(be_server, "test.hostile.victim"), callers[3];
        REQUIRE_EQ(child_hear(&victim), KERN_SUCCESS);
        for (int k = 0; k < 3; k++) {
            callers[k] = child_start(call_while_it_lives, "test.hostile.victim");
            child_hear(&callers[k]);
        }
        wait_a_moment();
        child_kill(&victim);
        for (int k = 0; k < 3; k++) {
            CHECK_GE(child_hear(&callers[k]), 0);
            CHECK_EQ(child_wait(&callers[k]), 0);
        }
        check_pairs_go_on(s);
    }
}

TEST(a_server_is_killed_with_calls_in_its_hands, "P124 P166 B70")
{
    with_pairs(kill_servers, "the death of servers");
}

/* ---- who holds rights in transit ---- */

struct gift {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_ool_descriptor_t memory;
};

/* Sends a receive right, and memory, to a port; does not wait for room. */
static kern_return_t give(mach_port_t to, mach_port_t receive_right, size_t size)
{
    static char bytes[300000];
    struct gift gift = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = to },
        .body = { 2 },
        .port = { .name = receive_right,
                  .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                  .type = MACH_MSG_PORT_DESCRIPTOR },
        .memory = { .address = bytes, .size = (mach_msg_size_t)size, .type = MACH_MSG_OOL_DESCRIPTOR },
    };

    return mach_msg(&gift.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(gift), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

/* libmach keeps what was lent to it to send memory in, for the next time. */
static void warm_up_memory(void)
{
    mach_port_t to = port_with_send(), port = port_with_send();

    REQUIRE_EQ(give(to, port, 200000), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), to);
    mach_port_destroy(mach_task_self(), port);
}

/* A chain: each port is queued, with memory, on the one made after it, and the last of them on the port of
 * `name`. Calls of the test's own process wait in the helper's queue meanwhile, so that their rights are
 * in transit too. */
static void hold_rights(struct child *parent, const char *name)
{
    mach_port_t to = port_of(name), inner = port_with_send(), mine;

    REQUIRE_EQ(check_in(bootstrap_port, "test.hostile.holder", &mine), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_insert_right(mach_task_self(), mine, mine, MACH_MSG_TYPE_MAKE_SEND), KERN_SUCCESS);
    for (int i = 0; i < RIGHTS; i++) {
        mach_port_t outer = port_with_send();
        REQUIRE_EQ(give(outer, inner, i % 2 ? 300000 : 1000), KERN_SUCCESS);
        inner = outer;
    }
    REQUIRE_EQ(give(mine, inner, 100), KERN_SUCCESS);
    child_tell(parent, 0);
    for (;;) { /* and messages that nobody receives, to a port of somebody else, which carry rights of this task */
        mach_port_t port = port_with_send();
        if (give(to, port, 50000) != KERN_SUCCESS)
            mach_port_destroy(mach_task_self(), port);
        usleep(100);
    }
}

static void kill_holders(struct scene *s)
{
    for (int i = 0; i < ROUNDS; i++) {
        mach_port_t unread, holder, port, note = port_with_send(), previous;
        REQUIRE_EQ(check_in(bootstrap_port, "test.hostile.unread", &unread), KERN_SUCCESS);
        struct child victim = child_start(hold_rights, "test.hostile.unread");
        REQUIRE_EQ(child_hear(&victim), 0);
        holder = port_of("test.hostile.holder");
        port = port_with_send();
        REQUIRE_EQ(mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_DEAD_NAME, 0, note,
                                                  MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
                   KERN_SUCCESS);
        CHECK_EQ(give(holder, port, 200000), KERN_SUCCESS);
        wait_a_moment();
        child_kill(&victim);
        CHECK_EQ(receive_id(note),
                 MACH_NOTIFY_DEAD_NAME); /* the right that was on its way to it died with it */
        mach_port_destroy(mach_task_self(), unread);
        mach_port_destroy(mach_task_self(), note);
        mach_port_destroy(mach_task_self(), port);
        mach_port_destroy(mach_task_self(), holder);
        check_pairs_go_on(s);
    }
}

TEST(a_task_is_killed_with_rights_in_transit, "P124 P162 P166")
{
    warm_up_memory();
    with_pairs(kill_holders, "the death of tasks with rights in transit");
}

/* ---- launchd ---- */

static void kill_launchds(struct scene *s)
{
    for (int i = 0; i < 3; i++) {
        pid_t pid = launchd_pid();
        REQUIRE_EQ(kill(pid, SIGKILL), 0);
        check_pairs_go_on(s);
        CHECK_EQ(look_result(bootstrap_port, pair_name[0]), KERN_SUCCESS);
        CHECK_NE(launchd_pid(), pid);
    }
}

TEST(launchd_is_killed_and_holds_what_it_held, "B14")
{
    with_pairs(kill_launchds, "the deaths of launchd");
}

/* The same port as ever: a right to another one would have another name. */
static void look_up_again(const char *name, mach_port_t wanted)
{
    mach_port_t port = MACH_PORT_NULL;

    CHECK_EQ(look(name, &port), KERN_SUCCESS);
    CHECK_EQ(port, wanted);
    mach_port_deallocate(mach_task_self(), port);
}

/* Each looks names up that exist and one that does not: every answer comes, and is right. */
static void look_up_always(struct child *parent, const char *unused)
{
    mach_port_t ports[PAIRS];
    int n = 0;

    for (int i = 0; i < PAIRS; i++)
        ports[i] = port_of(pair_name[i]);
    child_tell(parent, 0);
    for (; !atomic_load(counter); n++) {
        look_up_again(pair_name[n % PAIRS], ports[n % PAIRS]);
        CHECK_EQ(look_result(bootstrap_port, "test.hostile.nobody"), BOOTSTRAP_UNKNOWN_SERVICE);
        usleep(2000);
    }
    child_tell(parent, n);
    (void)unused;
}

static void kill_launchd_among_clients(struct scene *s)
{
    struct child clients[CLIENTS];
    atomic_ullong *enough =
        mmap(NULL, sizeof(*enough), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t n_lookups = 0;

    counter = enough;
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = child_start(look_up_always, NULL);
    for (int i = 0; i < CLIENTS; i++)
        child_hear(&clients[i]);
    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = launchd_pid();
        usleep(random_next(&state) % 50000);
        REQUIRE_EQ(kill(pid, SIGKILL), 0);
        check_pairs_go_on(s);
    }
    CHECK_EQ(look_result(bootstrap_port, pair_name[0]), KERN_SUCCESS);
    atomic_store(enough, 1);
    for (int i = 0; i < CLIENTS; i++) {
        int n = child_hear(&clients[i]);
        CHECK_GT(n, 0);
        n_lookups += (uint64_t)n;
        CHECK_EQ(child_wait(&clients[i]), 0);
    }
    test_log("%d clients, %d deaths of launchd, %llu lookups", CLIENTS, ROUNDS, (unsigned long long)n_lookups);
    munmap(enough, sizeof(*enough));
}

TEST(launchd_is_killed_while_fifty_clients_look_names_up, "B14 B145")
{
    with_pairs(kill_launchd_among_clients, "the deaths of launchd");
}
