/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/file_port.c - descriptors that travel as send rights (F141); machd keeps them meanwhile */
#include <errno.h>
#include <fcntl.h>
#include <mach/mach.h>
#include <sys/fileport.h>

#include "libmach/connection/segment.h"
#include "libmach/kqueue/kqueue.h"
#include "libmach/message/guard.h"
#include "libmach/message/trap.h"
#include "libmach/process/file_port.h"

static int fail(int error)
{
    errno = error;
    return -1;
}

int fileport_makeport(int fd, fileport_t *port)
{
    uint64_t value[3] = { 0 };
    if (fcntl(fd, F_GETFD) < 0)
        return fail(EBADF);
    if (kqueue_is(fd))
        return fail(EINVAL);
    uint32_t id = transport_thread(NULL) != NULL ? segment_give_file(fd) : 0;
    if (id == 0)
        return fail(EAGAIN);
    kern_return_t kr = TRAP_KR(TRAP_FILE_PORT, value, id);
    if (kr != KERN_SUCCESS)
        return fail(kr == KERN_NOT_SUPPORTED ? ENOTSUP : EAGAIN);
    fileport_t name = (fileport_t)value[0];
    if (guard_copy(port, &name, sizeof name))
        return 0;
    mach_port_deallocate(mach_task_self(), name);
    return fail(EFAULT);
}

int fileport_makefd(fileport_t port)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_FILE_PORT_OPEN, value, port);
    if (kr != KERN_SUCCESS)
        return fail(kr == KERN_RESOURCE_SHORTAGE ? EAGAIN : EINVAL);
    int fd = segment_take_file((uint32_t)value[0]);
    return fd >= 0 ? fd : fail(EMFILE);
}

/* ---- as file actions of posix_spawn ---- */

static bool is_named(const struct spawn_actions *actions, int fd)
{
    for (size_t i = 0; i < actions->n; i++)
        if (actions->action[i].fd == fd || actions->action[i].source == fd)
            return true;
    return false;
}

/* Where no action comes across it; -1. Consumes fd. */
static int out_of_the_way(const struct spawn_actions *actions, int fd)
{
    int low = 512, high = -1;
    if (fd >= 0 && (high = fcntl(fd, F_DUPFD_CLOEXEC, low)) < 0)
        high = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* few are allowed */
    while (high >= 0 && is_named(actions, high)) {
        close(high);
        high = fcntl(fd, F_DUPFD_CLOEXEC, high + 1);
    }
    if (fd >= 0)
        close(fd);
    return high;
}

void file_ports_open(const struct spawn_actions *actions)
{
    for (size_t i = 0; i < actions->n; i++) {
        struct spawn_action *action = &actions->action[i];
        if (action->kind == SPAWN_FILEPORT)
            action->source = out_of_the_way(actions, fileport_makefd(action->port));
    }
}

void file_ports_close(const struct spawn_actions *actions)
{
    for (size_t i = 0; i < actions->n; i++)
        if (actions->action[i].kind == SPAWN_FILEPORT && actions->action[i].source >= 0)
            close(actions->action[i].source);
}
