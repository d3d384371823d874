/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/memory/actors.h"

#include <sys/socket.h>
#include <unistd.h>

static void fill_with(uint8_t *memory, int byte)
{
    memset(memory, byte, SIZE);
}

kern_return_t send_bytes(mach_port_t to, uint32_t how, int byte)
{
    uint8_t *memory = make_memory(SIZE);
    fill_with(memory, byte);
    struct message message = message_plain(to, how, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, SIZE, true, MACH_MSG_VIRTUAL_COPY);
    return message_send(&message, PATIENCE_MS);
}

bool is_all(const uint8_t *memory, int byte)
{
    for (uint32_t i = 0; i < SIZE; i++)
        if (memory[i] != byte)
            return false;
    return true;
}

mach_port_t own_port;

int tell(struct actor *actor, char letter)
{
    unsigned char answer = 0;
    REQUIRE_EQ(write(actor->line[0], &letter, 1), 1);
    REQUIRE_EQ(read(actor->line[0], &answer, 1), 1);
    return answer;
}

void actor_start_at(struct actor *actor, int (*fn)(void *argument), mach_port_t home)
{
    struct message hello;
    REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, actor->line), 0);
    actor->task = world_task_spawn(fn, actor, home);
    close(actor->line[1]);
    REQUIRE_EQ(message_receive(&hello, home, PATIENCE_MS), OK);
    actor->port = hello.port[0].name;
}

void actor_start(struct actor *actor, int (*fn)(void *argument))
{
    mach_port_t home = make_port();
    actor_start_at(actor, fn, home);
    destroy_port(home);
}

void actor_end(struct actor *actor)
{
    REQUIRE_EQ(write(actor->line[0], "q", 1),
               1); /* closing is not enough: later actors hold the other end too */
    close(actor->line[0]);
    CHECK_EQ(world_task_wait(actor->task), WORLD_OK);
    mach_port_deallocate(SELF, actor->port);
}

int actor_hello(void *argument)
{
    struct actor *actor = argument;
    close(actor->line[0]);
    own_port = make_port();
    struct message message = message_with_port(world_parent_port(), COPY_SEND, 1, own_port, MAKE_SEND);
    REQUIRE_EQ(message_send(&message, PATIENCE_MS), OK);
    return actor->line[1];
}

bool next_letter(int line, char *letter)
{
    return read(line, letter, 1) == 1 && *letter != 'q';
}

void say_letter(int line, int letter)
{
    unsigned char byte = (unsigned char)letter;
    REQUIRE_EQ(write(line, &byte, 1), 1);
}
