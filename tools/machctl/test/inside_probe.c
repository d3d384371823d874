/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/test/inside_probe.c - a Mach program to be looked into: makes what its word says, prints what it made as
 * shell assignments in the file of its second word, and waits to be killed
 */
#include <mach/mach.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *told;

static void tell(const char *name, unsigned value)
{
    fprintf(told, "%s=0x%08x\n", name, value);
}

static mach_port_t receive_right(void)
{
    mach_port_t port = MACH_PORT_NULL;

    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    return port;
}

static kern_return_t send_to(mach_port_t port, mach_msg_bits_t bits, int id)
{
    mach_msg_header_t message = {
        .msgh_bits = bits, .msgh_size = sizeof(message), .msgh_remote_port = port, .msgh_id = id
    };

    return mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

/* One of each kind of name. */
static void make_names(void)
{
    mach_port_t port = receive_right(), full = receive_right(), dead = receive_right(), set, previous;
    mach_port_context_t guard = 0x1234;

    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 2);
    mach_port_guard(mach_task_self(), port, guard, 0);
    mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_NO_SENDERS, 1, port,
                                   MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    send_to(full, MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0), 4711);
    send_to(full, MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0), 4712);
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set);
    mach_port_insert_member(mach_task_self(), full, set);
    mach_port_insert_right(mach_task_self(), dead, dead, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_mod_refs(mach_task_self(), dead, MACH_PORT_RIGHT_RECEIVE, -1);
    tell("PORT", port);
    tell("FULL", full);
    tell("SET", set);
    tell("DEAD", dead);
}

static void make_many(void)
{
    for (int i = 0; i < 20000; i++)
        receive_right();
}

static void make(const char *word)
{
    if (strcmp(word, "names") == 0)
        make_names();
    else if (strcmp(word, "many") == 0)
        make_many();
    else
        exit(2);
}

int main(int argc, char **argv)
{
    if (argc != 3 || (told = fopen(argv[2], "w")) == NULL)
        return 2;
    make(argv[1]);
    fprintf(told, "READY=1\n");
    fclose(told);
    for (;;)
        pause();
}
