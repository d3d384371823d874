/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/test/limits.c - what a program is told at a limit, and that it is as it was before when it has given back
 *
 * A test lowers a limit of the running task to what is used now and a little more.
 */
#include <mach/mach.h>
#include <mach/mach_voucher.h>
#include <mach/notify.h>
#include <stdlib.h>
#include <string.h>

#include "base/account.h"
#include "base/host_ops.h"
#include "kernel/task/system.h"
#include "kernel/task/thread.h"
#include "sim/sim.h"
#include "tests/harness/harness.h"
#include "tests/world.h"

#define SELF mach_task_self()

static struct account *account(void)
{
    return kernel_task_account(sim_task_kernel(sim_task_self()));
}

/* From now on no more than this of that kind beyond what there is. */
static void leave(enum account_kind kind, uint64_t amount)
{
    account()->limits.max[kind] = account()->used[kind] + amount;
}

static mach_port_t receive_right(void)
{
    mach_port_t name = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name), KERN_SUCCESS);
    return name;
}

static mach_msg_return_t send_empty(mach_port_t port)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
        .msgh_size = sizeof(message),
        .msgh_remote_port = port,
    };
    return mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

static mach_msg_return_t receive(mach_port_t port, mach_msg_id_t *id_p)
{
    struct {
        mach_msg_header_t header;
        uint8_t rest[200];
    } message;
    mach_msg_return_t mr = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message),
                                    port, 0, MACH_PORT_NULL);
    *id_p = message.header.msgh_id;
    return mr;
}

TEST(at_the_limit_of_ports_no_more_are_made_and_one_given_back_makes_room, "P11")
{
    mach_port_t name = MACH_PORT_NULL, kept = receive_right();
    leave(ACCOUNT_PORTS, 0);
    CHECK_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name), KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &name), KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(mach_port_mod_refs(SELF, kept, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    CHECK_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &name), KERN_SUCCESS);
}

TEST(at_the_limit_of_names_there_is_no_space, "P11")
{
    mach_port_t name = MACH_PORT_NULL;
    leave(ACCOUNT_NAMES, 1);
    CHECK_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_DEAD_NAME, &name), KERN_SUCCESS);
    CHECK_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_DEAD_NAME, &name), KERN_NO_SPACE);
}

TEST(at_the_limit_of_messages_a_send_finds_no_buffer_and_receiving_makes_room, "P101")
{
    mach_msg_id_t id;
    mach_port_t port = receive_right();
    CHECK_EQ(send_empty(port), MACH_MSG_SUCCESS);
    leave(ACCOUNT_MESSAGES, 0);
    CHECK_EQ(send_empty(port), MACH_SEND_NO_BUFFER);
    CHECK_EQ(receive(port, &id), MACH_MSG_SUCCESS);
    CHECK_EQ(send_empty(port), MACH_MSG_SUCCESS);
}

TEST(at_the_limit_of_bytes_a_send_finds_no_buffer, "P101")
{
    mach_port_t port = receive_right();
    leave(ACCOUNT_BYTES, 16);
    CHECK_EQ(send_empty(port), MACH_SEND_NO_BUFFER);
    account()->limits.max[ACCOUNT_BYTES] = UINT64_MAX;
    CHECK_EQ(send_empty(port), MACH_MSG_SUCCESS);
}

/* The reply right has its name already when there is none left for the voucher: it is given up again. */
TEST(without_a_name_for_the_voucher_neither_it_nor_the_reply_right_arrives, "P155")
{
    struct {
        mach_voucher_attr_recipe_data_t head;
        uint32_t content;
    } recipe = { { MACH_VOUCHER_ATTR_KEY_USER_DATA, MACH_VOUCHER_ATTR_USER_DATA_STORE, MACH_PORT_NULL, 4 },
                 7 };
    mach_msg_id_t id;
    mach_port_t port = receive_right(), reply = receive_right(), voucher;
    REQUIRE_EQ(host_create_mach_voucher(mach_host_self(), (uint8_t *)&recipe, sizeof(recipe), &voucher),
               KERN_SUCCESS);
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS_SET(MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                        MACH_MSG_TYPE_MOVE_SEND, 0),
        .msgh_remote_port = port,
        .msgh_local_port = reply,
        .msgh_voucher_port = voucher,
    };
    CHECK_EQ(mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL),
             MACH_MSG_SUCCESS);
    leave(ACCOUNT_NAMES, 1);
    uint8_t buffer[200];
    CHECK_EQ(mach_msg((mach_msg_header_t *)buffer, MACH_RCV_MSG | MACH_RCV_VOUCHER | MACH_RCV_TIMEOUT, 0,
                      sizeof(buffer), port, 0, MACH_PORT_NULL),
             MACH_RCV_HEADER_ERROR | MACH_MSG_IPC_SPACE);
    CHECK_EQ(receive(reply, &id), MACH_MSG_SUCCESS);
    CHECK_EQ(id, MACH_NOTIFY_SEND_ONCE);
}

/* An accepted request is kept whatever its receiver has used up meanwhile. */
TEST(a_notification_that_was_promised_arrives_at_the_limit_of_messages, "P69")
{
    mach_msg_id_t id = 0;
    mach_port_t watched = receive_right(), notify = receive_right(), previous;
    REQUIRE_EQ(mach_port_insert_right(SELF, watched, watched, MACH_MSG_TYPE_MAKE_SEND), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_request_notification(SELF, watched, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               KERN_SUCCESS);
    CHECK_EQ(send_empty(notify), MACH_MSG_SUCCESS);
    leave(ACCOUNT_MESSAGES, 2); /* the request to the kernel and its answer */
    CHECK_EQ(mach_port_mod_refs(SELF, watched, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    account()->limits.max[ACCOUNT_MESSAGES] = 1;
    CHECK_EQ(receive(notify, &id), MACH_MSG_SUCCESS);
    CHECK_EQ(receive(notify, &id), MACH_MSG_SUCCESS);
    CHECK_EQ(id, MACH_NOTIFY_DEAD_NAME);
}

static int one_more_task(void *argument)
{
    return 3;
}

TEST(what_a_task_used_is_free_for_its_user_again_when_it_has_died, "P4")
{
    struct account *uid = account()->parent;
    uint64_t before[ACCOUNT_N_KINDS], nothing = 0;
    memcpy(before, uid->used, sizeof(before));
    CHECK_EQ(world_task_wait(world_task_spawn(one_more_task, &nothing, MACH_PORT_NULL)), 3);
    world_settle();
    CHECK_EQ(uid->used[ACCOUNT_TASKS], before[ACCOUNT_TASKS]);
    CHECK_EQ(uid->used[ACCOUNT_THREADS], before[ACCOUNT_THREADS]);
    CHECK_EQ(uid->used[ACCOUNT_PORTS], before[ACCOUNT_PORTS]);
    CHECK_EQ(uid->used[ACCOUNT_MESSAGES], before[ACCOUNT_MESSAGES]);
}

TEST(the_steps_of_a_task_are_counted_for_it_and_its_user, "")
{
    uint64_t before = account()->steps, of_user = account()->parent->steps;
    receive_right();
    CHECK_GT(account()->steps, before);
    CHECK_GT(account()->parent->steps, of_user);
}

TEST(what_the_host_has_to_look_up_is_counted_for_who_asks, "")
{
    uint64_t before = account()->steps;
    mach_port_t task = MACH_PORT_NULL;
    CHECK_EQ(task_for_pid(SELF, 99999, &task), KERN_FAILURE);
    CHECK_GE(account()->steps - before, HOST_STEPS_OF_FIND);
}

TEST(what_is_copied_for_a_large_message_is_counted_for_its_sender, "")
{
    enum { SIZE = 1 << 20 };
    mach_port_t port = receive_right();
    mach_msg_header_t *message = calloc(1, SIZE);
    REQUIRE(message != NULL);
    *message = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
        .msgh_size = SIZE,
        .msgh_remote_port = port,
    };
    uint64_t before = account()->steps;
    CHECK_EQ(mach_msg(message, MACH_SEND_MSG, SIZE, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL), MACH_MSG_SUCCESS);
    CHECK_GE(account()->steps - before, SIZE / HOST_BYTES_OF_A_STEP);
    free(message);
}

/* ---- calls that wait for somebody to stop ---- */

enum { TASK_SUSPEND = 3407, CALLS_OF_ONE = 64, CALLERS = 3, AT_ONCE = 64 };

static int sleep_long(void *argument)
{
    world_sleep_ms(1000000);
    return 0;
}

/* Without waiting for the answer. */
static void ask_to_suspend(mach_port_t task, mach_port_t reply)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_size = sizeof(message),
        .msgh_remote_port = task,
        .msgh_local_port = reply,
        .msgh_id = TASK_SUSPEND,
    };
    CHECK_EQ(mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL),
             MACH_MSG_SUCCESS);
}

struct caller {
    mach_port_t task, reply, go_on;
    world_thread *thread;
};

static void *ask_often(void *argument)
{
    struct caller *caller = argument;
    mach_msg_header_t message[4];
    for (int i = 0; i < CALLS_OF_ONE; i++)
        ask_to_suspend(caller->task, caller->reply);
    mach_msg(message, MACH_RCV_MSG, 0, sizeof(message), caller->go_on, 0, MACH_PORT_NULL);
    return NULL;
}

static uint32_t count(const struct list *list)
{
    uint32_t n = 0;
    list_for_each(node, list) n++;
    return n;
}

static unsigned n_answers(mach_port_t reply, kern_return_t *last_p)
{
    mig_reply_error_t answer[2];
    unsigned n = 0;
    while (mach_msg(&answer->Head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(answer), reply, 0,
                    MACH_PORT_NULL) == MACH_MSG_SUCCESS)
        n++, *last_p = answer->RetCode;
    return n;
}

/* What one thread leaves behind, and what becomes ready in one moment, is worked off beside the traps of others. */
TEST(calls_that_wait_are_so_many_for_a_thread_and_go_on_a_few_at_a_time, "K245")
{
    world_task *child = world_task_spawn(sleep_long, NULL, MACH_PORT_NULL);
    struct caller callers[CALLERS];
    const struct system *system = sim_task_kernel(sim_task_self())->system;
    kern_return_t kr = KERN_SUCCESS;
    world_settle();
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){ world_task_port_of(child), receive_right(), receive_right(), NULL };
        callers[i].thread = world_thread_spawn(ask_often, &callers[i]);
        world_yield_until_blocked(callers[i].thread);
        CHECK_EQ(n_answers(callers[i].reply, &kr), 0);
    }
    for (int i = 0; i < CALLS_OF_ONE; i++)
        ask_to_suspend(callers[0].task, callers[0].reply);
    CHECK_EQ(n_answers(callers[0].reply, &kr), 0);
    ask_to_suspend(callers[0].task, callers[0].reply);
    CHECK_EQ(n_answers(callers[0].reply, &kr), 1);
    CHECK_EQ(kr, KERN_RESOURCE_SHORTAGE);
    int pid = 0;
    CHECK_EQ(pid_for_task(callers[0].task, &pid), KERN_SUCCESS);
    sim_kill(sim_task_of_pid(pid));
    CHECK_EQ(count(&system->ready), (CALLERS + 1) * CALLS_OF_ONE - AT_ONCE);
    world_task_kill(child);
    CHECK_EQ(count(&system->ready), 0);
    CHECK_EQ(n_answers(callers[0].reply, &kr), 2 * CALLS_OF_ONE);
    for (int i = 0; i < CALLERS; i++) {
        CHECK_EQ(send_empty(callers[i].go_on), MACH_MSG_SUCCESS);
        world_thread_join(callers[i].thread);
    }
}
