/* SPDX-License-Identifier: Apache-2.0 */
/* tests/memory/loans_left.c - what the dead leave of memory that travels: nothing, says machd */
#include <mach/memory_object_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "libmach/connection/connection.h"
#include "tests/memory/actors.h"

static uint64_t number_of(const char *status, const char *name)
{
    char pattern[64];
    snprintf(pattern, sizeof(pattern), "\"%s\":", name);
    const char *at = strstr(status, pattern);
    return at ? strtoull(at + strlen(pattern), NULL, 10) : UINT64_MAX;
}

/* A number of machd's status, which is asked for as a tool does. */
static uint64_t status_number(const char *name)
{
    struct sockaddr_un address = { 0 };
    socklen_t size = sizeof(address);
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_HELLO };
    static char text[1 << 20];
    size_t length = 0;
    int fd[CONNECTION_FDS_MAX];
    REQUIRE_EQ(getpeername(live.socket, (struct sockaddr *)&address, &size), 0);
    int tool = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    REQUIRE_EQ(connect(tool, (struct sockaddr *)&address, size), 0);
    packet.hello.version = ATTACH_VERSION;
    packet.hello.flags = ATTACH_FLAG_ADMIN_ONLY;
    REQUIRE(connection_send(tool, &packet, NULL, 0));
    REQUIRE(connection_receive(tool, &packet, fd, PATIENCE_MS));
    if (packet.type == ATTACH_CHALLENGE) {
        REQUIRE(connection_send(tool, &packet, NULL, 0));
        REQUIRE(connection_receive(tool, &packet, fd, PATIENCE_MS));
    }
    packet = (struct attach_packet){ .magic = ATTACH_MAGIC, .type = ATTACH_STATUS };
    REQUIRE(connection_send(tool, &packet, NULL, 0));
    do {
        REQUIRE(connection_receive(tool, &packet, fd, PATIENCE_MS));
        memcpy(text + length, packet.text.text, packet.text.length);
        length += packet.text.length;
    } while (packet.text.length > 0 && length < sizeof(text) - sizeof(packet));
    text[length] = '\0';
    close(tool);
    return number_of(text, name);
}

static int writer_until_killed(void *argument)
{
    int line = actor_hello(argument);
    say_letter(line, 'k');
    for (;;)
        if (send_bytes(world_parent_port(), COPY_SEND, 4) != OK)
            return 1;
}

static int reader_until_killed(void *argument)
{
    int line = actor_hello(argument);
    struct message message;
    say_letter(line, 'k');
    for (;;) {
        REQUIRE_EQ(message_receive(&message, own_port, -1), OK);
        REQUIRE(is_all(message.ool.address, 4));
        mach_msg_destroy(&message.header);
    }
}

static int befriend_the_killed(void *argument)
{
    int line = actor_hello(argument);
    char letter;
    REQUIRE(next_letter(line, &letter));
    for (int i = 0; i < 12; i++) {
        struct actor w;
        struct message message;
        mach_port_t to = make_port();
        actor_start_at(&w, i % 2 ? writer_until_killed : reader_until_killed, to);
        for (int n = 0; n < i; n++) {
            if (i % 2) {
                CHECK_EQ(message_receive(&message, to, PATIENCE_MS), OK);
                CHECK(is_all(message.ool.address, 4));
                mach_msg_destroy(&message.header);
            } else {
                CHECK_EQ(send_bytes(w.port, COPY_SEND, 4), OK);
            }
        }
        world_task_kill(w.task);
        close(w.line[0]);
        mach_port_deallocate(SELF, w.port);
        if (i % 4)
            destroy_port(to);
    }
    say_letter(line, 'k');
    CHECK(!next_letter(line, &letter));
    return WORLD_OK;
}

TEST(the_memory_of_an_entry_goes_with_its_last_right, "P176")
{
    uint64_t before = status_number("memory_objects");
    memory_object_size_t size = 1 << 20;
    mach_port_t entry, part;
    REQUIRE_EQ(mach_make_memory_entry_64(SELF, &size, 0, MAP_MEM_NAMED_CREATE | VM_PROT_DEFAULT, &entry,
                                         MACH_PORT_NULL),
               OK);
    size = 4096;
    REQUIRE_EQ(mach_make_memory_entry_64(SELF, &size, 8192, VM_PROT_READ, &part, entry), OK);
    CHECK_EQ(status_number("memory_objects"), before + 1);
    CHECK_EQ(mach_port_deallocate(SELF, entry), OK);
    CHECK_EQ(status_number("memory_objects"), before + 1);
    CHECK_EQ(mach_port_deallocate(SELF, part), OK);
    CHECK_EQ(status_number("memory_objects"), before);
}

/* In a task of its own, so that in the end both sides of every loan have died. */
TEST(the_dead_leave_no_segment, "P131 P165")
{
    struct actor b;
    actor_start(&b, befriend_the_killed);
    uint64_t before = status_number("lent_segments"), objects = status_number("memory_objects");
    CHECK_EQ(tell(&b, 'g'), 'k');
    actor_end(&b);
    CHECK_EQ(status_number("lent_segments"), before);
    CHECK_EQ(status_number("memory_objects"), objects);
}
