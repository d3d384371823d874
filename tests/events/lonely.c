/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/lonely.c - a program that links libmach and uses nothing of it, where no machd is to be had
 *
 * The environment leads nowhere, so a call that tried to have one would say so on stderr: silence is what is tested. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/event.h>
#include <unistd.h>

#include "tests/harness/harness.h"

static void *do_nothing(void *argument)
{
    return argument;
}

TEST(the_end_of_a_thread_that_used_no_mach_asks_for_no_machd, "")
{
    int fd[2], errors = dup(STDERR_FILENO);
    pthread_t thread;
    REQUIRE_EQ(pipe(fd), 0);
    dup2(fd[1], STDERR_FILENO);
    int error = pthread_create(&thread, NULL, do_nothing, NULL);
    if (error == 0)
        pthread_join(thread, NULL);
    dup2(errors, STDERR_FILENO);
    struct pollfd look = { .fd = fd[0], .events = POLLIN };
    CHECK_EQ(error, 0);
    CHECK_EQ(poll(&look, 1, 0), 0);
    close(errors);
    close(fd[0]);
    close(fd[1]);
}

TEST(a_kqueue_without_ports_asks_for_no_machd, "")
{
    struct kevent event;
    int kq = kqueue();
    REQUIRE_GE(kq, 0);
    EV_SET(&event, 1, EVFILT_USER, EV_ADD | EV_CLEAR, NOTE_TRIGGER, 0, NULL);
    CHECK_EQ(kevent(kq, &event, 1, &event, 1, NULL), 1);
    close(kq);
}
