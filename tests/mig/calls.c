/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/mig/calls.c - user stubs in one task, server stubs in another, a kernel between them (M52 to M56, M71 to M79, M97)
 *
 * The test serves, its children call. What the handlers see stays here; children check what they get by themselves.
 */
#include "tests/mig/serve.h"

#include <mach/mach_sync_ipc.h>

#include "calls.h"
#include "calls_reply.h"
#include "calls_server.h"
#include "other.h"
#include "other_server.h"

static mach_port_t kept, later_reply;
static int later_value;

/* --- handlers --- */

kern_return_t served_calls_add(mach_port_t server, int a, int b, int *sum)
{
    *sum = a + b;
    return a == b ? KERN_INVALID_ARGUMENT : KERN_SUCCESS;
}

kern_return_t served_calls_give(mach_port_t server, int result, mach_port_t right, vm_offset_t data,
                                mach_msg_type_number_t dataCnt, mach_port_array_t rights,
                                mach_msg_type_number_t rightsCnt)
{
    CHECK_EQ(dataCnt, 5000);
    CHECK_EQ(((char *)data)[4999], 7);
    if (result != KERN_SUCCESS)
        return result; /* all of it is the loop's to destroy */
    kept = right;
    for (mach_msg_type_number_t i = 0; i < rightsCnt; i++)
        CHECK_EQ(mach_port_deallocate(SELF, rights[i]), KERN_SUCCESS);
    vm_deallocate(SELF, (vm_address_t)rights, rightsCnt * sizeof(rights[0]));
    vm_deallocate(SELF, data, dataCnt);
    return KERN_SUCCESS;
}

kern_return_t served_calls_later(mach_port_t server, mach_port_t reply, int a, int *b)
{
    later_reply = reply;
    later_value = a;
    return MIG_NO_REPLY;
}

kern_return_t served_calls_lend(mach_port_t server, int result, words_t a, mach_msg_type_number_t aCnt)
{
    for (mach_msg_type_number_t i = 0; i < aCnt; i++)
        CHECK_EQ(a[i], i);
    return result;
}

kern_return_t served_calls_abandon(mach_port_t server)
{
    return MIG_NO_REPLY;
}

kern_return_t served_calls_slow(mach_port_t server, mach_port_t right)
{
    return KERN_FAILURE;
}

kern_return_t served_calls_special(mach_port_t server, int a, int *b)
{
    *b = a;
    return KERN_SUCCESS;
}

kern_return_t served_other_double(mach_port_t server, int a, int *b)
{
    *b = 2 * a;
    return KERN_SUCCESS;
}

kern_return_t served_other_unserved(mach_port_t server)
{
    return KERN_FAILURE;
}

/* --- the server --- */

static boolean_t both(mach_msg_header_t *in, mach_msg_header_t *out)
{
    return calls_server(in, out) || (in->msgh_id != 8301 && other_server(in, out));
}

static mach_port_t server_new(void)
{
    kept = later_reply = MACH_PORT_NULL;
    return port_new_with_sends(1);
}

static void await_requests(mach_port_t server, unsigned n)
{
    while (status_of(server).mps_msgcount < n)
        world_sleep_ms(1);
}

/* --- calls --- */

static int call_both(void *argument)
{
    mach_port_t server = world_parent_port();
    int value = 0;

    CHECK_EQ(calls_add(server, 3, 4, &value), KERN_SUCCESS);
    CHECK_EQ(value, 7);
    CHECK_EQ(calls_add(server, 4, 4, &value), KERN_INVALID_ARGUMENT);
    CHECK_EQ(other_double(server, 21, &value), KERN_SUCCESS);
    CHECK_EQ(value, 42);
    CHECK_EQ(other_unserved(server), MIG_BAD_ID);
    CHECK_EQ(calls_special(server, 5, &value), KERN_SUCCESS);
    CHECK_EQ(value, 5);
    return WORLD_OK;
}

TEST(demultiplexers_are_asked_in_turn, "M62 M79 M97")
{
    mach_port_t server = server_new();
    world_task *client = world_task_spawn(call_both, NULL, server);

    serve(both, server, 5);
    finish(client, server);
}

static mach_port_mscount_t sends_to(mach_port_t receive)
{
    return status_of(receive).mps_srights;
}

static int give(void *argument)
{
    static const int results[] = { KERN_FAILURE, KERN_SUCCESS, MIG_ARRAY_TOO_LARGE };
    mach_port_t server = world_parent_port();

    for (int i = 0; i < 3; i++) {
        mach_port_t given = port_new_with_sends(3), two[2] = { given, given };
        vm_address_t data = (vm_address_t)make_memory(5000);
        bool keeps = results[i] == KERN_SUCCESS;

        ((char *)data)[4999] = 7;
        CHECK_EQ(calls_give(server, results[i], given, data, 5000, two, 2), results[i]);
        CHECK_EQ(rights_of(given), MACH_PORT_TYPE_RECEIVE); /* all sends are gone, whatever the answer */
        CHECK(!is_mapped((void *)data));
        CHECK_EQ(sends_to(given), keeps);
        destroy_port(given);
    }
    return WORLD_OK;
}

TEST(what_was_given_is_the_handlers_on_success_and_the_loops_on_failure, "M54 M73 M97")
{
    mach_port_t server = server_new();
    world_task *client = world_task_spawn(give, NULL, server);

    serve(both, server, 1);
    CHECK_EQ(kept, MACH_PORT_NULL);
    serve(both, server, 1);
    CHECK_NE(kept, MACH_PORT_NULL);
    serve(both, server, 1);
    finish(client, server);
    CHECK_EQ(rights_of(kept), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, kept), KERN_SUCCESS);
}

static int lend(void *argument)
{
    mach_port_t server = world_parent_port();
    uint32_t words[2000];

    for (uint32_t i = 0; i < 2000; i++)
        words[i] = i;
    CHECK_EQ(calls_lend(server, KERN_SUCCESS, words, 2000), KERN_SUCCESS);
    CHECK_EQ(calls_lend(server, KERN_FAILURE, words, 2000), KERN_FAILURE);
    CHECK_EQ(calls_lend(server, KERN_SUCCESS, words, 0), KERN_SUCCESS);
    CHECK_EQ(words[1999], 1999);
    return WORLD_OK;
}

TEST(what_is_lent_comes_back_whatever_the_result, "M72 M97")
{
    mach_port_t server = server_new();
    world_task *client = world_task_spawn(lend, NULL, server);

    serve(both, server, 3);
    finish(client, server);
}

static int call_later(void *argument)
{
    mach_port_t server = world_parent_port();
    int b = 0;

    CHECK_EQ(calls_later(server, 20, &b), KERN_SUCCESS);
    CHECK_EQ(b, 21);
    CHECK_EQ(calls_later(server, 30, &b), KERN_NO_SPACE);
    CHECK_EQ(calls_add(server, 1, 2, &b), KERN_SUCCESS);
    return WORLD_OK;
}

TEST(a_handler_may_answer_later, "M36 M71 M76 M97")
{
    mach_port_t server = server_new();
    world_task *client = world_task_spawn(call_later, NULL, server);

    serve(both, server, 1);
    CHECK_EQ(rights_of(later_reply), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(calls_later_reply(later_reply, KERN_SUCCESS, later_value + 1), KERN_SUCCESS);
    serve(both, server, 1);
    CHECK_EQ(later_value, 30);
    CHECK_EQ(calls_later_reply(later_reply, KERN_NO_SPACE, 0), KERN_SUCCESS);
    serve(both, server, 1);
    finish(client, server);
}

static int call_abandoned(void *argument)
{
    mach_port_t server = world_parent_port(), reply = mig_get_reply_port();
    int sum = 0;

    CHECK_EQ(calls_later(server, 1, &sum), MIG_SERVER_DIED);
    CHECK_EQ(mig_get_reply_port(), reply); /* usable as before */
    CHECK_EQ(calls_add(server, 1, 2, &sum), KERN_SUCCESS);
    CHECK_EQ(sum, 3);
    CHECK_EQ(calls_add(server, 1, 2, &sum), MIG_SERVER_DIED); /* queued when the server went */
    CHECK_EQ(calls_add(server, 1, 2, &sum), MACH_SEND_INVALID_DEST);
    CHECK_EQ(mig_get_reply_port(), reply);
    return WORLD_OK;
}

TEST(a_reply_right_that_dies_unused_is_told, "M46 M56 M97")
{
    mach_port_t server = server_new();
    world_task *client = world_task_spawn(call_abandoned, NULL, server);

    serve(both, server, 1);
    CHECK_EQ(mach_port_deallocate(SELF, later_reply), KERN_SUCCESS);
    serve(both, server, 1);
    await_requests(server, 1);
    destroy_port(server);
    CHECK_EQ(world_task_wait(client), WORLD_OK);
}

static int wait_too_long(void *argument)
{
    mach_port_t server = world_parent_port(), reply = mig_get_reply_port(), given = port_new_with_sends(1);
    int sum = 0;

    CHECK_EQ(calls_slow(server, given), MACH_RCV_TIMED_OUT);
    CHECK_EQ(type_of(reply), 0); /* a late answer must not meet the next call */
    CHECK_EQ(calls_add(server, 1, 2, &sum), KERN_SUCCESS);
    CHECK_NE(mig_get_reply_port(), reply);
    CHECK_EQ(sum, 3);
    destroy_port(given);
    return WORLD_OK;
}

TEST(after_a_timeout_the_next_call_works, "M52 M56 M97")
{
    mach_port_t server = server_new();
    world_task *client = world_task_spawn(wait_too_long, NULL, server);

    await_requests(server, 2); /* the second is made after the first was given up */
    serve(both, server, 2);
    finish(client, server);
}

enum { CALLS = 500 };

static void *call_often(void *argument)
{
    mach_port_t server = world_parent_port();
    int sum = 0;

    for (int i = 0; i < CALLS; i++) {
        CHECK_EQ(calls_add(server, i, *(int *)argument, &sum), KERN_SUCCESS);
        CHECK_EQ(sum, i + *(int *)argument);
    }
    return (void *)(uintptr_t)mig_get_reply_port();
}

static int call_in_two_threads(void *argument)
{
    static int addends[2] = { 100000, 200000 };
    mach_msg_type_number_t before;
    mach_port_t ports[2];
    world_thread *threads[2];

    mig_get_reply_port();
    before = names_in_use();
    for (int i = 0; i < 2; i++)
        threads[i] = world_thread_spawn(call_often, &addends[i]);
    for (int i = 0; i < 2; i++)
        ports[i] = (mach_port_t)(uintptr_t)world_thread_join(threads[i]);
    CHECK_NE(ports[0], ports[1]);
    if (world_is_live()) /* reply ports go with their threads; a simulated thread just stops */
        CHECK_EQ(names_in_use(), before);
    return WORLD_OK;
}

TEST(threads_do_not_meet_in_a_stub_and_nothing_grows, "M55 M89 M97")
{
    mach_port_t server = server_new();
    world_task *client = world_task_spawn(call_in_two_threads, NULL, server);
    mach_msg_type_number_t before;

    serve(both, server, 2);
    before = names_in_use();
    serve(both, server, 2 * CALLS - 2);
    CHECK_LE(names_in_use(), before);
    finish(client, server);
}
