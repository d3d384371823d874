/* SPDX-License-Identifier: Apache-2.0 */
/* tests/kqueue/policy.c - what a thread of the pool may ask for itself (T28, T27) */
#include <mach/thread_policy.h>

#include "tests/kqueue/common.h"

static kern_return_t set_of_servicer;
static struct thread_policy_state state_of_servicer;

static int ask(struct loop *loop, struct kevent_qos_s *events, int n)
{
    mach_port_t self = mach_thread_self();
    thread_precedence_policy_data_t precedence = { .importance = 5 };
    mach_msg_type_number_t count = THREAD_POLICY_STATE_COUNT;
    boolean_t get_default = FALSE;
    set_of_servicer = thread_policy_set(self, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                                        THREAD_PRECEDENCE_POLICY_COUNT);
    CHECK_EQ(thread_policy_get(self, THREAD_POLICY_STATE, (thread_policy_t)&state_of_servicer, &count,
                               &get_default),
             OK);
    mach_port_deallocate(SELF, self);
    return 0;
}

TEST(the_policy_of_a_thread_of_the_pool_is_not_to_be_set, "T28 T27")
{
    struct loop loop = { .body = ask };
    mach_port_t port = monitored_new(&loop);
    post(port, 0, 0);
    until_done(&loop, 1);
    CHECK_EQ(set_of_servicer, KERN_POLICY_STATIC);
    CHECK(state_of_servicer.flags & THREAD_POLICY_STATE_FLAG_STATIC_PARAM);
    monitored_end(&loop, port);
}
