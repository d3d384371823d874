/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/queue.h - one change, one event: kqueues behind descriptors */
#pragma once

#include <errno.h>
#include <poll.h>
#include <sys/event.h>

#include "tests/harness/harness.h"

enum { PATIENCE_S = 20 };

static const struct timespec at_once, patience = { .tv_sec = PATIENCE_S };

static inline int fresh(void)
{
    int kq = kqueue();
    REQUIRE_GE(kq, 0);
    return kq;
}

/* 0 or the errno of one change. */
static inline int change(int kq, uintptr_t ident, int16_t filter, uint16_t flags, uint32_t fflags, intptr_t data)
{
    struct kevent event;
    EV_SET(&event, ident, filter, flags, fflags, data, NULL);
    return kevent(kq, &event, 1, NULL, 0, &at_once) == 0 ? 0 : errno;
}

static inline int pending(int kq, struct kevent *event, int n)
{
    return kevent(kq, NULL, 0, event, n, &at_once);
}

static inline struct kevent next(int kq)
{
    struct kevent event = { 0 };
    REQUIRE_EQ(kevent(kq, NULL, 0, &event, 1, &patience), 1);
    return event;
}

static inline bool is_readable(int fd)
{
    struct pollfd look = { .fd = fd, .events = POLLIN };
    return poll(&look, 1, 0) == 1;
}

static inline void nothing_more(int kq)
{
    struct kevent event;
    CHECK_EQ(pending(kq, &event, 1), 0);
    CHECK(!is_readable(kq));
}
