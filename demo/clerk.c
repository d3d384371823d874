/* SPDX-License-Identifier: Apache-2.0 */
/* demo/clerk.c - a server: one name, and a port of its own for each customer
 *
 * All ports are in one set; which one a message came to is in its header. A session ends when nobody holds a send right to
 * its port any more, whichever way they lost it: the kernel says so with a no-senders notification.
 */
#include <mach/notify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo/demo.h"

static mach_port_t set, notify;

static void add(mach_port_t port)
{
    demo_check(mach_port_move_member(mach_task_self(), port, set), "add to the set");
}

static pid_t sender(const struct demo_received *received)
{
    return (pid_t)received->trailer.msgh_audit.val[5];
}

static void open_session(const struct demo_received *request)
{
    mach_port_t session = demo_port();
    struct demo_message answer;

    add(session);
    demo_say("clerk", "makes a port for customer[%d] and puts a send right to it into the reply",
             (int)sender(request));
    demo_message_init(&answer, DEMO_OPEN, MACH_PORT_NULL, "yours");
    demo_put_right(&answer, 0, session, MACH_MSG_TYPE_MAKE_SEND);
    demo_notify(session, MACH_NOTIFY_NO_SENDERS, 1, notify);
    demo_answer(request, &answer);
}

/* Every byte is read, so that the figure is honest. */
static void take_bytes(const struct demo_received *request)
{
    const mach_msg_ool_descriptor_t *memory = &request->message.memory;
    struct demo_message answer;
    char text[32];

    snprintf(text, sizeof(text), "%08x", demo_checksum(memory->address, memory->size));
    vm_deallocate(mach_task_self(), (vm_address_t)memory->address, memory->size);
    demo_message_init(&answer, DEMO_BYTES, MACH_PORT_NULL, text);
    demo_answer(request, &answer);
}

static void repeat(const struct demo_received *request)
{
    struct demo_message answer;

    if (request->message.header.msgh_id == DEMO_SAY)
        demo_say("clerk", "hears through the session: \"%s\", from process %d", request->message.text,
                 (int)sender(request));
    demo_message_init(&answer, request->message.header.msgh_id, MACH_PORT_NULL, request->message.text);
    demo_answer(request, &answer);
}

static void session_over(void)
{
    struct demo_message note;
    mach_port_t tour;

    demo_say("clerk", "no-senders: nobody can write to the session any more, so it is closed");
    demo_check(bootstrap_look_up(bootstrap_port, TOUR_NAME, &tour), "look up " TOUR_NAME);
    demo_message_init(&note, DEMO_SESSION_OVER, tour, "");
    demo_send(&note);
}

static void serve(const struct demo_received *request)
{
    switch (request->message.header.msgh_id) {
    case DEMO_ECHO:
    case DEMO_SAY: repeat(request); break;
    case DEMO_OPEN: open_session(request); break;
    case DEMO_BYTES: take_bytes(request); break;
    case MACH_NOTIFY_NO_SENDERS: session_over(); break;
    }
}

int main(void)
{
    struct demo_received request;
    mach_port_t service;

    demo_check(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set), "allocate a port set");
    notify = demo_port();
    add(notify);
    demo_check(bootstrap_check_in(bootstrap_port, CLERK_NAME, &service), "check in " CLERK_NAME);
    demo_say("clerk", "checks in %s: the receive right, and what waits on it", CLERK_NAME);
    add(service);
    while (true) {
        demo_receive(set, &request);
        serve(&request);
    }
}
