/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/connection.c - packets, the lock, and the death of a connection
 *
 * System calls are made raw: the wrappers of the C library are cancellation points, and a thread that is
 * cancelled here would take the lock with it.
 */
#include "libmach/connection/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libmach/connection/segment.h"

#define ANSWER_TIMEOUT_MS 30000

struct live live = { .socket = -1, .bell = -1 };

/* ---- packets ---- */

static ssize_t raw_sendmsg(int socket, const struct msghdr *header)
{
    ssize_t n;
    do
        n = syscall(SYS_sendmsg, socket, header, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}

bool connection_send(int socket, const struct attach_packet *packet, const int *fd, unsigned n_fds)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(CONNECTION_FDS_MAX * sizeof(int))];
    struct iovec bytes = { (void *)packet, sizeof *packet };
    struct msghdr header = { .msg_iov = &bytes, .msg_iovlen = 1 };
    if (n_fds > 0) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        *rights = (struct cmsghdr){ .cmsg_len = CMSG_LEN(n_fds * sizeof(int)),
                                    .cmsg_level = SOL_SOCKET,
                                    .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(rights), fd, n_fds * sizeof(int));
    }
    return raw_sendmsg(socket, &header) == (ssize_t)sizeof *packet;
}

bool connection_send_credentials(int socket, const struct attach_packet *packet)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))] = { 0 };
    const struct ucred own = { (pid_t)syscall(SYS_getpid), geteuid(), getegid() };
    struct iovec bytes = { (void *)packet, sizeof *packet };
    struct msghdr header = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
    };
    struct cmsghdr *credentials = CMSG_FIRSTHDR(&header);
    *credentials = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof own),
                                     .cmsg_level = SOL_SOCKET,
                                     .cmsg_type = SCM_CREDENTIALS };
    memcpy(CMSG_DATA(credentials), &own, sizeof own);
    return raw_sendmsg(socket, &header) == (ssize_t)sizeof *packet;
}

static bool wait_readable(int socket, int timeout_ms)
{
    struct timespec timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
    struct pollfd poll = { .fd = socket, .events = POLLIN };
    long n;
    do
        n = syscall(SYS_ppoll, &poll, 1, &timeout, NULL, 8);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

static void take_fds(struct msghdr *header, int fd[CONNECTION_FDS_MAX])
{
    int n = 0;
    for (struct cmsghdr *rights = CMSG_FIRSTHDR(header); rights != NULL; rights = CMSG_NXTHDR(header, rights)) {
        if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= rights->cmsg_len && n < CONNECTION_FDS_MAX;
             at += sizeof(int))
            memcpy(&fd[n++], CMSG_DATA(rights) + at, sizeof(int));
    }
}

bool connection_receive(int socket, struct attach_packet *packet, int fd[CONNECTION_FDS_MAX], int timeout_ms)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(CONNECTION_FDS_MAX * sizeof(int))];
    struct iovec bytes = { packet, sizeof *packet };
    struct msghdr header = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
    };
    for (int i = 0; i < CONNECTION_FDS_MAX; i++)
        fd[i] = -1;
    if (!wait_readable(socket, timeout_ms))
        return false;
    long n;
    do
        n = syscall(SYS_recvmsg, socket, &header, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    take_fds(&header, fd);
    memset((char *)packet + n, 0, sizeof *packet - (size_t)n);
    return packet->magic == ATTACH_MAGIC;
}

static void drop_arrived(uint32_t id)
{
    for (uint32_t i = 0; i < live.n_arrived; i++) {
        if (live.arrived[i].id != id)
            continue;
        close(live.arrived[i].fd);
        live.arrived[i--] = live.arrived[--live.n_arrived];
    }
}

void connection_keep(const struct attach_packet *packet, int fd)
{
    if (fd < 0)
        drop_arrived(packet->segment.id);
    else if (live.n_arrived < LIVE_ARRIVED_MAX)
        live.arrived[live.n_arrived++] =
            (struct live_arrival){ packet->segment.id, packet->segment.flags, fd };
    else
        close(fd);
}

bool connection_is_readable(void)
{
    return atomic_load(&live.state) == LIVE_ATTACHED && wait_readable(live.socket, 0);
}

static bool is_ours(int fd)
{
    long flags = fd >= 0 ? syscall(SYS_fcntl, fd, F_GETFD) : -1;
    return flags > 0 && (flags & FD_CLOEXEC);
}

bool connection_is_whole(void)
{
    return is_ours(live.socket) && is_ours(live.bell);
}

bool connection_await(enum attach_type type, struct attach_packet *packet, int fd[CONNECTION_FDS_MAX])
{
    for (;;) {
        if (!connection_receive(live.socket, packet, fd, ANSWER_TIMEOUT_MS)) {
            atomic_store(&live.state, LIVE_LOST);
            return false;
        }
        if (packet->type == type)
            return true;
        if (packet->type == ATTACH_SEGMENT) {
            connection_keep(packet, fd[0]);
            fd[0] = -1;
        }
        for (int i = 0; i < CONNECTION_FDS_MAX; i++)
            if (fd[i] >= 0)
                close(fd[i]);
    }
}

/* ---- the end ---- */

static void forget_mappings(void)
{
    for (uint32_t i = 0; i < LIVE_AREAS_MAX && live.area[i] != NULL; i++)
        munmap(live.area[i], (size_t)TRAP_AREA_SLOTS * TRAP_PAGE_SIZE);
    if (live.table != NULL)
        munmap(live.table, sizeof *live.table);
}

void live_forget(bool fork_child)
{
    if (live.socket >= 0)
        close(live.socket);
    if (live.bell >= 0)
        close(live.bell);
    for (uint32_t i = 0; i < live.n_arrived; i++)
        close(live.arrived[i].fd);
    segments_forget(fork_child);
    if (!fork_child)
        forget_mappings(); /* of a child they were not copied, and something else may stand there */
    memset(live.area, 0, sizeof live.area);
    live.table = NULL;
    live.socket = live.bell = -1;
    live.n_arrived = 0;
    live.named = false;
    atomic_store(&live.state, LIVE_DETACHED);
}

bool live_is_lost(void)
{
    if (atomic_load(&live.state) != LIVE_ATTACHED)
        return true;
    struct timespec now = { 0 };
    struct pollfd poll = { .fd = live.socket };
    long n = syscall(SYS_ppoll, &poll, 1, &now, NULL, 8);
    if (n == 0 || (n == 1 && !(poll.revents & (POLLHUP | POLLERR | POLLNVAL))))
        return false;
    atomic_store(&live.state, LIVE_LOST);
    return true;
}
