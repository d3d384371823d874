/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/test/util.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bootstrap_user.h"

/* ---- children ---- */

struct child child_start(void (*fn)(struct child *parent, const char *argument), const char *argument)
{
    int down[2], up[2];
    struct child child, parent;

    REQUIRE_EQ(pipe(down), 0);
    REQUIRE_EQ(pipe(up), 0);
    fflush(NULL);
    child = (struct child){ .pid = fork(), .to = down[1], .from = up[0] };
    REQUIRE_GE(child.pid, 0);
    if (child.pid == 0) {
        close(down[1]);
        close(up[0]);
        parent = (struct child){ .pid = getppid(), .to = up[1], .from = down[0] };
        fn(&parent, argument);
        fflush(NULL);
        _exit(0);
    }
    close(down[0]);
    close(up[1]);
    return child;
}

void child_tell(struct child *child, int value)
{
    (void)!write(child->to, &value, sizeof(value));
}

int child_hear(struct child *child)
{
    int value = -1;

    return read(child->from, &value, sizeof(value)) == sizeof(value) ? value : -1;
}

int child_wait(struct child *child)
{
    int status = 0;

    close(child->to);
    close(child->from);
    REQUIRE_EQ(waitpid(child->pid, &status, 0), child->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void child_kill(struct child *child)
{
    kill(child->pid, SIGKILL);
    child_wait(child);
}

static void hold_name(struct child *parent, const char *name)
{
    mach_port_t port;

    child_tell(parent, check_in(bootstrap_port, name, &port));
    child_hear(parent);
}

struct child child_with_name(const char *name)
{
    struct child child = child_start(hold_name, name);

    REQUIRE_EQ(child_hear(&child), KERN_SUCCESS);
    return child;
}

/* ---- calls ---- */

kern_return_t look(const char *name, mach_port_t *port)
{
    return bootstrap_look_up(bootstrap_port, name, port);
}

kern_return_t look_result(mach_port_t domain, const char *name)
{
    mach_port_t port;
    kern_return_t kr = bootstrap_look_up(domain, name, &port);

    if (kr == KERN_SUCCESS && MACH_PORT_VALID(port))
        mach_port_deallocate(mach_task_self(), port);
    return kr;
}

kern_return_t check_in(mach_port_t domain, const char *name, mach_port_t *port)
{
    return bootstrap_check_in(domain, name, port);
}

kern_return_t enlist(mach_port_t domain, const char *name, mach_port_t port)
{
    name_t copy;

    snprintf(copy, sizeof(copy), "%s", name);
    return bootstrap_register(domain, copy, port);
}

void drop_receive(mach_port_t port)
{
    CHECK_EQ(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
}

mach_port_t port_new(void)
{
    mach_port_t port = MACH_PORT_NULL;

    REQUIRE_EQ(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), KERN_SUCCESS);
    return port;
}

mach_port_t port_with_send(void)
{
    mach_port_t port = port_new();

    REQUIRE_EQ(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND), KERN_SUCCESS);
    return port;
}

mach_port_urefs_t send_refs(mach_port_t name)
{
    mach_port_urefs_t refs = 0;

    return mach_port_get_refs(mach_task_self(), name, MACH_PORT_RIGHT_SEND, &refs) == KERN_SUCCESS ? refs : 0;
}

mach_port_type_t type_of(mach_port_t name)
{
    mach_port_type_t type = 0;

    return mach_port_type(mach_task_self(), name, &type) == KERN_SUCCESS ? type & 0x1f0000 : 0;
}

kern_return_t send_id(mach_port_t port, int id)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_size = sizeof(message),
                                  .msgh_remote_port = port,
                                  .msgh_id = id };

    return mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

int receive_id(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        char room[512];
    } message;
    kern_return_t kr = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), port,
                                1000, MACH_PORT_NULL);

    if (kr != KERN_SUCCESS)
        return 0;
    mach_msg_destroy(&message.header);
    return message.header.msgh_id;
}

void sleep_ms(int ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

    nanosleep(&t, NULL);
}

bool eventually(bool (*holds)(const void *context), const void *context)
{
    for (int i = 0; i < 2500; i++) {
        if (holds(context))
            return true;
        sleep_ms(2);
    }
    return false;
}

/* ---- launchd ---- */

pid_t launchd_pid(void)
{
    unsigned uid;
    name_t name;
    int pid = -1;

    while (bootstrap_rpc_domain_info(bootstrap_port, name, &uid, &pid) == MIG_SERVER_DIED)
        ;
    REQUIRE_GT(pid, 0);
    return pid;
}

void domain_name(mach_port_t domain, name_t name)
{
    unsigned uid;
    int pid;

    REQUIRE_EQ(bootstrap_rpc_domain_info(domain, name, &uid, &pid), KERN_SUCCESS);
}

bool system_mode(void)
{
    return geteuid() == 0;
}

const char *listing(mach_port_t domain)
{
    static char text[1 << 16];
    mach_msg_type_number_t n_names, n_jobs, n_statuses;
    bootstrap_status_array_t statuses;
    name_array_t names, jobs;
    size_t at = 0;

    text[0] = 0;
    REQUIRE_EQ(bootstrap_info(domain, &names, &n_names, &jobs, &n_jobs, &statuses, &n_statuses, 0),
               KERN_SUCCESS);
    CHECK_EQ(n_names, n_jobs);
    CHECK_EQ(n_names, n_statuses);
    for (unsigned i = 0; i < n_names && at < sizeof(text); i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%c %s (%s)\n", "IAD"[statuses[i]], names[i],
                               jobs[i]);
    if (n_names > 0) {
        vm_deallocate(mach_task_self(), (vm_address_t)names, n_names * sizeof(*names));
        vm_deallocate(mach_task_self(), (vm_address_t)jobs, n_jobs * sizeof(*jobs));
        vm_deallocate(mach_task_self(), (vm_address_t)statuses, n_statuses * sizeof(*statuses));
    }
    return text;
}
