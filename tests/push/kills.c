/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/kills.c - a chain of four servers, each waiting for the next one's answer, and each of the five killed in turn (T175 for
 * chains of reply ports): who survives is pushed by nobody that is gone, and whoever waited for the dead is woken */
#include "tests/push/common.h"

enum { SERVERS = 4, MEMBERS = SERVERS + 1 }; /* member 0 is the client */

struct member {
    mach_port_t port, thread;
    world_task *task; /* NULL: has ended */
};

/* ---- in the tasks ---- */

static mach_port_t introduce(void)
{
    mach_port_t mine = port_with_send();
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, mine, MACH_MSG_TYPE_COPY_SEND, 0,
                         0),
             OK);
    CHECK_EQ(letter_send(world_parent_port(), MACH_MSG_TYPE_COPY_SEND, 0, 0, mach_thread_self(),
                         MACH_MSG_TYPE_MOVE_SEND, 0, 0),
             OK);
    return mine;
}

/* The answer, or the news that none will come. */
static void call(mach_port_t port)
{
    mach_port_t reply = thread_get_special_reply_port();
    struct letter letter = { 0 };
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, reply, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_PORT_NULL,
                         0, 0, 0),
             OK);
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG, 0, sizeof(letter), reply, 0, 0), OK);
    CHECK(letter.header.msgh_id == ID_REPLY || letter.header.msgh_id == MACH_NOTIFY_SEND_ONCE);
}

static struct letter take_for_ever(mach_port_t port)
{
    struct letter letter = { 0 };
    CHECK_EQ(mach_msg(&letter.header, MACH_RCV_MSG, 0, sizeof(letter), port, 0, 0), OK);
    return letter;
}

static int client(void *argument)
{
    mach_port_t first = take_for_ever(introduce()).port.name;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    call(first);
    return WORLD_OK;
}

/* The last one has no right in its letter, and never answers. */
static int server(void *argument)
{
    mach_port_t mine = introduce();
    struct letter next = take_for_ever(mine), request = take_for_ever(mine);
    if (next.header.msgh_id != ID_RIGHT)
        take_for_ever(port_with_send());
    call(next.port.name);
    CHECK_EQ(answer(&request), OK);
    return WORLD_OK;
}

/* ---- the chain ---- */

static void chain_start(struct member *chain, mach_port_t control)
{
    for (int i = 0; i < MEMBERS; i++) {
        chain[i].task = world_task_spawn(i == 0 ? client : server, NULL, control);
        chain[i].port = letter_take(control).port.name;
        chain[i].thread = letter_take(control).port.name;
    }
    for (int i = MEMBERS - 1; i >= 0; i--)
        CHECK_EQ(letter_send(chain[i].port, MACH_MSG_TYPE_COPY_SEND, 0, 0,
                             i < SERVERS ? chain[i + 1].port : MACH_PORT_NULL,
                             i < SERVERS ? MACH_MSG_TYPE_COPY_SEND : 0, 0, 0),
                 OK);
    for (int i = 0; i < MEMBERS; i++)
        CHECK_EQ(base_soon(chain[i].thread, 47), 47);
}

static void kill_member(struct member *member)
{
    world_task_kill(member->task);
    member->task = NULL;
}

static void chain_end(struct member *chain)
{
    for (int i = 0; i < MEMBERS; i++) {
        if (chain[i].task)
            kill_member(&chain[i]);
        mach_port_deallocate(SELF, chain[i].thread);
        mach_port_deallocate(SELF, chain[i].port);
    }
}

static void kill_one_of_a_chain(int victim)
{
    struct member chain[MEMBERS];
    mach_port_t control = port_with_send();
    chain_start(chain, control);
    kill_member(&chain[victim]);
    for (int i = victim + 1; i < MEMBERS; i++)
        CHECK_EQ(base_soon(chain[i].thread, 31), 31);
    for (int i = victim - 1; i >= 0; i--) { /* each is woken, and wakes the one before it */
        CHECK_EQ(world_task_wait(chain[i].task), WORLD_OK);
        chain[i].task = NULL;
    }
    chain_end(chain);
    port_gone(control);
}

TEST(a_chain_lives_with_the_death_of_its_client, "T175 T58 T34")
{
    kill_one_of_a_chain(0);
}

TEST(a_chain_lives_with_the_death_of_its_first_server, "T175 T59")
{
    kill_one_of_a_chain(1);
}

TEST(a_chain_lives_with_the_death_of_a_server_in_the_middle, "T175 T59")
{
    kill_one_of_a_chain(2);
    kill_one_of_a_chain(3);
}

TEST(a_chain_lives_with_the_death_of_its_last_server, "T175 T59")
{
    kill_one_of_a_chain(SERVERS);
}
