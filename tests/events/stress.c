/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/stress.c - many senders, many ports, few workloops: nothing is lost, doubled or served by two (T132, T135)
 *
 * Each port's messages carry numbers of their sender. A callback returns its events enabled again, so the next message of a
 * port is taken when the one before it was seen: what one sender sends to one port arrives in order. */
#include <pthread/workqueue_private.h>
#include <stdlib.h>
#include <sys/event.h>

#include "tests/push/common.h"

enum {
    SENDERS = 4,
    PORTS = 8,
    LOOPS = 3,
    MESSAGES = 300,
    QOS_DEF = 0x8ff,
    LONG_MS = 60000,
    FIRST_ID = 70000
};

struct note {
    mach_msg_header_t header;
    uint32_t sender, number;
};

static mach_port_t ports[PORTS];
static uint32_t next[PORTS][SENDERS]; /* written by the one servicer of the port's workloop */
static _Atomic int n_seen, n_serving[LOOPS], n_triggered;

static struct kevent_qos_s watch(mach_port_t port, uint16_t flags)
{
    return (struct kevent_qos_s){ .ident = port,
                                  .filter = EVFILT_MACHPORT,
                                  .flags = flags | EV_ENABLE | EV_DISPATCH2,
                                  .qos = QOS_DEF,
                                  .fflags = MACH_RCV_MSG };
}

static void see(const struct kevent_qos_s *event)
{
    const struct note *note = (const struct note *)(uintptr_t)event->ext[0];
    int port = 0;
    while (port < PORTS && ports[port] != event->ident)
        port++;
    REQUIRE(port < PORTS && event->fflags == MACH_MSG_SUCCESS && note->sender < SENDERS);
    CHECK_EQ(note->number, next[port][note->sender]);
    next[port][note->sender] = note->number + 1;
    n_seen++;
}

static void serve(uint64_t *id, void **events, int *n)
{
    struct kevent_qos_s *event = *events;
    int loop = (int)(*id - FIRST_ID);
    CHECK_EQ(n_serving[loop]++, 0);
    for (int i = 0; i < *n; i++) {
        if (event[i].filter == EVFILT_USER) {
            n_triggered++;
            event[i] =
                (struct kevent_qos_s){ .ident = event[i].ident, .filter = EVFILT_USER, .flags = EV_ENABLE };
        } else {
            see(&event[i]);
            event[i] = watch((mach_port_t)event[i].ident, 0);
        }
    }
    CHECK_EQ(n_serving[loop]--, 1);
}

static void never(pthread_priority_t priority)
{
    (void)priority;
}

static void never_events(void **events, int *n)
{
    (void)events;
    (void)n;
}

static int change(int loop, struct kevent_qos_s event)
{
    return kevent_id(FIRST_ID + (uint64_t)loop, &event, 1, NULL, 0, NULL, NULL, KEVENT_FLAG_WORKLOOP);
}

static void *send_all(void *argument)
{
    uint32_t sender = *(uint32_t *)argument;
    for (uint32_t i = 0; i < MESSAGES; i++)
        for (int port = 0; port < PORTS; port++) {
            struct note note = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                             .msgh_size = sizeof note,
                                             .msgh_remote_port = ports[port] },
                                 .sender = sender,
                                 .number = i };
            CHECK_EQ(mach_msg(&note.header, MACH_SEND_MSG, sizeof note, 0, 0, 0, 0), OK);
        }
    return NULL;
}

static void *trigger_all(void *argument)
{
    for (int i = 0; i < MESSAGES; i++) {
        int before = n_triggered;
        CHECK_EQ(change(i % LOOPS,
                        (struct kevent_qos_s){ .ident = 1, .filter = EVFILT_USER, .fflags = NOTE_TRIGGER }),
                 0);
        for (int ms = 0; ms < LONG_MS && n_triggered == before; ms++)
            world_sleep_ms(1);
        CHECK_GT(n_triggered, before); /* no wake-up is lost between the last look and the park */
    }
    return argument;
}

TEST(nothing_is_lost_or_doubled_between_many_senders_and_few_workloops, "T132 T134 T135")
{
    world_thread *thread[SENDERS + 1];
    uint32_t number[SENDERS];
    REQUIRE_EQ(_pthread_workqueue_init_with_workloop(never, never_events, serve, 0, 0), 0);
    for (int i = 0; i < LOOPS; i++)
        CHECK_EQ(change(i, (struct kevent_qos_s){ .ident = 1,
                                                  .filter = EVFILT_USER,
                                                  .flags = EV_ADD | EV_CLEAR | EV_DISPATCH,
                                                  .qos = QOS_DEF }),
                 0);
    for (int i = 0; i < PORTS; i++) {
        ports[i] = port_with_send();
        CHECK_EQ(change(i % LOOPS, watch(ports[i], EV_ADD)), 0);
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        number[i] = i;
        thread[i] = world_thread_spawn(send_all, &number[i]);
    }
    thread[SENDERS] = world_thread_spawn(trigger_all, NULL);
    for (int i = 0; i <= SENDERS; i++)
        world_thread_join(thread[i]);
    for (int ms = 0; ms < LONG_MS && n_seen < SENDERS * PORTS * MESSAGES; ms++)
        world_sleep_ms(1);
    CHECK_EQ(n_seen, SENDERS * PORTS * MESSAGES);
    CHECK_EQ(n_triggered, MESSAGES);
}
