/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.c - a child that is born with ports of its parent's choice: three ways to one port */
#include <crt_externs.h>
#include <err.h>
#include <fcntl.h>
#include <mach/mach.h>
#include <signal.h>
#include <spawn.h>
#include <spawn_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS 7

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

static void must_be_0(int error, const char *what)
{
    if (error != 0)
        errx(1, "%s: %s", what, strerror(error));
}

static void say(mach_port_t port, int id)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_size = sizeof(message),
                                  .msgh_remote_port = port,
                                  .msgh_id = id };
    must(mach_msg_send(&message), "mach_msg_send");
}

static void expect(mach_port_t port, int id)
{
    mach_msg_empty_rcv_t in;
    must(mach_msg(&in.header, MACH_RCV_MSG, 0, sizeof(in), port, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
         "receive");
    if (in.header.msgh_id != id)
        errx(1, "message %d, not %d", in.header.msgh_id, id);
}

/* Three ways lead to the same port. */
static int child(void)
{
    mach_port_array_t registered;
    mach_msg_type_number_t n_registered, n = EXC_TYPES_COUNT;
    exception_mask_t masks[EXC_TYPES_COUNT];
    mach_port_t handlers[EXC_TYPES_COUNT];
    exception_behavior_t behaviors[EXC_TYPES_COUNT];
    thread_state_flavor_t flavors[EXC_TYPES_COUNT];
    must(mach_ports_lookup(mach_task_self(), &registered, &n_registered), "mach_ports_lookup");
    must(task_get_exception_ports(mach_task_self(), EXC_MASK_CRASH, masks, &n, handlers, behaviors, flavors),
         "task_get_exception_ports");
    if (n_registered < 1 || n != 1 || masks[0] != EXC_MASK_CRASH || behaviors[0] != EXCEPTION_DEFAULT)
        errx(1, "what the parent chose");
    if (registered[0] != bootstrap_port || handlers[0] != bootstrap_port)
        errx(1, "one port has one name");
    say(bootstrap_port, 1);
    say(registered[0], 2);
    return STATUS;
}

int main(int argc, char *argv[])
{
    mach_port_t port;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t all;
    pid_t pid;
    int status;
    char *words[] = { argv[0], "child", NULL };
    if (argc > 1)
        return child();
    must(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), "mach_port_allocate");
    must(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND),
         "mach_port_insert_right");

    must_be_0(posix_spawnattr_init(&attributes), "posix_spawnattr_init");
    must_be_0(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_CLOEXEC_DEFAULT),
              "flags");
    sigfillset(&all);
    must_be_0(posix_spawnattr_setsigdefault(&attributes, &all), "posix_spawnattr_setsigdefault");
    must_be_0(posix_spawnattr_setspecialport_np(&attributes, port, TASK_BOOTSTRAP_PORT), "special port");
    must_be_0(posix_spawnattr_setexceptionports_np(&attributes, EXC_MASK_CRASH, port, EXCEPTION_DEFAULT,
                                                   THREAD_STATE_NONE),
              "exception port");
    must_be_0(posix_spawnattr_set_registered_ports_np(&attributes, &port, 1), "registered port");
    must_be_0(posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
    must_be_0(posix_spawn_file_actions_addinherit_np(&actions, STDERR_FILENO), "addinherit");
    must_be_0(posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0), "addopen");
    must_be_0(posix_spawn(&pid, argv[0], &actions, &attributes, words, *_NSGetEnviron()), "posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);

    expect(port, 1);
    expect(port, 2);
    waitpid(pid, &status, 0);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == STATUS);
}
