/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/mig/rights.c - every disposition and every array of rights, from task to task (M20, M38, M49, M50, M97)
 *
 * Client and server compare how many names they have before and after: nothing may stay behind on either side.
 */
#include "tests/mig/serve.h"

#include "rights.h"
#include "rights_server.h"

static mach_port_t ours; /* the server's port, of which it gives away rights */

static void release(mach_port_t name, mach_port_type_t type)
{
    CHECK_EQ(rights_of(name), type);
    if (type == MACH_PORT_TYPE_RECEIVE)
        destroy_port(name);
    else
        CHECK_EQ(mach_port_deallocate(SELF, name), KERN_SUCCESS);
}

/* --- handlers --- */

kern_return_t served_rights_each(mach_port_t server, mach_port_t a, mach_port_t b, mach_port_t c,
                                 mach_port_t d, mach_port_t e, mach_port_t f)
{
    CHECK_EQ(a, b); /* rights to one port have one name */
    CHECK_EQ(a, c);
    CHECK_EQ(refs_of(a, SEND), 3);
    CHECK_NE(d, e);
    for (int i = 0; i < 3; i++)
        release(a, MACH_PORT_TYPE_SEND);
    release(d, MACH_PORT_TYPE_SEND_ONCE);
    release(e, MACH_PORT_TYPE_SEND_ONCE);
    release(f, MACH_PORT_TYPE_RECEIVE);
    return KERN_SUCCESS;
}

kern_return_t served_rights_chosen(mach_port_t server, int want, mach_port_t a, mach_msg_type_name_t aPoly)
{
    CHECK_EQ(aPoly, want);
    release(a, want == MOVE_RECEIVE ? MACH_PORT_TYPE_RECEIVE
               : want == MOVE_SEND  ? MACH_PORT_TYPE_SEND
                                    : MACH_PORT_TYPE_SEND_ONCE);
    return KERN_SUCCESS;
}

kern_return_t served_rights_arrays(mach_port_t server, mach_port_array_t a, mach_port_array_t b,
                                   mach_msg_type_number_t bCnt, mach_port_array_t c,
                                   mach_msg_type_number_t cCnt, mach_port_array_t d)
{
    for (int i = 0; i < 2; i++) {
        release(a[i], MACH_PORT_TYPE_SEND);
        release(d[i], MACH_PORT_TYPE_SEND_ONCE);
    }
    for (mach_msg_type_number_t i = 0; i < bCnt; i++)
        release(b[i], MACH_PORT_TYPE_SEND);
    for (mach_msg_type_number_t i = 0; i < cCnt; i++)
        release(c[i], MACH_PORT_TYPE_SEND);
    vm_deallocate(SELF, (vm_address_t)c, cCnt * sizeof(c[0]));
    vm_deallocate(SELF, (vm_address_t)d, 2 * sizeof(d[0]));
    return KERN_SUCCESS;
}

kern_return_t served_rights_results(mach_port_t server, int how, mach_port_t *a, mach_msg_type_name_t *aPoly,
                                    mach_port_array_t b, mach_port_array_t c, mach_msg_type_number_t *cCnt,
                                    mach_port_array_t *d, mach_msg_type_number_t *dCnt)
{
    static mach_port_t given[4];

    *a = ours;
    *aPoly = (mach_msg_type_name_t)how;
    b[0] = b[1] = c[0] = c[1] = c[2] = ours;
    *cCnt = 3;
    for (int i = 0; i < 4; i++)
        given[i] = ours;
    *d = given;
    *dCnt = 4;
    return KERN_SUCCESS;
}

kern_return_t served_rights_empty(mach_port_t server, int want, mach_port_t a, mach_port_t b)
{
    CHECK_EQ(a, want);
    CHECK_EQ(b, want);
    return KERN_SUCCESS;
}

/* --- clients --- */

static int send_each(void *argument)
{
    mach_port_t server = world_parent_port(), port = port_new_with_sends(2), moved = make_port(), once;
    mach_msg_type_number_t before;

    mig_get_reply_port();
    before = names_in_use();
    once = so_make(port);
    CHECK_EQ(rights_each(server, port, port, port, port, once, moved), KERN_SUCCESS);
    CHECK_EQ(names_in_use(), before - 1); /* the receive right is gone */
    CHECK_EQ(refs_of(port, SEND), 1);     /* copied, made and one of two moved */
    CHECK_EQ(status_of(port).mps_srights, 1);
    expect_notification(port, MACH_NOTIFY_SEND_ONCE); /* both are released */
    expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(rights_chosen(server, MOVE_SEND, port, MAKE_SEND), KERN_SUCCESS);
    CHECK_EQ(rights_chosen(server, MOVE_SEND, port, COPY_SEND), KERN_SUCCESS);
    CHECK_EQ(rights_chosen(server, MOVE_SEND, port, MOVE_SEND), KERN_SUCCESS);
    CHECK_EQ(rights_chosen(server, MOVE_SEND_ONCE, port, MAKE_SEND_ONCE), KERN_SUCCESS);
    expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    CHECK_EQ(rights_chosen(server, MOVE_RECEIVE, port, MOVE_RECEIVE), KERN_SUCCESS);
    CHECK_EQ(names_in_use(), before - 2);
    return WORLD_OK;
}

TEST(rights_arrive_as_what_they_were_sent, "M20 M38 M97")
{
    mach_port_t server = make_port();
    world_task *client = world_task_spawn(send_each, NULL, server);
    mach_msg_type_number_t before = names_in_use();

    serve(rights_server, server, 6);
    CHECK_LE(names_in_use(), before);
    finish(client, server);
}

static int send_arrays(void *argument)
{
    mach_port_t server = world_parent_port(), port = make_port(), ports[4] = { port, port, port, port };

    for (mach_msg_type_number_t n = 0; n <= 3; n++) {
        CHECK_EQ(rights_arrays(server, ports, ports, n, ports, n + 1, ports), KERN_SUCCESS);
        CHECK_EQ(status_of(port).mps_srights, 0);
        expect_notification(port, MACH_NOTIFY_SEND_ONCE);
        expect_notification(port, MACH_NOTIFY_SEND_ONCE);
    }
    CHECK_EQ(rights_arrays(server, ports, ports, 4, ports, 0, ports), MIG_ARRAY_TOO_LARGE);
    CHECK_EQ(rights_arrays(server, ports, ports, 0, ports, 0, ports), KERN_SUCCESS);
    CHECK_EQ(rights_arrays(server, ports, ports, 0, (mach_port_t[5]){ port, port, port, port, port }, 5, ports),
             MIG_TYPE_ERROR); /* more than its maximum: the server refuses, and the loop destroys */
    CHECK_EQ(status_of(port).mps_srights, 0);
    destroy_port(port);
    return WORLD_OK;
}

TEST(arrays_of_rights_arrive_whole, "M38 M65 M97")
{
    mach_port_t server = make_port();
    world_task *client = world_task_spawn(send_arrays, NULL, server);
    mach_msg_type_number_t before = names_in_use();

    serve(rights_server, server, 6);
    CHECK_LE(names_in_use(), before);
    finish(client, server);
}

static int take_results(void *argument)
{
    static const int hows[] = { MAKE_SEND, MAKE_SEND_ONCE };
    mach_port_t server = world_parent_port(), a, two[2], some[3] = { 0 };
    mach_port_array_t far;
    mach_msg_type_number_t n_some, n_far, before;
    mach_msg_type_name_t type;

    mig_get_reply_port();
    before = names_in_use();
    for (int i = 0; i < 2; i++) {
        n_some = 3 - (mach_msg_type_number_t)i; /* the second time there is no room for the last one */
        CHECK_EQ(rights_results(server, hows[i], &a, &type, two, some, &n_some, &far, &n_far),
                 i == 0 ? KERN_SUCCESS : MIG_ARRAY_TOO_LARGE);
        CHECK_EQ(n_some, 3);
        CHECK_EQ(type, i == 0 ? MOVE_SEND : MOVE_SEND_ONCE);
        if (i == 0) {
            CHECK_EQ(n_far, 4);
            CHECK_EQ(refs_of(far[3], SEND), 1 + 2 + 3 + 4);
            CHECK_EQ(mach_port_mod_refs(SELF, a, SEND, -10), KERN_SUCCESS);
            vm_deallocate(SELF, (vm_address_t)far, 4 * sizeof(far[0]));
            CHECK_EQ(names_in_use(), before);
        }
    }
    release(a, MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(two[1], some[0]);
    return WORLD_OK;
}

TEST(rights_in_results_are_the_callers, "M49 M50 M97")
{
    mach_port_t server = make_port();
    world_task *client = world_task_spawn(take_results, NULL, server);

    ours = make_port();
    serve(rights_server, server, 2);
    finish(client, server);
    CHECK_EQ(status_of(ours).mps_srights, 0); /* those that found no room went with the client */
    destroy_port(ours);
}

static int send_nothing(void *argument)
{
    mach_port_t server = world_parent_port();

    CHECK_EQ(rights_empty(server, MACH_PORT_NULL, MACH_PORT_NULL, MACH_PORT_NULL), KERN_SUCCESS);
    CHECK_EQ(rights_empty(server, (int)MACH_PORT_DEAD, MACH_PORT_DEAD, MACH_PORT_DEAD), KERN_SUCCESS);
    return WORLD_OK;
}

TEST(null_and_dead_names_stay_what_they_are, "M68 M97")
{
    mach_port_t server = make_port();
    world_task *client = world_task_spawn(send_nothing, NULL, server);

    serve(rights_server, server, 2);
    finish(client, server);
}
