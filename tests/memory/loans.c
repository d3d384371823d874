/* SPDX-License-Identifier: Apache-2.0 */
/* tests/memory/loans.c - segments that are lent again show nobody what was not sent to him (wire/trap.h)
 *
 * A *spy* receives with traps of its own making: it keeps the descriptor of the segment, says that it is done with it,
 * and goes on looking. It is told what to do over a pipe, one letter at a time, and answers with a letter.
 */
#include <errno.h>
#include <mach/memory_object_types.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/connection/connection.h"
#include "libmach/message/trap.h"
#include "tests/ports/util.h"

enum { SIZE = 200000 };

static void fill_with(uint8_t *memory, int byte)
{
    memset(memory, byte, SIZE);
}

static kern_return_t send_bytes(mach_port_t to, uint32_t how, int byte)
{
    uint8_t *memory = make_memory(SIZE);
    fill_with(memory, byte);
    struct message message = message_plain(to, how, MACH_PORT_NULL, 0, 1);
    add_memory(&message, memory, SIZE, true, MACH_MSG_VIRTUAL_COPY);
    return message_send(&message, PATIENCE_MS);
}

static bool is_all(const uint8_t *memory, int byte)
{
    for (uint32_t i = 0; i < SIZE; i++)
        if (memory[i] != byte)
            return false;
    return true;
}

/* ---- tasks that do as they are told ---- */

struct actor {
    int line[2]; /* [0]: the test's end */
    world_task *task;
    mach_port_t port; /* the test's send right to the actor's port */
};

static mach_port_t own_port;

/* Sends one letter and waits for the answer. */
static int tell(struct actor *actor, char letter)
{
    unsigned char answer = 0;
    REQUIRE_EQ(write(actor->line[0], &letter, 1), 1);
    REQUIRE_EQ(read(actor->line[0], &answer, 1), 1);
    return answer;
}

static void actor_start(struct actor *actor, int (*fn)(void *argument))
{
    struct message hello;
    mach_port_t home = make_port();
    REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, actor->line), 0);
    actor->task = world_task_spawn(fn, actor, home);
    close(actor->line[1]);
    REQUIRE_EQ(message_receive(&hello, home, PATIENCE_MS), OK);
    actor->port = hello.port[0].name;
    destroy_port(home);
}

static void actor_end(struct actor *actor)
{
    REQUIRE_EQ(write(actor->line[0], "q", 1),
               1); /* closing is not enough: later actors hold the other end too */
    close(actor->line[0]);
    CHECK_EQ(world_task_wait(actor->task), WORLD_OK);
    mach_port_deallocate(SELF, actor->port);
}

static int actor_hello(void *argument)
{
    struct actor *actor = argument;
    close(actor->line[0]);
    own_port = make_port();
    struct message message = message_with_port(world_parent_port(), COPY_SEND, 1, own_port, MAKE_SEND);
    REQUIRE_EQ(message_send(&message, PATIENCE_MS), OK);
    return actor->line[1];
}

static bool next_letter(int line, char *letter)
{
    return read(line, letter, 1) == 1 && *letter != 'q';
}

static void say_letter(int line, int letter)
{
    unsigned char byte = (unsigned char)letter;
    REQUIRE_EQ(write(line, &byte, 1), 1);
}

/* ---- the spy ---- */

static const uint8_t *view; /* its mapping of the first segment that it was given */
static int view_fd = -1;

/* Receives one message without telling the library; keeps the descriptor. */
static void receive_as_spy(void)
{
    struct trap_frame frame;
    struct attach_packet packet = { 0 };
    int fd[CONNECTION_FDS_MAX];
    sigset_t mask;
    kern_return_t kr;
    struct trap_page *page = trap_begin(&frame, &kr);
    REQUIRE(page != NULL);
    memset(&page->req, 0, sizeof(page->req));
    page->req.number = TRAP_MSG;
    page->req.msg =
        (struct trap_msg){ .option = MACH_RCV_MSG, .rcv_size = sizeof(struct message), .rcv_name = own_port };
    REQUIRE(trap_make(&frame));
    CHECK_EQ(page->reply.result, OK);
    const struct trap_item *item =
        (const struct trap_item *)(trap_data(page) + trap_round8(page->reply.message_size));
    REQUIRE_EQ(item->kind, TRAP_ITEM_SEGMENT);
    live_lock(&mask);
    struct live_arrival arrival = { .fd = -1 };
    for (;;) {
        for (uint32_t i = 0; i < live.n_arrived; i++)
            if (live.arrived[i].id == item->at)
                arrival = live.arrived[i];
        if (arrival.fd >= 0 || !connection_await(ATTACH_SEGMENT, &packet, fd))
            break;
        connection_keep(&packet, fd[0]);
    }
    live_unlock(&mask);
    REQUIRE_GE(arrival.fd, 0);
    CHECK_EQ(arrival.flags, SEGMENT_READ);
    if (view == NULL) {
        view_fd = fcntl(arrival.fd, F_DUPFD_CLOEXEC, 0);
        view = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, view_fd, 0);
        REQUIRE(view != MAP_FAILED);
    }
    transport_segment_discard(frame.thread, item->at);
    trap_end(&frame);
    mach_reply_port(); /* a trap that carries it */
}

/* Gives the receive right away: to the task that the next message's reply right leads to. */
static void give_port_away(void)
{
    struct message message;
    REQUIRE_EQ(message_receive(&message, own_port, PATIENCE_MS), OK);
    struct message gift =
        message_with_port(message.header.msgh_remote_port, MOVE_SEND_ONCE, 2, own_port, MOVE_RECEIVE);
    CHECK_EQ(message_send(&gift, PATIENCE_MS), OK);
}

static bool can_write(void)
{
    char path[40];
    uint8_t byte = 0;
    fchmod(view_fd, 0700);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", view_fd);
    int again = open(path, O_RDWR | O_CLOEXEC);
    void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, again >= 0 ? again : view_fd, 0);
    bool can = at != MAP_FAILED || write(view_fd, &byte, 1) == 1 || ftruncate(view_fd, 0) == 0 ||
               mprotect((void *)(uintptr_t)view, SIZE, PROT_READ | PROT_WRITE) == 0 ||
               fallocate(view_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
    if (again >= 0)
        close(again);
    return can;
}

static int spy(void *argument)
{
    int line = actor_hello(argument);
    char letter;
    while (next_letter(line, &letter)) {
        int answer = 'k';
        switch (letter) {
        case 'r': receive_as_spy(); break;
        case 'v': answer = view[SIZE / 2]; break;
        case 'w': answer = can_write() ? 'y' : 'n'; break;
        case 'g':
            say_letter(line, 'k');
            give_port_away();
            continue;
        default: FAIL("no such letter");
        }
        say_letter(line, answer);
    }
    return WORLD_OK;
}

/* Receives what comes and answers with the byte that it is filled with. */
static int reader(void *argument)
{
    int line = actor_hello(argument);
    struct message message;
    char letter;
    while (next_letter(line, &letter)) {
        int answer = 0;
        if (message_receive(&message, own_port, PATIENCE_MS) == OK && message.ool.address != NULL &&
            is_all(message.ool.address, *(uint8_t *)message.ool.address))
            answer = *(uint8_t *)message.ool.address;
        say_letter(line, answer);
        mach_msg_destroy(&message.header);
    }
    return WORLD_OK;
}

TEST(a_lent_segment_shows_a_former_reader_nothing_of_others, "P131")
{
    struct actor s, other;
    actor_start(&s, spy);
    actor_start(&other, reader);
    for (int byte = 1; byte < 10; byte++) {
        CHECK_EQ(send_bytes(s.port, COPY_SEND, byte), OK);
        tell(&s, 'r');
        CHECK_EQ(send_bytes(other.port, COPY_SEND, 100 + byte), OK);
        CHECK_EQ(tell(&other, 'r'), 100 + byte);
        CHECK_LT(tell(&s, 'v'), 100);
    }
    actor_end(&s);
    actor_end(&other);
}

TEST(a_reader_cannot_write_what_it_was_lent, "P131")
{
    struct actor s;
    actor_start(&s, spy);
    CHECK_EQ(send_bytes(s.port, COPY_SEND, 1), OK);
    tell(&s, 'r');
    CHECK_EQ(tell(&s, 'w'), 'n');
    CHECK_EQ(tell(&s, 'v'), 1);
    actor_end(&s);
}

/* The spy has had messages at this port; then the receive right is ours, and what we send to ourselves is not its business. */
TEST(a_port_that_moved_takes_its_messages_out_of_sight, "P131 P47")
{
    struct actor s;
    struct message message;
    actor_start(&s, spy);
    CHECK_EQ(send_bytes(s.port, COPY_SEND, 1), OK);
    tell(&s, 'r');
    mach_port_t reply = make_port();
    message = message_plain(s.port, COPY_SEND, reply, MAKE_SEND_ONCE, 1);
    tell(&s, 'g');
    CHECK_EQ(message_send(&message, PATIENCE_MS), OK);
    CHECK_EQ(message_receive(&message, reply, PATIENCE_MS), OK);
    mach_port_t moved = message.port[0].name;
    CHECK_EQ(moved, s.port);
    CHECK_EQ(send_bytes(moved, COPY_SEND, 77), OK);
    CHECK_EQ(tell(&s, 'v'), 1);
    CHECK_EQ(message_receive(&message, moved, PATIENCE_MS), OK);
    CHECK(is_all(message.ool.address, 77));
    CHECK_EQ(tell(&s, 'v'), 1);
    mach_msg_destroy(&message.header);
    mach_port_mod_refs(SELF, moved, RECEIVE, -1);
    destroy_port(reply);
    actor_end(&s);
}

/* The message is written while the right is with the reader, who never looks, and goes to the spy with the right. Then it is
 * the spy's, and its segment is given up: what is sent to the reader later is not there. */
TEST(who_gets_a_message_in_the_end_gets_no_more, "P131 P47")
{
    struct actor s;
    struct message message;
    actor_start(&s, spy);
    mach_port_t first = port_new_with_sends(1);
    CHECK_EQ(send_bytes(first, COPY_SEND, 5), OK); /* lent for ourselves */
    CHECK_EQ(message_receive(&message, first, PATIENCE_MS), OK);
    mach_msg_destroy(&message.header);
    for (int byte = 6; byte < 12; byte++) {
        CHECK_EQ(send_bytes(first, COPY_SEND, byte), OK);
        CHECK_EQ(message_receive(&message, first, PATIENCE_MS), OK);
        CHECK(is_all(message.ool.address, byte));
        mach_msg_destroy(&message.header);
    }
    CHECK_EQ(send_bytes(s.port, COPY_SEND, 3), OK);
    tell(&s, 'r');
    for (int byte = 20; byte < 24; byte++) {
        CHECK_EQ(send_bytes(first, COPY_SEND, byte), OK);
        CHECK_EQ(tell(&s, 'v'), 3);
        CHECK_EQ(message_receive(&message, first, PATIENCE_MS), OK);
        mach_msg_destroy(&message.header);
    }
    destroy_port(first);
    actor_end(&s);
}

/* ---- forks ---- */

static int forking_spy(void *argument)
{
    int line = actor_hello(argument);
    int pipes[2];
    char letter;
    pid_t child = 0;
    REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pipes), 0);
    while (next_letter(line, &letter)) {
        if (letter == 'r') {
            receive_as_spy();
            say_letter(line, 'k');
        } else if (letter == 'f') {
            child = fork();
            while (child == 0 && next_letter(pipes[1], &letter)) /* it looks where its parent looked */
                say_letter(pipes[1], view[SIZE / 2]);
            if (child == 0)
                _exit(0);
            close(pipes[1]);
            say_letter(line, 'k');
        } else {
            say_letter(pipes[0], 'v');
            REQUIRE(next_letter(pipes[0], &letter));
            say_letter(line, letter);
        }
    }
    REQUIRE_EQ(write(pipes[0], "q", 1), 1);
    waitpid(child, NULL, 0);
    return WORLD_OK;
}

TEST(a_child_of_the_reader_sees_nothing_that_is_sent_after_the_fork, "P131 F64")
{
    struct actor s;
    actor_start(&s, forking_spy);
    CHECK_EQ(send_bytes(s.port, COPY_SEND, 1), OK);
    tell(&s, 'r');
    tell(&s, 'f');
    CHECK_EQ(tell(&s, 'v'), 1);
    for (int byte = 2; byte < 6; byte++) {
        CHECK_EQ(send_bytes(s.port, COPY_SEND, byte), OK);
        CHECK_EQ(tell(&s, 'v'), 1);
    }
    actor_end(&s);
}

/* ---- the writer ---- */

/* Every lent segment that this process can write, through the mapping that libmach has of it. */
static int scribble(int byte)
{
    char line[512];
    int n = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps && fgets(line, sizeof(line), maps)) {
        unsigned long start, end;
        if (!strstr(line, "memfd:machd-loan") || !strstr(line, " rw-s ") ||
            sscanf(line, "%lx-%lx", &start, &end) != 2)
            continue;
        memset((void *)start, byte, end - start < SIZE ? end - start : SIZE);
        n++;
    }
    if (maps)
        fclose(maps);
    return n;
}

static int keeper(void *argument)
{
    int line = actor_hello(argument);
    struct message message = { 0 };
    char letter;
    while (next_letter(line, &letter)) {
        if (letter == 'r')
            CHECK_EQ(message_receive(&message, own_port, PATIENCE_MS), OK);
        say_letter(line, is_all(message.ool.address, 9) ? 'y' : 'n');
    }
    return WORLD_OK;
}

TEST(what_was_received_is_the_receivers_own, "P131")
{
    struct actor k;
    actor_start(&k, keeper);
    CHECK_EQ(send_bytes(k.port, COPY_SEND, 9), OK);
    CHECK_EQ(tell(&k, 'r'), 'y');
    CHECK_GT(scribble(8), 0);
    CHECK_EQ(tell(&k, 'v'), 'y');
    for (int i = 0; i < 5; i++) {
        mach_port_t self = port_new_with_sends(1);
        CHECK_EQ(send_bytes(self, COPY_SEND, 7), OK);
        destroy_port(self);
        CHECK_EQ(tell(&k, 'v'), 'y');
    }
    actor_end(&k);
}

/* Borrows by hand, and sends a message with that segment. */
static uint32_t send_borrowed(mach_port_t to, bool seal)
{
    struct trap_frame frame;
    kern_return_t kr;
    int fd[CONNECTION_FDS_MAX];
    struct attach_packet packet;
    sigset_t mask;
    struct trap_page *page = trap_begin(&frame, &kr);
    REQUIRE(page != NULL);
    memset(&page->req, 0, sizeof(page->req));
    page->req.number = TRAP_SEGMENT_BORROW;
    page->req.arg[0] = to;
    page->req.arg[1] = SIZE;
    REQUIRE(trap_make(&frame));
    uint32_t id = (uint32_t)page->reply.value[0];
    REQUIRE_NE(id, 0);
    REQUIRE(page->reply.value[0] & TRAP_LOAN_NEW);
    live_lock(&mask);
    REQUIRE(connection_await(ATTACH_SEGMENT, &packet, fd));
    live_unlock(&mask);
    CHECK_EQ(packet.segment.flags, SEGMENT_WRITE);
    if (seal)
        CHECK_EQ(fcntl(fd[0], F_ADD_SEALS, 0x10 | F_SEAL_SEAL), 0);
    close(fd[0]);

    struct message message = message_plain(to, COPY_SEND, MACH_PORT_NULL, 0, 1);
    uint32_t size = add_memory(&message, page, SIZE, false, MACH_MSG_VIRTUAL_COPY);
    struct trap_item item = { .kind = TRAP_ITEM_SEGMENT, .at = id, .size = SIZE };
    memcpy(trap_data(page), &message, size);
    memcpy(trap_data(page) + trap_round8(size), &item, sizeof(item));
    memset(&page->req, 0, sizeof(page->req));
    page->req.number = TRAP_MSG;
    page->req.n_items = 1;
    page->req.payload_size = (uint32_t)(trap_round8(size) + sizeof(item));
    page->req.msg = (struct trap_msg){ .option = MACH_SEND_MSG, .send_size = size };
    REQUIRE(trap_make(&frame));
    uint32_t result = page->reply.result;
    transport_segment_done(frame.thread, id);
    trap_end(&frame);
    return result;
}

static int borrower(void *argument)
{
    int line = actor_hello(argument);
    char letter;
    while (next_letter(line, &letter)) {
        uint32_t result = send_borrowed(world_parent_port(), letter == 's');
        say_letter(line, result == OK ? 'o' : result == MACH_SEND_INVALID_MEMORY ? 'i' : '?');
    }
    return WORLD_OK;
}

TEST(a_segment_that_its_reader_could_write_is_not_sent, "P129 P131")
{
    for (int i = 0; i < 2; i++) {
        struct actor b;
        struct message message;
        mach_port_t to = make_port();
        REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, b.line), 0);
        b.task = world_task_spawn(borrower, &b, to);
        close(b.line[1]);
        REQUIRE_EQ(message_receive(&message, to, PATIENCE_MS), OK);
        b.port = message.port[0].name;
        CHECK_EQ(tell(&b, i ? 's' : 'n'), i ? 'o' : 'i');
        drain(to);
        actor_end(&b);
        destroy_port(to);
    }
}

/* ---- reading ahead ---- */

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

/* ---- kills, and what is left ---- */

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
        REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, w.line), 0);
        w.task = world_task_spawn(i % 2 ? writer_until_killed : reader_until_killed, &w, to);
        close(w.line[1]);
        REQUIRE_EQ(message_receive(&message, to, PATIENCE_MS), OK);
        w.port = message.port[0].name;
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
