/* SPDX-License-Identifier: Apache-2.0 */
/* with.c - a test of several files: what it calls is in catch.c, and between the two stands a server that mig made */
#include <darwintest.h>
#include <mach/mach_exc.h>
#include "excserver.h"

extern int n_caught;

static void *serve(void *port)
{
    T_ASSERT_MACH_SUCCESS(mach_msg_server_once(mach_exc_server, 4096, *(mach_port_t *)port,
                                               MACH_MSG_OPTION_NONE),
                          NULL);
    return NULL;
}

T_DECL(a_server_of_migs_is_linked, "an exception reaches the other file")
{
    pthread_t thread;
    mach_port_t port;
    mach_exception_data_type_t codes[2] = { 5, 6 };
    T_ASSERT_MACH_SUCCESS(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), NULL);
    T_ASSERT_MACH_SUCCESS(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND), NULL);
    T_ASSERT_POSIX_ZERO(pthread_create(&thread, NULL, serve, &port), NULL);
    T_ASSERT_MACH_SUCCESS(mach_exception_raise(port, mach_thread_self(), mach_task_self(), EXC_BREAKPOINT,
                                               codes, 2),
                          NULL);
    T_ASSERT_POSIX_ZERO(pthread_join(thread, NULL), NULL);
    T_ASSERT_EQ(n_caught, 11, "both codes arrived");
    T_PERF("caught", n_caught, "codes", "a figure is told");
}
