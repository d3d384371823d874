/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/pairs.h"

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS = 8, GIFT_EVERY = 64, GIFT_SIZE = 50000, PATIENCE_MS = 20000, HELLO = 1, CALL, GIFT, ANSWER };

struct pair_counts {
    atomic_ullong calls, errors, worst_us;
    char what[128]; /* the first error */
};

struct call {
    mach_msg_header_t header;
    uint32_t number;
    uint32_t word[WORDS];
};

struct gift {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_port_descriptor_t port;
    uint32_t number;
};

union message {
    mach_msg_header_t header;
    struct call call;
    struct gift gift;
    char room[512];
};

static struct pair_counts *counts; /* in a child: its pair's */

static void wrong(const char *what, uint32_t is, uint32_t should_be)
{
    if (atomic_fetch_add(&counts->errors, 1) == 0)
        snprintf(counts->what, sizeof(counts->what), "%s is %x, should be %x", what, is, should_be);
}

static bool same(const char *what, uint32_t is, uint32_t should_be)
{
    if (is != should_be)
        wrong(what, is, should_be);
    return is == should_be;
}

static void fill(uint32_t *word, uint32_t number, uint32_t salt)
{
    for (uint32_t i = 0; i < WORDS; i++)
        word[i] = number * 0x9e3779b9u + i * salt;
}

static void check_words(const uint32_t *word, uint32_t number, uint32_t salt)
{
    uint32_t wanted[WORDS];

    fill(wanted, number, salt);
    for (uint32_t i = 0; i < WORDS; i++)
        if (!same("a word", word[i], wanted[i]))
            return;
}

/* ---- the server ---- */

static void check_gift(union message *message)
{
    const uint32_t *word = message->gift.memory.address;

    if (!same("the size of memory", message->gift.memory.size, GIFT_SIZE))
        return;
    for (uint32_t i = 0; i < GIFT_SIZE / 4; i += 128)
        if (!same("memory", word[i], message->gift.number + i))
            break;
    mach_port_t port = message->gift.port.name;
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)(uintptr_t)word, GIFT_SIZE);
}

static void take(union message *message, uint32_t *number)
{
    if (message->header.msgh_id == CALL) {
        same("a call's number", message->call.number, ++*number);
        check_words(message->call.word, message->call.number, 3);
    } else if (same("a message's id", (uint32_t)message->header.msgh_id, GIFT)) {
        same("a gift's number", message->gift.number, ++*number);
        check_gift(message);
    }
}

static _Noreturn void serve(mach_port_t service)
{
    uint32_t number = 0;
    union message message;
    kern_return_t kr;

    for (;;) {
        kr = mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), service, 0, MACH_PORT_NULL);
        if (!same("a server's receive", (uint32_t)kr, KERN_SUCCESS))
            _exit(1);
        take(&message, &number);
        struct call answer = {
            .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
                        .msgh_remote_port = message.header.msgh_remote_port,
                        .msgh_id = ANSWER },
            .number = number,
        };
        fill(answer.word, number, 7);
        mach_msg(&answer.header, MACH_SEND_MSG, sizeof(answer), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    }
}

/* ---- the client ---- */

static kern_return_t send_call(mach_port_t service, mach_port_t reply, uint32_t number)
{
    struct call call = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                 MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                     .msgh_remote_port = service,
                                     .msgh_local_port = reply,
                                     .msgh_id = CALL },
                         .number = number };

    fill(call.word, number, 3);
    return mach_msg(&call.header, MACH_SEND_MSG, sizeof(call), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static kern_return_t send_gift(mach_port_t service, mach_port_t reply, uint32_t number)
{
    static uint32_t word[GIFT_SIZE / 4];
    struct gift gift = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE) |
                                 MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = service,
                    .msgh_local_port = reply,
                    .msgh_id = GIFT },
        .body = { 2 },
        .memory = { .address = word,
                    .size = GIFT_SIZE,
                    .copy = MACH_MSG_VIRTUAL_COPY,
                    .type = MACH_MSG_OOL_DESCRIPTOR },
        .port = { .disposition = MACH_MSG_TYPE_MOVE_RECEIVE, .type = MACH_MSG_PORT_DESCRIPTOR },
        .number = number,
    };

    same("an allocation",
         (uint32_t)mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &gift.port.name),
         KERN_SUCCESS);
    for (uint32_t i = 0; i < GIFT_SIZE / 4; i++)
        word[i] = number + i;
    return mach_msg(&gift.header, MACH_SEND_MSG, sizeof(gift), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static bool make_call(mach_port_t service, mach_port_t reply, uint32_t number)
{
    union message message;
    kern_return_t kr =
        number % GIFT_EVERY ? send_call(service, reply, number) : send_gift(service, reply, number);

    if (!same("a send", (uint32_t)kr, KERN_SUCCESS))
        return false;
    kr = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), reply, PATIENCE_MS,
                  MACH_PORT_NULL);
    if (!same("a receive", (uint32_t)kr, KERN_SUCCESS) ||
        !same("an answer's id", (uint32_t)message.header.msgh_id, ANSWER))
        return false;
    same("an answer's number", message.call.number, number);
    check_words(message.call.word, number, 7);
    return true;
}

static uint64_t clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void note_call(uint64_t us)
{
    atomic_fetch_add_explicit(&counts->calls, 1, memory_order_relaxed);
    if (us > atomic_load_explicit(&counts->worst_us, memory_order_relaxed))
        atomic_store_explicit(&counts->worst_us, us, memory_order_relaxed);
}

static _Noreturn void be_client(mach_port_t service)
{
    mach_port_t reply = mach_reply_port();
    uint64_t begun = clock_us();

    for (uint32_t number = 1; make_call(service, reply, number); number++) {
        uint64_t now = clock_us();
        note_call(now - begun);
        begun = now;
    }
    pause();
    _exit(1);
}

/* ---- starting them ---- */

/* The child inherits `port` as its bootstrap port. */
static pid_t fork_with(mach_port_t port)
{
    mach_port_t saved = MACH_PORT_NULL;
    pid_t pid, parent = getpid();

    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &saved);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, port);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        return 0;
    }
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, saved);
    mach_port_deallocate(mach_task_self(), saved);
    return pid;
}

static mach_port_t inherited(void)
{
    mach_port_t port = MACH_PORT_NULL;

    task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &port);
    return port;
}

struct hello {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_max_trailer_t trailer;
};

/* The server makes the port, and sends a right to it to its parent. */
static _Noreturn void be_server(void)
{
    struct hello hello = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = inherited(),
                    .msgh_id = HELLO },
        .body = { 1 },
        .port = { .disposition = MACH_MSG_TYPE_MAKE_SEND, .type = MACH_MSG_PORT_DESCRIPTOR },
    };

    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &hello.port.name);
    mach_port_t service = hello.port.name;
    if (mach_msg(&hello.header, MACH_SEND_MSG, offsetof(struct hello, trailer), 0, MACH_PORT_NULL, 0,
                 MACH_PORT_NULL))
        _exit(1);
    serve(service);
}

static bool pair_begin(struct pair *pair)
{
    struct hello hello = { 0 };
    mach_port_t port = MACH_PORT_NULL;

    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    pair->server = fork_with(port);
    if (pair->server == 0)
        be_server();
    kern_return_t kr = mach_msg(&hello.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(hello), port,
                                PATIENCE_MS, MACH_PORT_NULL);
    mach_port_destroy(mach_task_self(), port);
    if (kr != KERN_SUCCESS)
        return false;
    pair->client = fork_with(hello.port.name);
    if (pair->client == 0)
        be_client(inherited());
    mach_port_deallocate(mach_task_self(), hello.port.name);
    return pair->client > 0;
}

static bool each_has_called(const struct pairs *pairs)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        unsigned n = 0;
        while (n < pairs->n && pair_calls(pairs, n) > 0)
            n++;
        if (n == pairs->n)
            return true;
        usleep(1000);
    }
    return false;
}

bool pairs_begin(struct pairs *pairs, unsigned n)
{
    *pairs = (struct pairs){ .n = n };
    pairs->counts = mmap(NULL, sizeof(*pairs->counts) * PAIRS_MAX, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < n; i++) {
        counts = &pairs->counts[i];
        if (pair_begin(&pairs->pair[i]))
            continue;
        fprintf(stderr, "an honest pair cannot begin\n");
        return false;
    }
    return each_has_called(pairs);
}

static void end_one(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void pairs_end(struct pairs *pairs)
{
    for (unsigned i = 0; i < pairs->n; i++) {
        end_one(pairs->pair[i].client);
        end_one(pairs->pair[i].server);
    }
    munmap(pairs->counts, sizeof(*pairs->counts) * PAIRS_MAX);
}

uint64_t pair_calls(const struct pairs *pairs, unsigned i)
{
    return atomic_load(&pairs->counts[i].calls);
}

uint64_t pairs_calls(const struct pairs *pairs)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < pairs->n; i++)
        n += pair_calls(pairs, i);
    return n;
}

uint64_t pairs_worst_us(struct pairs *pairs)
{
    uint64_t worst = 0;

    for (unsigned i = 0; i < pairs->n; i++) {
        uint64_t of_pair = atomic_exchange(&pairs->counts[i].worst_us, 0);
        worst = of_pair > worst ? of_pair : worst;
    }
    return worst;
}

uint64_t pairs_errors(const struct pairs *pairs, const char **what_p)
{
    uint64_t n = 0;

    *what_p = "";
    for (unsigned i = 0; i < pairs->n; i++) {
        if (n == 0)
            *what_p = pairs->counts[i].what;
        n += atomic_load(&pairs->counts[i].errors);
    }
    return n;
}

/* ---- the busy one ---- */

static void *serve_thread(void *port)
{
    serve((mach_port_t)(uintptr_t)port);
}

static _Noreturn void be_busy(void)
{
    static struct pair_counts own;
    mach_port_t port = MACH_PORT_NULL;
    pthread_t thread;

    counts = &own;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    pthread_create(&thread, NULL, serve_thread, (void *)(uintptr_t)port);
    be_client(port);
}

pid_t busy_begin(void)
{
    pid_t pid = fork_with(MACH_PORT_NULL);

    if (pid == 0)
        be_busy();
    return pid;
}

/* ---- the hostile one ---- */

pid_t abuse_begin(const char *socket, uint64_t seed, const char *offence)
{
    const char *program = getenv("ABUSER");
    char number[24];
    pid_t parent = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || program == NULL)
        _exit(1);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)seed);
    execl(program, program, socket, number, offence, NULL);
    _exit(127);
}

void abuse_end(pid_t pid)
{
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}
