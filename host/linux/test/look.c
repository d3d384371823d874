/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/look.c - ATTACH_LOOK and ATTACH_TRACE: whatever is asked, and by whom */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/test/live.h"
#include "wire/trace.h"

static bool ask(struct client *client, uint32_t kind, int32_t pid, uint64_t cursor,
                struct attach_packet *answer)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_LOOK,
                                    .look = { .kind = kind, .pid = pid, .cursor = cursor } };
    return client_send_packet(client->fd, &packet, sizeof(packet), -1) &&
           client_receive(client->fd, answer, NULL) > 0 && answer->type == ATTACH_LOOKED;
}

TEST(a_look_is_answered_whatever_its_cursor_and_its_pid, "")
{
    static const uint64_t cursors[] = { 0, 1, 63, 1 << 20, UINT32_MAX, (uint64_t)1023 << 32, UINT64_MAX };
    static const int32_t pids[] = { 0, -1, 1, INT32_MIN, INT32_MAX };
    struct live live;
    struct client client;
    struct client_thread thread;
    struct attach_packet answer;
    live_start(&live, NULL);
    REQUIRE(client_attach(&client, live.socket, 1));
    REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
    for (uint32_t kind = LOOK_TASKS; kind <= LOOK_PATH; kind++) {
        for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
            REQUIRE(ask(&client, kind, getpid(), cursors[i], &answer));
            REQUIRE(ask(&client, kind, getpid(), (cursors[i] << 32) | (uint32_t)getpid(), &answer));
            for (size_t k = 0; k < sizeof(pids) / sizeof(pids[0]); k++)
                REQUIRE(ask(&client, kind, pids[k], cursors[i], &answer));
        }
    }
    REQUIRE(ask(&client, LOOK_NAMES, -1, 0, &answer));
    CHECK_EQ(answer.looked.kern_return, KERN_INVALID_TASK);
    CHECK_NE(trap_reply_port(&thread), 0);
    client_close(&client);
    live_stop(&live);
}

TEST(a_look_of_an_unknown_kind_ends_its_client_alone, "")
{
    struct live live;
    struct client client, other;
    struct attach_packet answer;
    live_start(&live, NULL);
    REQUIRE(client_attach(&client, live.socket, 1));
    CHECK(!ask(&client, 77, getpid(), 0, &answer));
    CHECK(client_is_ended(&client));
    client_close(&client);
    other.fd = client_connect(live.socket);
    REQUIRE(client_hello(&other, 0, 0, ATTACH_FLAG_ADMIN_ONLY));
    CHECK(ask(&other, LOOK_TASKS, 0, 0, &answer));
    client_close(&other);
    live_stop(&live);
}

static int ask_for_trace(struct client *client, int *ring_p)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_TRACE };
    int fds[3] = { -1, -1, -1 };
    REQUIRE(client_send_packet(client->fd, &packet, sizeof(packet), -1));
    REQUIRE(client_receive(client->fd, &packet, fds) > 0);
    REQUIRE_EQ(packet.type, ATTACH_TRACING);
    *ring_p = fds[0];
    return packet.tracing.kern_return;
}

TEST(a_ring_can_be_read_and_not_written, "")
{
    struct live live;
    struct client client, tool;
    struct client_thread thread;
    struct trace_event event;
    int ring, none;
    live_start(&live, NULL);
    REQUIRE(client_attach(&client, live.socket, 1));
    REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
    tool.fd = client_connect(live.socket);
    REQUIRE(client_hello(&tool, 0, 0, ATTACH_FLAG_ADMIN_ONLY));
    REQUIRE_EQ(ask_for_trace(&tool, &ring), KERN_SUCCESS);
    CHECK_EQ(ask_for_trace(&tool, &none), KERN_RESOURCE_SHORTAGE);
    CHECK(mmap(NULL, sizeof(struct trace_ring), PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0) == MAP_FAILED);
    CHECK(write(ring, "x", 1) < 0 && ftruncate(ring, 0) < 0);
    const struct trace_ring *map = mmap(NULL, sizeof(*map), PROT_READ, MAP_SHARED, ring, 0);
    REQUIRE(map != MAP_FAILED);
    uint32_t name = trap_reply_port(&thread);
    REQUIRE_EQ(map->written, 1);
    REQUIRE(trace_read(map, 0, &event));
    CHECK_EQ(event.kind, TRACE_TRAP);
    CHECK_EQ(event.trap.number, TRAP_REPLY_PORT);
    CHECK_EQ(event.trap.result, name);
    CHECK_EQ(event.pid, getpid());
    client_close(&tool);
    CHECK_NE(trap_reply_port(&thread), 0);
    munmap((void *)map, sizeof(*map));
    close(ring);
    client_close(&client);
    live_stop(&live);
}
