/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/hostile.c - what a client does to machd comes back to that client alone
 *
 * In each test a bystander is attached from the beginning; at the end it must still be served, at once.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/memfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <mach/kern_return.h>
#include <mach/message.h>

#include "host/linux/test/live.h"

#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

struct scene {
    struct live live;
    struct client bystander;
    struct client_thread thread;
    int descriptors;
};

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void scene_begin(struct scene *s)
{
    live_start(&s->live, NULL);
    REQUIRE(client_attach(&s->bystander, s->live.socket, 1));
    REQUIRE_EQ(client_thread_new(&s->bystander, 0, &s->thread), KERN_SUCCESS);
    CHECK_NE(trap_reply_port(&s->thread), 0);
    usleep(20000);
    s->descriptors = live_descriptors(&s->live);
}

static void check_served(struct scene *s)
{
    uint64_t start = now_us();
    CHECK_NE(trap_reply_port(&s->thread), 0);
    CHECK_LT(now_us() - start, 500000);
}

static void scene_end(struct scene *s)
{
    check_served(s);
    CHECK(live_wait_number(&s->live, "tasks", 1));
    CHECK(live_wait_descriptors(&s->live, s->descriptors));
    client_close(&s->bystander);
    live_stop(&s->live);
}

/* Runs the attack in a process of its own and waits for it. */
static void attack(struct scene *s, void (*body)(struct scene *s, struct client *c, struct client_thread *t))
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct client client;
        struct client_thread thread;
        REQUIRE(client_attach(&client, s->live.socket, 99));
        REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
        CHECK_NE(trap_reply_port(&thread), 0);
        body(s, &client, &thread);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    CHECK_EQ(status, 0);
}

/* ---- packets ---- */

TEST(garbage_packets_end_only_their_sender, "F99")
{
    struct scene s;
    uint8_t bytes[4096];
    scene_begin(&s);
    srand(1);
    for (int i = 0; i < 200; i++) {
        int fd = client_connect(s.live.socket);
        size_t size = 1 + (size_t)rand() % sizeof(bytes);
        for (size_t k = 0; k < size; k++)
            bytes[k] = (uint8_t)rand();
        if (i % 3 == 0)
            memcpy(bytes, &(uint32_t){ ATTACH_MAGIC }, 4);
        send(fd, bytes, size, MSG_NOSIGNAL);
        struct client client = { .fd = fd };
        CHECK(client_is_ended(&client));
        close(fd);
    }
    scene_end(&s);
}

static void send_half(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_NEW };
    client_send_packet(c->fd, &packet, 9, -1);
    CHECK(client_is_ended(c));
}

static void send_unknown(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = 4711 };
    client_send_packet(c->fd, &packet, sizeof(packet), -1);
    CHECK(client_is_ended(c));
}

static void send_hello_twice(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_HELLO,
                                    .hello = { ATTACH_VERSION, 0, 1, 0 } };
    client_send_packet(c->fd, &packet, sizeof(packet), -1);
    CHECK(client_is_ended(c));
}

static void send_shutdown(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_SHUTDOWN };
    client_send_packet(c->fd, &packet, sizeof(packet), -1);
    CHECK(client_is_ended(c));
}

static void send_wrong_slot(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_THREAD_GONE,
                                    .thread = { .slot = UINT32_MAX } };
    client_send_packet(c->fd, &packet, sizeof(packet), -1);
    CHECK(client_is_ended(c));
}

TEST(a_broken_packet_of_an_attached_client_ends_that_client, "F99 B78")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, send_half);
    attack(&s, send_unknown);
    attack(&s, send_hello_twice);
    attack(&s, send_shutdown);
    attack(&s, send_wrong_slot);
    CHECK_EQ(live_number(&s.live, "broken"), 5);
    scene_end(&s);
}

static void never_read(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_NEW, .thread = { .tid = -1 } };
    int n = 0;
    while (n < 20000 && send(c->fd, &packet, sizeof(packet), MSG_NOSIGNAL) > 0)
        n++;
    CHECK_LT(n, 20000);
}

TEST(a_client_that_does_not_read_its_socket_is_ended, "F99")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, never_read);
    scene_end(&s);
}

TEST(silent_connections_give_way_to_one_that_speaks, "F99")
{
    struct scene s;
    struct client client;
    int fds[400];
    scene_begin(&s);
    for (int i = 0; i < 400; i++)
        fds[i] = client_connect(s.live.socket);
    REQUIRE(client_attach(&client, s.live.socket, 1));
    CHECK_LT(live_number(&s.live, "connections"), 100);
    client_close(&client);
    for (int i = 0; i < 400; i++)
        close(fds[i]);
    CHECK(live_wait_number(&s.live, "connections", 2));
    scene_end(&s);
}

/* ---- descriptors ---- */

static int sealed_memory(size_t size, int seals)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    REQUIRE(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    if (seals)
        REQUIRE_EQ(fcntl(fd, F_ADD_SEALS, seals), 0);
    return fd;
}

static void give(struct client *c, uint32_t id, int fd, uint64_t size)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_SEGMENT,
                                    .segment = { .id = id, .size = size } };
    client_send_packet(c->fd, &packet, sizeof(packet), fd);
}

static void give_pipe(struct scene *s, struct client *c, struct client_thread *t)
{
    int fds[2];
    REQUIRE_EQ(pipe(fds), 0);
    give(c, 1, fds[1], 1);
    CHECK(client_is_ended(c));
}

static void give_nothing(struct scene *s, struct client *c, struct client_thread *t)
{
    give(c, 1, -1, 1);
    CHECK(client_is_ended(c));
}

static void give_unsealed(struct scene *s, struct client *c, struct client_thread *t)
{
    give(c, 1, sealed_memory(4096, 0), 4096);
    CHECK(client_is_ended(c));
}

static void give_half_sealed(struct scene *s, struct client *c, struct client_thread *t)
{
    give(c, 1, sealed_memory(4096, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 4096);
    CHECK(client_is_ended(c));
}

static void give_short(struct scene *s, struct client *c, struct client_thread *t)
{
    give(c, 1, sealed_memory(4096, ALL_SEALS), 4097);
    CHECK(client_is_ended(c));
}

static void give_one_number_twice(struct scene *s, struct client *c, struct client_thread *t)
{
    give(c, 1, sealed_memory(4096, ALL_SEALS), 4096);
    CHECK_NE(trap_reply_port(t), 0);
    give(c, 1, sealed_memory(4096, ALL_SEALS), 4096);
    CHECK(client_is_ended(c));
}

TEST(a_segment_that_somebody_could_still_change_ends_who_sent_it, "P129")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, give_pipe);
    attack(&s, give_nothing);
    attack(&s, give_unsealed);
    attack(&s, give_half_sealed);
    attack(&s, give_short);
    attack(&s, give_one_number_twice);
    scene_end(&s);
}

/* Nobody would write to it: machd must not read there. */
static void give_file_as_message(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_SEGMENT,
                                    .segment = {
                                        .id = 1, .size = sizeof(mach_msg_header_t), .flags = SEGMENT_FILE } };
    int fds[2];
    REQUIRE_EQ(pipe(fds), 0);
    client_send_packet(c->fd, &packet, sizeof(packet), fds[0]);
    t->page->req =
        (struct trap_request){ .number = TRAP_MSG,
                               .segment = 1,
                               .payload_size = sizeof(mach_msg_header_t),
                               .msg = { .option = MACH_SEND_MSG, .send_size = sizeof(mach_msg_header_t) } };
    REQUIRE(request_wait(t, request_begin(t)));
    CHECK_NE(t->page->reply.result, MACH_MSG_SUCCESS);
    CHECK_NE(trap_reply_port(t), 0);
}

TEST(a_file_is_no_message, "F141 P130")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, give_file_as_message);
    scene_end(&s);
}

static void give_with_hello(struct scene *s, struct client *c, struct client_thread *t)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_STATUS };
    int fds[2];
    REQUIRE_EQ(pipe(fds), 0);
    client_send_packet(c->fd, &packet, sizeof(packet), fds[0]);
    CHECK(client_receive(c->fd, &packet, NULL) > 0);
}

TEST(descriptors_that_nobody_asked_for_are_closed, "F99")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, give_with_hello);
    scene_end(&s);
}

/* ---- request words ---- */

static void jump(struct scene *s, struct client *c, struct client_thread *t)
{
    atomic_fetch_add(&t->page->request, 5);
    ring(c);
    CHECK(client_is_ended(c));
    struct client again;
    CHECK(!client_attach(&again, s->live.socket, 99));
    CHECK_EQ(again.kern_return, KERN_FAILURE);
}

static void jump_back(struct scene *s, struct client *c, struct client_thread *t)
{
    atomic_fetch_sub(&t->page->request, 1);
    ring(c);
    CHECK(client_is_ended(c));
}

static void jump_two_without_abort(struct scene *s, struct client *c, struct client_thread *t)
{
    atomic_fetch_add(&t->page->request, 2);
    ring(c);
    CHECK(client_is_ended(c));
}

static void trap_while_waiting(struct scene *s, struct client *c, struct client_thread *t)
{
    uint32_t number = begin_receive(t, trap_reply_port(t));
    REQUIRE(request_wait_accepted(t, number));
    request_begin(t);
    CHECK(client_is_ended(c));
    CHECK_EQ(atomic_load(wake_word(c->table, t->wake)), number - 2); /* gone back by one */
}

TEST(a_request_word_that_jumps_ends_its_client, "F99")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, jump);
    attack(&s, jump_back);
    attack(&s, jump_two_without_abort);
    attack(&s, trap_while_waiting);
    CHECK_EQ(live_number(&s.live, "broken"), 4);
    scene_end(&s);
}

static void fill_page(struct scene *s, struct client *c, struct client_thread *t)
{
    srand(7);
    for (int i = 0; i < 2000; i++) {
        uint32_t *word = (uint32_t *)&t->page->req;
        for (size_t k = 0; k < sizeof(t->page->req) / 4; k++)
            word[k] = (uint32_t)rand() % 3 ? (uint32_t)rand() % 64 : (uint32_t)rand() * 5u;
        if (t->page->req.number == TRAP_MSG)
            t->page->req.msg.option |= 0x100 | 0x10; /* timeouts: what waits would end the test */
        t->page->req.msg.timeout = 0;
        for (size_t k = 0; k < 256; k++)
            ((uint32_t *)trap_data(t->page))[k] = (uint32_t)rand();
        uint32_t number = request_begin(t);
        while (!request_is_done(t, number) && recv(c->fd, word, 0, MSG_DONTWAIT | MSG_PEEK) != 0) {
        }
        if (!request_is_done(t, number))
            return; /* ended: as good an answer as any */
    }
}

TEST(requests_of_random_words_harm_nobody, "F99")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, fill_page);
    scene_end(&s);
}

/* ---- a message that changes while it is read ---- */

enum { FORGED_NAME = 0xdead00, FORGE_MS = 3000, FORGED_MESSAGES = 200 };

struct forgery {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port[2];
};

static atomic_bool may_toggle, is_toggling;

static void *toggle_count(void *argument)
{
    _Atomic uint32_t *count = argument;
    for (;;) {
        atomic_store(&is_toggling, false);
        while (!atomic_load(&may_toggle)) {
        }
        atomic_store(&is_toggling, true);
        while (atomic_load(&may_toggle))
            atomic_store(count, atomic_load(count) == 1 ? 2 : 1);
    }
    return NULL;
}

static void toggle(bool on)
{
    atomic_store(&may_toggle, on);
    while (atomic_load(&is_toggling) != on) {
    }
}

static bool ask(struct client_thread *t, struct trap_request request)
{
    t->page->req = request;
    return request_wait(t, request_begin(t)) && t->page->reply.result == KERN_SUCCESS;
}

/* With a count of 2 it is refused, as nobody has that name: what arrives has one descriptor, and must say so. */
static void forge_descriptors(struct scene *s, struct client *c, struct client_thread *t)
{
    uint32_t self = 0, port = trap_reply_port(t);
    t->page->req = (struct trap_request){ .number = TRAP_TASK_SELF };
    REQUIRE(request_wait(t, request_begin(t)));
    self = t->page->reply.result;
    REQUIRE(ask(t, (struct trap_request){ .number = TRAP_PORT_INSERT_RIGHT,
                                          .arg = { self, port, port, MACH_MSG_TYPE_MAKE_SEND } }));
    struct forgery message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = port },
        .body = { 1 },
        .port = { { .disposition = MACH_MSG_TYPE_COPY_SEND, .type = MACH_MSG_PORT_DESCRIPTOR },
                  { .name = FORGED_NAME,
                    .disposition = MACH_MSG_TYPE_COPY_SEND,
                    .type = MACH_MSG_PORT_DESCRIPTOR } },
    };
    struct forgery *shared = (struct forgery *)trap_data(t->page);
    pthread_t thread;
    unsigned n = 0;
    REQUIRE_EQ(pthread_create(&thread, NULL, toggle_count, &shared->body.msgh_descriptor_count), 0);
    for (uint64_t end = now_us() + FORGE_MS * 1000; n < FORGED_MESSAGES && now_us() < end;) {
        memcpy(shared, &message, sizeof(message));
        struct trap_request request = {
            .number = TRAP_MSG,
            .payload_size = sizeof(message),
            .msg = { .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT, .send_size = sizeof(message) },
        };
        toggle(true);
        bool sent = ask(t, request);
        toggle(false);
        if (!sent)
            continue;
        n++;
        REQUIRE(ask(t, (struct trap_request){ .number = TRAP_MSG,
                                              .msg = { .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT,
                                                       .rcv_size = 1024,
                                                       .rcv_name = port } }));
        CHECK_EQ(shared->body.msgh_descriptor_count, 1);
    }
    test_log("%u messages", n);
}

TEST(a_message_has_as_many_descriptors_as_were_copied_in, "P109")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, forge_descriptors);
    scene_end(&s);
}

/* ---- bells ---- */

static void storm(struct scene *s, struct client *c, struct client_thread *t)
{
    uint64_t end = now_us() + 1500000;
    while (now_us() < end)
        ring(c);
    CHECK_NE(trap_reply_port(t), 0); /* looked at by a timer now */
}

static void check_quick(struct scene *s, uint64_t duration_us)
{
    uint64_t end = now_us() + duration_us, worst = 0;
    while (now_us() < end) {
        uint64_t start = now_us();
        CHECK_NE(trap_reply_port(&s->thread), 0);
        worst = now_us() - start > worst ? now_us() - start : worst;
        usleep(10000);
    }
    CHECK_LT(worst, 300000);
}

TEST(a_storm_of_bells_is_not_listened_to, "F99")
{
    struct scene s;
    scene_begin(&s);
    pid_t pid = fork();
    if (pid == 0) {
        attack(&s, storm);
        _exit(0);
    }
    check_quick(&s, 1500000);
    waitpid(pid, NULL, 0);
    CHECK_GE(live_number(&s.live, "quarantines"), 1);
    scene_end(&s);
}

/* The bell stays with a child of a client that has died: it must not be taken for anything. */
static void leave_bell(struct scene *s, struct client *c, struct client_thread *t)
{
    if (fork() == 0) {
        close(c->fd);
        for (int i = 0; i < 300; i++) {
            ring(c);
            usleep(1000);
        }
        _exit(0);
    }
}

TEST(a_bell_that_outlives_its_owner_is_nobodys, "F10")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, leave_bell);
    check_quick(&s, 400000);
    scene_end(&s);
}

/* A client may set the flags and drain the counter of its bell: machd neither reads nor writes it. */
static void block_bell(struct scene *s, struct client *c, struct client_thread *t)
{
    uint64_t value;
    fcntl(c->bell, F_SETFL, 0);
    ring(c);
    CHECK_EQ(read(c->bell, &value, sizeof(value)), sizeof(value));
    CHECK_NE(trap_reply_port(t), 0);
    CHECK_NE(trap_reply_port(t), 0);
}

TEST(the_flags_and_the_counter_of_a_bell_are_its_clients, "F99")
{
    struct scene s;
    scene_begin(&s);
    attack(&s, block_bell);
    scene_end(&s);
}

/* ---- words ---- */

static void *wait_on_word(void *word)
{
    for (;;) {
        struct timespec timeout = { 20, 0 };
        syscall(SYS_futex, word, FUTEX_WAIT, atomic_load((_Atomic uint32_t *)word), &timeout, NULL, 0);
    }
    return NULL;
}

/* Twenty threads of another process, in front of whoever waits for this word after them. */
static pid_t crowd_around(_Atomic uint32_t *word)
{
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        for (int i = 0; i < 20; i++)
            REQUIRE_EQ(pthread_create(&thread, NULL, wait_on_word, word), 0);
        pause();
    }
    usleep(50000);
    return pid;
}

static uint32_t begin_receive_for(struct client_thread *thread, uint32_t port, uint32_t milliseconds)
{
    thread->page->req = (struct trap_request){
        .number = TRAP_MSG,
        .msg = { .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT, .rcv_name = port, .timeout = milliseconds },
    };
    return request_begin(thread);
}

TEST(a_wake_reaches_its_thread_behind_a_crowd_that_waits_on_the_same_word, "F99")
{
    struct scene s;
    struct timespec timeout = { 5, 0 };
    scene_begin(&s);
    _Atomic uint32_t *word = wake_word(s.bystander.table, s.thread.wake);
    uint32_t port = trap_reply_port(&s.thread), before = atomic_load(word);
    pid_t crowd = crowd_around(word);
    uint32_t number = begin_receive_for(&s.thread, port, 200);
    atomic_store(&s.thread.page->sleeping, 1);
    long result = syscall(SYS_futex, word, FUTEX_WAIT, before, &timeout, NULL, 0);
    CHECK(result == 0 || errno != ETIMEDOUT);
    CHECK(request_wait(&s.thread, number));
    atomic_store(&s.thread.page->sleeping, 0);
    kill(crowd, SIGKILL);
    waitpid(crowd, NULL, 0);
    scene_end(&s);
}

/* ---- shared memory ---- */

static int open_again(int fd, int flags)
{
    char path[40];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, flags | O_CLOEXEC);
}

static bool can_be_changed(int fd)
{
    int again = open_again(fd, O_RDWR);
    if (again < 0)
        return false;
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0);
    bool changed = map != MAP_FAILED || pwrite(again, "x", 1, 0) == 1 || ftruncate(again, 1) == 0 ||
                   fallocate(again, 0x02 | 0x01, 0, 4096) == 0;
    close(again);
    return changed;
}

TEST(the_wake_table_is_read_only_for_clients, "F99")
{
    struct scene s;
    scene_begin(&s);
    CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, s.bystander.table_fd, 0) == MAP_FAILED);
    CHECK(mprotect(s.bystander.table, 4096, PROT_READ | PROT_WRITE) != 0);
    CHECK(!can_be_changed(s.bystander.table_fd));
    scene_end(&s);
}

TEST(a_trap_area_keeps_its_size, "F99")
{
    struct scene s;
    scene_begin(&s);
    CHECK(ftruncate(s.bystander.area_fd, 4096) != 0);
    CHECK(ftruncate(s.bystander.area_fd, 1 << 24) != 0);
    CHECK(fcntl(s.bystander.area_fd, F_ADD_SEALS, F_SEAL_WRITE) != 0);
    fallocate(s.bystander.area_fd, 0x02 | 0x01, 4 * 16384, 16384); /* a hole reads as zero: harmless */
    scene_end(&s);
}

/* ---- what machd writes ---- */

static unsigned flags_of(pid_t pid, int fd)
{
    char path[300], line[64];
    unsigned flags = 0;
    snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        sscanf(line, "flags: %o", &flags);
    if (file)
        fclose(file);
    return flags;
}

static bool has_open_without_waiting(pid_t pid, ino_t pipe)
{
    char path[64];
    struct stat stat;
    bool has = false;
    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *directory = opendir(path);
    REQUIRE(directory != NULL);
    for (struct dirent *entry; (entry = readdir(directory));)
        has |= fstatat(dirfd(directory), entry->d_name, &stat, 0) == 0 && stat.st_ino == pipe &&
               (flags_of(pid, atoi(entry->d_name)) & O_NONBLOCK);
    closedir(directory);
    return has;
}

/* What poll() says of a pipe that clients have, too, may be wrong a moment later; and its flags are shared with them. */
TEST(machd_never_waits_for_who_reads_its_messages, "F99")
{
    int before = dup(STDERR_FILENO), fds[2];
    struct stat pipe;
    struct scene s;
    REQUIRE_EQ(pipe2(fds, O_CLOEXEC), 0);
    REQUIRE_EQ(fstat(fds[1], &pipe), 0);
    fflush(NULL);
    dup2(fds[1], STDERR_FILENO);
    scene_begin(&s);
    dup2(before, STDERR_FILENO);
    CHECK(has_open_without_waiting(s.live.machd, pipe.st_ino));
    CHECK(!(fcntl(fds[1], F_GETFL) & O_NONBLOCK));
    attack(&s, jump);
    char line[200] = "";
    CHECK_GT(read(fds[0], line, sizeof(line) - 1), 0);
    CHECK(strstr(line, "is ended: its request word jumped") != NULL);
    scene_end(&s);
    close(before);
    close(fds[0]);
    close(fds[1]);
}
