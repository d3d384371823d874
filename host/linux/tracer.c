/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/client.h"
#include "host/linux/machd.h"
#include "host/linux/shared.h"
#include "host/linux/tracer.h"
#include "host/linux/user.h"

#define TRACERS_MAX 8u
#define TRACERS_PER_USER 2u

struct tracer {
    struct list link; /* machd.tracers */
    struct trace_ring *ring;
    struct user *user; /* borrowed from its connection */
    uint32_t uid;
    int32_t pid; /* of this process only; 0: of all that the uid may see */
};

/* ---- telling ---- */

static bool wants(const struct tracer *tracer, const struct trace_event *event, const struct task *task)
{
    if (task ? !kernel_task_may_be_seen(task, tracer->uid) : tracer->uid != 0)
        return false;
    return tracer->pid == 0 || tracer->pid == event->pid ||
           (event->kind != TRACE_TRAP && tracer->pid == event->message.peer_pid);
}

/* Who receives is told to those who may see it. */
static void tell(struct tracer *tracer, const struct trace_event *event, const struct task *peer)
{
    struct trace_event copy;
    if (!peer || kernel_task_may_be_seen(peer, tracer->uid)) {
        trace_write(tracer->ring, event);
        return;
    }
    copy = *event;
    copy.message.peer_pid = 0;
    trace_write(tracer->ring, &copy);
}

static void on_event(void *context, struct trace_event *event, const struct task *task,
                     const struct task *peer)
{
    struct machd *m = context;
    event->time = clock_now();
    list_for_each(node, &m->tracers)
    {
        struct tracer *tracer = list_entry(node, struct tracer, link);
        if (wants(tracer, event, task))
            tell(tracer, event, peer);
    }
}

/* ---- life ---- */

static bool is_room_for_one(const struct machd *m, const struct user *user)
{
    uint32_t n = 0, n_of_user = 0;
    list_for_each(node, &m->tracers)
    {
        n++;
        n_of_user += list_entry(node, struct tracer, link)->user == user;
    }
    return n < TRACERS_MAX && n_of_user < TRACERS_PER_USER;
}

static struct trace_ring *ring_make(struct user *user, int *fd_p)
{
    void *ring = NULL;
    if (!account_charge(user->account, ACCOUNT_BYTES, sizeof(struct trace_ring)))
        return NULL;
    if (shared_make("machd-trace", sizeof(struct trace_ring), &ring, fd_p) != 0)
        account_release(user->account, ACCOUNT_BYTES, sizeof(struct trace_ring));
    return ring;
}

static struct tracer *tracer_make(struct machd *m, const struct connection *connection, int32_t pid, int *fd_p)
{
    struct tracer *tracer = is_room_for_one(m, connection->user) ? calloc(1, sizeof(*tracer)) : NULL;
    if (!tracer)
        return NULL;
    tracer->ring = ring_make(connection->user, fd_p);
    if (!tracer->ring) {
        free(tracer);
        return NULL;
    }
    tracer->user = connection->user;
    tracer->uid = connection->uid;
    tracer->pid = pid;
    list_append(&m->tracers, &tracer->link);
    return tracer;
}

void tracer_begin(struct machd *m, struct connection *connection, int32_t pid)
{
    struct attach_packet answer = { .magic = ATTACH_MAGIC, .type = ATTACH_TRACING };
    int fd = -1;
    if (!connection->tracer)
        connection->tracer = tracer_make(m, connection, pid, &fd);
    answer.tracing.kern_return = fd >= 0 ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
    client_send(m, connection, &answer, &fd, fd >= 0);
    if (fd < 0)
        return;
    close(fd);
    kernel_tap(m->kernel, on_event, m);
}

void tracer_end(struct machd *m, struct connection *connection)
{
    struct tracer *tracer = connection->tracer;
    if (!tracer)
        return;
    list_remove(&tracer->link);
    munmap(tracer->ring, sizeof(*tracer->ring));
    account_release(tracer->user->account, ACCOUNT_BYTES, sizeof(*tracer->ring));
    free(tracer);
    connection->tracer = NULL;
    if (list_is_empty(&m->tracers))
        kernel_tap(m->kernel, NULL, NULL);
}
