/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.c - every notification once, taken by functions that mig's stub of <mach/notify.defs> calls
 *
 * The stub knows send-possible when it is made with -DMACH_NOTIFY_SEND_POSSIBLE_EXPECTED.
 *
 * rules: P73 P77 P80 P82
 */
#include <mach/mach.h>
#include <mach/notify.h>
#include <stdio.h>
#include <stdlib.h>

#include "notify_server.h"

static struct {
    int dead_names, no_senders, destroyed, send_once, send_possible;
    mach_port_t returned; /* by port-destroyed */
} seen;

static void must(kern_return_t kr, const char *what)
{
    if (kr == KERN_SUCCESS)
        return;
    mach_error(what, kr);
    exit(EXIT_FAILURE);
}

static void expect(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "not so: %s\n", what);
    exit(EXIT_FAILURE);
}

/* ---- what the stub calls ---- */

kern_return_t do_mach_notify_port_deleted(mach_port_t notify, mach_port_name_t name)
{
    expect(0, "a name was deleted with its request");
    return KERN_SUCCESS;
}

kern_return_t do_mach_notify_send_possible(mach_port_t notify, mach_port_name_t name)
{
    seen.send_possible++;
    return KERN_SUCCESS;
}

kern_return_t do_mach_notify_port_destroyed(mach_port_t notify, mach_port_t rights)
{
    seen.destroyed++;
    seen.returned = rights;
    return KERN_SUCCESS;
}

kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t count)
{
    seen.no_senders++;
    return KERN_SUCCESS;
}

kern_return_t do_mach_notify_send_once(mach_port_t notify)
{
    seen.send_once++;
    return KERN_SUCCESS;
}

/* The notification brought a reference of its own to the dead name. */
kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    seen.dead_names++;
    must(mach_port_mod_refs(mach_task_self(), name, MACH_PORT_RIGHT_DEAD_NAME, -2), "mach_port_mod_refs");
    return KERN_SUCCESS;
}

/* ---- what causes them ---- */

static mach_port_t notify;

static void serve_one(void)
{
    must(mach_msg_server_once(notify_server, 512, notify, MACH_MSG_OPTION_NONE), "mach_msg_server_once");
}

static void ask_for(mach_port_t port, mach_msg_id_t which)
{
    mach_port_t previous;
    must(mach_port_request_notification(mach_task_self(), port, which, 0, notify,
                                        MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
         "mach_port_request_notification");
    expect(previous == MACH_PORT_NULL, "nobody had asked before");
}

static kern_return_t try_to_send(mach_port_t port)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_size = sizeof(message),
                                  .msgh_remote_port = port };
    kern_return_t kr = mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT | MACH_SEND_NOTIFY,
                                sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    if (kr == MACH_SEND_TIMED_OUT)
        mach_msg_destroy(&message); /* it has come back, and with it the copied right */
    return kr;
}

static void fill_and_empty(mach_port_t port)
{
    mach_msg_empty_rcv_t taken;
    mach_port_limits_t limits = { .mpl_qlimit = 1 };
    must(mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                  MACH_PORT_LIMITS_INFO_COUNT),
         "mach_port_set_attributes");
    ask_for(port, MACH_NOTIFY_SEND_POSSIBLE);
    expect(try_to_send(port) == MACH_MSG_SUCCESS, "there is room for one");
    expect(try_to_send(port) == MACH_SEND_TIMED_OUT, "there is no room for two");
    must(mach_msg(&taken.header, MACH_RCV_MSG, 0, sizeof(taken), port, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
         "receive");
}

int main(void)
{
    mach_port_t self = mach_task_self(), port, once;
    mach_msg_type_name_t type;
    must(mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &notify), "mach_port_allocate");
    must(mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port), "mach_port_allocate");
    must(mach_port_insert_right(self, port, port, MACH_MSG_TYPE_MAKE_SEND), "mach_port_insert_right");

    fill_and_empty(port);
    serve_one();
    expect(seen.send_possible == 1, "send possible");

    ask_for(port, MACH_NOTIFY_NO_SENDERS);
    must(mach_port_deallocate(self, port), "mach_port_deallocate");
    serve_one();
    expect(seen.no_senders == 1, "no senders");

    ask_for(port, MACH_NOTIFY_PORT_DESTROYED);
    must(mach_port_mod_refs(self, port, MACH_PORT_RIGHT_RECEIVE, -1), "mach_port_mod_refs");
    serve_one();
    expect(seen.destroyed == 1 && MACH_PORT_VALID(seen.returned), "port destroyed");

    port = seen.returned;
    must(mach_port_insert_right(self, port, port, MACH_MSG_TYPE_MAKE_SEND), "mach_port_insert_right");
    ask_for(port, MACH_NOTIFY_DEAD_NAME);
    must(mach_port_mod_refs(self, port, MACH_PORT_RIGHT_RECEIVE, -1), "mach_port_mod_refs");
    serve_one();
    expect(seen.dead_names == 1, "dead name");

    must(mach_port_extract_right(self, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type),
         "mach_port_extract_right");
    must(mach_port_deallocate(self, once), "mach_port_deallocate");
    serve_one();
    expect(seen.send_once == 1, "send once");
    return EXIT_SUCCESS;
}
