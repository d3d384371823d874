/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/outgoing.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/linux/machd.h"

#define ANSWERS_MAX 64u /* of one connection */

struct outgoing {
    struct list link;        /* connection.outgoing */
    struct account *account; /* holds a reference */
    int fd;                  /* -1: none */
    size_t size;
    struct attach_packet packet; /* as much of it as is sent */
};

/* Segments are many, and short. */
static size_t size_of(const struct attach_packet *packet)
{
    return packet->type == ATTACH_SEGMENT ? offsetof(struct attach_packet, segment) + sizeof(packet->segment)
                                          : sizeof(*packet);
}

static size_t cost_of(size_t size)
{
    return offsetof(struct outgoing, packet) + size;
}

/* 0, or what errno says. */
static int send_now(const struct connection *connection, struct attach_packet *packet, const int *fds,
                    int n_fds)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(3 * sizeof(int))];
    } control;
    struct iovec bytes = { packet, size_of(packet) };
    struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };
    if (n_fds) {
        memset(&control, 0, sizeof(control));
        control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int) * (size_t)n_fds), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * (size_t)n_fds);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)n_fds);
    }
    return sendmsg(connection->socket.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ? 0 : errno;
}

/* ---- what waits ---- */

static bool charge(struct account *account, size_t size, bool has_fd)
{
    if (!account_charge(account, ACCOUNT_BYTES, cost_of(size)))
        return false;
    if (!has_fd || account_charge(account, ACCOUNT_DESCRIPTORS, 1))
        return true;
    account_release(account, ACCOUNT_BYTES, cost_of(size));
    return false;
}

static void release(struct account *account, size_t size, bool has_fd)
{
    account_release(account, ACCOUNT_BYTES, cost_of(size));
    if (has_fd)
        account_release(account, ACCOUNT_DESCRIPTORS, 1);
}

static struct outgoing *make(struct account *account, const struct attach_packet *packet, int fd)
{
    size_t size = size_of(packet);
    if (!charge(account, size, fd >= 0))
        return NULL;
    struct outgoing *out = malloc(cost_of(size));
    int own = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (!out || (fd >= 0 && own < 0)) {
        free(out);
        release(account, size, fd >= 0);
        return NULL;
    }
    out->link = (struct list){ 0 };
    out->account = account_get(account);
    out->fd = own;
    out->size = size;
    memcpy(&out->packet, packet, size);
    return out;
}

static void end(struct connection *connection, struct outgoing *out)
{
    list_remove(&out->link);
    connection->n_answers_out -= out->packet.type != ATTACH_SEGMENT;
    if (out->fd >= 0)
        close(out->fd);
    release(out->account, out->size, out->fd >= 0);
    account_put(out->account);
    free(out);
}

static bool keep(struct machd *m, struct connection *connection, const struct attach_packet *packet, int fd)
{
    bool is_answer = packet->type != ATTACH_SEGMENT;
    if (is_answer && connection->n_answers_out == ANSWERS_MAX)
        return false;
    struct outgoing *out = make(connection->account, packet, fd);
    if (!out)
        return false;
    connection->n_answers_out += is_answer;
    list_append(&connection->outgoing, &out->link);
    outgoing_watch(m, connection);
    return true;
}

/* ---- */

enum outgoing_result outgoing_send(struct machd *m, struct connection *connection,
                                   struct attach_packet *packet, const int *fds, int n_fds)
{
    int error = list_is_empty(&connection->outgoing) ? send_now(connection, packet, fds, n_fds) : EAGAIN;
    if (!error)
        return OUTGOING_SENT;
    if (error == EPIPE || error == ECONNRESET)
        return OUTGOING_HUNG_UP;
    bool may_wait = error == EAGAIN && n_fds <= 1;
    if (may_wait && keep(m, connection, packet, n_fds ? fds[0] : -1))
        return OUTGOING_SENT;
    return packet->type == ATTACH_SEGMENT ? OUTGOING_REFUSED : OUTGOING_FULL;
}

bool outgoing_go_on(struct machd *m, struct connection *connection)
{
    struct list *node;
    while ((node = list_first(&connection->outgoing))) {
        struct outgoing *out = list_entry(node, struct outgoing, link);
        int error = send_now(connection, &out->packet, &out->fd, out->fd >= 0);
        if (error == EAGAIN)
            return true;
        if (error)
            return false;
        end(connection, out);
    }
    outgoing_watch(m, connection);
    return true;
}

void outgoing_drop(struct connection *connection)
{
    struct list *node;
    while ((node = list_first(&connection->outgoing)))
        end(connection, list_entry(node, struct outgoing, link));
}

void outgoing_watch(struct machd *m, struct connection *connection)
{
    bool waits = connection->text || !list_is_empty(&connection->outgoing);
    if (connection->socket.index)
        watch_modify(m, &connection->socket, EPOLLIN | EPOLLRDHUP | (waits ? EPOLLOUT : 0));
}
