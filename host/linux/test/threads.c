/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/threads.c - threads, waits and what ends them */
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <mach/kern_return.h>
#include <mach/message.h>

#include "host/linux/test/live.h"

struct scene {
    struct live live;
    struct client client;
    struct client_thread thread;
};

static void scene_begin(struct scene *s)
{
    live_start(&s->live, NULL);
    REQUIRE(client_attach(&s->client, s->live.socket, 1));
    REQUIRE_EQ(client_thread_new(&s->client, 0, &s->thread), KERN_SUCCESS);
}

static void scene_end(struct scene *s)
{
    client_close(&s->client);
    live_stop(&s->live);
}

TEST(an_abort_takes_a_wait_back, "P149")
{
    struct scene s;
    scene_begin(&s);
    uint32_t number = begin_receive(&s.thread, trap_reply_port(&s.thread));
    REQUIRE(request_wait_accepted(&s.thread, number));
    CHECK(!request_is_done(&s.thread, number));
    atomic_store(&s.thread.page->abort, number + 1);
    CHECK(request_wait(&s.thread, request_begin(&s.thread)));
    CHECK_EQ(s.thread.page->reply.result, MACH_RCV_INTERRUPTED);
    CHECK_NE(trap_reply_port(&s.thread), 0);
    CHECK_EQ(live_number(&s.live, "broken"), 0);
    scene_end(&s);
}

TEST(an_abort_of_a_complete_request_leaves_its_reply, "P149")
{
    struct scene s;
    scene_begin(&s);
    uint32_t name = trap_reply_port(&s.thread);
    REQUIRE_NE(name, 0);
    atomic_store(&s.thread.page->abort, atomic_load(&s.thread.page->request) + 1);
    CHECK(request_wait(&s.thread, request_begin(&s.thread)));
    CHECK_EQ(s.thread.page->reply.result, name);
    CHECK_NE(trap_reply_port(&s.thread), name);
    scene_end(&s);
}

TEST(a_request_and_its_abort_may_be_seen_together, "P149")
{
    struct scene s;
    scene_begin(&s);
    uint32_t port = trap_reply_port(&s.thread);
    for (int i = 0; i < 200; i++) {
        s.thread.page->req = (struct trap_request){
            .number = TRAP_MSG,
            .msg = { .option = MACH_RCV_MSG, .rcv_size = 1024, .rcv_name = port },
        };
        atomic_store(&s.thread.page->abort, atomic_load(&s.thread.page->request) + 2);
        uint32_t number = atomic_fetch_add(&s.thread.page->request, 2) + 2;
        ring(&s.client);
        REQUIRE(request_wait(&s.thread, number));
        CHECK_EQ(s.thread.page->reply.result, MACH_RCV_INTERRUPTED);
    }
    scene_end(&s);
}

TEST(a_waiting_thread_sleeps_until_its_timeout, "P145")
{
    struct scene s;
    struct timespec far = { 3, 0 };
    scene_begin(&s);
    uint32_t port = trap_reply_port(&s.thread);
    s.thread.page->req = (struct trap_request){
        .number = TRAP_MSG,
        .msg = { .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT, .rcv_size = 1024, .rcv_name = port, .timeout = 50 },
    };
    uint32_t number = request_begin(&s.thread);
    REQUIRE(request_wait_accepted(&s.thread, number));
    atomic_store(&s.thread.page->sleeping, 1);
    while (!request_is_done(&s.thread, number))
        REQUIRE_EQ(syscall(SYS_futex, wake_word(s.client.table, s.thread.wake), FUTEX_WAIT, number - 1, &far,
                           NULL, 0),
                   0);
    CHECK_EQ(s.thread.page->reply.result, MACH_RCV_TIMED_OUT);
    scene_end(&s);
}

struct sleeper {
    int32_t tid;
    _Atomic int go;
};

static void *sleep_on(void *argument)
{
    struct sleeper *sleeper = argument;
    sleeper->tid = (int32_t)syscall(SYS_gettid);
    while (!atomic_load(&sleeper->go))
        usleep(1000);
    return NULL;
}

static pthread_t start_sleeper(struct sleeper *sleeper)
{
    pthread_t thread;
    *sleeper = (struct sleeper){ 0 };
    REQUIRE_EQ(pthread_create(&thread, NULL, sleep_on, sleeper), 0);
    while (!*(volatile int32_t *)&sleeper->tid)
        usleep(100);
    return thread;
}

TEST(a_thread_that_ended_without_a_word_is_noticed, "F10")
{
    struct scene s;
    struct sleeper sleeper;
    struct client_thread thread;
    scene_begin(&s);
    for (int i = 0; i < 10; i++) {
        pthread_t pthread = start_sleeper(&sleeper);
        REQUIRE_EQ(client_thread_new(&s.client, sleeper.tid, &thread), KERN_SUCCESS);
        atomic_store(&sleeper.go, 1);
        pthread_join(pthread, NULL);
        usleep(2000); /* its number stays taken for a moment */
    }
    CHECK_LE(live_number(&s.live, "threads"), 3);
    CHECK_LE(thread.slot, 2);
    CHECK_NE(trap_reply_port(&s.thread), 0);
    scene_end(&s);
}

TEST(a_number_that_is_no_thread_of_the_process_is_refused, "F8")
{
    struct scene s;
    struct client_thread thread;
    scene_begin(&s);
    CHECK_EQ(client_thread_new(&s.client, 1, &thread), KERN_INVALID_ARGUMENT);
    CHECK_EQ(client_thread_new(&s.client, -5, &thread), KERN_INVALID_ARGUMENT);
    CHECK_NE(trap_reply_port(&s.thread), 0);
    scene_end(&s);
}

#define N_MANY 70

TEST(more_threads_than_an_area_holds_get_another_area, "F8")
{
    struct scene s;
    struct sleeper sleeper[N_MANY];
    pthread_t pthread[N_MANY];
    int n_areas = 0;
    scene_begin(&s);
    for (int i = 0; i < N_MANY; i++) {
        struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_NEW };
        int fds[3];
        pthread[i] = start_sleeper(&sleeper[i]);
        packet.thread.tid = sleeper[i].tid;
        client_send_packet(s.client.fd, &packet, sizeof(packet), -1);
        REQUIRE(client_receive(s.client.fd, &packet, fds) > 0);
        CHECK_EQ(packet.thread.kern_return, KERN_SUCCESS);
        CHECK_EQ(packet.thread.slot, (uint32_t)i + 1);
        CHECK_EQ(fds[0] >= 0, packet.thread.slot == TRAP_AREA_SLOTS);
        n_areas += fds[0] >= 0;
        if (fds[0] >= 0)
            close(fds[0]);
    }
    CHECK_EQ(n_areas, 1);
    for (int i = 0; i < N_MANY; i++) {
        atomic_store(&sleeper[i].go, 1);
        pthread_join(pthread[i], NULL);
    }
    CHECK_NE(trap_reply_port(&s.thread), 0);
    scene_end(&s);
}

/* ---- polling ---- */

TEST(without_polling_every_request_is_heard_by_its_bell, "F99")
{
    static const char *const options[] = { "--no-launchd", "--no-polling", NULL };
    struct scene s;
    live_start(&s.live, options);
    REQUIRE(client_attach(&s.client, s.live.socket, 1));
    REQUIRE_EQ(client_thread_new(&s.client, 0, &s.thread), KERN_SUCCESS);
    for (int i = 0; i < 100; i++)
        REQUIRE_NE(trap_reply_port(&s.thread), 0);
    CHECK_EQ(live_number(&s.live, "polls"), 0);
    scene_end(&s);
}

/* Rings only when the page and the table say that it must, as libmach does. */
static uint32_t polite_trap(struct scene *s)
{
    s->thread.page->req = (struct trap_request){ .number = TRAP_REPLY_PORT };
    uint32_t number = atomic_fetch_add(&s->thread.page->request, 1) + 1;
    atomic_thread_fence(memory_order_seq_cst);
    if (!atomic_load(&s->thread.page->hot) || atomic_load(&s->client.table->asleep))
        ring(&s->client);
    for (int i = 0; i < 2000000 && !request_is_done(&s->thread, number); i++) {
    }
    return request_wait(&s->thread, number) ? s->thread.page->reply.result : 0;
}

TEST(no_request_is_lost_when_machd_falls_asleep, "F99")
{
    struct scene s;
    struct timespec pause = { 0, 0 };
    scene_begin(&s);
    srand(3);
    for (int i = 0; i < 3000; i++) {
        pause.tv_nsec = rand() % 120000; /* around the end of the polling window */
        nanosleep(&pause, NULL);
        REQUIRE_NE(polite_trap(&s), 0);
    }
    scene_end(&s);
}

/* What a page says of its CPU is a hint: whatever stands there, requests are served. */
TEST(a_client_may_lie_about_its_cpu, "F99")
{
    struct scene s;
    scene_begin(&s);
    srand(4);
    for (int i = 0; i < 3000; i++) {
        uint32_t cpu = i % 100 == 0 ? (uint32_t)rand() * 2 + 1 : (uint32_t)rand() % 4;
        atomic_store(&s.thread.page->cpu, cpu);
        usleep((unsigned)(i % 10 == 0) * 300);
        REQUIRE_NE(polite_trap(&s), 0);
    }
    CHECK_EQ(live_number(&s.live, "broken"), 0);
    scene_end(&s);
}

/* ---- segments ---- */

static int sealed_message(uint32_t port)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0),
                                  .msgh_size = sizeof(message),
                                  .msgh_remote_port = port };
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    REQUIRE_EQ(write(fd, &message, sizeof(message)), sizeof(message));
    REQUIRE_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL), 0);
    return fd;
}

static void send_packets_and_segment(struct client *client, int n, int fd)
{
    struct attach_packet segment = { .magic = ATTACH_MAGIC,
                                     .type = ATTACH_SEGMENT,
                                     .segment = { .id = 1, .size = sizeof(mach_msg_header_t) } };
    for (int i = 0; i < n; i++) {
        struct attach_packet settle = { .magic = ATTACH_MAGIC,
                                        .type = ATTACH_SETTLE,
                                        .settle = { .pid = 0x7fffff00 + i } };
        REQUIRE(client_send_packet(client->fd, &settle, sizeof(settle), -1));
    }
    REQUIRE(client_send_packet(client->fd, &segment, sizeof(segment), fd));
    close(fd);
}

/* machd reads few packets of a client in one pass; here the trap comes between two passes. */
TEST(a_segment_is_found_behind_other_packets, "P130")
{
    enum { BEFORE = 20 };
    struct scene s;
    struct attach_packet packet;
    scene_begin(&s);
    uint32_t port = trap_reply_port(&s.thread);
    kill(s.live.machd, SIGSTOP);
    usleep(20000);
    send_packets_and_segment(&s.client, BEFORE, sealed_message(port));
    s.thread.page->req =
        (struct trap_request){ .number = TRAP_MSG,
                               .segment = 1,
                               .payload_size = sizeof(mach_msg_header_t),
                               .msg = { .option = MACH_SEND_MSG, .send_size = sizeof(mach_msg_header_t) } };
    uint32_t number = request_begin(&s.thread);
    kill(s.live.machd, SIGCONT);
    REQUIRE(request_wait(&s.thread, number));
    CHECK_EQ(s.thread.page->reply.result, MACH_MSG_SUCCESS);
    for (int i = 0; i < BEFORE; i++) {
        REQUIRE_GT(client_receive(s.client.fd, &packet, NULL), 0);
        CHECK_EQ(packet.type, ATTACH_SETTLED);
        CHECK_EQ(packet.settle.pid, 0x7fffff00 + i);
    }
    scene_end(&s);
}
