/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/bootstrap_host.c - what launchd finds outside Mach when it is fuzzed: processes that always live,
 * no descriptors, nothing that could be started */
#include <errno.h>
#include <mach/mach_traps.h>
#include <stdio.h>
#include <stdlib.h>

#include "launchd/events.h"
#include "launchd/helper.h"
#include "launchd/host.h"
#include "launchd/log.h"
#include "launchd/loop.h"
#include "launchd/process.h"

/* ---- host.h ---- */

void host_domain_set(uid_t uid, mach_port_t port)
{
    (void)uid;
    (void)port;
}

/* Each right is the last asker's own: third parties are those with an odd name. */
bool host_port_receiver(mach_port_t port, struct host_receiver *receiver)
{
    *receiver = (struct host_receiver){ .pid = (int)(port >> 8) & 1 };
    return (port >> 9) & 1;
}

unsigned host_port_refuse(mach_port_t port, kern_return_t result, unsigned *left_p)
{
    *left_p = 0;
    (void)port;
    (void)result;
    return 0;
}

bool host_task_privileged(pid_t pid, uint32_t version)
{
    (void)version;
    return pid % 2 == 0;
}

bool host_task_command(pid_t pid, uint32_t version, char *command, size_t size)
{
    (void)version;
    snprintf(command, size, "client-%d", (int)pid);
    return true;
}

bool host_process_status(pid_t pid, uint64_t start_time, int *status_p)
{
    (void)pid;
    (void)start_time;
    (void)status_p;
    return false;
}

mach_port_t host_task_name(pid_t pid)
{
    mach_port_name_t name = MACH_PORT_NULL;

    return task_name_for_pid(mach_task_self(), pid, &name) == KERN_SUCCESS && MACH_PORT_VALID(name)
               ? name
               : MACH_PORT_NULL;
}

uint64_t host_start_time(pid_t pid, bool *running_p)
{
    if (running_p != NULL)
        *running_p = true;
    return (uint64_t)pid;
}

void host_comm(pid_t pid, char *command, size_t size)
{
    snprintf(command, size, "client-%d", (int)pid);
}

/* ---- log.h ---- */

void log_line(const char *format, ...)
{
    (void)format;
}

_Noreturn void log_broken(const char *expression, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, expression);
    abort();
}

/* ---- events.h ---- */

bool event_watch(struct event *event, int fd, uint32_t events, void (*ready)(struct event *event))
{
    (void)events;
    event->fd = fd;
    event->ready = ready;
    return true;
}

void event_clear(struct event *event)
{
    event->fd = -1;
}

bool events_watch_port(uint64_t job, mach_port_t port, enum port_watch how)
{
    (void)job;
    (void)port;
    (void)how;
    return true;
}

static mach_port_t served;

bool events_serve_port(mach_port_t port)
{
    if (served == MACH_PORT_NULL)
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &served);
    return mach_port_insert_member(mach_task_self(), port, served) == KERN_SUCCESS;
}

void events_unserve_port(mach_port_t port)
{
    (void)port;
}

_Noreturn void events_run(void)
{
    union {
        mach_msg_header_t header;
        char room[4096];
    } message;

    while (true) {
        if (mach_msg(&message.header,
                     MACH_RCV_MSG | MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                         MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                     0, sizeof(message), served, 0, MACH_PORT_NULL) == KERN_SUCCESS)
            loop_serve(&message.header);
    }
}

void events_set_alarm(void)
{
}

/* ---- process.h ---- */

int process_make(const struct process_plan *plan, struct spawned *spawned)
{
    (void)plan;
    (void)spawned;
    return EAGAIN;
}

void process_release(struct spawned *spawned)
{
    (void)spawned;
}

void process_abandon(struct spawned *spawned)
{
    (void)spawned;
}

int process_outcome(int report, uint64_t ticket)
{
    (void)report;
    (void)ticket;
    return 0;
}

/* ---- helper.h ---- */

bool helper_start(struct helper *helper, const char *program, uid_t uid, char **words,
                  void (*says)(struct event *event))
{
    (void)program;
    (void)uid;
    (void)words;
    (void)says;
    helper->event.fd = -1;
    return false;
}

void helper_end(struct helper *helper)
{
    (void)helper;
}
