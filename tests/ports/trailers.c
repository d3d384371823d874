/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ports/trailers.c - section 8.4: trailers, level by level */
#include "tests/ports/util.h"

#include <unistd.h>

struct buffer {
    mach_msg_header_t header;
    uint8_t bytes[256];
};

static const struct level {
    uint32_t elements, size;
} levels[] = { { 0, 8 },  { 1, 12 }, { 2, 20 }, { 3, 52 }, { 4, 60 },
               { 5, 68 }, { 6, 68 }, { 7, 68 }, { 8, 68 }, { 15, 68 } };
#define N_LEVELS (sizeof(levels) / sizeof(levels[0]))

static kern_return_t receive_level(struct buffer *buffer, mach_port_t from, uint32_t elements, uint32_t type)
{
    memset(buffer, 0xee, sizeof(*buffer));
    return mach_msg(&buffer->header,
                    (int)(MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_TRAILER_TYPE(type) |
                          MACH_RCV_TRAILER_ELEMENTS(elements)),
                    0, sizeof(*buffer), from, PATIENCE_MS, 0);
}

static void check_level(const struct buffer *buffer, uint32_t at, const struct level *level, uint32_t seqno,
                        mach_port_context_t context)
{
    mach_msg_mac_trailer_t trailer;
    const uint8_t *bytes = (const uint8_t *)buffer + at;
    memset(&trailer, 0xee, sizeof(trailer));
    memcpy(&trailer, bytes, level->size);
    CHECK_EQ(trailer.msgh_trailer_type, 0);
    CHECK_EQ(trailer.msgh_trailer_size, level->size);
    if (level->size >= 12)
        CHECK_EQ(trailer.msgh_seqno, seqno);
    if (level->size >= 20) {
        CHECK_NE(trailer.msgh_sender.val[0], 0xeeeeeeee);
        CHECK_NE(trailer.msgh_sender.val[1], 0xeeeeeeee);
    }
    if (level->size >= 52) {
        CHECK_EQ(trailer.msgh_audit.val[1], trailer.msgh_sender.val[0]);
        CHECK_EQ(trailer.msgh_audit.val[2], trailer.msgh_sender.val[1]);
    }
    if (level->size >= 60)
        CHECK_EQ(trailer.msgh_context, context);
    if (level->size >= 68) {
        CHECK_EQ(trailer.msgh_ad, 0);
        CHECK_EQ(trailer.msgh_labels.sender, 0);
    }
    for (uint32_t i = level->size; at + i < sizeof(*buffer); i++) {
        if (bytes[i] != 0xee) {
            FAIL("elements %u: byte %u behind the trailer was written", level->elements, i - level->size);
            break;
        }
    }
}

TEST(trailers_by_level, "P156 P157")
{
    static const uint32_t sizes[] = { 24, 28, 32, 60 };
    mach_port_t port = make_port();
    uint32_t seqno = 0;
    CHECK_EQ(mach_port_set_context(SELF, port, 0x8877665544332211), OK);
    for (size_t s = 0; s < 4; s++) {
        for (size_t i = 0; i < N_LEVELS; i++) {
            struct message message = message_plain(port, MAKE_SEND, MACH_PORT_NULL, 0, 1);
            struct buffer buffer;
            message.header.msgh_size = sizes[s];
            CHECK_EQ(message_send(&message, 0), OK);
            CHECK_EQ(receive_level(&buffer, port, levels[i].elements, (uint32_t)i),
                     OK); /* the type is ignored */
            check_level(&buffer, sizes[s], &levels[i], seqno++, 0x8877665544332211);
        }
    }
    destroy_port(port);
}

static audit_token_t audit_of_next(mach_port_t from)
{
    struct buffer buffer;
    mach_msg_audit_trailer_t trailer;
    CHECK_EQ(receive_level(&buffer, from, MACH_RCV_TRAILER_AUDIT, 0), OK);
    memcpy(&trailer, (uint8_t *)&buffer + buffer.header.msgh_size, sizeof(trailer));
    return trailer.msgh_audit;
}

static int child_that_sends(void *argument)
{
    struct message message = message_plain(world_parent_port(), COPY_SEND, MACH_PORT_NULL, 0, 1);
    CHECK_EQ(message_send(&message, -1), OK);
    message.header.msgh_id = 2;
    CHECK_EQ(message_send(&message, -1), OK);
    return WORLD_OK;
}

TEST(the_audit_token_names_the_sender, "P157")
{
    mach_port_t from = make_port();
    CHECK_EQ(say(from, 0), OK);
    audit_token_t own = audit_of_next(from);
    world_task *task = world_task_spawn(child_that_sends, NULL, from);
    audit_token_t alive = audit_of_next(from);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    audit_token_t dead = audit_of_next(from); /* as it was when it sent */
    CHECK_NE(own.val[5], alive.val[5]);
    CHECK_NE(alive.val[5], 0);
    CHECK_MEM_EQ(&alive, &dead, sizeof(dead));
    for (int i = 1; i <= 4; i++)
        CHECK_EQ(own.val[i], alive.val[i]);
    if (world_is_live()) {
        CHECK_EQ(own.val[5], getpid());
        CHECK_EQ(own.val[1], geteuid());
        CHECK_EQ(own.val[2], getegid());
        CHECK_EQ(own.val[3], getuid());
        CHECK_EQ(own.val[4], getgid());
    }
    destroy_port(from);
}

TEST(the_context_is_that_of_the_receive, "P157 P49")
{
    mach_port_t port = make_port();
    struct buffer buffer;
    static const struct level ctx = { MACH_RCV_TRAILER_CTX, 60 };
    CHECK_EQ(mach_port_set_context(SELF, port, 1), OK);
    CHECK_EQ(say(port, 1), OK);
    CHECK_EQ(mach_port_set_context(SELF, port, 0), OK);
    CHECK_EQ(mach_port_guard(SELF, port, 0x77, 1), OK); /* shown even though the guard is strict */
    CHECK_EQ(receive_level(&buffer, port, MACH_RCV_TRAILER_CTX, 0), OK);
    check_level(&buffer, 24, &ctx, 0, 0x77);
    CHECK_EQ(mach_port_unguard(SELF, port, 0x77), OK);
    destroy_port(port);
}

TEST(the_kernel_signs_its_messages, "P157 P178")
{
    mach_port_t port = make_port(), reply = make_port();
    CHECK_EQ(mach_port_deallocate(SELF, so_make(port)), OK);
    audit_token_t zero = { { 0 } }, audit = audit_of_next(port);
    CHECK_MEM_EQ(&audit, &zero, sizeof(zero));
    struct message message = message_plain(mach_task_self(), COPY_SEND, reply, MAKE_SEND_ONCE, 3999);
    CHECK_EQ(message_send(&message, 0), OK);
    audit = audit_of_next(reply);
    CHECK_MEM_EQ(&audit, &zero, sizeof(zero));
    destroy_port(port);
    destroy_port(reply);
}
