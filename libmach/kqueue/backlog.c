/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/backlog.c - how many connections wait to be accepted: data of READ on a listening socket */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "libmach/kqueue/kqueue.h"

enum { ANSWER_SIZE = 1024 };

static int option_of(int fd, int name)
{
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : 0;
}

/* Of a socket that listens Linux tells it in the place of what is not acknowledged. */
static int64_t of_tcp(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_unacked : 0;
}

static bool ask(int diag, uint32_t inode)
{
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } message = {
        .header = { .nlmsg_len = sizeof message,
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST },
        .request = { .sdiag_family = AF_UNIX,
                     .udiag_states = ~0u,
                     .udiag_ino = inode,
                     .udiag_show = UDIAG_SHOW_RQLEN,
                     .udiag_cookie = { ~0u, ~0u } },
    };
    return send(diag, &message, sizeof message, 0) == sizeof message;
}

static int64_t queue_in(struct nlmsghdr *header, ssize_t size)
{
    if (size < (ssize_t)sizeof *header || !NLMSG_OK(header, (uint32_t)size) ||
        header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return 0;
    struct rtattr *attribute = (struct rtattr *)((struct unix_diag_msg *)NLMSG_DATA(header) + 1);
    int left = (int)(header->nlmsg_len - NLMSG_LENGTH(sizeof(struct unix_diag_msg)));
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
        if (attribute->rta_type == UNIX_DIAG_RQLEN)
            return ((struct unix_diag_rqlen *)RTA_DATA(attribute))->udiag_rqueue;
    return 0;
}

static int64_t of_unix(int fd)
{
    _Alignas(struct nlmsghdr) char answer[ANSWER_SIZE];
    struct stat status;
    int64_t n = 0;
    int diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    if (diag >= 0 && fstat(fd, &status) == 0 &&
        ask(diag, (uint32_t)status.st_ino)) /* it answers before send returns */
        n = queue_in((struct nlmsghdr *)answer, recv(diag, answer, sizeof answer, 0));
    if (diag >= 0)
        descriptor_close(diag);
    return n;
}

int64_t backlog_of(int fd)
{
    int64_t n = 0;
    if (option_of(fd, SO_ACCEPTCONN) == 0)
        return -1;
    if (option_of(fd, SO_DOMAIN) == AF_UNIX)
        n = of_unix(fd);
    else if (option_of(fd, SO_PROTOCOL) == IPPROTO_TCP)
        n = of_tcp(fd);
    return n > 0 ? n : 1;
}
