/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/deep.c - P169: destruction cascades without limit and without stack; P114: circles in the middle of it */
#include <stdlib.h>

#include "tests/ports/util.h"

/* Puts ports into each other's queues, the first innermost; gives the outermost. */
static mach_port_t nest(int depth)
{
    mach_port_t inner = make_port();
    for (int i = 1; i < depth; i++) {
        mach_port_t outer = MACH_PORT_NULL;
        if (mach_port_allocate(SELF, RECEIVE, &outer) != KERN_SUCCESS) {
            destroy_port(inner);
            SKIP("no room for %d ports here", depth);
        }
        struct message message = message_with_port(outer, MAKE_SEND_ONCE, 1, inner, MOVE_RECEIVE);
        kern_return_t kr = message_send(&message, 0);
        if (kr == MACH_SEND_NO_BUFFER) {
            destroy_port(inner);
            SKIP("no room for %d messages here", depth);
        }
        REQUIRE_EQ(kr, KERN_SUCCESS);
        inner = outer;
    }
    return inner;
}

TEST(deeply_nested_ports_die, "P169 P52")
{
    const char *sanitizer = getenv("MACHD_SANITIZER");
    bool is_slow = world_is_live() || (sanitizer && *sanitizer);
    mach_port_t outermost = nest(under_thread_sanitizer() ? 10000 : is_slow ? 100000 : 1000000);
    CHECK_EQ(mach_port_destroy(SELF, outermost), KERN_SUCCESS);
    CHECK_EQ(type_of(outermost), 0);
}

enum { BUSY_PORTS = 3000 };

/* What dies here keeps the kernel busy for some time; it begins with the message. */
static int keep_busy(void *argument)
{
    static mach_port_t ports[BUSY_PORTS];
    mach_port_t holder = make_port();
    for (int i = 0; i < BUSY_PORTS; i++)
        ports[i] = make_port();
    struct message message = message_plain(holder, MAKE_SEND, 0, 0, 1);
    add_ports(&message, ports, BUSY_PORTS, MOVE_RECEIVE, false);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
    CHECK_EQ(say(world_parent_port(), 1), KERN_SUCCESS);
    destroy_port(holder);
    return 0;
}

/* Sends receive rights to a port in transit, so that the kernel has to look where that leads, until the port dies. */
static int send_upwards(void *argument)
{
    kern_return_t kr = KERN_SUCCESS;
    while (kr == KERN_SUCCESS || kr == MACH_SEND_TIMED_OUT) {
        mach_port_t port = make_port();
        struct message message = message_with_port(world_parent_port(), COPY_SEND, 1, port, MOVE_RECEIVE);
        kr = message_send(&message, 0);
    }
    CHECK_EQ(kr, MACH_SEND_INVALID_DEST);
    return 0;
}

TEST(a_circle_that_is_still_being_destroyed_leads_nowhere, "P114 P169")
{
    mach_port_t inner = port_new_with_sends(1), outer = make_port(), start = make_port();
    qlimit_set(inner, MACH_PORT_QLIMIT_LARGE);
    struct message message = message_with_port(outer, MAKE_SEND, 1, inner, MOVE_RECEIVE);
    REQUIRE_EQ(message_send(&message, 0), KERN_SUCCESS);
    world_task *busy = world_task_spawn(keep_busy, NULL, start);
    world_task *other = world_task_spawn(send_upwards, NULL, inner);
    CHECK_EQ(message_receive(&message, start, -1), KERN_SUCCESS);
    message = message_with_port(outer, MAKE_SEND, 1, outer, MOVE_RECEIVE);
    CHECK_EQ(message_send(&message, 0), KERN_SUCCESS);
    CHECK_EQ(world_task_wait(busy), 0);
    CHECK_EQ(world_task_wait(other), 0);
    CHECK_EQ(mach_port_deallocate(SELF, inner), KERN_SUCCESS);
    destroy_port(start);
}
