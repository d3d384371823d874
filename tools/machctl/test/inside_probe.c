/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/test/inside_probe.c - a Mach program to be looked into: makes what its word says, prints what it made as
 * shell assignments in the file of its second word, and waits to be killed
 */
#include <mach/exception_types.h>
#include <mach/mach.h>
#include <pthread.h>
#include <pthread/workqueue_private.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event_private.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static FILE *told;

static void tell(const char *name, unsigned value)
{
    fprintf(told, "%s=0x%08x\n", name, value);
}

static mach_port_t receive_right(void)
{
    mach_port_t port = MACH_PORT_NULL;

    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    return port;
}

static kern_return_t send_to(mach_port_t port, mach_msg_bits_t bits, int id)
{
    mach_msg_header_t message = {
        .msgh_bits = bits, .msgh_size = sizeof(message), .msgh_remote_port = port, .msgh_id = id
    };

    return mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

/* One of each kind of name. */
static void make_names(void)
{
    mach_port_t port = receive_right(), full = receive_right(), dead = receive_right(), set, previous;
    mach_port_context_t guard = 0x1234;

    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 2);
    mach_port_guard(mach_task_self(), port, guard, 0);
    mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_NO_SENDERS, 1, port,
                                   MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    send_to(full, MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0), 4711);
    send_to(full, MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0), 4712);
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set);
    mach_port_insert_member(mach_task_self(), full, set);
    mach_port_insert_right(mach_task_self(), dead, dead, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_mod_refs(mach_task_self(), dead, MACH_PORT_RIGHT_RECEIVE, -1);
    tell("PORT", port);
    tell("FULL", full);
    tell("SET", set);
    tell("DEAD", dead);
}

static void make_many(void)
{
    for (int i = 0; i < 20000; i++)
        receive_right();
}

/* ---- processes that wait for each other ---- */

/* Asks and waits for the answer, for ever. */
static void call(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message = { .header = { .msgh_bits =
                                  MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                              .msgh_remote_port = port,
                              .msgh_local_port = thread_get_special_reply_port(),
                              .msgh_id = 4711 } };

    mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(message.header), sizeof(message),
             message.header.msgh_local_port, 0, MACH_PORT_NULL);
}

/* A child of ours and we have a send right to a port of each other. True in the child. */
static bool fork_with_ports(mach_port_t *mine, mach_port_t *other)
{
    struct {
        mach_msg_base_t base;
        mach_msg_port_descriptor_t right;
        mach_msg_max_trailer_t trailer;
    } message = { 0 };
    mach_port_t parent = receive_right();
    mach_port_array_t ports;
    mach_msg_type_number_t n;

    mach_port_insert_right(mach_task_self(), parent, parent, MACH_MSG_TYPE_MAKE_SEND);
    mach_ports_register(mach_task_self(), &parent, 1);
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        mach_ports_lookup(mach_task_self(), &ports, &n);
        *mine = receive_right();
        *other = ports[0];
        message.base.header = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                                                MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                                   .msgh_remote_port = *other };
        message.base.body.msgh_descriptor_count = 1;
        message.right = (mach_msg_port_descriptor_t){ .name = *mine,
                                                      .disposition = MACH_MSG_TYPE_MAKE_SEND,
                                                      .type = MACH_MSG_PORT_DESCRIPTOR };
        mach_msg(&message.base.header, MACH_SEND_MSG, sizeof(message.base) + sizeof(message.right), 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL);
        return true;
    }
    mach_msg(&message.base.header, MACH_RCV_MSG, 0, sizeof(message), parent, 0, MACH_PORT_NULL);
    *mine = parent;
    *other = message.right.name;
    return false;
}

static void serve(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message;

    mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), port, 0, MACH_PORT_NULL);
}

static void ready(void)
{
    fprintf(told, "READY=1\n");
    fclose(told);
}

/* Four processes: each but the last asks the next one and waits; the last one has got its question and does not answer. */
static void wait_in_a_chain(void)
{
    mach_port_t mine, other, server = MACH_PORT_NULL;
    int depth = 0;

    while (depth < 3 && fork_with_ports(&mine, &other)) {
        server = mine;
        depth++;
    }
    if (depth == 0) {
        setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL);
        ready();
    } else {
        serve(server);
    }
    if (depth < 3)
        call(other);
    for (;;)
        pause();
}

/* Two processes ask each other. */
static void wait_for_each_other(void)
{
    mach_port_t mine, other;

    if (!fork_with_ports(&mine, &other))
        ready();
    call(other);
}

static void work_for_ever(uint64_t *id, void **events, int *n)
{
    for (;;)
        pause();
}

static void no_work(unsigned long priority)
{
}

static void no_events(void **events, int *n)
{
}

/* The main thread asks a port that a workloop of its own process monitors; the servicer has the question and does not answer. */
static void wait_for_a_workloop(void)
{
    enum { LOOP = 25, QOS_DEFAULT = 0x8ff };
    mach_port_t port = receive_right();
    struct kevent_qos_s change = { .ident = port,
                                   .filter = EVFILT_MACHPORT,
                                   .flags = EV_ADD | EV_DISPATCH2 | EV_VANISHED,
                                   .qos = QOS_DEFAULT,
                                   .udata = port,
                                   .fflags = MACH_RCV_MSG },
                        error;

    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL);
    if (_pthread_workqueue_init_with_workloop(no_work, no_events, work_for_ever, 0, 0) != 0 ||
        kevent_id(LOOP, &change, 1, &error, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS) !=
            0)
        exit(3);
    ready();
    call(port);
}

/* The main thread waits for a port that a process was started to serve. */
static void wait_for_a_started_process(void)
{
    mach_port_t port = receive_right();
    posix_spawnattr_t attributes;
    char *arguments[] = { "sleep", "3", NULL };
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message;

    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL);
    posix_spawnattr_init(&attributes);
    if (posix_spawnattr_set_importancewatch_port_np(&attributes, 1, &port) != 0 ||
        posix_spawnp(NULL, arguments[0], NULL, &attributes, arguments, environ) != 0)
        exit(3);
    ready();
    mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_SYNC_WAIT, 0, sizeof(message),
             thread_get_special_reply_port(), 0, port);
}

/* ---- calls that are refused ---- */

static mach_port_t released_name(void)
{
    mach_port_t port = receive_right();

    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    return port;
}

static mach_port_t dead_name(void)
{
    mach_port_t port = receive_right();

    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    return port;
}

static void copy_to(mach_port_t port)
{
    send_to(port, MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0), 4711);
}

static void send_null(void)
{
    copy_to(MACH_PORT_NULL);
}

static void send_never(void)
{
    copy_to(0xfff03);
}

static void send_released(void)
{
    copy_to(released_name());
}

static void send_reused(void)
{
    mach_port_t old = released_name();

    receive_right();
    copy_to(old);
}

static void send_dead(void)
{
    copy_to(dead_name());
}

static void send_wrong_right(void)
{
    copy_to(receive_right());
}

static void send_no_disposition(void)
{
    send_to(receive_right(), 0, 4711);
}

static void send_bad_reply(void)
{
    mach_port_t port = receive_right();
    mach_msg_header_t message = { .msgh_bits =
                                      MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                  .msgh_size = sizeof(message),
                                  .msgh_remote_port = port,
                                  .msgh_local_port = 0xfff03,
                                  .msgh_id = 4711 };

    mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static void send_small(void)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0) };

    mach_msg(&message, MACH_SEND_MSG, 10, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static void send_full(void)
{
    mach_port_t port = receive_right();

    for (int i = 0; i < MACH_PORT_QLIMIT_DEFAULT + 1; i++)
        send_to(port, MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0), 4711);
}

/* The second descriptor's right is none. */
static void send_bad_descriptor(void)
{
    mach_port_t port = receive_right();
    struct {
        mach_msg_base_t base;
        mach_msg_port_descriptor_t right[2];
    } message = {
        .base.header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
                         .msgh_size = sizeof(message),
                         .msgh_remote_port = port,
                         .msgh_id = 4711 },
        .base.body.msgh_descriptor_count = 2,
        .right = { { .name = port, .disposition = MACH_MSG_TYPE_MAKE_SEND, .type = MACH_MSG_PORT_DESCRIPTOR },
                   { .name = port,
                     .disposition = MACH_MSG_TYPE_MOVE_SEND_ONCE,
                     .type = MACH_MSG_PORT_DESCRIPTOR } }
    };

    mach_msg(&message.base.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static void send_guarded(void)
{
    mach_port_t port = receive_right();
    struct {
        mach_msg_base_t base;
        mach_msg_guarded_port_descriptor_t right;
        mach_msg_max_trailer_t trailer;
    } message = {
        .base.header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
                         .msgh_remote_port = port },
        .base.body.msgh_descriptor_count = 1,
        .right = { .name = receive_right(),
                   .flags = MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE | MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND,
                   .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                   .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR },
    };

    mach_msg(&message.base.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_GUARDED_DESC,
             sizeof(message) - sizeof(message.trailer), sizeof(message), port, 0, MACH_PORT_NULL);
    mach_msg_destroy(&message.base.header);
}

static void receive_from(mach_port_t port, mach_msg_option_t option, mach_msg_size_t size)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message;

    mach_msg(&message.header, MACH_RCV_MSG | option, 0, size, port, 0, MACH_PORT_NULL);
}

static void receive_send_right(void)
{
    receive_from(mach_task_self(), 0, 256);
}

static void receive_nothing(void)
{
    receive_from(receive_right(), MACH_RCV_TIMEOUT, 256);
}

static void receive_large(void)
{
    mach_port_t port = receive_right();

    send_to(port, MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0), 4711);
    receive_from(port, MACH_RCV_TIMEOUT | MACH_RCV_LARGE, 24);
}

static void release_receive(void)
{
    mach_port_deallocate(mach_task_self(), receive_right());
}

static void below_zero(void)
{
    mach_port_t port = receive_right();

    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, -2);
}

/* An error number that is a trap's result, and one that is its first value. */
static void ask_for_what_is_not(void)
{
    struct kevent_qos_s event = { 0 };
    posix_spawnattr_t attributes;
    char *arguments[] = { "true", NULL };

    kevent_id(77, NULL, 0, &event, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setspecialport_np(&attributes, receive_right(), TASK_BOOTSTRAP_PORT);
    posix_spawn(&(pid_t){ 0 }, "/bin/true", NULL, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
}

/* It never answers: after that the process would be killed. */
static void *take_exception(void *handler)
{
    struct {
        mach_msg_header_t header;
        uint8_t rest[1024];
    } request;

    mach_msg(&request.header, MACH_RCV_MSG, 0, sizeof(request), *(mach_port_t *)handler, 0, MACH_PORT_NULL);
    ready();
    return NULL;
}

/* What follows provokes a guard exception, and does not return. */
static mach_port_t guarded_port(void)
{
    static mach_port_t handler;
    mach_port_t port = receive_right();
    pthread_t thread;

    handler = receive_right();
    mach_port_insert_right(mach_task_self(), handler, handler, MACH_MSG_TYPE_MAKE_SEND);
    task_set_exception_ports(mach_task_self(), EXC_MASK_GUARD, handler,
                             (int)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES), 0);
    pthread_create(&thread, NULL, take_exception, &handler);
    mach_port_guard(mach_task_self(), port, 0x1234, 0);
    return port;
}

static void destroy_guarded(void)
{
    mach_port_mod_refs(mach_task_self(), guarded_port(), MACH_PORT_RIGHT_RECEIVE, -1);
}

static void guard_other(void)
{
    mach_port_unguard(mach_task_self(), guarded_port(), 0x4321);
}

static void insert_elsewhere(void)
{
    mach_port_t port = receive_right();

    mach_port_insert_right(mach_task_self(), 0xfff03, port, MACH_MSG_TYPE_MAKE_SEND);
}

static void member_twice(void)
{
    mach_port_t port = receive_right(), set;

    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set);
    mach_port_insert_member(mach_task_self(), port, set);
    mach_port_insert_member(mach_task_self(), port, set);
}

static void unknown_routine(void)
{
    send_to(mach_task_self(), MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0), 12345);
}

static void nothing_refused(void)
{
    receive_right();
}

static const struct {
    const char *word;
    void (*act)(void);
} words[] = {
    { "names", make_names },
    { "many", make_many },
    { "chain", wait_in_a_chain },
    { "deadlock", wait_for_each_other },
    { "workloop", wait_for_a_workloop },
    { "started", wait_for_a_started_process },
    { "send-null", send_null },
    { "send-never", send_never },
    { "send-released", send_released },
    { "send-reused", send_reused },
    { "send-dead", send_dead },
    { "send-wrong-right", send_wrong_right },
    { "send-no-disposition", send_no_disposition },
    { "send-bad-reply", send_bad_reply },
    { "send-small", send_small },
    { "send-full", send_full },
    { "send-bad-descriptor", send_bad_descriptor },
    { "send-guarded", send_guarded },
    { "receive-send-right", receive_send_right },
    { "receive-nothing", receive_nothing },
    { "receive-large", receive_large },
    { "release-receive", release_receive },
    { "below-zero", below_zero },
    { "what-is-not", ask_for_what_is_not },
    { "destroy-guarded", destroy_guarded },
    { "guard-other", guard_other },
    { "insert-elsewhere", insert_elsewhere },
    { "member-twice", member_twice },
    { "unknown-routine", unknown_routine },
    { "nothing", nothing_refused },
};

static void make(const char *word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i].word) == 0) {
            words[i].act();
            return;
        }
    }
    exit(2);
}

int main(int argc, char **argv)
{
    if (argc != 3 || (told = fopen(argv[2], "w")) == NULL)
        return 2;
    make(argv[1]);
    fprintf(told, "READY=1\n");
    fclose(told);
    for (;;)
        pause();
}
