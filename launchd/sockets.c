/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/sockets.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launchd/config.h"
#include "launchd/helper.h"
#include "launchd/inetd.h"
#include "launchd/job.h"
#include "launchd/keep.h"
#include "launchd/log.h"
#include "launchd/managed.h"
#include "launchd/timer.h"
#include "wire/job_types.h"

struct held_socket {
    struct event event; /* while it is watched */
    struct managed *m;
    const char *name; /* in the configuration */
    uint32_t number;
    int fd;
    struct timer pause; /* while no connections can be taken */
};

bool sockets_are_pending(const struct managed *m)
{
    return m->socket_maker.event.fd >= 0;
}

int sockets_fd(const struct managed *m, size_t i)
{
    return m->sockets[i]->fd;
}

/* ---- demands ---- */

static void is_readable(struct event *event);

static void pause_is_over(struct timer *timer)
{
    struct held_socket *held = container_of(timer, struct held_socket, pause);

    if (held->m->ports == PORT_WATCHED && held->event.fd < 0)
        event_watch(&held->event, held->fd, EPOLLIN, is_readable);
}

/* Out of descriptors, or of processes for one job. */
static void pause_for_a_while(struct held_socket *held)
{
    event_clear(&held->event);
    timer_set(&held->pause, timer_now() + TIMER_SECOND, pause_is_over);
}

static void is_readable(struct event *event)
{
    struct held_socket *held = container_of(event, struct held_socket, event);
    char why[128];

    if (inetd_serves(held->m)) {
        if (!inetd_take(held->m, held->fd))
            pause_for_a_while(held);
        return;
    }
    event_clear(event);
    if (held == held->m->input) {
        managed_touch(held->m);
        return;
    }
    snprintf(why, sizeof(why), "socket %s", held->name);
    managed_mark(held->m, JOB_DEMANDED, 0);
    managed_pend(held->m, why);
}

int sockets_input(const struct managed *m)
{
    return m->input != NULL ? m->input->fd : -1;
}

/* A file that was read to its end is not, and a FIFO that nobody writes to any more is not either. */
bool sockets_input_is_readable(const struct managed *m)
{
    struct pollfd fd = { .fd = sockets_input(m), .events = POLLIN };
    int n = 0;

    return fd.fd >= 0 && poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN) && ioctl(fd.fd, FIONREAD, &n) == 0 &&
           n > 0;
}

/* Files cannot be watched in this way (paths.c does it). The end of a FIFO's writers is told once, and ignored. */
static void watch_input(struct managed *m, bool on)
{
    event_clear(&m->input->event);
    if (on)
        event_watch(&m->input->event, m->input->fd, EPOLLIN | EPOLLET, is_readable);
}

void sockets_watch(struct managed *m, bool on)
{
    if (m->input != NULL)
        watch_input(m, on);
    for (size_t i = 0; i < m->n_sockets; i++) {
        struct held_socket *held = m->sockets[i];
        event_clear(&held->event);
        if (on && !event_watch(&held->event, held->fd, EPOLLIN, is_readable))
            managed_tell(m, "cannot watch socket %s", held->name);
    }
}

/* ---- what the maker says ---- */

/* The number behind the last socket. */
static bool is_input(const struct managed *m, uint32_t i)
{
    return m->config->standard_in != NULL && i == m->config->n_sockets;
}

static bool is_number(const struct managed *m, uint32_t i)
{
    return i < m->config->n_sockets || is_input(m, i);
}

static const char *name_of(const struct managed *m, uint32_t i)
{
    return is_input(m, i) ? m->config->standard_in : m->config->sockets[i].name;
}

static bool has_room(const struct managed *m, uint32_t i)
{
    return is_input(m, i) ? m->input == NULL : m->n_sockets < SOCKETS_MAX - 1;
}

static void hold(struct managed *m, uint32_t i, int fd)
{
    struct held_socket *held = has_room(m, i) ? calloc(1, sizeof(*held)) : NULL;

    if (held == NULL) {
        close(fd);
        managed_tell(m, "a socket more than can be held is closed");
        return;
    }
    *held =
        (struct held_socket){ .event = { .fd = -1 }, .m = m, .name = name_of(m, i), .number = i, .fd = fd };
    if (is_input(m, i)) {
        m->input = held;
        return;
    }
    if (inetd_serves(m))
        inetd_prepare(fd);
    m->sockets[m->n_sockets++] = held;
}

/* The number of a socket is that of its entry in the configuration: the names are there. */
static void keep_all(const struct managed *m)
{
    uint32_t numbers[SOCKETS_MAX];
    int fds[SOCKETS_MAX];

    size_t n = 0;

    for (; n < m->n_sockets; n++) {
        numbers[n] = m->sockets[n]->number;
        fds[n] = m->sockets[n]->fd;
    }
    if (m->input != NULL) {
        numbers[n] = m->input->number;
        fds[n++] = m->input->fd;
    }
    if (n > 0 && !keep_put(m->job->record->id, fds, numbers, n))
        managed_tell(m, "its sockets cannot be kept: if launchd dies, they are made anew");
}

static void made_all(struct managed *m)
{
    helper_end(&m->socket_maker);
    keep_all(m);
    if (m->ports == PORT_WATCHED)
        sockets_watch(m, true);
    managed_touch(m);
}

static void maker_says(struct event *event)
{
    struct managed *m = container_of(event, struct managed, socket_maker.event);
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    uint32_t packet[2] = { 0, 0 };
    struct iovec data = { packet, sizeof(packet) };
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t n = recvmsg(event->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    int fd = -1;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(header), sizeof(fd));
    if (n <= 0)
        made_all(m);
    else if (is_number(m, packet[0]) && fd >= 0)
        hold(m, packet[0], fd);
    else if (is_number(m, packet[0]))
        managed_tell(m, "%s%s cannot be %s: %s", is_input(m, packet[0]) ? "" : "socket ",
                     name_of(m, packet[0]), is_input(m, packet[0]) ? "opened" : "made",
                     strerror((int)packet[1]));
    else if (fd >= 0)
        close(fd);
}

/* ---- life ---- */

void sockets_start(struct managed *m)
{
    const bool has_input = m->config->standard_in != NULL;
    const size_t n = m->config->n_sockets + has_input;
    char **words;

    if (n == 0 || m->n_sockets > 0 || m->input != NULL)
        return;
    words = calloc(n * SOCKET_WORDS + 1, sizeof(*words));
    m->sockets = calloc(SOCKETS_MAX, sizeof(struct held_socket *));
    for (size_t i = 0; words != NULL && i < m->config->n_sockets * SOCKET_WORDS; i++)
        words[i] = m->config->sockets[i / SOCKET_WORDS].words[i % SOCKET_WORDS];
    for (size_t i = 0; words != NULL && has_input && i < SOCKET_WORDS; i++)
        words[m->config->n_sockets * SOCKET_WORDS + i] = i == SOCKET_TYPE   ? (char *)"file"
                                                         : i == SOCKET_PATH ? m->config->standard_in
                                                                            : (char *)"";
    if (words == NULL || m->sockets == NULL ||
        !helper_start(&m->socket_maker, "launchd-sockets", m->job->r->uid, words, maker_says))
        managed_tell(m, "its sockets cannot be made");
    free(words);
}

static void let_go(struct held_socket *held)
{
    timer_clear(&held->pause);
    event_clear(&held->event);
    close(held->fd);
    free(held);
}

void sockets_stop(struct managed *m)
{
    helper_end(&m->socket_maker);
    inetd_stop(m);
    if (m->n_sockets > 0 || m->input != NULL)
        keep_drop(m->job->record->id);
    for (size_t i = 0; i < m->n_sockets; i++)
        let_go(m->sockets[i]);
    if (m->input != NULL)
        let_go(m->input);
    m->input = NULL;
    m->n_sockets = 0;
    free(m->sockets);
    m->sockets = NULL;
}

static bool take_over(uint64_t id, const int *fds, const uint32_t *numbers, size_t n)
{
    struct job *job = job_find_id(id);
    struct managed *m = job == NULL ? NULL : job->managed;

    if (m == NULL || m->config == NULL || m->n_sockets > 0 || m->input != NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_number(m, numbers[i]))
            return false;
    }
    m->sockets = calloc(SOCKETS_MAX, sizeof(struct held_socket *));
    for (size_t i = 0; m->sockets != NULL && i < n; i++)
        hold(m, numbers[i], fds[i]);
    return m->sockets != NULL;
}

void sockets_adopt(void)
{
    keep_adopt(take_over);
}

/* NAME US FD US FD ... RS for each descriptor: a name comes as often as it has descriptors. */
char *sockets_names(const struct managed *m)
{
    char *text = NULL;
    size_t size;
    FILE *out = m->n_sockets > 0 ? open_memstream(&text, &size) : NULL;

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < m->n_sockets; i++)
        fprintf(out, "%s%c%zu%c", m->sockets[i]->name, JOB_SOCKETS_UNIT, i + JOB_SOCKETS_FIRST,
                JOB_SOCKETS_RECORD);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
