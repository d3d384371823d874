/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/limits.c - machd.conf(5), and what is answered at a limit */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/test/live.h"

#define MANY 64

static char config_path[64];

static void write_config(const char *text)
{
    strcpy(config_path, "/tmp/machd-conf-XXXXXX");
    int fd = mkstemp(config_path);
    REQUIRE(fd >= 0);
    REQUIRE_EQ(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static bool try_with(struct live *live, const char *text)
{
    const char *const options[] = { "--no-launchd", "--config", config_path, NULL };
    write_config(text);
    bool ok = live_try(live, options);
    unlink(config_path);
    return ok;
}

static void start_with(struct live *live, const char *text)
{
    REQUIRE(try_with(live, text));
}

static void check_refused(const char *text)
{
    struct live live;
    CHECK(!try_with(&live, text));
    waitpid(live.machd, NULL, 0);
    rmdir(live.directory);
}

TEST(a_line_that_is_no_setting_keeps_machd_from_starting, "")
{
    check_refused("uid-prots 5\n");
    check_refused("uid-ports\n");
    check_refused("uid-ports five\n");
    check_refused("uid-ports -5\n");
    check_refused("uid-ports 5T\n");
    check_refused("uid-ports 5 6\n");
    check_refused("uid-ports@ 5\n");
    check_refused("uid-ports@x 5\n");
    check_refused("all-ports@0 5\n");
    check_refused("soft-limit 0\n");
    check_refused("uid-share 101\n");
    check_refused("uid-ports 99999999999999999999\n");
}

TEST(every_kind_of_limit_can_be_set_for_all_a_user_and_a_task, "")
{
    static const char *const kinds[] = { "ports",    "names",         "messages",   "bytes",
                                         "segments", "segment-bytes", "threads",    "timers",
                                         "tasks",    "connections",   "descriptors" };
    char text[4096] = "# all of them\n";
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t at = strlen(text);
        snprintf(text + at, sizeof(text) - at,
                 "all-%s 1G # note\nuid-%s 1M\nuid-%s@5 1M\ntask-%s 1024K\n\ntask-%s@7 9\n", kinds[i],
                 kinds[i], kinds[i], kinds[i], kinds[i]);
    }
    struct live live;
    start_with(&live, text);
    live_stop(&live);
}

/* How many connections of MANY processes are let in; they stay until they are killed. */
static int count_attached(struct live *live, int connections_each, pid_t pids[MANY])
{
    int told[2], n = 0, answer;
    REQUIRE_EQ(pipe(told), 0);
    for (int i = 0; i < MANY; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct client clients[8];
            answer = 0;
            for (int k = 0; k < connections_each; k++)
                answer += client_attach(&clients[k], live->socket, 1);
            (void)!write(told[1], &answer, sizeof(answer));
            pause();
        }
        REQUIRE_EQ(read(told[0], &answer, sizeof(answer)), sizeof(answer));
        n += answer;
    }
    close(told[0]);
    close(told[1]);
    return n;
}

static void kill_all(struct live *live, pid_t pids[MANY])
{
    for (int i = 0; i < MANY; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    CHECK(live_wait_number(live, "tasks", 0));
}

TEST(tasks_beyond_the_limit_of_their_user_are_refused_and_others_take_their_place, "")
{
    struct live live;
    pid_t pids[MANY];
    start_with(&live, "uid-tasks 10\n");
    int before = live_descriptors(&live);
    for (int round = 0; round < 2; round++) {
        CHECK_EQ(count_attached(&live, 1, pids), 10);
        kill_all(&live, pids);
        CHECK(live_wait_descriptors(&live, before));
    }
    live_stop(&live);
}

TEST(a_limit_of_one_user_overrides_that_of_all_users, "")
{
    struct live live;
    pid_t pids[MANY];
    char text[80];
    snprintf(text, sizeof(text), "uid-tasks 1\nuid-tasks@%u 1\nuid-tasks@%u 7\n", getuid(), getuid());
    start_with(&live, text);
    CHECK_EQ(count_attached(&live, 1, pids), 7);
    kill_all(&live, pids);
    live_stop(&live);
}

TEST(a_task_has_no_more_connections_than_its_limit, "")
{
    struct live live;
    pid_t pids[MANY];
    start_with(&live, "task-connections 2\n");
    CHECK_EQ(count_attached(&live, 3, pids), 2 * MANY);
    kill_all(&live, pids);
    live_stop(&live);
}

/* machd's status still comes, because the tool's three descriptors fit into what is left of the user's. */
TEST(descriptors_of_a_user_end_before_those_of_machd, "")
{
    struct live live;
    pid_t pids[MANY];
    start_with(&live, "uid-descriptors 100\n");
    int n = count_attached(&live, 1, pids);
    CHECK(n > 10 && n <= 25); /* one each for the pidfd, three for the connection, one for the wake table */
    CHECK_LE(live_descriptors(&live), 130);
    kill_all(&live, pids);
    CHECK_GT(live_number(&live, "client_descriptors"), 0);
    live_stop(&live);
}

/* ---- files whose closing hangs ---- */

static int listener_new(struct sockaddr_in *address)
{
    socklen_t size = sizeof(*address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    REQUIRE_EQ(bind(fd, (struct sockaddr *)address, sizeof(*address)), 0);
    REQUIRE_EQ(listen(fd, 512), 0);
    getsockname(fd, (struct sockaddr *)address, &size);
    return fd;
}

/* Until somebody receives what it has sent, or nobody ever can. */
static int hanging_file(const struct sockaddr_in *address)
{
    static char bytes[1 << 16];
    const struct linger linger = { 1, 1000 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE_EQ(connect(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, bytes, sizeof(bytes)) > 0)
        ;
    fcntl(fd, F_SETFL, 0);
    return fd;
}

/* It hangs here, if machd has closed its one by then. */
static void *close_it(void *argument)
{
    close((int)(intptr_t)argument);
    return NULL;
}

/* Who goes on when too many hang is ended. */
static void give_hanging_files(const struct live *live, const struct sockaddr_in *address)
{
    pthread_t thread;
    struct client client;
    REQUIRE(client_attach(&client, live->socket, 1));
    for (uint32_t id = 1; id < 300; id += 2) {
        struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                        .type = ATTACH_SEGMENT,
                                        .segment = { .id = id, .flags = SEGMENT_FILE } };
        int fd = hanging_file(address);
        client_send_packet(client.fd, &packet, sizeof(packet), fd);
        pthread_create(&thread, NULL, close_it, (void *)(intptr_t)fd);
        pthread_detach(thread);
    }
}

TEST(files_that_cannot_be_closed_are_bounded_too, "F141")
{
    struct live live;
    struct sockaddr_in address;
    start_with(&live, "uid-descriptors 60\n");
    int listener = listener_new(&address), before = live_descriptors(&live);
    pid_t pid = fork();
    if (pid == 0) {
        give_hanging_files(&live, &address);
        _exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK_EQ(status, 0);
    CHECK_LE(live_descriptors(&live), before + 60 + 16);
    close(listener);
    CHECK(live_wait_descriptors(&live, before));
    live_stop(&live);
}

TEST(with_few_descriptors_machd_keeps_its_reserve_and_goes_on, "")
{
    struct live live;
    pid_t pids[MANY];
    struct rlimit few = { 160, 160 };
    write_config("");
    const char *const options[] = { "--no-launchd", "--config", config_path, NULL };
    pid_t pid = fork();
    if (pid == 0) {
        REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
        REQUIRE(live_try(&live, options));
        int n = count_attached(&live, 1, pids);
        CHECK(n > 5 && n < MANY);
        CHECK_LE(live_descriptors(&live), 160 - 40);
        kill_all(&live, pids);
        live_stop(&live);
        _exit(0);
    }
    CHECK_EQ(waitpid(pid, NULL, 0), pid);
    unlink(config_path);
}

TEST(threads_beyond_the_limit_of_a_task_are_refused, "")
{
    struct live live;
    struct client client;
    struct client_thread thread;
    start_with(&live, "task-threads 1\n");
    REQUIRE(client_attach(&client, live.socket, 1));
    CHECK_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
    pid_t pid = fork(); /* a second task's thread is not the first one's affair */
    if (pid == 0) {
        struct client other;
        REQUIRE(client_attach(&other, live.socket, 1));
        CHECK_EQ(client_thread_new(&other, 0, &thread), KERN_SUCCESS);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    CHECK_NE(trap_reply_port(&thread), 0);
    client_close(&client);
    live_stop(&live);
}

/* What machd shows of this process. */
static struct look_usage usage_of(struct client *client)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_LOOK,
                                    .look = { .kind = LOOK_USAGE } };
    struct look_usage found = { 0 };
    do {
        packet.type = ATTACH_LOOK;
        packet.look.kind = LOOK_USAGE;
        REQUIRE(client_send_packet(client->fd, &packet, sizeof(packet), -1));
        REQUIRE(client_receive(client->fd, &packet, NULL) > 0);
        REQUIRE_EQ(packet.type, ATTACH_LOOKED);
        for (uint32_t i = 0; i < packet.looked.n; i++) {
            if (packet.looked.usage[i].pid == getpid())
                found = packet.looked.usage[i];
        }
        packet.look.cursor = packet.looked.cursor;
    } while (packet.look.cursor);
    return found;
}

TEST(a_task_beyond_a_soft_limit_is_shown_as_such, "")
{
    struct live live;
    struct client client;
    struct client_thread thread;
    start_with(&live, "task-ports 20\nsoft-limit 50\n");
    REQUIRE(client_attach(&client, live.socket, 1));
    REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
    for (int i = 0; i < 7; i++)
        CHECK_NE(trap_reply_port(&thread), 0);
    struct look_usage usage = usage_of(&client);
    CHECK_EQ(usage.used[LOOK_PORTS], 10);
    CHECK_EQ(usage.limit[LOOK_PORTS], 20);
    CHECK_EQ(usage.used[LOOK_CONNECTIONS], 1);
    CHECK_EQ(usage.traps, 7);
    CHECK_GE(usage.steps, 7);
    CHECK(!usage.is_pressed);
    CHECK_NE(trap_reply_port(&thread), 0);
    CHECK(usage_of(&client).is_pressed);
    client_close(&client);
    live_stop(&live);
}

TEST(ports_beyond_the_limit_of_a_task_are_refused_and_the_task_lives, "P11")
{
    struct live live;
    struct client client;
    struct client_thread thread;
    int n = 0;
    start_with(&live, "task-ports 20\n");
    REQUIRE(client_attach(&client, live.socket, 1));
    REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
    while (n < 100 && trap_reply_port(&thread) != 0)
        n++;
    CHECK_EQ(n, 17); /* the others are its own two and its thread's */
    CHECK_EQ(trap_reply_port(&thread), 0);
    CHECK(!client_is_ended(&client));
    client_close(&client);
    live_stop(&live);
}
