/* SPDX-License-Identifier: Apache-2.0 */
/* tests/memory/loans.c - segments that are lent again show nobody what was not sent to him (wire/trap.h)
 *
 * A *spy* receives with traps of its own making: it keeps the descriptor of the segment, says that it is done with it,
 * and goes on looking.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/connection/connection.h"
#include "libmach/message/trap.h"
#include "tests/memory/actors.h"

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
        mach_port_t to = make_port();
        actor_start_at(&b, borrower, to);
        CHECK_EQ(tell(&b, i ? 's' : 'n'), i ? 'o' : 'i');
        drain(to);
        actor_end(&b);
        destroy_port(to);
    }
}
