/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/storm.c - many who depend on each other, or on machd's attention, and are killed or stopped in the midst
 *
 * Beside an honest pair, as in load.c: chains of tasks that wait for each other, threads that fault at once, memory that is
 * sent and never received, connections that come to nothing, tasks that are stopped while others wait for them. LOAD=n makes
 * each n times as large, HOSTILE_SEED repeats the choices.
 */
#include <mach/exception_types.h>
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/scene.h"
#include "wire/attach.h"

static uint64_t state;

static void begin(struct scene *s)
{
    state = random_seed();
    test_log("HOSTILE_SEED=%llu", (unsigned long long)state);
    scene_begin(s);
}

/* ---- chains ---- */

enum { CHAIN_MAX = 512 };

static void name_of(unsigned i, char *name)
{
    snprintf(name, 64, "test.hostile.chain.%u", i);
}

/* Calls the next one before it answers; the last one never answers. */
static void be_link(struct child *parent, const char *number)
{
    unsigned i = (unsigned)atoi(number);
    char own[64], next[64], room[256];
    mach_port_t port, to = MACH_PORT_NULL, reply = thread_get_special_reply_port();
    mach_msg_header_t *request = (mach_msg_header_t *)room;

    name_of(i, own);
    name_of(i - 1, next);
    child_tell(parent, check_in(bootstrap_port, own, &port) || (i > 0 && look(next, &to)));
    REQUIRE_EQ(mach_msg(request, MACH_RCV_MSG, 0, sizeof(room), port, 0, MACH_PORT_NULL), KERN_SUCCESS);
    if (i == 0) {
        child_tell(parent, 0);
        pause();
    }
    mach_port_t answer_to = request->msgh_remote_port;
    child_tell(parent, call_for_ever(to, reply, 1));
    mach_port_deallocate(mach_task_self(), answer_to);
    pause();
}

static void make_chain(unsigned n)
{
    char number[16];

    for (unsigned i = 0; i < n; i++) {
        snprintf(number, sizeof(number), "%u", i);
        start_one(be_link, number);
        REQUIRE_EQ(child_hear(&children[i]), KERN_SUCCESS);
    }
}

static void be_caller(struct child *parent, const char *name)
{
    mach_port_t port, reply = thread_get_special_reply_port();

    child_tell(parent, look(name, &port));
    child_tell(parent, call_for_ever(port, reply, 1));
}

/* Each link lets its caller's reply right go when its own call has failed: so the death of one is heard by all before it. */
TEST(a_link_of_a_long_chain_of_callers_is_killed_and_all_before_it_hear_of_it, "P166 T175")
{
    struct scene s;
    struct child caller;
    char name[64];
    unsigned n = loads(16), victim;

    begin(&s);
    victim = random_next(&state) % (n - 1);
    make_chain(n);
    name_of(n - 1, name);
    caller = child_start(be_caller, name);
    REQUIRE_EQ(child_hear(&caller), KERN_SUCCESS);
    CHECK_EQ(child_hear(&children[0]), 0);
    tell(&s, "the chain stands");
    child_kill(&children[victim]);
    CHECK_EQ(child_hear(&caller), MACH_NOTIFY_SEND_ONCE);
    child_wait(&caller);
    for (unsigned i = victim + 1; i < n; i++)
        CHECK_EQ(child_hear(&children[i]), MACH_NOTIFY_SEND_ONCE);
    tell(&s, "all have heard of it");
    children[victim] = children[--n_children];
    kill_all();
    scene_end(&s, "the end of a chain");
}

/* ---- exceptions ---- */

/* Faults of the parent's choosing go to its port, which its child finds as its bootstrap port. */
static void *fault(void *address)
{
    *(volatile int *)address = 1;
    return NULL;
}

static void have_faults(struct child *parent, const char *unused)
{
    mach_port_t handler = bootstrap_port;
    pthread_t thread;

    (void)unused;
    signal(SIGSEGV, SIG_DFL);
    child_tell(parent, task_set_exception_ports(mach_task_self(), EXC_MASK_BAD_ACCESS, handler,
                                                (int)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES), 0));
    for (unsigned i = 0; i < loads(8); i++)
        pthread_create(&thread, NULL, fault, (void *)16);
    pause();
}

/* Takes half of the requests, answers none, and then waits to be killed. */
static void be_handler(struct child *parent, const char *name)
{
    mach_port_t port;
    char room[2048];
    kern_return_t kr = check_in(bootstrap_port, name, &port);

    child_tell(parent, kr);
    for (unsigned i = 0; i < loads(4) && kr == KERN_SUCCESS; i++)
        kr = mach_msg((mach_msg_header_t *)room, MACH_RCV_MSG, 0, sizeof(room), port, 0, MACH_PORT_NULL);
    child_tell(parent, kr);
    pause();
}

/* A child whose bootstrap port is this one. */
static struct child start_with(void (*fn)(struct child *parent, const char *argument), mach_port_t port)
{
    mach_port_t saved = bootstrap_port;
    struct child child;

    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), port), KERN_SUCCESS);
    child = child_start(fn, NULL);
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), saved), KERN_SUCCESS);
    return child;
}

TEST(many_threads_fault_at_once_and_end_when_their_handler_is_killed, "K186 K192")
{
    static const char *const name = "test.hostile.handler";
    struct scene s;
    struct child handler, task;
    mach_port_t port;

    begin(&s);
    handler = child_start(be_handler, name);
    REQUIRE_EQ(child_hear(&handler), KERN_SUCCESS);
    REQUIRE_EQ(look(name, &port), KERN_SUCCESS);
    task = start_with(have_faults, port);
    CHECK_EQ(child_hear(&task), KERN_SUCCESS);
    CHECK_EQ(child_hear(&handler), KERN_SUCCESS);
    tell(&s, "half of the faults are told");
    child_kill(&handler);
    CHECK_EQ(child_wait(&task), -1);
    mach_port_deallocate(mach_task_self(), port);
    scene_end(&s, "the end of a handler of many faults");
}

/* ---- memory ---- */

struct parcel {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
};

enum { PARCEL = 1 << 20 };

/* Until it is refused, which must come; then it goes on trying. */
static void flood(struct child *parent, const char *name)
{
    static char bytes[PARCEL];
    mach_port_t to = MACH_PORT_NULL;
    kern_return_t kr = look(name, &to);
    bool told = false;

    memset(bytes, 7, sizeof(bytes));
    for (unsigned i = 0;; i++) {
        struct parcel parcel = {
            .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                        .msgh_size = sizeof(parcel),
                        .msgh_remote_port = to },
            .body = { 1 },
            .memory = { .address = bytes, .size = i % 3 ? PARCEL : 60000, .type = MACH_MSG_OOL_DESCRIPTOR },
        };
        if (kr == KERN_SUCCESS)
            kr = mach_msg(&parcel.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(parcel), 0,
                          MACH_PORT_NULL, 0, MACH_PORT_NULL);
        if (!told && (kr != KERN_SUCCESS || i == loads(100))) {
            child_tell(parent, 0);
            told = true;
        }
        kr = KERN_SUCCESS;
        if (told)
            usleep(500);
    }
}

static void be_full(struct child *parent, const char *name)
{
    mach_port_limits_t limits = { 1024 };
    mach_port_t port;

    child_tell(parent, check_in(bootstrap_port, name, &port) ||
                           mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO,
                                                    (mach_port_info_t)&limits, MACH_PORT_LIMITS_INFO_COUNT));
    pause();
}

TEST(memory_that_nobody_receives_is_given_back_when_its_port_dies, "P124 P166")
{
    static const char *const name = "test.hostile.full";
    struct scene s;
    struct child full;

    begin(&s);
    full = child_start(be_full, name);
    REQUIRE_EQ(child_hear(&full), KERN_SUCCESS);
    for (int i = 0; i < 4; i++)
        start_one(flood, name);
    hear_all();
    tell(&s, "much memory is on its way");
    child_kill(&full);
    tell(&s, "its receiver is dead");
    kill_all();
    scene_end(&s, "a flood of memory");
}

enum { REGIONS = 90, REGION = 150000, REGION_MESSAGES = 8 };

struct many_regions {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory[REGIONS];
    mach_msg_max_trailer_t trailer;
};

static kern_return_t send_regions(mach_port_t to, char *bytes)
{
    struct many_regions message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = to },
        .body = { REGIONS },
    };

    for (int i = 0; i < REGIONS; i++)
        message.memory[i] = (mach_msg_ool_descriptor_t){
            .address = bytes, .size = REGION, .copy = MACH_MSG_VIRTUAL_COPY, .type = MACH_MSG_OOL_DESCRIPTOR
        };
    return mach_msg(&message.header, MACH_SEND_MSG, offsetof(struct many_regions, trailer), 0, MACH_PORT_NULL,
                    0, MACH_PORT_NULL);
}

static void be_sender_of_regions(struct child *parent, const char *name)
{
    mach_port_t to = MACH_PORT_NULL;
    kern_return_t kr = look(name, &to);
    char *bytes = malloc(REGION);

    memset(bytes, 7, REGION);
    for (int i = 0; i < REGION_MESSAGES && kr == KERN_SUCCESS; i++)
        kr = send_regions(to, bytes);
    child_tell(parent, kr);
    pause();
}

static void *receive_regions(void *argument)
{
    mach_port_t port = (mach_port_t)(uintptr_t)argument;
    struct many_regions message;

    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), port,
                        PATIENCE_MS, MACH_PORT_NULL),
               KERN_SUCCESS);
    CHECK_EQ(message.body.msgh_descriptor_count, REGIONS);
    for (int k = 0; k < REGIONS; k++) {
        const char *bytes = message.memory[k].address;
        CHECK(bytes != NULL && bytes[0] == 7 && bytes[REGION - 1] == 7);
    }
    mach_msg_destroy(&message.header);
    return NULL;
}

/* What comes for one thread another one may find. */
TEST(messages_with_very_many_regions_arrive_whole_on_many_threads, "P129 P131")
{
    static const char *const name = "test.hostile.regions";
    mach_port_limits_t limits = { REGION_MESSAGES };
    pthread_t thread[REGION_MESSAGES];
    struct scene s;
    mach_port_t port;

    begin(&s);
    REQUIRE_EQ(check_in(bootstrap_port, name, &port), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO,
                                        (mach_port_info_t)&limits, MACH_PORT_LIMITS_INFO_COUNT),
               KERN_SUCCESS);
    start_one(be_sender_of_regions, name);
    hear_all();
    for (int i = 0; i < REGION_MESSAGES; i++)
        REQUIRE_EQ(pthread_create(&thread[i], NULL, receive_regions, (void *)(uintptr_t)port), 0);
    for (int i = 0; i < REGION_MESSAGES; i++)
        pthread_join(thread[i], NULL);
    drop_receive(port);
    kill_all();
    scene_end(&s, "messages with very many regions");
}

/* ---- stopped ---- */

static void call_server(struct child *parent, const char *name)
{
    mach_port_t port = MACH_PORT_NULL, reply = thread_get_special_reply_port();
    kern_return_t kr = look(name, &port);

    child_tell(parent, kr);
    child_tell(parent, call_for_ever(port, reply, 5) == 105 ? KERN_SUCCESS : KERN_FAILURE);
    pause();
}

static void be_named_server(struct child *parent, const char *name)
{
    mach_port_t port;

    child_tell(parent, check_in(bootstrap_port, name, &port));
    serve(port);
}

TEST(many_wait_for_a_server_that_is_stopped_and_are_served_when_it_goes_on, "P116 P166")
{
    static const char *const name = "test.hostile.stopped";
    struct scene s;
    struct child server;

    begin(&s);
    server = child_start(be_named_server, name);
    REQUIRE_EQ(child_hear(&server), KERN_SUCCESS);
    kill(server.pid, SIGSTOP);
    for (unsigned i = 0; i < loads(16); i++)
        start_one(call_server, name);
    hear_all();
    sleep_ms(50);
    tell(&s, "all wait");
    child_kill(&children[0]);
    children[0] = children[--n_children];
    kill(server.pid, SIGCONT);
    hear_all();
    tell(&s, "all are served");
    kill(server.pid, SIGSTOP);
    kill_all();
    tell(&s, "all but the server are dead");
    child_kill(&server);
    scene_end(&s, "a stopped server");
}

/* ---- images ---- */

static const char *const left = "TEST_HOSTILE_IMAGES_LEFT";

/* Runs before main in each image but the first: some calls, with a right in a message of its own, and the next image. */
__attribute__((constructor)) static void go_on_as_another_image(void)
{
    const char *given = getenv(left);
    int n = given != NULL ? atoi(given) : 0;
    char number[16], *argv[] = { "image", NULL };
    mach_port_t port;

    if (n == 0)
        return;
    port = port_with_send();
    send_id(port, n);
    if (n == 1)
        _exit(0);
    snprintf(number, sizeof(number), "%d", n - 1);
    setenv(left, number, 1);
    execv("/proc/self/exe", argv);
    _exit(1);
}

static void run_images(struct child *parent, const char *number)
{
    char *argv[] = { "image", NULL };

    setenv(left, number, 1);
    execv("/proc/self/exe", argv);
    child_tell(parent, 1);
}

TEST(a_storm_of_images_ends_at_any_moment, "F85 F99")
{
    struct scene s;

    begin(&s);
    for (unsigned i = 0; i < loads(6); i++)
        start_one(run_images, i % 2 ? "1000000" : "8");
    for (unsigned i = 0; i < n_children; i += 2)
        CHECK_EQ(child_hear(&children[i]), -1); /* its end */
    tell(&s, "half have come to an end");
    kill_all();
    scene_end(&s, "a storm of images");
}

/* ---- connections ---- */

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void say_hello(int fd, size_t size)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_HELLO,
                                    .hello = { ATTACH_VERSION, 0, (uint64_t)getpid() | 1, 0 } };

    (void)!send(fd, &packet, size, MSG_NOSIGNAL);
}

/* Each life is one connection that comes to nothing, in one of five ways. */
static void live_shortly(const char *path, uint64_t chance)
{
    int fd = connect_to(path);

    switch (chance % 5) {
    case 0: break;                                              /* dies before the hello */
    case 1: say_hello(fd, 8); break;                            /* a hello that is too short */
    case 2: say_hello(fd, sizeof(struct attach_packet)); break; /* does not wait for the answer */
    case 3: usleep((useconds_t)(chance / 5 % 20000)); break;    /* half open for a while */
    case 4: say_hello(fd, sizeof(struct attach_packet)), usleep(3000); break;
    }
    _exit(0);
}

static void storm(struct child *parent, const char *path)
{
    uint64_t own = random_next(&state) + (uint64_t)getpid();

    for (unsigned i = 0; i < loads(50); i++) {
        pid_t pid = (pid_t)syscall(SYS_fork);
        if (pid == 0)
            live_shortly(path, random_next(&own));
        if (i % 8 == 7)
            while (waitpid(-1, NULL, WNOHANG) > 0)
                continue;
    }
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    child_tell(parent, 0);
}

TEST(connections_that_come_to_nothing_are_forgotten, "F2 F99")
{
    struct scene s;

    begin(&s);
    for (int i = 0; i < 4; i++)
        start_one(storm, machd_socket());
    hear_all();
    tell(&s, "all connections are gone");
    kill_all();
    scene_end(&s, "a storm of connections");
}
