/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/control.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/machctl/place.h"
#include "wire/attach.h"

#define PATIENCE_MS 10000
#define END_PATIENCE 3 /* times that: jobs may take 20 s */
#define STATUS_MAX (64u << 20)

static int connect_to(const char *socket_path, int admin)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (snprintf(address.sun_path, sizeof(address.sun_path), "%s%s", socket_path, admin ? ".admin" : "") >=
        (int)sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* machd is root or us (F100). */
static bool is_trusted(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static bool send_packet(int fd, const struct attach_packet *packet)
{
    return send(fd, packet, sizeof(*packet), MSG_NOSIGNAL) == sizeof(*packet);
}

/* One packet, with whatever descriptors came closed. False: the end, or nothing for 10 s. */
static bool receive_packet(int fd, struct attach_packet *packet)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    ssize_t n;

    memset(packet, 0, sizeof(*packet));
    errno = ETIMEDOUT;
    if (poll(&wait, 1, PATIENCE_MS) <= 0)
        return false;
    n = recv(fd, packet, sizeof(*packet), 0);
    if (n == 0)
        errno = ECONNRESET;
    return n >= 8 && packet->magic == ATTACH_MAGIC;
}

static bool hello(int fd)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_HELLO,
                                    .hello = { .version = ATTACH_VERSION, .flags = ATTACH_FLAG_ADMIN_ONLY } };

    if (!send_packet(fd, &packet) || !receive_packet(fd, &packet))
        return false;
    if (packet.type == ATTACH_CHALLENGE && (!send_packet(fd, &packet) || !receive_packet(fd, &packet)))
        return false;
    if (packet.type == ATTACH_REFUSED) {
        packet.refused.why[sizeof(packet.refused.why) - 1] = 0;
        fprintf(stderr, "machctl: machd refuses: %s\n", packet.refused.why);
        errno = EACCES;
    }
    return packet.type == ATTACH_WELCOME;
}

int control_open(const char *socket_path, int admin)
{
    int fd = connect_to(socket_path, admin), saved;

    if (fd < 0)
        return -1;
    if (is_trusted(fd) && hello(fd))
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

char *control_status(int fd)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_STATUS };
    char *text = NULL;
    size_t size = 0;
    FILE *all = open_memstream(&text, &size);

    if (all == NULL || !send_packet(fd, &packet))
        goto failed;
    do {
        if (!receive_packet(fd, &packet) || packet.type != ATTACH_TEXT ||
            packet.text.length > sizeof(packet.text.text) || size > STATUS_MAX)
            goto failed;
        fwrite(packet.text.text, 1, packet.text.length, all);
        fflush(all);
    } while (packet.text.length > 0);
    fclose(all);
    return text;

failed:
    if (all != NULL)
        fclose(all);
    free(text);
    return NULL;
}

int control_open_here(void)
{
    char socket_path[PATH_MAX];
    int fd = place_find(socket_path) ? control_open(socket_path, 0) : -1;

    if (fd < 0)
        fprintf(stderr, "machctl: no machd runs here\n");
    return fd;
}

int control_look(int fd, uint32_t kind, int pid, uint64_t cursor, struct attach_packet *answer)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_LOOK,
                                    .look = { .kind = kind, .pid = pid, .cursor = cursor } };

    if (send_packet(fd, &packet) && receive_packet(fd, answer) && answer->type == ATTACH_LOOKED)
        return 0;
    return -1;
}

/* As receive_packet, with the descriptor that came along, -1 if none did. */
static bool receive_descriptor(int fd, struct attach_packet *packet, int *descriptor_p)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec bytes = { packet, sizeof(*packet) };
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    struct cmsghdr *header;

    *descriptor_p = -1;
    errno = ETIMEDOUT;
    if (poll(&wait, 1, PATIENCE_MS) <= 0 || recvmsg(fd, &message, MSG_CMSG_CLOEXEC) < 8)
        return false;
    header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor_p, CMSG_DATA(header), sizeof(int));
    return packet->magic == ATTACH_MAGIC;
}

int control_trace(int fd, int pid, int *ring_p)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_TRACE, .trace = { .pid = pid } };

    if (!send_packet(fd, &packet) || !receive_descriptor(fd, &packet, ring_p) || packet.type != ATTACH_TRACING)
        return -1;
    errno = EBUSY;
    return *ring_p >= 0 ? 0 : -1;
}

int control_shutdown(int fd)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_SHUTDOWN };

    if (!send_packet(fd, &packet))
        return -1;
    for (int i = 0; i < END_PATIENCE; i++) {
        while (receive_packet(fd, &packet))
            ;
        if (errno != ETIMEDOUT)
            return 0;
    }
    return -1;
}
