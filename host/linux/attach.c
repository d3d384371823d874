/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/attach.c - from a connection to a task */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/attach.h"
#include "host/linux/client.h"
#include "host/linux/fork.h"
#include "host/linux/launchd.h"
#include "host/linux/machd.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"
#include "host/linux/spawn.h"
#include "host/linux/thread.h"
#include "host/linux/user.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#define ASK_AGAIN (500 * MILLISECOND) /* a launchd that died may have taken the question with it */
#define OVERFLOW_UID 65534u           /* what a user that our user namespace does not know looks like */

/* ---- who is it ---- */

/* Without SO_PEERPIDFD the number may belong to another process by now; a challenge will tell (design section 6). */
static bool needs_challenge(const struct machd *m, int fd, int *pidfd_p)
{
    socklen_t size = sizeof(*pidfd_p);
    return m->options.no_peerpidfd || getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, pidfd_p, &size) != 0;
}

bool attach_take_pidfd(struct machd *m, struct connection *connection)
{
    int one = 1;
    if (!needs_challenge(m, connection->socket.fd, &connection->pidfd))
        return true;
    connection->pidfd = (int)syscall(SYS_pidfd_open, connection->pid, 0);
    if (connection->pidfd < 0 ||
        setsockopt(connection->socket.fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) != 0)
        return false;
    return getrandom(&connection->challenge, sizeof(connection->challenge), GRND_NONBLOCK) ==
           sizeof(connection->challenge);
}

static bool is_alive(const struct connection *connection)
{
    struct pollfd fd = { .fd = connection->pidfd, .events = POLLIN };
    return poll(&fd, 1, 0) == 0;
}

bool attach_serves(const struct machd *m, uint32_t uid)
{
    return m->options.system || m->uid == 0 || uid == m->uid;
}

/* What speaks against this peer; NULL if nothing does. */
static const char *objection(struct machd *m, const struct connection *connection)
{
    struct proc_status status;
    if (!proc_read_status(connection->pid, &status) || !is_alive(connection))
        return "its process has ended";
    if (status.n_namespaces != m->n_own_namespaces)
        return "it lives in another pid namespace than machd"; /* F2 */
    if (connection->uid == OVERFLOW_UID)
        return "it is of a user that machd's user namespace does not know";
    if (status.euid != connection->uid)
        return "its ids have changed since it connected"; /* F176 */
    if (!attach_serves(m, connection->uid))
        return "this machd serves another user"; /* B7 */
    return NULL;
}

/* ---- welcome ---- */

static void send_welcome(struct machd *m, struct connection *connection, const int *fds, int n_fds)
{
    struct attach_packet packet = {
        .magic = ATTACH_MAGIC,
        .type = ATTACH_WELCOME,
        .welcome = { .version = ATTACH_VERSION, .machd_pid = (uint32_t)m->pid },
    };
    m->count.attached++;
    client_send(m, connection, &packet, fds, n_fds);
}

static int make_bell(struct machd *m, struct connection *connection)
{
    int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell < 0 ? -errno : watch_open(m, &connection->bell, WATCH_BELL, bell, EPOLLIN | EPOLLET);
}

/* The area's descriptor is the client's affair from now on. */
static void hand_over(struct machd *m, struct connection *connection)
{
    struct trap_area *area = connection->area[0];
    int fds[3] = { connection->user->table_fd, area->fd, connection->bell.fd };
    send_welcome(m, connection, fds, 3);
    close(area->fd);
    area->fd = -1;
}

static void bind_to(struct machd *m, struct connection *connection, struct process *process)
{
    client_not_half_open(connection);
    connection->state = CONNECTION_ATTACHED;
    connection->process = process;
    list_append(&process->connections, &connection->process_link);
    process->state = PROCESS_ATTACHED;
    process->image_id = connection->image_id;
    spawn_image_begins(m, process);
    if (connection->pidfd >= 0)
        close(connection->pidfd);
    connection->pidfd = -1;
    hand_over(m, connection);
}

static bool has_room(struct machd *m, struct connection *connection)
{
    return user_need_table(m, connection->user) == 0 && area_new(m, connection) == 0 &&
           make_bell(m, connection) == 0;
}

/* ---- the decision ---- */

static uint32_t count_connections(const struct process *process)
{
    uint32_t n = 0;
    list_for_each(node, &process->connections) n++;
    return n;
}

/* A process that had its descriptors closed under libmach's feet comes back with the same image. */
static struct refusal join_image(const struct process *process)
{
    if (process->state == PROCESS_ENDED)
        return (struct refusal){ KERN_FAILURE, "it broke the protocol before" };
    if (count_connections(process) >= CONNECTIONS_PER_PROCESS)
        return (struct refusal){ KERN_RESOURCE_SHORTAGE, "it has too many connections" };
    return (struct refusal){ KERN_SUCCESS, NULL };
}

/* Afterwards the process has a live task of the connection's user, or the attach is refused. */
static struct refusal join(struct machd *m, struct connection *connection, struct process *process)
{
    bool same_user = process_uid(process) == connection->uid;
    bool ok = true;
    if (same_user && process->image_id == connection->image_id && process->state != PROCESS_BARE)
        return join_image(process);
    if (process->state == PROCESS_ATTACHED || (process->state == PROCESS_BARE && !same_user))
        ok = process_exec(m, process, connection->uid);
    else if (process->state == PROCESS_ENDED)
        ok = process_revive(m, process, connection->uid, process_adopt(m, process->pid, connection->uid));
    return ok ? (struct refusal){ KERN_SUCCESS, NULL }
              : (struct refusal){ KERN_RESOURCE_SHORTAGE, "machd is at a limit of this user" };
}

static void join_or_refuse(struct machd *m, struct connection *connection, struct process *process)
{
    struct refusal refusal = join(m, connection, process);
    if (refusal.why)
        client_refuse(m, connection, refusal.kern_return, refusal.why);
    else if (!has_room(m, connection))
        client_refuse(m, connection, KERN_RESOURCE_SHORTAGE, "machd has no memory or descriptors for it");
    else if (!client_pays(connection, kernel_task_account(process->task)))
        client_refuse(m, connection, KERN_RESOURCE_SHORTAGE, "it is at a limit of its task");
    else
        bind_to(m, connection, process);
}

/* Consumes inherit. */
static void found(struct machd *m, struct connection *connection, struct inherit *inherit)
{
    struct refusal refusal = { KERN_RESOURCE_SHORTAGE, "machd has no memory or descriptors for it" };
    struct process *process = NULL;
    if (has_room(m, connection))
        process = process_new(m, connection, inherit, &refusal);
    else if (inherit)
        kernel_inherit_free(m->kernel, inherit);
    if (process && !client_pays(connection, kernel_task_account(process->task))) {
        process_died(m, process);
        process = NULL;
        refusal = (struct refusal){ KERN_RESOURCE_SHORTAGE, "it is at a limit of its task" };
    }
    if (process)
        bind_to(m, connection, process);
    else
        client_refuse(m, connection, refusal.kern_return, refusal.why);
}

static bool lacks_domain(struct machd *m, const struct connection *connection)
{
    return m->launchd.wanted && connection->pid != m->launchd.pid &&
           !kernel_has_domain(m->kernel, connection->uid);
}

static void ask_for_domain(struct machd *m, struct connection *connection, uint64_t now)
{
    connection->asked = now;
    launchd_ask(m, connection->uid);
}

static void decide(struct machd *m, struct connection *connection)
{
    const char *why = objection(m, connection);
    if (why) {
        client_refuse(m, connection, KERN_FAILURE, why);
        return;
    }
    struct process *process = process_find(m, connection->pid);
    if (process && process_is_dead(process)) {
        process_died(m, process);
        process = NULL;
    }
    if (process) {
        join_or_refuse(m, connection, process);
        return;
    }
    struct inherit *inherit = fork_take(m, connection->fork_nonce);
    if (!inherit && connection->pid != m->launchd.pid &&
        !kernel_has_room(m->kernel, connection->uid, UINT64_MAX)) {
        client_refuse(m, connection, KERN_RESOURCE_SHORTAGE,
                      "machd knows as many processes as it may"); /* F156 */
        return;
    }
    if (!inherit && connection->pid != m->launchd.pid)
        inherit = process_adopt(m, connection->pid, connection->uid);
    if (!inherit && lacks_domain(m, connection)) {
        connection->state = CONNECTION_DOMAIN;
        connection->deadline = m->now + 5 * SECOND; /* B8 */
        ask_for_domain(m, connection, m->now);
        return;
    }
    found(m, connection, inherit);
}

bool attach_look_for_domains(struct machd *m, uint64_t now)
{
    bool waits = false;
    list_for_each_safe(node, &m->half_open)
    {
        struct connection *connection = list_entry(node, struct connection, state_link);
        if (connection->state != CONNECTION_DOMAIN || connection->doomed)
            continue;
        if (lacks_domain(m, connection) && now < connection->deadline) {
            waits = true;
            if (now >= connection->asked + ASK_AGAIN)
                ask_for_domain(m, connection, now);
        } else if (process_find(m, connection->pid))
            join_or_refuse(m, connection, process_find(m, connection->pid));
        else if (is_alive(connection))
            found(m, connection, NULL);
        else
            client_doom(m, connection);
    }
    return waits;
}

/* ---- packets ---- */

static void become_tool(struct machd *m, struct connection *connection)
{
    client_not_half_open(connection);
    connection->state = CONNECTION_TOOL;
    send_welcome(m, connection, NULL, 0);
}

static void proven(struct machd *m, struct connection *connection)
{
    connection->state = CONNECTION_HELLO;
    decide(m, connection);
}

static void send_challenge(struct machd *m, struct connection *connection)
{
    struct attach_packet packet = {
        .magic = ATTACH_MAGIC,
        .type = ATTACH_CHALLENGE,
        .fork = { .nonce = connection->challenge },
    };
    connection->state = CONNECTION_CHALLENGED;
    client_send(m, connection, &packet, NULL, 0);
}

bool attach_hello(struct machd *m, struct connection *connection, const struct attach_packet *packet)
{
    if (packet->hello.version != ATTACH_VERSION) {
        client_refuse(m, connection, KERN_FAILURE, "its libmach speaks another version of the protocol");
        return true;
    }
    connection->image_id = packet->hello.image_id;
    connection->fork_nonce = packet->hello.fork_nonce;
    if (packet->hello.flags & ATTACH_FLAG_ADMIN_ONLY)
        become_tool(m, connection);
    else if (connection->challenge)
        send_challenge(m, connection);
    else
        proven(m, connection);
    return true;
}

bool attach_challenged(struct machd *m, struct connection *connection, const struct attach_packet *packet,
                       int32_t pid)
{
    int zero = 0;
    if (packet->fork.nonce != connection->challenge)
        return false;
    connection->challenge = 0;
    setsockopt(connection->socket.fd, SOL_SOCKET, SO_PASSCRED, &zero, sizeof(zero));
    if (pid != connection->pid)
        client_refuse(m, connection, KERN_FAILURE, "another process speaks on its connection");
    else
        proven(m, connection);
    return true;
}
