/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/keep.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launchd/config.h"

#define MARK 0         /* of no job: where a round began */
#define ROOM (4 << 20) /* of the queue, if that much may be had */

struct parcel {
    uint64_t job;
    uint32_t round; /* of a mark */
    uint32_t n;
    uint32_t numbers[SOCKETS_MAX];
    int fds[SOCKETS_MAX];
};

#define PLAIN_SIZE offsetof(struct parcel, fds)

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(SOCKETS_MAX * sizeof(int))];
};

static int to = -1, from = -1;

void keep_open(int to_fd, int from_fd)
{
    int size = ROOM;

    to = to_fd;
    from = from_fd;
    if (to >= 0 && setsockopt(to, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
        setsockopt(to, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static bool send_parcel(const struct parcel *parcel)
{
    union control control = { .room = { 0 } };
    struct iovec data = { (void *)parcel, PLAIN_SIZE };
    struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

    if (parcel->n > 0) {
        control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(parcel->n * sizeof(int)),
                                           .cmsg_level = SOL_SOCKET,
                                           .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), parcel->fds, parcel->n * sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(parcel->n * sizeof(int));
    }
    return sendmsg(to, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)PLAIN_SIZE;
}

/* The first one, which stays where it is with MSG_PEEK; its descriptors are ours in either case. False: there is none. */
static bool receive_parcel(struct parcel *parcel, int flags)
{
    union control control;
    struct iovec data = { parcel, PLAIN_SIZE };
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t n = recvmsg(from, &message, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    size_t size = header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
                      ? header->cmsg_len - CMSG_LEN(0)
                      : 0;

    if (n != (ssize_t)PLAIN_SIZE)
        return false;
    parcel->n = (uint32_t)(size / sizeof(int));
    memcpy(parcel->fds, size > 0 ? (void *)CMSG_DATA(header) : (void *)parcel->fds, size);
    return true;
}

static void close_all(const struct parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->n; i++)
        close(parcel->fds[i]);
}

static void drop_first(void)
{
    struct parcel parcel;

    if (receive_parcel(&parcel, 0))
        close_all(&parcel);
}

/* To the end of the queue. If that is full, the place that it has is its own again when it has left it. */
static void move_first_back(const struct parcel *parcel)
{
    bool is_back = send_parcel(parcel);

    drop_first();
    if (!is_back)
        send_parcel(parcel);
}

bool keep_put(uint64_t job, const int *fds, const uint32_t *numbers, size_t n)
{
    struct parcel parcel = { .job = job, .n = (uint32_t)n };

    if (to < 0 || n == 0 || n > SOCKETS_MAX)
        return false;
    memcpy(parcel.fds, fds, n * sizeof(*fds));
    memcpy(parcel.numbers, numbers, n * sizeof(*numbers));
    return send_parcel(&parcel);
}

enum fate { GOES, STAYS, IS_OURS }; /* ours: stays, and its descriptors here are the caller's */

/* What becomes of each, in the same order. A mark of an earlier round that was not finished is no mark of this one. */
static void go_round(enum fate (*fate_of)(const struct parcel *parcel, const void *context),
                     const void *context)
{
    static uint32_t round;
    struct parcel parcel, mark = { .job = MARK, .round = (uint32_t)getpid() << 16 | (++round & 0xffff) };

    if (to < 0 || !send_parcel(&mark))
        return;
    while (receive_parcel(&parcel, MSG_PEEK)) {
        enum fate fate = parcel.job == MARK ? GOES : fate_of(&parcel, context);
        if (fate == GOES)
            drop_first();
        else
            move_first_back(&parcel);
        if (fate != IS_OURS)
            close_all(&parcel);
        if (parcel.job == MARK && parcel.round == mark.round)
            break;
    }
}

static enum fate drop_those_of(const struct parcel *parcel, const void *job)
{
    return parcel->job == *(const uint64_t *)job ? GOES : STAYS;
}

void keep_drop(uint64_t job)
{
    go_round(drop_those_of, &job);
}

struct taker {
    bool (*take)(uint64_t job, const int *fds, const uint32_t *numbers, size_t n);
};

static enum fate offer(const struct parcel *parcel, const void *context)
{
    const struct taker *taker = context;

    return taker->take(parcel->job, parcel->fds, parcel->numbers, parcel->n) ? IS_OURS : GOES;
}

void keep_adopt(bool (*take)(uint64_t job, const int *fds, const uint32_t *numbers, size_t n))
{
    struct taker taker = { take };

    go_round(offer, &taker);
}
