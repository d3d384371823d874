/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/unprioritized.c - with prioritize-launch off a service that checks in is pushed by nobody (D15) */
#include "tests/push/helper.h"

TEST(without_prioritised_launches_a_check_in_is_pushed_by_nobody, "T64 T104 T105")
{
    mach_port_t port = port_with_send();
    struct helper helper;
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    struct caller caller = { .dest = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(&caller);
    helper_start(&helper, MACH_SEND_SYNC_BOOTSTRAP_CHECKIN);
    hand_over(&helper, port);
    CHECK_EQ(base_of(helper.thread), 31);
    CHECK_EQ(push_of(helper.thread), 0);
    step(&helper);
    CHECK_EQ(helper.base_with_right, 31);
    CHECK_EQ(push_of(helper.thread), 0);
    step(&helper);
    step(&helper);
    helper_end(&helper);
    port_gone(helper.got);
    CHECK_EQ(caller_end(&caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}
