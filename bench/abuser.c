/* SPDX-License-Identifier: Apache-2.0 */
/* bench/abuser.c - a client that keeps to nothing, with as many threads as an honest pair
 *
 *   abuser SOCKET SEED [OFFENCE]
 *
 * It speaks the wire protocol by hand, and draws one offence after the other: scribbles over its trap pages
 * while machd reads them, lies about sizes and counts, floods, skips the wakes that it should make, waits on
 * and wakes the words of others, changes every descriptor that it was given, exhausts what can be exhausted,
 * leaves children that hold everything, hands its pages to a helper and runs another program, dies anywhere.
 * offences.c has what it does with kernel queues, processes, errands, messages shown ahead and priorities.
 * When machd ends it, or the process that keeps it alive has killed it, it begins anew, until SIGTERM.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/memfd.h>
#include <mach/message.h>
#include <mach/port.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/abuser.h"
#include "wire/attach.h"

enum { THREADS = 2, TURN_US = 15000, LIFE_MS = 150, ANSWER_US = 3000, WORDS_LOOKED_AT = 64 };

uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint32_t next(struct hand *h)
{
    h->state = h->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(h->state >> 33);
}

/* ---- packets ---- */

static bool send_packet(int fd, const void *packet, size_t size, int with_fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec bytes = { (void *)(uintptr_t)packet, size };
    struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };
    if (with_fd >= 0) {
        control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), &with_fd, sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size;
}

/* Bytes; 0: hung up, or nothing within a second. */
static ssize_t receive_packet(int fd, struct attach_packet *packet, int fds[3])
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(3 * sizeof(int))];
    } control;
    struct timeval second = { 1, 0 };
    struct iovec bytes = { packet, sizeof(*packet) };
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
    fds[0] = fds[1] = fds[2] = -1;
    ssize_t n = recvmsg(fd, &message, 0);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
    return n > 0 ? n : 0;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool attach(struct abuser *a, uint64_t image_id)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_HELLO,
                                    .hello = { ATTACH_VERSION, 0, image_id, 0 } };
    int fds[3];
    a->socket = connect_to(a->path);
    if (a->socket < 0 || !send_packet(a->socket, &packet, sizeof(packet), -1) ||
        !receive_packet(a->socket, &packet, fds))
        return false;
    if (packet.type == ATTACH_CHALLENGE) {
        send_packet(a->socket, &packet, sizeof(packet), -1);
        if (!receive_packet(a->socket, &packet, fds))
            return false;
    }
    if (packet.type != ATTACH_WELCOME)
        return false;
    a->table_fd = fds[0];
    a->area_fd = fds[1];
    a->bell = fds[2];
    a->table = mmap(NULL, sizeof(*a->table), PROT_READ, MAP_SHARED, fds[0], 0);
    a->area = mmap(NULL, TRAP_AREA_SLOTS * TRAP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[1], 0);
    return a->table != MAP_FAILED && a->area != MAP_FAILED;
}

static bool register_hand(struct hand *h)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_NEW };
    int fds[3];
    packet.thread.tid = (int32_t)syscall(SYS_gettid);
    send_packet(h->a->socket, &packet, sizeof(packet), -1);
    if (!receive_packet(h->a->socket, &packet, fds) || packet.type != ATTACH_THREAD_OK ||
        packet.thread.kern_return != 0)
        return false;
    h->page = (void *)(h->a->area + (packet.thread.slot % TRAP_AREA_SLOTS) * TRAP_PAGE_SIZE);
    h->wake = packet.thread.wake;
    return true;
}

/* ---- traps ---- */

static void ring(const struct abuser *a)
{
    uint64_t one = 1;
    atomic_store(trap_rung((struct trap_page *)a->area), UINT64_MAX);
    (void)!write(a->bell, &one, sizeof(one));
}

static bool is_done(const struct hand *h, uint32_t number)
{
    return atomic_load(wake_word(h->a->table, h->wake)) == number;
}

bool ask(struct hand *h)
{
    uint64_t end = now_us() + ANSWER_US;
    uint32_t number = atomic_fetch_add(&h->page->request, 1) + 1;
    if (!atomic_load(&h->page->hot) || atomic_load(&h->a->table->asleep))
        ring(h->a);
    while (!is_done(h, number) && now_us() < end) {
    }
    if (is_done(h, number))
        return true;
    atomic_store(&h->page->abort, number + 1);
    atomic_fetch_add(&h->page->request, 1);
    ring(h->a);
    for (end = now_us() + 500000; !is_done(h, number + 1) && now_us() < end;)
        usleep(50);
    return is_done(h, number + 1);
}

uint32_t trap(struct hand *h, uint32_t number, uint64_t a1, uint64_t a2, uint64_t a3)
{
    h->page->req = (struct trap_request){ .number = number, .arg = { h->port[3], a1, a2, a3 } };
    return ask(h) ? h->page->reply.result : UINT32_MAX;
}

static void make_names(struct hand *h)
{
    h->port[3] = trap(h, TRAP_TASK_SELF, 0, 0, 0);
    h->service = trap(h, TRAP_BOOTSTRAP_PORT, 0, 0, 0);
    for (int i = 0; i < 3; i++) {
        h->port[i] = trap(h, TRAP_REPLY_PORT, 0, 0, 0);
        trap(h, TRAP_PORT_INSERT_RIGHT, h->port[i], h->port[i], MACH_MSG_TYPE_MAKE_SEND);
    }
}

bool send_message(struct hand *h, uint32_t to, uint32_t size)
{
    struct mach_msg_header_t_ {
        uint32_t bits, size, remote, local, voucher;
        int32_t id;
    } header = { MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0), size, to, 0, 0, 77 };
    h->page->req =
        (struct trap_request){ .number = TRAP_MSG,
                               .payload_size = (uint32_t)trap_round8(size),
                               .msg = { .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT, .send_size = size } };
    memcpy(trap_data(h->page), &header, sizeof(header));
    return ask(h) && h->page->reply.result == 0;
}

void receive_message(struct hand *h, uint32_t from, uint32_t timeout)
{
    h->page->req = (struct trap_request){
        .number = TRAP_MSG,
        .msg = { .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT,
                 .rcv_size = 16000,
                 .rcv_name = from,
                 .timeout = timeout },
    };
    ask(h);
}

/* ---- offences: each for a turn ---- */

static void scribble(struct hand *h, uint64_t end)
{
    size_t size = (size_t)TRAP_AREA_SLOTS * TRAP_PAGE_SIZE;
    while (now_us() < end) {
        for (int i = 0; i < 1000; i++) {
            size_t page = next(h) % 4 * TRAP_PAGE_SIZE,
                   at = next(h) % (next(h) % 2 ? 1024 : TRAP_PAGE_SIZE - 4) & ~3u;
            if (next(h) % 50 == 0)
                page = next(h) % (uint32_t)(size - TRAP_PAGE_SIZE) & ~3u;
            if (at >= 16 || next(h) % 5000 == 0) /* the words that end it at once, seldom */
                *(volatile uint32_t *)(h->a->area + page + at) = next(h) % 3 ? next(h) % 64 : next(h) * 5u;
        }
    }
}

static void lie(struct hand *h, uint64_t end)
{
    while (now_us() < end) {
        uint32_t *word = (uint32_t *)&h->page->req;
        for (size_t k = 0; k < sizeof(h->page->req) / 4; k++)
            word[k] = next(h) % 3 ? next(h) % 64 : next(h) * 5u;
        if (next(h) % 2)
            h->page->req.number = TRAP_MSG;
        if (next(h) % 4)
            h->page->req.msg.option =
                MACH_SEND_MSG | MACH_SEND_TIMEOUT | (next(h) % 2 ? MACH_RCV_MSG | MACH_RCV_TIMEOUT : 0);
        for (size_t k = 0; k < 64; k++)
            ((uint32_t *)trap_data(h->page))[k] = next(h) % 4 ? h->port[next(h) % 4] : next(h);
        if (next(h) % 8) /* else it is over at once */
            h->page->req.payload_size %= TRAP_DATA_SIZE;
        if (!ask(h))
            return;
    }
}

static void flood_traps(struct hand *h, uint64_t end)
{
    while (now_us() < end && trap(h, TRAP_REPLY_PORT, 0, 0, 0) != UINT32_MAX) {
        for (int i = 0; i < 20; i++)
            trap(h, TRAP_PORT_TYPE, h->port[i % 3], 0, 0);
        trap(h, TRAP_PORT_MOD_REFS, h->page->reply.result, MACH_PORT_RIGHT_RECEIVE, UINT64_MAX);
    }
}

static void flood_packets(struct hand *h, uint64_t end)
{
    static const uint32_t types[] = { ATTACH_THREAD_NEW, ATTACH_STATUS, ATTACH_SETTLE, ATTACH_FORK_PREPARE,
                                      ATTACH_FORK_ABORT };
    struct attach_packet packet = { .magic = ATTACH_MAGIC };
    char drain[sizeof(packet)];
    uint32_t type = types[next(h) % 5];
    while (now_us() < end) {
        packet.type = type;
        packet.thread.tid = type == ATTACH_SETTLE ? 1 : -1;
        send_packet(h->a->socket, &packet, sizeof(packet), -1);
        while (recv(h->a->socket, drain, sizeof(drain), MSG_DONTWAIT) > 0) {
        }
    }
}

static void talk_without_waking(struct hand *h, uint64_t end)
{
    uint32_t shared = h->port[0];
    while (now_us() < end) {
        send_message(h, shared, 64); /* whoever waits for it is not woken by us */
        if (h->service)
            send_message(h, h->service, 24);
        receive_message(h, shared, next(h) % 2);
        atomic_store(&h->page->seen, next(h));
        atomic_store(&h->page->sleeping, next(h) % 2);
    }
    atomic_store(&h->page->sleeping, 0);
}

static void use_words_of_others(struct hand *h, uint64_t end)
{
    struct timespec moment = { 0, 200000 };
    while (now_us() < end) {
        _Atomic uint32_t *word = wake_word(h->a->table, 1 + next(h) % WORDS_LOOKED_AT);
        if (next(h) % 4)
            syscall(SYS_futex, word, FUTEX_WAIT, atomic_load(word), &moment, NULL, 0);
        else
            syscall(SYS_futex, word, FUTEX_WAKE, 1 << next(h) % 8, NULL, NULL, 0);
    }
}

static void change_descriptor(struct hand *h, int fd)
{
    char path[40];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int again = open(path, (next(h) % 2 ? O_RDWR : O_WRONLY) | O_NONBLOCK | O_CLOEXEC);
    int victim = again >= 0 && next(h) % 2 ? again : fd;
    switch (next(h) % 6) {
    case 0: (void)!ftruncate(victim, (off_t)(next(h) % 3) * 4096); break;
    case 1: fallocate(victim, 0x02 | 0x01, (off_t)(next(h) % 64) * 4096, 65536); break;
    case 2: fcntl(victim, F_ADD_SEALS, 1 << next(h) % 5); break;
    case 3: fcntl(victim, F_SETFL, next(h) % 2 ? O_NONBLOCK : O_APPEND); break;
    case 4: {
        void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, victim, 0);
        if (map != MAP_FAILED)
            munmap(map, 4096);
        break;
    }
    case 5: fcntl(victim, F_SETSIG, SIGURG); break;
    }
    if (again >= 0)
        close(again);
}

static void change_descriptors(struct hand *h, uint64_t end)
{
    const int fds[] = { h->a->table_fd, h->a->area_fd, h->a->bell, h->a->table_fd };
    while (now_us() < end)
        change_descriptor(h, fds[next(h) % 4]);
}

static void play_with_bell(struct hand *h, uint64_t end)
{
    uint64_t value = 0xfffffffffffffffeull;
    fcntl(h->a->bell, F_SETFL, next(h) % 2 ? 0 : O_NONBLOCK);
    while (now_us() < end) {
        switch (next(h) % 3) {
        case 0: ring(h->a); break;
        case 1: /* fills it, and drains it: either may wait if it is made to */
            fcntl(h->a->bell, F_SETFL, O_NONBLOCK);
            (void)!write(h->a->bell, &value, sizeof(value));
            (void)!read(h->a->bell, &value, sizeof(value));
            fcntl(h->a->bell, F_SETFL, 0);
            value = 0xfffffffffffffffeull;
            break;
        default:
            for (int i = 0; i < 100; i++)
                ring(h->a);
        }
    }
    fcntl(h->a->bell, F_SETFL, O_NONBLOCK);
}

static void exhaust_ports(struct hand *h, uint64_t end)
{
    for (end += 2 * TURN_US; now_us() < end;)
        if (trap(h, TRAP_PORT_ALLOCATE, next(h) % 5, 0, 0) == UINT32_MAX)
            return;
}

static void exhaust_messages(struct hand *h, uint64_t end)
{
    uint32_t to = h->port[0];
    for (end += 2 * TURN_US; now_us() < end;) {
        if (send_message(h, to, next(h) % 2 ? 15000 : 24))
            continue;
        trap(h, TRAP_PORT_CONSTRUCT, 1 /* queue limit */, 1024, 0);
        to = (uint32_t)h->page->reply.value[0];
        if (trap(h, TRAP_PORT_INSERT_RIGHT, to, to, MACH_MSG_TYPE_MAKE_SEND) == UINT32_MAX)
            return;
    }
}

static void exhaust_segments(struct hand *h, uint64_t end)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_SEGMENT,
                                    .segment = { .size = 1 << 20 } };
    int fd = memfd_create("abuse", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (ftruncate(fd, 1 << 20) == 0)
        fcntl(fd, F_ADD_SEALS,
              next(h) % 16 ? F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL : F_SEAL_SHRINK);
    packet.segment.id = next(h) | 1;
    for (int i = 0; i < 100 && now_us() < end; i++, packet.segment.id += 2)
        send_packet(h->a->socket, &packet, sizeof(packet), fd);
    close(fd);
}

/* A message that does not fit into a page, as large as may be: each costs machd milliseconds. */
static void send_large(struct hand *h, uint64_t end)
{
    enum { LARGE = 12 << 20 };
    const mach_msg_header_t header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                       .msgh_size = LARGE,
                                       .msgh_remote_port = h->port[0],
                                       .msgh_id = 78 };
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_SEGMENT,
                                    .segment = { .size = LARGE } };
    for (bool goes_on = true; goes_on && now_us() < end;) {
        int fd = memfd_create("abuse", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        packet.segment.id = next(h) | 1;
        goes_on = ftruncate(fd, LARGE) == 0 && write(fd, &header, sizeof(header)) == sizeof(header) &&
                  fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0 &&
                  send_packet(h->a->socket, &packet, sizeof(packet), fd);
        close(fd);
        h->page->req = (struct trap_request){
            .number = TRAP_MSG,
            .segment = packet.segment.id,
            .payload_size = LARGE,
            .msg = { .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT, .send_size = LARGE },
        };
        goes_on = goes_on && ask(h);
        receive_message(h, h->port[0], 0);
    }
}

static void exhaust_connections(struct hand *h, uint64_t end)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_HELLO,
                                    .hello = { ATTACH_VERSION, 0, next(h) % 4, 0 } };
    int fd[100], n = 0;
    while (n < 100 && now_us() < end) {
        fd[n] = connect_to(h->a->path);
        if (fd[n] < 0)
            break;
        if (next(h) % 2)
            send_packet(fd[n], &packet, 1 + next(h) % sizeof(packet), -1);
        n++;
    }
    while (n > 0)
        close(fd[--n]);
}

static void leave_child(struct hand *h, uint64_t end)
{
    if (fork() == 0) { /* it has the socket, the bell and the areas, and nobody told machd */
        for (end += 20 * TURN_US; now_us() < end; usleep(1000)) {
            ring(h->a);
            atomic_fetch_add(&h->page->request, next(h) % 2);
        }
        _exit(0);
    }
    if (next(h) % 2)
        raise(SIGKILL);
}

static void exec_with_helper(struct hand *h, uint64_t end)
{
    static const char *const programs[] = { "/bin/true", "/usr/bin/su", "/usr/bin/passwd", "/usr/bin/newgrp" };
    const char *program = programs[next(h) % 4];
    leave_child(h, end);
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    if (next(h) % 2) { /* the new image keeps the connection open */
        fcntl(h->a->socket, F_SETFD, 0);
        fcntl(h->a->bell, F_SETFD, 0);
    }
    execl(program, program, "--help", NULL);
    _exit(1);
}

static void shut_socket(struct hand *h, uint64_t end)
{
    (void)end;
    shutdown(h->a->socket, next(h) % 3);
}

static void die(struct hand *h, uint64_t end)
{
    (void)h;
    (void)end;
    raise(SIGKILL);
}

static const struct offence {
    const char *name;
    offence_function *commit;
    uint32_t weight;
} offences[] = {
    { "scribble", scribble, 6 },
    { "lie", lie, 6 },
    { "flood-traps", flood_traps, 6 },
    { "flood-packets", flood_packets, 4 },
    { "no-wakes", talk_without_waking, 6 },
    { "words", use_words_of_others, 4 },
    { "descriptors", change_descriptors, 3 },
    { "bell", play_with_bell, 4 },
    { "events", lie_about_events, 4 },
    { "announce", announce_children, 3 },
    { "errands", refuse_errands, 2 },
    { "promises", scribble_promises, 3 },
    { "priorities", flood_priorities, 4 },
    { "pushes", push_on_launchd, 3 },
    { "look", look_at_everybody, 3 },
    { "ports", exhaust_ports, 4 },
    { "messages", exhaust_messages, 4 },
    { "segments", exhaust_segments, 2 },
    { "large", send_large, 2 },
    { "connections", exhaust_connections, 2 },
    { "child", leave_child, 1 },
    { "exec", exec_with_helper, 1 },
    { "shutdown", shut_socket, 1 },
    { "die", die, 1 },
};

#define N_OFFENCES (sizeof(offences) / sizeof(offences[0]))

static const struct offence *draw(struct hand *h)
{
    uint32_t sum = 0, at;
    for (size_t i = 0; i < N_OFFENCES; i++) {
        sum += offences[i].weight;
        if (h->a->only && !strcmp(h->a->only, offences[i].name))
            return &offences[i];
    }
    at = next(h) % sum;
    for (size_t i = 0;; i++) {
        if (at < offences[i].weight)
            return &offences[i];
        at -= offences[i].weight;
    }
}

/* ---- one life ---- */

static void *be_hand(void *argument)
{
    struct hand *h = argument;
    make_names(h);
    for (;;)
        draw(h)->commit(h, now_us() + TURN_US);
    return NULL;
}

static void *begin_second_hand(void *argument)
{
    struct hand *h = argument;
    if (register_hand(h))
        be_hand(h);
    return NULL;
}

/* machd has ended it when it hangs up: nothing that it does is heard any more, so it begins anew. */
static void end_when_hung_up(struct abuser *a)
{
    char byte;
    for (;;) {
        ssize_t n = recv(a->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            _exit(0);
        usleep(2000);
    }
}

static _Noreturn void live_once(const char *path, uint64_t seed, const char *only)
{
    static struct abuser a;
    static struct hand hand[THREADS];
    pthread_t thread[THREADS];
    a = (struct abuser){ .path = path, .only = only };
    setpgid(0, 0);
    if (!attach(&a, seed | 1))
        _exit(1);
    for (int i = 0; i < THREADS; i++)
        hand[i] = (struct hand){ .a = &a, .state = seed + (uint64_t)i };
    for (int i = 0; i < THREADS; i++) /* each registers itself: one after the other, they share a socket */
        pthread_create(&thread[i], NULL, begin_second_hand, &hand[i]), usleep(3000);
    end_when_hung_up(&a);
    _exit(0);
}

/* ---- the one who keeps it alive ---- */

static volatile sig_atomic_t is_over;

static void note_end(int sig)
{
    (void)sig;
    is_over = 1;
}

/* Without taking its status: as long as nobody has, the number is its own and that of its group. */
static bool has_ended(pid_t pid)
{
    siginfo_t info = { 0 };
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static _Noreturn void keep_alive(const char *path, uint64_t seed, const char *only)
{
    struct hand chance = { .state = seed };
    sigset_t none;
    sigemptyset(&none);
    signal(SIGTERM, note_end);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    while (!is_over) {
        pid_t pid = fork();
        if (pid == 0)
            live_once(path, (uint64_t)next(&chance) << 20, only);
        uint64_t end = now_us() + 1000 * (20 + next(&chance) % LIFE_MS);
        while (!is_over && now_us() < end && !has_ended(pid))
            usleep(2000);
        kill(pid, SIGKILL);
        if (next(&chance) % 4 == 0 || is_over)
            kill(-pid, SIGKILL); /* its helpers with it; else they live on for their time */
        waitpid(pid, NULL, 0);
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    keep_alive(argv[1], strtoull(argv[2], NULL, 0), argc > 3 ? argv[3] : NULL);
}
