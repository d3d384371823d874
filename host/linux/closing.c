/* SPDX-License-Identifier: Apache-2.0 */
#include "host/linux/closing.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/account.h"
#include "base/list.h"
#include "host/linux/log.h"
#include "host/linux/segment.h"

enum { THREADS_OF_A_USER = 2, UNCHARGED_OF_A_USER = 16, STACK_SIZE = 65536 };

static struct {
    pthread_mutex_t lock; /* nobody closes anything while holding it */
    struct list all;      /* struct segment.link, oldest first */
} closing = { .all = { &closing.all, &closing.all } };

/* machd takes the lock too: whoever holds it runs then as machd does. */
void closing_start(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&closing.lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

/* Pipes and memory have nobody to wait for. */
static bool closes_at_once(int fd)
{
    return fcntl(fd, F_GETPIPE_SZ) >= 0 || fcntl(fd, F_GET_SEALS) >= 0;
}

/* ---- on a thread of its own ---- */

/* With the lock held. */
static struct segment *next_of(uint32_t uid)
{
    list_for_each(node, &closing.all)
    {
        struct segment *segment = list_entry(node, struct segment, link);
        if (segment->uid == uid && segment->closing == CLOSING_WAITS)
            return segment;
    }
    return NULL;
}

static struct segment *take(uint32_t uid, struct segment *done)
{
    pthread_mutex_lock(&closing.lock);
    if (done)
        done->closing = CLOSING_DONE;
    struct segment *next = next_of(uid);
    if (next)
        next->closing = CLOSING_RUNS;
    pthread_mutex_unlock(&closing.lock);
    return next;
}

static void *close_all_of(void *argument)
{
    uint32_t uid = (uint32_t)(uintptr_t)argument;
    for (struct segment *segment = take(uid, NULL); segment; segment = take(uid, segment))
        close(segment->fd);
    return NULL;
}

/* Without a thread it waits for the next file that is to be closed. */
static void start(uint32_t uid)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_create(&thread, &attributes, close_all_of, (void *)(uintptr_t)uid);
    pthread_attr_destroy(&attributes);
}

/* ---- on machd's thread ---- */

static void release(struct segment *segment)
{
    if (!segment->account)
        return;
    segment_release(segment->account);
    account_put(segment->account);
    segment->account = NULL;
}

/* How many threads are at it for this user. */
static uint32_t add(struct segment *segment)
{
    uint32_t n = 0;
    segment->closing = CLOSING_WAITS;
    pthread_mutex_lock(&closing.lock);
    list_for_each(node, &closing.all)
    {
        const struct segment *other = list_entry(node, struct segment, link);
        n += other->uid == segment->uid && other->closing == CLOSING_RUNS;
    }
    list_append(&closing.all, &segment->link);
    pthread_mutex_unlock(&closing.lock);
    return n;
}

void closing_begin(struct segment *segment)
{
    closing_sweep();
    if (closes_at_once(segment->fd)) {
        close(segment->fd);
        release(segment);
        free(segment);
    } else if (add(segment) < THREADS_OF_A_USER) {
        start(segment->uid);
    }
}

static uint32_t n_uncharged(uint32_t uid)
{
    uint32_t n = 0;
    pthread_mutex_lock(&closing.lock);
    list_for_each(node, &closing.all)
    {
        const struct segment *segment = list_entry(node, struct segment, link);
        n += segment->uid == uid && !segment->account;
    }
    pthread_mutex_unlock(&closing.lock);
    return n;
}

/* account NULL: nobody pays. */
static bool begin_alone(int fd, uint32_t uid, struct account *account)
{
    struct segment *segment = calloc(1, sizeof(*segment));
    if (!segment)
        return false;
    *segment = (struct segment){ .fd = fd, .uid = uid, .is_file = true };
    segment->account = account ? account_get(account) : NULL;
    closing_begin(segment);
    return true;
}

bool closing_uncharged(int fd, uint32_t uid)
{
    closing_sweep();
    return n_uncharged(uid) < UNCHARGED_OF_A_USER && begin_alone(fd, uid, NULL);
}

/* Behind a shutdown none can come. Every packet brings credentials, also one without bytes; the end brings none. */
static bool has_unread(int fd)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
    char byte;
    struct iovec bytes = { &byte, 1 };
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
    };
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
    ssize_t n = recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT);
    return n > 0 || (n == 0 && (message.msg_controllen > 0 || (message.msg_flags & MSG_CTRUNC)));
}

static bool begin_charged(int fd, uint32_t uid, struct account *account)
{
    if (!segment_charge(account))
        return false;
    if (begin_alone(fd, uid, account))
        return true;
    segment_release(account);
    return false;
}

void closing_socket(int fd, uint32_t uid, struct account *account)
{
    shutdown(fd, SHUT_RDWR);
    if (!has_unread(fd))
        close(fd);
    else if (!begin_charged(fd, uid, account) && !closing_uncharged(fd, uid))
        log_line("a socket of user %u is left open: closing its files hangs", uid);
}

void closing_sweep(void)
{
    pthread_mutex_lock(&closing.lock);
    list_for_each_safe(node, &closing.all)
    {
        struct segment *segment = list_entry(node, struct segment, link);
        if (segment->closing != CLOSING_DONE)
            continue;
        list_remove(node);
        release(segment);
        free(segment);
    }
    pthread_mutex_unlock(&closing.lock);
}

void closing_fini(void)
{
    closing_sweep();
    pthread_mutex_lock(&closing.lock);
    list_for_each(node, &closing.all) release(list_entry(node, struct segment, link));
    pthread_mutex_unlock(&closing.lock);
}
