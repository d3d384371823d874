/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/ports.c - Mach ports on kqueues behind descriptors (T120-T128, decision 12) */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/push/common.h"

enum { RECEIVE = MACH_RCV_MSG | MACH_RCV_LARGE, AREA = 4096, LONG_MS = 20000 };

static bool is_readable(int fd, int ms)
{
    struct pollfd look = { .fd = fd, .events = POLLIN };
    return poll(&look, 1, ms) == 1;
}

static int fresh(void)
{
    int kq = kqueue();
    REQUIRE_GE(kq, 0);
    return kq;
}

static int change(int kq, mach_port_t port, uint16_t flags, uint32_t fflags)
{
    struct kevent_qos_s change = { .ident = port, .filter = EVFILT_MACHPORT, .flags = flags, .fflags = fflags };
    return kevent_qos(kq, &change, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_IMMEDIATE) == 0 ? 0 : errno;
}

static void send_to(mach_port_t port)
{
    CHECK_EQ(letter_send(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0, 0, 0, 0), OK);
}

/* What there is, or 0. */
static int now(int kq, struct kevent_qos_s *event, int n)
{
    return kevent_qos(kq, NULL, 0, event, n, NULL, NULL, KEVENT_FLAG_IMMEDIATE);
}

TEST(a_message_makes_the_descriptor_readable, "T120 T124 T125")
{
    int kq = fresh();
    struct kevent_qos_s event[2];
    mach_port_t port = port_with_send();
    CHECK_EQ(change(kq, 0x12345, EV_ADD, 0), ENOENT);
    CHECK_EQ(change(kq, port, EV_ADD, 0), 0);
    CHECK_EQ(now(kq, event, 2), 0);
    CHECK(!is_readable(kq, 0));
    send_to(port);
    CHECK(is_readable(kq, LONG_MS));
    REQUIRE_EQ(kevent_qos(kq, NULL, 0, event, 2, NULL, NULL, 0), 1);
    CHECK_EQ(event[0].ident, port);
    CHECK_EQ(event[0].data, port);
    CHECK_EQ(event[0].fflags, 0);
    REQUIRE_EQ(kevent_qos(kq, NULL, 0, event, 2, NULL, NULL, 0), 1); /* it is still there */
    letter_take(port);
    CHECK_EQ(now(kq, event, 2), 0);
    CHECK_EQ(change(kq, port, EV_DELETE, 0), 0);
    CHECK_EQ(change(kq, port, EV_DELETE, 0), ENOENT);
    close(kq);
    port_gone(port);
}

TEST(a_message_is_received_into_the_data_of_the_call, "T126 T128")
{
    int kq = fresh();
    char area[AREA];
    mach_port_t port = port_with_send();
    CHECK_EQ(change(kq, port, EV_ADD | EV_DISPATCH, RECEIVE), 0);
    for (int i = 0; i < 5; i++) {
        struct kevent_qos_s event;
        size_t left = sizeof area;
        send_to(port);
        send_to(port);
        REQUIRE_EQ(kevent_qos(kq, NULL, 0, &event, 1, area, &left, 0), 1);
        CHECK_EQ(event.fflags, MACH_MSG_SUCCESS);
        CHECK_EQ(event.ext[0], (uintptr_t)area);
        CHECK_EQ(left, sizeof area - event.ext[1]);
        CHECK_EQ(((mach_msg_header_t *)area)->msgh_local_port, port);
        CHECK_EQ(now(kq, &event, 1), 0); /* disabled by the delivery */
        letter_take(port);
        CHECK_EQ(change(kq, port, EV_ENABLE, RECEIVE), 0);
    }
    close(kq);
    port_gone(port);
}

TEST(a_message_goes_to_the_buffer_of_its_knote, "T126")
{
    int kq = fresh();
    struct letter letter = { .header.msgh_id = 0 };
    mach_port_t port = port_with_send();
    struct kevent_qos_s event = { .ident = port, .filter = EVFILT_MACHPORT, .flags = EV_ADD, .fflags = RECEIVE };
    event.ext[0] = (uintptr_t)&letter;
    event.ext[1] = sizeof letter;
    send_to(port);
    REQUIRE_EQ(kevent_qos(kq, &event, 1, &event, 1, NULL, NULL, 0), 1);
    CHECK_EQ(event.fflags, MACH_MSG_SUCCESS);
    CHECK_EQ(event.ext[0], (uintptr_t)&letter);
    CHECK_EQ(letter.header.msgh_local_port, port);
    close(kq);
    port_gone(port);
}

TEST(ports_and_descriptors_are_told_by_the_same_call, "T120")
{
    int kq = fresh(), fd[2];
    struct kevent events[4];
    mach_port_t port = port_with_send();
    REQUIRE_EQ(pipe(fd), 0);
    EV_SET(&events[0], port, EVFILT_MACHPORT, EV_ADD, 0, 0, NULL);
    EV_SET(&events[1], fd[0], EVFILT_READ, EV_ADD, 0, 0, NULL);
    REQUIRE_EQ(kevent(kq, events, 2, NULL, 0, NULL), 0);
    CHECK_EQ(write(fd[1], "a", 1), 1);
    send_to(port);
    int seen = 0;
    for (int ms = 0; ms < LONG_MS && seen != 3; ms++) {
        int n = kevent(kq, NULL, 0, events, 4, NULL);
        for (int k = 0; k < n; k++)
            seen |= events[k].filter == EVFILT_READ ? 1 : 2;
        world_sleep_ms(1);
    }
    CHECK_EQ(seen, 3);
    close(kq);
    close(fd[0]);
    close(fd[1]);
    port_gone(port);
}

TEST(a_port_that_dies_is_told, "T119")
{
    int kq = fresh();
    struct kevent_qos_s event;
    mach_port_t port = port_with_send();
    CHECK_EQ(change(kq, port, EV_ADD, 0), 0);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    REQUIRE_EQ(kevent_qos(kq, NULL, 0, &event, 1, NULL, NULL, 0), 1);
    CHECK(event.flags & EV_EOF);
    CHECK(event.flags & EV_ONESHOT);
    CHECK_EQ(now(kq, &event, 1), 0);
    mach_port_deallocate(SELF, port);
    close(kq);
}

TEST(a_fork_child_watches_ports_of_its_own, "T120")
{
    if (getenv("MACHD_SANITIZER") != NULL)
        SKIP("sanitizers know nothing of threads in the child of a program that had some");
    int kq = fresh(), status = 0;
    mach_port_t port = port_with_send();
    CHECK_EQ(change(kq, port, EV_ADD, 0), 0);
    pid_t child = fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
        struct kevent_qos_s event;
        int own = fresh();
        mach_port_t mine = port_with_send();
        CHECK_EQ(change(own, mine, EV_ADD, 0), 0);
        send_to(mine);
        CHECK_EQ(kevent_qos(own, NULL, 0, &event, 1, NULL, NULL, 0), 1);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    close(kq);
    port_gone(port);
}
