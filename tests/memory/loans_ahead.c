/* SPDX-License-Identifier: Apache-2.0 */
/* tests/memory/loans_ahead.c - readers that copy while their segment is being written */
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libmach/message/trap.h"
#include "tests/memory/actors.h"

enum { LARGE = 3 << 20 };

static void number_words(uint32_t *memory, uint32_t size, uint32_t seed)
{
    for (uint32_t i = 0; i < size / 4; i++)
        memory[i] = seed + i;
}

static bool is_numbered(const struct message *message)
{
    const uint32_t *memory = message->ool.address;
    for (uint32_t i = 0; i < message->ool.size / 4; i++)
        if (memory[i] != (uint32_t)message->header.msgh_id + i)
            return false;
    return message->ool.size > 0;
}

/* Two threads that wait at one port; the letter d says that the next message is the last. */
static void *wait_and_check(void *argument)
{
    struct message message;
    long n = 0;
    for (;;) {
        REQUIRE_EQ(message_receive(&message, own_port, -1), OK);
        if (message.header.msgh_id == -1)
            return (void *)n;
        CHECK(is_numbered(&message));
        mach_msg_destroy(&message.header);
        n++;
    }
}

static int waiter(void *argument)
{
    int line = actor_hello(argument);
    world_thread *threads[2] = { world_thread_spawn(wait_and_check, NULL),
                                 world_thread_spawn(wait_and_check, NULL) };
    long n = (long)world_thread_join(threads[0]) + (long)world_thread_join(threads[1]);
    char letter;
    say_letter(line, (int)n);
    CHECK(!next_letter(line, &letter));
    return WORLD_OK;
}

static kern_return_t send_numbered(mach_port_t to, uint32_t *memory, uint32_t size, int seed)
{
    number_words(memory, size < LARGE ? size : LARGE, (uint32_t)seed);
    struct message message = message_plain(to, COPY_SEND, MACH_PORT_NULL, 0, seed);
    add_memory(&message, memory, size, false, MACH_MSG_VIRTUAL_COPY);
    return message_send(&message, PATIENCE_MS);
}

static void say_last(mach_port_t to)
{
    struct message message = message_plain(to, COPY_SEND, MACH_PORT_NULL, 0, -1);
    CHECK_EQ(message_send(&message, PATIENCE_MS), OK);
}

/* Most find a thread waiting, which copies while they are written; one in eight cannot be read to its end and is not sent. */
TEST(what_is_copied_while_it_is_written_is_what_was_sent, "P129 P131")
{
    enum { N = 160 };
    struct actor w;
    unsigned char received = 0;
    actor_start(&w, waiter);
    uint32_t *memory = make_memory(LARGE + page_size()), n = 0;
    vm_deallocate(SELF, (vm_address_t)memory + LARGE, page_size());
    for (uint32_t i = 0; i < N; i++) {
        uint32_t size = i % 8 == 7 ? LARGE + 4 : (((i * 2654435761u >> 12) % LARGE) & ~3u) + 4;
        kern_return_t kr = send_numbered(w.port, memory, size, (int)i * 7919);
        CHECK_EQ(kr, size > LARGE ? MACH_SEND_INVALID_MEMORY : OK);
        n += kr == OK;
        if (i % 3 == 0)
            world_sleep_ms(1);
    }
    say_last(w.port);
    say_last(w.port);
    REQUIRE_EQ(read(w.line[0], &received, 1), 1);
    CHECK_EQ(received, n);
    vm_deallocate(SELF, (vm_address_t)memory, LARGE);
    actor_end(&w);
}

static int large_writer(void *argument)
{
    uint32_t *memory = make_memory(LARGE);
    for (int i = 1;; i++)
        if (send_numbered(world_parent_port(), memory, LARGE, i) != OK)
            return 1;
}

TEST(a_writer_that_is_killed_at_its_work_keeps_nobody_waiting, "P131 P165")
{
    mach_port_t port = make_port();
    struct message message;
    for (int i = 0; i < 20; i++) {
        world_task *writer = world_task_spawn(large_writer, NULL, port);
        for (int n = 0; n < 2 + i % 3; n++) {
            CHECK_EQ(message_receive(&message, port, PATIENCE_MS), OK);
            CHECK(is_numbered(&message));
            mach_msg_destroy(&message.header);
        }
        world_task_kill(writer);
        while (message_receive(&message, port, 0) == OK) {
            CHECK(is_numbered(&message));
            mach_msg_destroy(&message.header);
        }
        CHECK_EQ(say(port, i), OK);
        expect_message(port, i);
    }
    destroy_port(port);
}

static int plain_reader(void *argument)
{
    int line = actor_hello(argument);
    struct message message;
    char letter;
    int n = 0;
    CHECK_EQ(setpriority(PRIO_PROCESS, 0, 19), 0);
    while (message_receive(&message, own_port, -1) == OK && message.header.msgh_id != -1)
        n++;
    say_letter(line, n);
    CHECK(!next_letter(line, &letter));
    return WORLD_OK;
}

/* Every slot holds something on its way to ourselves: what was lent for another gives way. */
static void fill_slots(mach_port_t self, const void *memory)
{
    struct message message;
    for (int i = 0; i < 2; i++) {
        message = message_plain(self, COPY_SEND, MACH_PORT_NULL, 0, 1);
        for (int n = 0; n < 16; n++)
            add_memory(&message, memory, 20000, false, MACH_MSG_VIRTUAL_COPY);
        CHECK_EQ(message_send(&message, PATIENCE_MS), OK);
    }
    drain(self);
}

/* Lets the waiting thread hope, and sends nothing. */
static void borrow_in_vain(mach_port_t to)
{
    struct trap_frame frame;
    kern_return_t kr;
    uint32_t id;
    _Atomic uint64_t *progress = NULL;
    struct trap_page *page = trap_begin(&frame, &kr);
    REQUIRE(page != NULL);
    memset(&page->req, 0, sizeof(page->req));
    page->req.number = TRAP_SEGMENT_BORROW;
    page->req.arg[0] = to;
    page->req.arg[1] = SIZE;
    REQUIRE(trap_make(&frame));
    if (transport_segment_borrowed(frame.thread, page->reply.value, &id, &progress) != NULL)
        transport_segment_done(frame.thread, id);
    trap_end(&frame);
}

/* Each round leaves two packets for the reader: a segment, and that it will not come. It runs after us, on the same CPU, so that it
 * finds its message there already and has no reason to look. */
TEST(hints_that_come_to_nothing_fill_no_socket, "P131 F99")
{
    enum { ROUNDS = 120 };
    struct actor r;
    unsigned char received = 0;
    mach_port_t self = port_new_with_sends(1);
    void *memory = make_memory(20000);
    cpu_set_t all, one;
    qlimit_set(self, 16);
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_getaffinity(0, sizeof(all), &all);
    sched_setaffinity(0, sizeof(one), &one);
    actor_start(&r, plain_reader);
    for (int i = 0; i < ROUNDS; i++) {
        fill_slots(self, memory);
        borrow_in_vain(r.port);
        struct message message = message_plain(r.port, COPY_SEND, MACH_PORT_NULL, 0, i);
        REQUIRE_EQ(message_send(&message, PATIENCE_MS), OK);
    }
    say_last(r.port);
    REQUIRE_EQ(read(r.line[0], &received, 1), 1);
    CHECK_EQ(received, ROUNDS);
    sched_setaffinity(0, sizeof(all), &all);
    destroy_port(self);
    vm_deallocate(SELF, (vm_address_t)memory, 20000);
    actor_end(&r);
}
