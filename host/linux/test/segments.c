/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/segments.c - memory that travels as descriptors: how much of it there may be, and what else it shows */
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mach/kern_return.h>
#include <mach/message.h>

#include "host/linux/test/live.h"

#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

struct scene {
    struct live live;
    struct client client;
    struct client_thread thread;
    uint32_t port;
    int descriptors;
};

static void scene_begin_with(struct scene *s, const char *const *options)
{
    live_start(&s->live, options);
    REQUIRE(client_attach(&s->client, s->live.socket, 1));
    REQUIRE_EQ(client_thread_new(&s->client, 0, &s->thread), KERN_SUCCESS);
    s->port = trap_reply_port(&s->thread);
    CHECK_NE(s->port, 0);
    s->descriptors = live_descriptors(&s->live);
}

static void scene_begin(struct scene *s)
{
    scene_begin_with(s, NULL);
}

static void scene_end(struct scene *s)
{
    CHECK_NE(trap_reply_port(&s->thread), 0);
    client_close(&s->client);
    live_stop(&s->live);
}

/* ---- by hand ---- */

/* A memfd with this in it that nobody can change any more. */
static int sealed_memory(const void *bytes, size_t size)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    REQUIRE_GE(fd, 0);
    REQUIRE_EQ(write(fd, bytes, size), size);
    REQUIRE_EQ(fcntl(fd, F_ADD_SEALS, ALL_SEALS), 0);
    return fd;
}

static void give(struct scene *s, uint32_t id, int fd, uint64_t size)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_SEGMENT,
                                    .segment = { .id = id, .size = size } };
    REQUIRE(client_send_packet(s->client.fd, &packet, sizeof(packet), fd));
}

static kern_return_t trap(struct scene *s, struct trap_request request)
{
    s->thread.page->req = request;
    REQUIRE(request_wait(&s->thread, request_begin(&s->thread)));
    return (kern_return_t)s->thread.page->reply.result;
}

static kern_return_t receive(struct scene *s)
{
    return trap(s, (struct trap_request){
                       .number = TRAP_MSG,
                       .msg = { .option = MACH_RCV_MSG, .rcv_size = 1u << 20, .rcv_name = s->port } });
}

struct memory_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory[];
};

enum { REGIONS_MAX = 2000 };

/* A message with n regions of this size; how long it is. */
static uint32_t write_message(const struct scene *s, void *room, uint32_t n, uint32_t size)
{
    struct memory_message *message = room;
    uint32_t length = (uint32_t)(sizeof(*message) + n * sizeof(message->memory[0]));
    memset(message, 0, sizeof(*message));
    message->header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
    message->header.msgh_size = length;
    message->header.msgh_remote_port = s->port;
    message->body.msgh_descriptor_count = n;
    for (uint32_t i = 0; i < n; i++)
        message->memory[i] = (mach_msg_ool_descriptor_t){ .size = size,
                                                          .copy = MACH_MSG_VIRTUAL_COPY,
                                                          .type = MACH_MSG_OOL_DESCRIPTOR };
    return length;
}

/* One region, which stands in the segment of that number. */
static kern_return_t send_segment(struct scene *s, uint32_t id)
{
    uint8_t *data = trap_data(s->thread.page);
    uint32_t length = write_message(s, data, 1, 4096);
    struct trap_item item = { .kind = TRAP_ITEM_SEGMENT, .at = id, .size = 4096 };
    memcpy(data + trap_round8(length), &item, sizeof(item));
    return trap(s, (struct trap_request){ .number = TRAP_MSG,
                                          .n_items = 1,
                                          .payload_size = (uint32_t)(trap_round8(length) + sizeof(item)),
                                          .msg = { .option = MACH_SEND_MSG, .send_size = length } });
}

/* ---- */

/* Not all are held: the oldest make room, and sends that name them are refused for want of it. */
TEST(of_segments_that_no_trap_names_the_newest_are_kept, "F69")
{
    enum { HELD = 1024, GIVEN = HELD + 10 };
    static const char zeroes[4096];
    struct scene s;
    scene_begin(&s);
    int fd = sealed_memory(zeroes, sizeof(zeroes));
    for (uint32_t i = 0; i < GIVEN; i++)
        give(&s, 2 * i + 1, fd, sizeof(zeroes));
    CHECK_EQ(send_segment(&s, 2 * GIVEN - 1), MACH_MSG_SUCCESS);
    CHECK_LE(live_descriptors(&s.live), s.descriptors + HELD);
    CHECK_EQ(send_segment(&s, 1), MACH_MSG_VM_KERNEL);
    CHECK_EQ(send_segment(&s, 2 * GIVEN + 1), MACH_SEND_INVALID_MEMORY);
    close(fd);
    scene_end(&s);
}

static const char *few_descriptors(void)
{
    static char path[] = "/tmp/machd-conf-XXXXXX";
    static const char text[] = "task-descriptors 50\n";
    int fd = mkstemp(path);
    REQUIRE_EQ(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

/* What cannot be charged is refused to who names it, and ends nobody. */
TEST(segments_beyond_a_limit_are_refused_to_who_names_them, "")
{
    enum { GIVEN = 60 };
    static const char zeroes[4096];
    const char *const options[] = { "--no-launchd", "--config", few_descriptors(), NULL };
    struct scene s;
    scene_begin_with(&s, options);
    unlink(options[2]);
    int fd = sealed_memory(zeroes, sizeof(zeroes));
    for (uint32_t i = 0; i < GIVEN; i++)
        give(&s, 2 * i + 1, fd, sizeof(zeroes));
    CHECK_EQ(send_segment(&s, 2 * GIVEN - 1), MACH_MSG_VM_KERNEL);
    CHECK_LT(live_descriptors(&s.live), s.descriptors + 50);
    CHECK_EQ(send_segment(&s, 1), MACH_MSG_SUCCESS);
    close(fd);
    scene_end(&s);
}

/* Who sends says how much its receiver gets; nobody is ended for what others send. */
TEST(a_client_gets_more_segments_than_its_socket_holds, "P131")
{
    enum { SEGMENTS = 700 };
    static const char zeroes[4096];
    struct scene s;
    struct attach_packet packet;
    int fds[3], n = 0;
    scene_begin(&s);
    int fd = sealed_memory(zeroes, sizeof(zeroes));
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        give(&s, 2 * i + 1, fd, sizeof(zeroes));
        CHECK_EQ(send_segment(&s, 2 * i + 1), MACH_MSG_SUCCESS);
        CHECK_EQ(receive(&s), MACH_MSG_SUCCESS);
    }
    for (; n < SEGMENTS && client_receive(s.client.fd, &packet, fds) > 0; n++) {
        CHECK_EQ(packet.type, ATTACH_SEGMENT);
        CHECK_GE(fds[0], 0);
        close(fds[0]);
    }
    CHECK_EQ(n, SEGMENTS);
    close(fd);
    scene_end(&s);
}

/* REGIONS_MAX regions of `size` bytes, all of them `fill`, and so is what stands between them; in a segment, as that is more than a
 * page holds. */
static kern_return_t send_many(struct scene *s, uint32_t id, uint32_t size, uint8_t fill)
{
    static uint8_t room[REGIONS_MAX * 64];
    memset(room, fill, sizeof(room));
    uint32_t length = write_message(s, room, REGIONS_MAX, size);
    uint64_t item_at = trap_round8(length), at = item_at + REGIONS_MAX * sizeof(struct trap_item);
    for (uint32_t i = 0; i < REGIONS_MAX; i++, at += 8) {
        struct trap_item item = { .kind = TRAP_ITEM_INLINE, .at = (uint32_t)at, .size = size };
        memcpy(room + item_at + i * sizeof(item), &item, sizeof(item));
    }
    int fd = sealed_memory(room, at);
    give(s, id, fd, at);
    close(fd);
    return trap(s, (struct trap_request){ .number = TRAP_MSG,
                                          .n_items = REGIONS_MAX,
                                          .segment = id,
                                          .payload_size = (uint32_t)at,
                                          .msg = { .option = MACH_SEND_MSG, .send_size = length } });
}

/* The payload of the message that was just received. */
static const uint8_t *received_payload(struct scene *s)
{
    struct attach_packet packet;
    int fds[3];
    CHECK_NE(s->thread.page->reply.segment, 0);
    REQUIRE_GT(client_receive(s->client.fd, &packet, fds), 0);
    CHECK_EQ(packet.segment.id, s->thread.page->reply.segment);
    const uint8_t *at = mmap(NULL, packet.segment.size, PROT_READ, MAP_PRIVATE, fds[0], 0);
    REQUIRE(at != MAP_FAILED);
    close(fds[0]);
    return at;
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
    while (n && *bytes == 0)
        bytes++, n--;
    return n == 0;
}

/* The heap had the other message, of the same length, in the same place. */
TEST(what_lies_between_the_parts_of_a_message_is_nobodys_memory, "")
{
    struct scene s;
    unsigned n_shown = 0;
    scene_begin(&s);
    CHECK_EQ(send_many(&s, 1, 8, 0xaa), MACH_MSG_SUCCESS);
    CHECK_EQ(receive(&s), MACH_MSG_SUCCESS);
    received_payload(&s);
    CHECK_EQ(send_many(&s, 3, 1, 0xaa), MACH_MSG_SUCCESS);
    CHECK_EQ(receive(&s), MACH_MSG_SUCCESS);
    const uint8_t *payload = received_payload(&s);
    uint64_t items_at = trap_round8(s.thread.page->reply.message_size);
    for (uint32_t i = 0; i < REGIONS_MAX; i++) {
        struct trap_item item;
        memcpy(&item, payload + items_at + i * sizeof(item), sizeof(item));
        CHECK_EQ(payload[item.at], 0xaa);
        n_shown += !is_zero(payload + item.at + 1, 7);
    }
    CHECK_EQ(n_shown, 0);
    scene_end(&s);
}
