/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/client.c - connections: accept, packets in and out, end */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/linux/attach.h"
#include "host/linux/client.h"
#include "host/linux/closing.h"
#include "host/linux/ids.h"
#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "host/linux/outgoing.h"
#include "host/linux/process.h"
#include "host/linux/requests.h"
#include "host/linux/segment.h"
#include "host/linux/settle.h"
#include "host/linux/thread.h"
#include "host/linux/tracer.h"
#include "host/linux/user.h"

#define ACCEPTS_PER_PASS 8
#define PACKETS_PER_PASS 8
#define PACKETS_KEPT_MAX 256u     /* of one connection; a socket of the usual size holds a quarter of that */
#define CONNECTION_DESCRIPTORS 3u /* socket, bell, and the pidfd or an area on its way */
#define CONNECTION_BYTES (sizeof(struct connection) + 4 * sizeof(struct watch_slot))

/* ---- half open ---- */

void client_half_open(struct machd *m, struct connection *connection)
{
    list_append(&m->half_open, &connection->state_link);
    connection->user->n_half_open++;
}

void client_not_half_open(struct connection *connection)
{
    if (!list_is_linked(&connection->state_link))
        return;
    list_remove(&connection->state_link);
    connection->user->n_half_open--;
}

/* Not the newest but the oldest gives way: a client that is about to say HELLO gets through a storm of silent ones. */
static void bound_half_open(struct machd *m, struct user *user)
{
    if (user->n_half_open <= m->config.half_open)
        return;
    list_for_each(node, &m->half_open)
    {
        struct connection *connection = list_entry(node, struct connection, state_link);
        if (connection->user == user && !connection->doomed) {
            client_doom(m, connection);
            return;
        }
    }
}

void clients_expire(struct machd *m, uint64_t now)
{
    list_for_each_safe(node, &m->half_open)
    {
        struct connection *connection = list_entry(node, struct connection, state_link);
        if (now >= connection->deadline && connection->state != CONNECTION_DOMAIN)
            client_doom(m, connection);
    }
}

/* ---- who pays ---- */

/* False, and nothing charged, at a limit. */
static bool charge_connection(struct account *account)
{
    if (!account_charge_object(account, ACCOUNT_CONNECTIONS, CONNECTION_BYTES))
        return false;
    if (account_charge(account, ACCOUNT_DESCRIPTORS, CONNECTION_DESCRIPTORS))
        return true;
    account_release_object(account, ACCOUNT_CONNECTIONS, CONNECTION_BYTES);
    return false;
}

static void release_connection(struct account *account)
{
    account_release_object(account, ACCOUNT_CONNECTIONS, CONNECTION_BYTES);
    account_release(account, ACCOUNT_DESCRIPTORS, CONNECTION_DESCRIPTORS);
}

/* What was let in as a connection of its uid becomes one of its task. Only the task's own limits can refuse it. */
bool client_pays(struct connection *connection, struct account *account)
{
    areas_release(connection);
    release_connection(connection->account);
    bool ok = charge_connection(account);
    bool has_areas = ok && areas_charge(connection, account);
    if (ok && !has_areas)
        release_connection(account);
    if (has_areas) {
        account_put(connection->account);
        connection->account = account_get(account);
        return true;
    }
    ok = charge_connection(connection->account) && areas_charge(connection, connection->account);
    ASSERT(ok);
    return false;
}

/* ---- accept ---- */

static struct account *payer_of_stranger(struct machd *m, const struct user *user, int32_t pid)
{
    return m->launchd.pid == pid ? kernel_own_account(m->kernel) : user->account;
}

static struct connection *connection_make(struct machd *m, int fd, const struct ucred *peer)
{
    struct user *user = user_get(m, peer->uid);
    struct account *account = user ? payer_of_stranger(m, user, peer->pid) : NULL;
    struct connection *connection = NULL;
    bool is_charged = account && charge_connection(account);
    if (is_charged)
        connection = calloc(1, sizeof(*connection));
    if (!connection) {
        if (is_charged)
            release_connection(account);
        user_put(m, user);
        close(fd);
        return NULL;
    }
    connection->user = user;
    connection->account = account_get(account);
    connection->pidfd = -1;
    connection->pid = peer->pid;
    connection->uid = peer->uid;
    connection->gid = peer->gid;
    connection->deadline = m->now + m->config.attach_timeout;
    list_init(&connection->settles);
    list_init(&connection->kept);
    list_init(&connection->outgoing);
    list_append(&m->connections, &connection->link);
    m->n_connections++;
    return connection;
}

static void welcome_stranger(struct machd *m, int fd, bool admin)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0) {
        close(fd); /* of another pid namespace, which ours cannot see (F2) */
        return;
    }
    struct connection *connection = connection_make(m, fd, &peer);
    if (!connection)
        return;
    connection->admin = admin;
    client_half_open(m, connection);
    if (watch_open(m, &connection->socket, WATCH_SOCKET, fd, EPOLLIN | EPOLLRDHUP) != 0 ||
        !attach_take_pidfd(m, connection))
        client_doom(m, connection);
    bound_half_open(m, connection->user);
}

/* Without a descriptor to accept with, the queue would stay full and the listener ready for ever. */
static void turn_away(struct machd *m, int listener)
{
    close(m->reserve_fd);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
        close(fd);
    m->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    log_line("a connection was turned away: no descriptors are left");
}

void client_accept(struct machd *m, int listener, bool admin)
{
    for (int i = 0; i < ACCEPTS_PER_PASS; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            turn_away(m, listener);
        if (fd < 0)
            return;
        welcome_stranger(m, fd, admin);
    }
}

/* ---- out ---- */

bool client_send(struct machd *m, struct connection *connection, struct attach_packet *packet, const int *fds,
                 int n_fds)
{
    if (connection->doomed)
        return false;
    switch (outgoing_send(m, connection, packet, fds, n_fds)) {
    case OUTGOING_SENT: return true;
    case OUTGOING_REFUSED: return false;
    case OUTGOING_HUNG_UP: break;
    case OUTGOING_FULL:
        if (connection->process)
            process_break(m, connection->process, "it does not read its socket");
        break;
    }
    if (!connection->process)
        client_doom(m, connection);
    return false;
}

void client_refuse(struct machd *m, struct connection *connection, int kern_return, const char *why)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_REFUSED,
                                    .refused = { .kern_return = kern_return } };
    strncpy(packet.refused.why, why, sizeof(packet.refused.why) - 1);
    m->count.refused++;
    log_detail("process %d is refused: %s", connection->pid, why);
    client_send(m, connection, &packet, NULL, 0);
    client_doom(m, connection);
}

/* ---- in ---- */

struct received {
    struct attach_packet packet;
    size_t size;
    struct descriptor came;
    bool has_credentials;
    struct ucred credentials;
};

/* Room for one descriptor exactly: what the kernel cannot put there it drops, without asking whoever serves it. */
static size_t control_size(const struct connection *connection)
{
    return CMSG_LEN(sizeof(int)) + (connection->challenge ? CMSG_SPACE(sizeof(struct ucred)) : 0);
}

static void take_control(struct received *received, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
            memcpy(&received->came.fd, CMSG_DATA(c), sizeof(int));
        if (c->cmsg_type == SCM_CREDENTIALS && c->cmsg_len == CMSG_LEN(sizeof(struct ucred))) {
            memcpy(&received->credentials, CMSG_DATA(c), sizeof(struct ucred));
            received->has_credentials = true;
        }
    }
}

/* > 0: a packet; 0: hung up; < 0: none now. A packet of no bytes is no packet of ours and counts as a hang-up. */
static int receive(struct connection *connection, struct received *received)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec bytes = { &received->packet, sizeof(received->packet) };
    struct msghdr message = {
        .msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = control_size(connection),
    };
    memset(received, 0, sizeof(*received));
    received->came.fd = -1;
    ssize_t n = recvmsg(connection->socket.fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    received->size = (size_t)n;
    take_control(received, &message);
    received->came.is_lost = received->came.fd < 0 && (message.msg_flags & MSG_CTRUNC);
    if (message.msg_flags & MSG_TRUNC)
        received->packet.magic = 0;
    return n > 0;
}

/* Bytes that a packet of this type must have at least; 0: clients do not send it. */
static size_t least_size(uint32_t type)
{
    static const size_t head = offsetof(struct attach_packet, hello);
    switch (type) {
    case ATTACH_HELLO: return head + sizeof(((struct attach_packet *)0)->hello);
    case ATTACH_CHALLENGE:
    case ATTACH_FORK_ABORT: return head + sizeof(((struct attach_packet *)0)->fork);
    case ATTACH_THREAD_NEW:
    case ATTACH_THREAD_GONE: return head + sizeof(((struct attach_packet *)0)->thread);
    case ATTACH_SEGMENT: return head + sizeof(((struct attach_packet *)0)->segment);
    case ATTACH_SETTLE: return head + sizeof(((struct attach_packet *)0)->settle);
    case ATTACH_TRACE: return head + sizeof(((struct attach_packet *)0)->trace);
    case ATTACH_LOOK: return head + sizeof(((struct attach_packet *)0)->look);
    case ATTACH_FORK_PREPARE:
    case ATTACH_IDS:
    case ATTACH_STATUS:
    case ATTACH_SHUTDOWN: return 8;
    default: return 0;
    }
}

static bool is_well_formed(const struct received *received)
{
    size_t least = least_size(received->packet.type);
    return received->packet.magic == ATTACH_MAGIC && least && received->size >= least;
}

/* A broken protocol ends the process's whole attachment, a connection that has none yet just goes. */
static void protocol_error(struct machd *m, struct connection *connection)
{
    if (connection->process)
        process_break(m, connection->process, "it sent a packet that the protocol does not know");
    client_doom(m, connection);
}

/* Takes the descriptor that came, or leaves it. */
static bool handle(struct machd *m, struct connection *connection, struct received *received)
{
    const struct attach_packet *packet = &received->packet;
    switch (connection->state) {
    case CONNECTION_HELLO: return packet->type == ATTACH_HELLO && attach_hello(m, connection, packet);
    case CONNECTION_CHALLENGED:
        return packet->type == ATTACH_CHALLENGE && received->has_credentials &&
               attach_challenged(m, connection, packet, received->credentials.pid);
    case CONNECTION_DOMAIN: return false;
    case CONNECTION_ATTACHED:
        if (packet->type == ATTACH_CHALLENGE)
            return received->has_credentials && ids_proven(m, connection, packet, &received->credentials);
        return request_of_client(m, connection, packet, &received->came);
    case CONNECTION_TOOL: return request_of_tool(m, connection, packet);
    }
    return false;
}

static void hung_up(struct machd *m, struct connection *connection)
{
    struct process *process = connection->process;
    if (!process || process->connections.next != process->connections.prev) {
        client_doom(m, connection);
        return;
    }
    watch_pause(m, &connection->socket); /* a hang-up would be told in every pass */
    connection->silent = true;
    process_hung_up(m, process);
}

/* ---- packets that were read before their turn ---- */

struct kept_packet {
    struct list link; /* connection.kept */
    struct attach_packet packet;
};

static bool keep(struct machd *m, struct connection *connection, const struct attach_packet *packet)
{
    struct kept_packet *kept = NULL;
    if (connection->n_kept == PACKETS_KEPT_MAX ||
        !account_charge(connection->account, ACCOUNT_BYTES, sizeof(*kept)))
        return false;
    if (!(kept = malloc(sizeof(*kept)))) {
        account_release(connection->account, ACCOUNT_BYTES, sizeof(*kept));
        return false;
    }
    *kept = (struct kept_packet){ .packet = *packet };
    list_append(&connection->kept, &kept->link);
    if (connection->n_kept++ == 0)
        list_append(&m->keeping, &connection->keeping_link);
    return true;
}

static struct kept_packet *take_kept(struct connection *connection)
{
    struct list *node = list_pop(&connection->kept);
    if (!node)
        return NULL;
    if (--connection->n_kept == 0)
        list_remove(&connection->keeping_link);
    return list_entry(node, struct kept_packet, link);
}

static void kept_free(struct connection *connection, struct kept_packet *kept)
{
    account_release(connection->account, ACCOUNT_BYTES, sizeof(*kept));
    free(kept);
}

static void forget_kept(struct connection *connection)
{
    struct kept_packet *kept;
    while ((kept = take_kept(connection)))
        kept_free(connection, kept);
}

/* Handling one may end the connection's process, and with it others; none is freed before clients_reap. */
static void handle_kept(struct machd *m, struct connection *connection)
{
    struct received received = { .came = { .fd = -1 } };
    struct kept_packet *kept;
    while ((kept = take_kept(connection))) {
        received.packet = kept->packet;
        kept_free(connection, kept);
        if (!connection->doomed && !handle(m, connection, &received))
            protocol_error(m, connection);
    }
}

void clients_handle_kept(struct machd *m)
{
    struct list *node;
    while ((node = list_first(&m->keeping)))
        handle_kept(m, list_entry(node, struct connection, keeping_link));
}

bool client_take_segment(struct machd *m, struct connection *connection)
{
    struct received received;
    if (connection->state != CONNECTION_ATTACHED || connection->doomed ||
        connection->n_kept == PACKETS_KEPT_MAX || receive(connection, &received) <= 0)
        return false;
    bool is_segment = received.packet.type == ATTACH_SEGMENT;
    bool ok = is_well_formed(&received) &&
              (is_segment ? handle(m, connection, &received) : keep(m, connection, &received.packet));
    if (received.came.fd >= 0)
        junk_close(m, received.came.fd);
    if (!ok)
        protocol_error(m, connection);
    return ok;
}

static void read_packets(struct machd *m, struct connection *connection)
{
    handle_kept(m, connection);
    for (int i = 0; i < PACKETS_PER_PASS && !connection->doomed; i++) {
        struct received received;
        int n = receive(connection, &received);
        if (n < 0)
            return;
        if (n == 0) {
            hung_up(m, connection);
            return;
        }
        bool ok = is_well_formed(&received) && handle(m, connection, &received);
        if (received.came.fd >= 0)
            junk_close(m, received.came.fd);
        if (!ok)
            protocol_error(m, connection);
    }
}

void client_event(struct machd *m, struct connection *connection, uint32_t events)
{
    if (connection->doomed)
        return;
    if ((events & EPOLLOUT) && outgoing_go_on(m, connection))
        request_send_text(m, connection);
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        read_packets(m, connection);
}

/* ---- end ---- */

void client_doom(struct machd *m, struct connection *connection)
{
    if (connection->doomed)
        return;
    connection->doomed = true;
    list_append(&m->doomed, &connection->doomed_link);
}

/* What it was charged for has been released: there is room. */
static void close_socket(struct machd *m, struct connection *connection)
{
    int fd = connection->socket.fd;
    if (connection->socket.kind == WATCH_NONE)
        return;
    watch_pause(m, &connection->socket);
    connection->socket = (struct watch){ .fd = -1 };
    closing_socket(fd, connection->uid, connection->account);
}

void client_detach(struct machd *m, struct connection *connection)
{
    list_remove(&connection->process_link);
    connection->process = NULL;
    client_doom(m, connection);
}

static void connection_free(struct machd *m, struct connection *connection)
{
    client_not_half_open(connection);
    settle_forget(connection);
    forget_kept(connection);
    outgoing_drop(connection);
    struct process *process = connection->process;
    if (process) {
        threads_of_connection_gone(m, connection);
        list_remove(&connection->process_link);
        if (list_is_empty(&process->connections))
            process_hung_up(m, process);
    }
    if (list_is_linked(&connection->quarantine_link))
        list_remove(&connection->quarantine_link);
    watch_close(m, &connection->bell);
    if (connection->pidfd >= 0)
        close(connection->pidfd);
    areas_free(connection);
    tracer_end(m, connection);
    request_drop_text(connection);
    list_remove(&connection->link);
    m->n_connections--;
    release_connection(connection->account);
    close_socket(m, connection);
    account_put(connection->account);
    user_put(m, connection->user);
    free(connection);
}

void clients_reap(struct machd *m)
{
    struct list *node;
    while ((node = list_pop(&m->doomed)))
        connection_free(m, list_entry(node, struct connection, doomed_link));
}
