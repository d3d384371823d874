/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launchd/log.h"
#include "machd_user.h"

#define PF_EXITING 0x4u

/* Of launchd alone the host port is the privileged one (wire/machd.defs). */
static mach_port_t host_priv(void)
{
    static mach_port_t port;

    if (port == MACH_PORT_NULL)
        port = mach_host_self();
    return port;
}

void host_domain_set(uid_t uid, mach_port_t port)
{
    kern_return_t kr = machd_domain_set(host_priv(), uid, port);

    if (kr != KERN_SUCCESS)
        log_line("machd does not take the bootstrap port of uid %u: %d", uid, kr);
}

bool host_port_receiver(mach_port_t port, struct host_receiver *receiver)
{
    return machd_port_receiver(host_priv(), port, &receiver->pid, &receiver->object, &receiver->object_pid) ==
           KERN_SUCCESS;
}

unsigned host_port_refuse(mach_port_t port, kern_return_t result, unsigned *left_p)
{
    uint32_t n = 0;

    *left_p = 0;
    return machd_port_refuse(host_priv(), port, result, &n, left_p) == KERN_SUCCESS ? n : 0;
}

bool host_task_privileged(pid_t pid, uint32_t version)
{
    boolean_t privileged = FALSE;

    return machd_task_privileged(host_priv(), pid, version, &privileged) == KERN_SUCCESS && privileged;
}

bool host_task_command(pid_t pid, uint32_t version, char *command, size_t size)
{
    machd_command_t found;

    if (machd_task_command(host_priv(), pid, version, found) != KERN_SUCCESS)
        return false;
    snprintf(command, size, "%.*s", (int)sizeof(found) - 1, found);
    return true;
}

bool host_process_status(pid_t pid, uint64_t start_time, int *status_p)
{
    return machd_process_status(host_priv(), pid, start_time, status_p) == KERN_SUCCESS;
}

mach_port_t host_task_name(pid_t pid)
{
    mach_port_name_t name = MACH_PORT_NULL;

    if (task_name_for_pid(mach_task_self(), pid, &name) != KERN_SUCCESS)
        return MACH_PORT_NULL;
    return MACH_PORT_VALID(name) ? name : MACH_PORT_NULL;
}

static bool read_proc(pid_t pid, const char *file, char *text, size_t size)
{
    char path[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    return n > 0;
}

uint64_t host_start_time(pid_t pid, bool *running_p)
{
    char text[1024], state, *rest;
    unsigned long long start;
    unsigned flags;

    if (!read_proc(pid, "stat", text, sizeof(text)))
        return 0;
    rest = strrchr(text, ')');
    if (rest == NULL ||
        sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
               &state, &flags, &start) != 3)
        return 0;
    if (running_p != NULL)
        *running_p = state != 'Z' && state != 'X' && !(flags & PF_EXITING);
    return start;
}

void host_comm(pid_t pid, char *command, size_t size)
{
    char text[64] = "";

    read_proc(pid, "comm", text, sizeof(text));
    text[strcspn(text, "\n")] = 0;
    snprintf(command, size, "%s", text);
}
