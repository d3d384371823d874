/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/image.c - a program that tells with its exit status what priority it has
 *
 *     image tell                     the priority at its first Mach call
 *     image exec N                   becomes "exec N - 1" if it is 47, and at 0 "tell"
 *     image thread MODE              becomes that, from another thread
 *     image policy                   47 if Linux runs it round robin, as it does whoever is pushed, else 31
 *     image announced                announces it, to "tell"
 *     image refused                  announces an exec with a watch port, which is refused to who has one, and tells
 *     image missing                  announces an exec of what does not exist, takes that back, and tells
 */
#include <errno.h>
#include <mach/mach.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libmach/calls/process.h"

enum { FLAG_SETEXEC = 0x40, WRONG = 120 };

static const char *self;

static int base(void)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    kern_return_t kr = thread_info(mach_thread_self(), THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    return kr == KERN_SUCCESS ? info.pth_priority : WRONG;
}

static int become(const char *mode, const char *n)
{
    execl(self, self, mode, n, (char *)NULL);
    return WRONG;
}

static void *exec_from_here(void *argument)
{
    exit(become(argument, NULL));
}

static int exec_on_a_thread(char *mode)
{
    pthread_t thread;
    pthread_create(&thread, NULL, exec_from_here, mode);
    pthread_join(thread, NULL);
    return WRONG;
}

static int announce(uint64_t *ticket_p)
{
    struct spawn_request request = { .flags = FLAG_SETEXEC };
    int error = WRONG;
    return process_prepare(&request, &error, ticket_p) == KERN_SUCCESS ? error : WRONG;
}

static int exec_announced(void)
{
    uint64_t ticket;
    return announce(&ticket) == 0 ? become("tell", NULL) : WRONG;
}

static int exec_missing(void)
{
    uint64_t ticket;
    int error = WRONG;
    if (announce(&ticket) != 0 || execl("/nonexistent", "nonexistent", (char *)NULL) != -1)
        return WRONG;
    return process_undo(ticket, &error) == KERN_SUCCESS && error == 0 ? base() : WRONG;
}

static int exec_refused(void)
{
    struct spawn_request request = { .flags = FLAG_SETEXEC, .n_watch = 1 };
    uint64_t ticket;
    int error = WRONG;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &request.watch[0]) != KERN_SUCCESS ||
        mach_port_insert_right(mach_task_self(), request.watch[0], request.watch[0],
                               MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS ||
        process_prepare(&request, &error, &ticket) != KERN_SUCCESS)
        return WRONG;
    return error == EINVAL ? base() : WRONG;
}

static int exec_again(int n)
{
    char text[16];
    snprintf(text, sizeof(text), "%d", n - 1);
    if (base() != 47)
        return WRONG;
    return n > 0 ? become("exec", text) : become("tell", NULL);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "tell";
    self = argv[0];
    if (strcmp(mode, "exec") == 0)
        return exec_again(argc > 2 ? atoi(argv[2]) : 0);
    if (strcmp(mode, "thread") == 0)
        return exec_on_a_thread(argc > 2 ? argv[2] : "tell");
    if (strcmp(mode, "policy") == 0)
        return (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_RR ? 47 : 31;
    if (strcmp(mode, "announced") == 0)
        return exec_announced();
    if (strcmp(mode, "refused") == 0)
        return exec_refused();
    if (strcmp(mode, "missing") == 0)
        return exec_missing();
    return base();
}
