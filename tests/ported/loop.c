/* SPDX-License-Identifier: Apache-2.0 */
/* loop.c - an event loop: one port set with a service port and a timer, watched through a kqueue; a semaphore paces the sender */
#include <err.h>
#include <mach/clock.h>
#include <mach/mach.h>
#include <mach/mach_time.h>
#include <mach/mk_timer.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/types.h>
#include <time.h>

#define MESSAGES 3
#define TICKS 2
#define UDATA ((void *)0x1234)

static semaphore_t may_send;

static void must(kern_return_t kr, const char *what)
{
    if (kr != KERN_SUCCESS)
        errx(1, "%s: %s", what, mach_error_string(kr));
}

static uint64_t after_ms(uint64_t ms)
{
    mach_timebase_info_data_t base;
    mach_timebase_info(&base);
    return mach_absolute_time() + ms * NSEC_PER_MSEC * base.denom / base.numer;
}

static void *sender(void *argument)
{
    mach_port_t port = *(mach_port_t *)argument;
    pthread_setname_np("sender");
    for (int i = 0; i < MESSAGES; i++) {
        mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
                                      .msgh_size = sizeof(message),
                                      .msgh_remote_port = port,
                                      .msgh_id = i };
        must(semaphore_wait(may_send), "semaphore_wait");
        must(mach_msg_send(&message), "mach_msg_send");
    }
    return NULL;
}

struct counts {
    int messages, ticks;
};

/* Takes all that the set has: an event with EV_CLEAR does not come again for what was left. */
static void drain(mach_port_t set, mach_port_t timer, struct counts *counts)
{
    union {
        mach_msg_header_t header;
        mk_timer_expire_msg_t tick;
        char room[256];
    } in;
    kern_return_t kr;
    while ((kr = mach_msg(&in.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(in), set, 0,
                          MACH_PORT_NULL)) == MACH_MSG_SUCCESS) {
        if (in.header.msgh_local_port == timer) {
            if (++counts->ticks < TICKS)
                must(mk_timer_arm(timer, after_ms(1)), "mk_timer_arm");
        } else {
            if (in.header.msgh_id != counts->messages++)
                errx(1, "messages come in order");
            must(semaphore_signal(may_send), "semaphore_signal");
        }
    }
    if (kr != MACH_RCV_TIMED_OUT)
        must(kr, "receive");
}

static void run(mach_port_t set, mach_port_t timer)
{
    struct counts counts = { 0, 0 };
    struct kevent watch, event;
    int kq = kqueue();
    EV_SET(&watch, set, EVFILT_MACHPORT, EV_ADD | EV_CLEAR, 0, 0, UDATA);
    if (kq < 0 || kevent(kq, &watch, 1, NULL, 0, NULL) != 0)
        err(1, "kevent");
    while (counts.messages < MESSAGES || counts.ticks < TICKS) {
        if (kevent(kq, NULL, 0, &event, 1, NULL) != 1)
            err(1, "kevent");
        if (event.filter != EVFILT_MACHPORT || event.ident != set || event.udata != UDATA)
            errx(1, "an event of the set");
        drain(set, timer, &counts);
    }
}

int main(void)
{
    mach_port_t self = mach_task_self(), set, port, timer = mk_timer_create();
    pthread_t thread;
    clock_serv_t calendar;
    mach_timespec_t now, short_time = { 0, 1000000 };
    uint64_t result_time;
    must(semaphore_create(self, &may_send, SYNC_POLICY_FIFO, 1), "semaphore_create");
    must(mach_port_allocate(self, MACH_PORT_RIGHT_PORT_SET, &set), "mach_port_allocate");
    must(mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port), "mach_port_allocate");
    must(mach_port_insert_member(self, port, set), "mach_port_insert_member");
    must(mach_port_insert_member(self, timer, set), "mach_port_insert_member");
    must(mk_timer_arm(timer, after_ms(10)), "mk_timer_arm");
    pthread_create(&thread, NULL, sender, &port);
    run(set, timer);
    pthread_join(thread, NULL);

    must(mk_timer_arm(timer, after_ms(3600000)), "mk_timer_arm");
    must(mk_timer_cancel(timer, &result_time), "mk_timer_cancel");
    must(mk_timer_destroy(timer), "mk_timer_destroy");
    must(semaphore_wait(may_send), "the last signal");
    if (semaphore_timedwait(may_send, short_time) != KERN_OPERATION_TIMED_OUT)
        errx(1, "nobody signals any more");
    must(semaphore_destroy(self, may_send), "semaphore_destroy");

    must(host_get_clock_service(mach_host_self(), CALENDAR_CLOCK, &calendar), "host_get_clock_service");
    must(clock_get_time(calendar, &now), "clock_get_time");
    return labs((long)now.tv_sec - (long)time(NULL)) > 2;
}
