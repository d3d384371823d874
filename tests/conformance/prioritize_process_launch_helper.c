/* SPDX-License-Identifier: Apache-2.0 */
/* prioritize_process_launch_helper.c - what the tests of prioritised launch start; one word says what it does
 *
 *   EXIT           exits with the priority of its main thread
 *   EXEC           becomes itself with EXIT, by execve with no environment
 *   SETEXEC        the same by posix_spawn
 *   SETEXEC_PORTS  tries that with a watch port, and exits with the error
 *   WAIT           until it is no longer at 47; exits with what it is at then
 *   MULTIWAIT      the same, then until it is no longer at 37
 *   MSGSYNC        gets a service's receive right from its launcher and sees the push stay; exits with 31, or with 0
 */
#include <errno.h>
#include <mach/mach.h>
#include <spawn.h>
#include <spawn_private.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PUSHED = 47, PUSHED_LESS = 37, OWN = 31, TIMEOUT_MS = 10000, LOOKING_S = 2, BROKEN = 101 };

static int priority(void)
{
    thread_extended_info_data_t info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    mach_port_t thread = mach_thread_self();
    kern_return_t kr = thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    mach_port_deallocate(mach_task_self(), thread);
    return kr == KERN_SUCCESS ? info.pth_curpri : BROKEN;
}

static int wait_while(int level)
{
    while (priority() == level)
        sleep(1);
    return priority();
}

/* ---- becoming itself ---- */

static int exec_exit(char *self)
{
    char *argv[] = { self, "EXIT", NULL };
    execve(self, argv, NULL);
    return BROKEN;
}

/* Comes back with an error. */
static int spawn_exit(char *self, mach_port_t *ports, int n)
{
    char *argv[] = { self, "EXIT", NULL };
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETEXEC);
    if (n > 0)
        posix_spawnattr_set_importancewatch_port_np(&attributes, n, ports);
    int error = posix_spawn(NULL, self, NULL, &attributes, argv, NULL);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static int spawn_exit_with_port(char *self)
{
    mach_port_t port = MACH_PORT_NULL;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS ||
        mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS)
        return BROKEN;
    return spawn_exit(self, &port, 1);
}

/* ---- the check-in ---- */

struct right_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_max_trailer_t trailer;
};

static bool ask(mach_port_t launcher, mach_port_t reply)
{
    mach_msg_header_t header = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_size = sizeof(header),
        .msgh_remote_port = launcher,
        .msgh_local_port = reply,
        .msgh_id = 0x100,
    };
    return mach_msg(&header,
                    MACH_SEND_MSG | MACH_SEND_TIMEOUT | MACH_SEND_OVERRIDE | MACH_SEND_SYNC_BOOTSTRAP_CHECKIN,
                    header.msgh_size, 0, MACH_PORT_NULL, TIMEOUT_MS, 0) == MACH_MSG_SUCCESS;
}

static mach_port_t receive_right(mach_port_t reply, mach_port_t launcher)
{
    struct right_message message = { 0 };
    kern_return_t kr = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT, 0, sizeof(message), reply,
                                MACH_MSG_TIMEOUT_NONE, launcher);
    return kr == MACH_MSG_SUCCESS ? message.port.name : MACH_PORT_NULL;
}

static bool receive_message(mach_port_t service)
{
    struct right_message message = { 0 };
    return mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), service, MACH_MSG_TIMEOUT_NONE,
                    MACH_PORT_NULL) == MACH_MSG_SUCCESS;
}

static bool is_at(int level, const char *when)
{
    int now = priority();
    if (now != level)
        printf("helper: at %d, not %d, %s\n", now, level, when);
    return now == level;
}

static int check_in(void)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    if (!is_at(PUSHED, "at first") || mach_ports_lookup(mach_task_self(), &ports, &n) != KERN_SUCCESS || n < 1)
        return 0;
    mach_port_t launcher = ports[0], reply = thread_get_special_reply_port();
    if (!ask(launcher, reply))
        return 0;
    sleep(LOOKING_S);
    if (!is_at(PUSHED, "with the request sent"))
        return 0;
    mach_port_t service = receive_right(reply, launcher);
    if (service == MACH_PORT_NULL || !is_at(PUSHED, "with the receive right") || !receive_message(service))
        return 0;
    return is_at(OWN, "with the message received") ? OWN : 0;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "EXIT") == 0)
        return priority();
    if (strcmp(word, "EXEC") == 0)
        return exec_exit(argv[0]);
    if (strcmp(word, "SETEXEC") == 0)
        return spawn_exit(argv[0], NULL, 0);
    if (strcmp(word, "SETEXEC_PORTS") == 0)
        return spawn_exit_with_port(argv[0]);
    if (strcmp(word, "WAIT") == 0)
        return wait_while(PUSHED);
    if (strcmp(word, "MULTIWAIT") == 0)
        return wait_while(PUSHED), wait_while(PUSHED_LESS);
    if (strcmp(word, "MSGSYNC") == 0)
        return check_in();
    fprintf(stderr, "usage: %s EXIT|EXEC|SETEXEC|SETEXEC_PORTS|WAIT|MULTIWAIT|MSGSYNC\n", argv[0]);
    return BROKEN;
}
