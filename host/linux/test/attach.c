/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/attach.c - who may attach, as whom, and what becomes of the image before */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/test/live.h"
#include "wire/process.h"

static void check_traps(struct client *client)
{
    struct client_thread thread;
    REQUIRE_EQ(client_thread_new(client, 0, &thread), KERN_SUCCESS);
    CHECK_NE(trap_reply_port(&thread), 0);
    CHECK_NE(trap_reply_port(&thread), 0);
}

TEST(a_client_attaches_and_traps, "F100 F155")
{
    struct live live;
    struct client client;
    live_start(&live, NULL);
    REQUIRE(client_attach(&client, live.socket, 1));
    check_traps(&client);
    CHECK_EQ(live_number(&live, "tasks"), 1);
    client_close(&client);
    live_stop(&live);
}

TEST(a_client_attaches_where_SO_PEERPIDFD_is_missing, "F10 F99")
{
    static const char *const options[] = { "--no-launchd", "--no-peerpidfd", NULL };
    struct live live;
    struct client client;
    live_start(&live, options);
    REQUIRE(client_attach(&client, live.socket, 1));
    check_traps(&client);
    client_close(&client);
    live_stop(&live);
}

/* Attaches, but lets a child answer the challenge. */
static bool attach_through_child(struct client *client)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                    .type = ATTACH_HELLO,
                                    .hello = { ATTACH_VERSION, 0, 1, 0 } };
    client_send_packet(client->fd, &packet, sizeof(packet), -1);
    REQUIRE(client_receive(client->fd, &packet, NULL) > 0);
    REQUIRE_EQ(packet.type, ATTACH_CHALLENGE);
    pid_t pid = fork();
    if (pid == 0) {
        client_send_packet(client->fd, &packet, sizeof(packet), -1);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return client_receive(client->fd, &packet, NULL) > 0 && packet.type == ATTACH_WELCOME;
}

TEST(a_challenge_answered_by_another_process_is_refused, "F10 F176")
{
    static const char *const options[] = { "--no-launchd", "--no-peerpidfd", NULL };
    struct live live;
    live_start(&live, options);
    struct client client = { .fd = client_connect(live.socket) };
    CHECK(!attach_through_child(&client));
    CHECK_EQ(live_number(&live, "tasks"), 0);
    close(client.fd);
    live_stop(&live);
}

TEST(a_wrong_version_is_refused_in_words, "F100")
{
    struct live live;
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_HELLO, .hello = { 999, 0, 1, 0 } };
    live_start(&live, NULL);
    int fd = client_connect(live.socket);
    client_send_packet(fd, &packet, sizeof(packet), -1);
    REQUIRE(client_receive(fd, &packet, NULL) > 0);
    CHECK_EQ(packet.type, ATTACH_REFUSED);
    CHECK_EQ(packet.refused.kern_return, KERN_FAILURE);
    CHECK(strlen(packet.refused.why) > 10);
    close(fd);
    live_stop(&live);
}

TEST(a_second_copy_of_the_library_in_one_image_shares_the_task, "F99 F154")
{
    struct live live;
    struct client one, two;
    live_start(&live, NULL);
    REQUIRE(client_attach(&one, live.socket, 7));
    REQUIRE(client_attach(&two, live.socket, 7));
    check_traps(&one);
    check_traps(&two);
    CHECK_EQ(live_number(&live, "tasks"), 1);
    CHECK_EQ(live_number(&live, "execs"), 0);
    client_close(&two);
    CHECK(live_wait_number(&live, "connections", 2)); /* the tool that asks is one */
    CHECK_EQ(live_number(&live, "tasks"), 1);
    client_close(&one);
    live_stop(&live);
}

TEST(another_image_with_the_same_pid_ends_the_one_before, "F85 F99")
{
    struct live live;
    struct client old, new;
    live_start(&live, NULL);
    REQUIRE(client_attach(&old, live.socket, 1));
    check_traps(&old);
    REQUIRE(client_attach(&new, live.socket, 2));
    CHECK(client_is_ended(&old));
    check_traps(&new);
    CHECK_EQ(live_number(&live, "tasks"), 1);
    CHECK_EQ(live_number(&live, "execs"), 1);
    client_close(&old);
    client_close(&new);
    live_stop(&live);
}

static pid_t start_exec(struct live *live, const char *program)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct client client;
        struct client_thread thread;
        REQUIRE(client_attach(&client, live->socket, 1));
        REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
        CHECK_NE(trap_reply_port(&thread), 0);
        execl(program, "sleep", "30", NULL);
        _exit(1);
    }
    return pid;
}

TEST(an_exec_without_a_word_leaves_a_bare_task, "F99 F152")
{
    struct live live;
    live_start(&live, NULL);
    pid_t pid = start_exec(&live, "/bin/sleep");
    CHECK(live_wait_number(&live, "execs", 1));
    CHECK_EQ(live_number(&live, "tasks"), 1);
    CHECK_EQ(live_number(&live, "broken"), 0);
    char *status = live_status(&live);
    CHECK(strstr(status, "\"command\":\"sleep\"") != NULL);
    free(status);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    CHECK(live_wait_number(&live, "tasks", 0));
    live_stop(&live);
}

TEST(a_death_is_not_taken_for_an_exec, "F99")
{
    struct live live;
    live_start(&live, NULL);
    for (int i = 0; i < 20; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct client client;
            REQUIRE(client_attach(&client, live.socket, 1));
            if (i % 2)
                kill(getpid(), SIGKILL);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    CHECK(live_wait_number(&live, "tasks", 0));
    CHECK_EQ(live_number(&live, "execs"), 0);
    CHECK_EQ(live_number(&live, "died"), 20);
    live_stop(&live);
}

TEST(a_killed_process_leaves_nothing_behind, "F10 F144")
{
    struct live live;
    live_start(&live, NULL);
    int before = live_descriptors(&live);
    uint64_t ports = live_number(&live, "ports"), names = live_number(&live, "names");
    for (int i = 0; i < 10; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct client client;
            struct client_thread thread;
            REQUIRE(client_attach(&client, live.socket, 1));
            REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
            begin_receive(&thread, trap_reply_port(&thread));
            kill(getpid(), SIGKILL);
        }
        waitpid(pid, NULL, 0);
    }
    CHECK(live_wait_number(&live, "tasks", 0));
    CHECK(live_wait_number(&live, "ports", ports));
    CHECK(live_wait_number(&live, "names", names));
    CHECK_EQ(live_number(&live, "client_descriptors"), 3); /* of the tool that asks */
    CHECK(live_wait_descriptors(&live, before));
    live_stop(&live);
}

static uint64_t prepare_fork(struct client *client)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_FORK_PREPARE };
    client_send_packet(client->fd, &packet, sizeof(packet), -1);
    REQUIRE(client_receive(client->fd, &packet, NULL) > 0);
    CHECK_EQ(packet.type, ATTACH_FORK_READY);
    return packet.fork.nonce;
}

static pid_t first_task(struct live *live)
{
    static const char before[] = "\"tasks\":[{\"pid\":";
    char *status = live_status(live), *at = strstr(status, before);
    pid_t pid = at ? atoi(at + strlen(before)) : 0;
    free(status);
    return pid;
}

TEST(a_fork_child_attaches_with_its_nonce_even_after_its_parent_died, "F64 F65")
{
    struct live live;
    live_start(&live, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct client client;
        REQUIRE(client_attach(&client, live.socket, 1));
        uint64_t nonce = prepare_fork(&client);
        REQUIRE_NE(nonce, 0);
        if (fork() == 0) {
            usleep(100000);
            struct client child = { .fd = client_connect(live.socket) };
            CHECK(client_hello(&child, 1, nonce, 0));
            pause();
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    pid_t child = first_task(&live);
    for (int i = 0; i < 1000 && (child == 0 || child == pid); i++) {
        usleep(10000);
        child = first_task(&live);
    }
    REQUIRE(child > 0 && child != pid);
    CHECK_EQ(live_number(&live, "tasks"), 1);
    kill(child, SIGKILL);
    live_stop(&live);
}

TEST(snapshots_for_forks_are_bounded_and_can_be_given_back, "F16 F64")
{
    struct live live;
    struct client client;
    uint64_t nonce = 1, last = 0;
    live_start(&live, NULL);
    REQUIRE(client_attach(&client, live.socket, 1));
    int n = 0;
    for (; n < 1000 && nonce; n++) {
        last = nonce;
        nonce = prepare_fork(&client);
    }
    CHECK_LT(n, 1000);
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_FORK_ABORT, .fork = { last } };
    client_send_packet(client.fd, &packet, sizeof(packet), -1);
    CHECK_NE(prepare_fork(&client), 0);
    client_close(&client);
    live_stop(&live);
}

static bool settled(int fd, int32_t pid)
{
    struct attach_packet packet;
    return client_receive(fd, &packet, NULL) > 0 && packet.type == ATTACH_SETTLED && packet.settle.pid == pid;
}

TEST(a_death_is_told_as_settled_after_what_it_did, "F144")
{
    struct live live;
    struct client client;
    int ready[2];
    char byte;
    live_start(&live, NULL);
    REQUIRE_EQ(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct client child;
        REQUIRE(client_attach(&child, live.socket, 1));
        (void)!write(ready[1], "x", 1);
        pause();
    }
    REQUIRE_EQ(read(ready[0], &byte, 1), 1);
    REQUIRE(client_attach(&client, live.socket, 1));
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_SETTLE, .settle = { pid } };
    client_send_packet(client.fd, &packet, sizeof(packet), -1);
    CHECK_EQ(live_number(&live, "tasks"), 2); /* whoever asked before us was heard before */
    struct pollfd answer = { .fd = client.fd, .events = POLLIN };
    CHECK_EQ(poll(&answer, 1, 0), 0); /* it lives: no answer yet */
    kill(pid, SIGKILL);
    CHECK(settled(client.fd, pid));
    CHECK_EQ(live_number(&live, "tasks"), 1);
    waitpid(pid, NULL, 0);
    client_send_packet(client.fd, &packet, sizeof(packet), -1);
    CHECK(settled(client.fd, pid)); /* unknown: settled */
    client_close(&client);
    live_stop(&live);
}

TEST(a_process_of_another_pid_namespace_is_refused, "F2")
{
    struct live live;
    int status;
    live_start(&live, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWPID) != 0)
            _exit(77);
        pid_t inner = fork();
        if (inner == 0) {
            struct client client;
            _exit(client_attach(&client, live.socket, 1) ? 1 : strstr(client.why, "namespace") ? 0 : 2);
        }
        waitpid(inner, &status, 0);
        _exit(WEXITSTATUS(status));
    }
    waitpid(pid, &status, 0);
    live_stop(&live);
    if (WEXITSTATUS(status) == 77)
        SKIP("a pid namespace can only be made by root");
    CHECK_EQ(WEXITSTATUS(status), 0);
}

TEST(users_of_a_system_machd_have_wake_tables_of_their_own, "B7 F176")
{
    static const char *const options[] = { "--no-launchd", "--system", NULL };
    struct live live;
    struct client client;
    int status;
    if (geteuid() != 0)
        SKIP("only root can serve other users");
    live_start(&live, options);
    chmod(live.directory, 0755);
    REQUIRE(client_attach(&client, live.socket, 1));
    struct client_thread thread;
    REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
    CHECK_NE(trap_reply_port(&thread), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct client other;
        struct client_thread its;
        REQUIRE_EQ(setuid(4321), 0);
        REQUIRE(client_attach(&other, live.socket, 1));
        REQUIRE_EQ(client_thread_new(&other, 0, &its), KERN_SUCCESS);
        CHECK_EQ(atomic_load(wake_word(other.table, thread.wake)), 0);
        CHECK_NE(trap_reply_port(&its), 0);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    CHECK_EQ(status, 0);
    client_close(&client);
    live_stop(&live);
}

/* The child is machd's word for who it is and what it was given, not its parent's record. */
static void be_the_child_of(int32_t parent, const char *socket, uint64_t nonce)
{
    struct client client = { .fd = client_connect(socket) };
    struct client_thread thread;
    struct process_info info;
    REQUIRE(client_hello(&client, 1, nonce, 0));
    REQUIRE_EQ(client_thread_new(&client, 0, &thread), KERN_SUCCESS);
    thread.page->req = (struct trap_request){ .number = TRAP_PROCESS_INFO };
    REQUIRE(request_wait(&thread, request_begin(&thread)));
    CHECK_EQ(thread.page->reply.value[0], 0);
    memcpy(&info, trap_data(thread.page), sizeof info);
    CHECK_EQ(info.pid, getpid());
    CHECK_EQ(info.uid, 4321);
    CHECK_EQ(info.ruid, 4321);
    CHECK_EQ(info.svuid, 4321);
    CHECK_EQ(info.parent_at_birth, parent);
    _exit(0);
}

TEST(a_child_of_an_assumed_identity_is_of_that_and_still_its_parents_child, "F31 F34 F65")
{
    static const char *const options[] = { "--no-launchd", "--system", NULL };
    struct live live;
    struct client client;
    int status;
    if (geteuid() != 0)
        SKIP("only root can serve other users");
    live_start(&live, options);
    chmod(live.directory, 0755);
    REQUIRE(client_attach(&client, live.socket, 1));
    uint64_t nonce = prepare_fork(&client);
    REQUIRE_NE(nonce, 0);
    int32_t self = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        REQUIRE_EQ(setresuid(4321, 4321, 4321), 0);
        be_the_child_of(self, live.socket, nonce);
    }
    waitpid(pid, &status, 0);
    CHECK_EQ(status, 0);
    client_close(&client);
    live_stop(&live);
}
