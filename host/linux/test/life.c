/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/life.c - how machd comes and goes, and its launchd */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/test/live.h"

/* A name below /tmp that no other run of these tests has. */
static const char *own_path(const char *ending)
{
    static char path[64];
    snprintf(path, sizeof(path), "/tmp/machd-test-%d.%s", getpid(), ending);
    return path;
}

TEST(a_machd_ends_with_its_root_process, "F100")
{
    char number[12], *end;
    int status;
    pid_t root = fork();
    if (root == 0) {
        pause();
        _exit(0);
    }
    snprintf(number, sizeof(number), "%d", root);
    const char *options[] = { "--no-launchd", "--root", number, NULL };
    struct live live;
    REQUIRE(live_try(&live, options));
    snprintf(live.socket, sizeof(live.socket), "/proc/%d/stat", root);
    FILE *file = fopen(live.socket, "r");
    char stat[1024];
    REQUIRE(fgets(stat, sizeof(stat), file) != NULL);
    fclose(file);
    char *field = strrchr(stat, ')') + 1;
    for (int i = 0; i < 19; i++)
        field = strchr(field + 1, ' ');
    snprintf(live.socket, sizeof(live.socket), "%s/%d.%llu.sock", live.directory, root,
             strtoull(field, &end, 10));
    CHECK_EQ(live_number(&live, "tasks"), 0);
    kill(root, SIGKILL);
    waitpid(root, NULL, 0);
    CHECK_EQ(waitpid(live.machd, &status, 0), live.machd);
    CHECK_EQ(status, 0);
    CHECK(access(live.socket, F_OK) != 0);
    CHECK_EQ(rmdir(live.directory), 0); /* nothing is left in it */
}

TEST(the_administrative_socket_ends_machd_and_the_other_does_not, "B78")
{
    struct live live;
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_SHUTDOWN };
    live_start(&live, NULL);
    struct client tool = { .fd = client_connect(live.socket) };
    REQUIRE(client_hello(&tool, 0, 0, ATTACH_FLAG_ADMIN_ONLY));
    client_send_packet(tool.fd, &packet, sizeof(packet), -1);
    CHECK(client_is_ended(&tool));
    CHECK_EQ(live_number(&live, "tasks"), 0);
    struct client admin = { .fd = client_connect(live.admin) };
    REQUIRE(client_hello(&admin, 0, 0, ATTACH_FLAG_ADMIN_ONLY));
    client_send_packet(admin.fd, &packet, sizeof(packet), -1);
    CHECK(client_is_ended(&admin));
    live_stop(&live);
}

TEST(who_attaches_through_the_administrative_socket_is_privileged, "B78")
{
    struct live live;
    struct client client;
    live_start(&live, NULL);
    REQUIRE(client_attach(&client, live.admin, 1));
    char *status = live_status(&live);
    CHECK(strstr(status, "\"privileged\":true") != NULL);
    free(status);
    client_close(&client);
    live_stop(&live);
}

TEST(sockets_are_closed_to_others, "F100 B78")
{
    struct live live;
    struct stat stat_of;
    live_start(&live, NULL);
    REQUIRE_EQ(stat(live.directory, &stat_of), 0);
    CHECK_EQ(stat_of.st_mode & 07777, 0700);
    REQUIRE_EQ(stat(live.admin, &stat_of), 0);
    CHECK_EQ(stat_of.st_mode & 07777, 0600);
    live_stop(&live);
}

TEST(a_directory_that_others_can_open_is_not_used, "F100")
{
    struct live live;
    static const char *const options[] = { "--no-launchd", "--dir", "/tmp", NULL };
    int status;
    CHECK(!live_try(&live, options));
    waitpid(live.machd, &status, 0);
    CHECK_EQ(WEXITSTATUS(status), 1);
    rmdir(live.directory);
}

TEST(one_name_has_one_machd, "F100")
{
    struct live live, second;
    live_start(&live, NULL);
    const char *options[] = { "--no-launchd", "--dir", live.directory, NULL };
    int status;
    CHECK(!live_try(&second, options));
    waitpid(second.machd, &status, 0);
    CHECK_EQ(WEXITSTATUS(status), 1);
    rmdir(second.directory);
    CHECK_EQ(live_number(&live, "tasks"), 0);
    live_stop(&live);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    REQUIRE(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

TEST(an_unknown_setting_is_refused, "F16")
{
    struct live live;
    const char *path = own_path("conf");
    const char *options[] = { "--no-launchd", "--config", path, NULL };
    int status;
    write_file(path, "# a comment\nuid-ports 100 # another\ntypo 3\n", 0600);
    CHECK(!live_try(&live, options));
    waitpid(live.machd, &status, 0);
    CHECK_EQ(WEXITSTATUS(status), 1);
    rmdir(live.directory);
    write_file(path, "uid-ports 100\nrank none\nallow-interpose yes\npolling-window 0\n", 0600);
    live_start(&live, options);
    CHECK_EQ(live_number(&live, "window_ns"), 0);
    live_stop(&live);
    unlink(path);
}

/* ---- launchd ---- */

static char *read_file(const char *path)
{
    static char text[400];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n > 0 ? n : 0] = 0;
    return text;
}

TEST(launchd_finds_its_stash_and_its_machd_and_is_started_again, "B14")
{
    struct live live;
    const char *program = own_path("sh");
    const char *options[] = { "--launchd", program, NULL };
    char notes[80];
    snprintf(notes, sizeof(notes), "%s.txt", program);
    unlink(notes);
    write_file(program,
               "#!/bin/sh\n"
               "cat <&3 >>$0.txt\n"
               "echo \"$1 $2 $MACHD_SOCKET\" >>$0.txt\n"
               "echo kept >/proc/self/fd/3\n"
               "exit 3\n",
               0700);
    REQUIRE(live_try(&live, options)); /* ready after 5 s: this one names no domain */
    CHECK_GE(live_number(&live, "starts"), 3);
    CHECK_LE(live_number(&live, "starts"), 10); /* and not as fast as it can die */
    char *text = read_file(notes);
    CHECK(!strncmp(text, "--stash 3 ", 10));
    CHECK(strstr(text, live.socket) != NULL);
    CHECK(strstr(text, "\nkept\n") != NULL);
    live_stop(&live);
    unlink(program);
    unlink(notes);
}

TEST(launchd_ends_with_machd, "B14")
{
    struct live live;
    const char *program = own_path("sh");
    const char *options[] = { "--launchd", program, NULL };
    write_file(program, "#!/bin/sh\nexec sleep 100\n", 0700);
    REQUIRE(live_try(&live, options));
    char *status = live_status(&live), *at = strstr(status, "\"launchd\":{\"wanted\":true,\"pid\":");
    REQUIRE(at != NULL);
    pid_t pid = atoi(at + strlen("\"launchd\":{\"wanted\":true,\"pid\":"));
    CHECK_EQ(kill(pid, 0), 0);
    live_stop(&live);
    CHECK(kill(pid, 0) != 0 && errno == ESRCH);
    free(status);
    unlink(program);
}

TEST(who_attaches_waits_for_the_domain_without_holding_up_others, "B8")
{
    struct live live;
    struct client client;
    const char *program = own_path("sh");
    const char *options[] = { "--launchd", program, NULL };
    write_file(program, "#!/bin/sh\nexec sleep 100\n", 0700);
    REQUIRE(live_try(&live, options));
    pid_t pid = fork();
    if (pid == 0) { /* waits 5 s, then falls back */
        struct attach_packet packet = { .magic = ATTACH_MAGIC,
                                        .type = ATTACH_HELLO,
                                        .hello = { ATTACH_VERSION, 0, 1, 0 } };
        int fd = client_connect(live.socket), fds[3];
        client_send_packet(fd, &packet, sizeof(packet), -1);
        for (int i = 0; i < 4 && client_receive(fd, &packet, fds) < 0; i++) {
        }
        CHECK_EQ(packet.type, ATTACH_WELCOME);
        _exit(0);
    }
    usleep(100000);
    CHECK_EQ(live_number(&live, "tasks"), 0);
    client.fd = client_connect(live.socket);
    close(client.fd);
    int status;
    waitpid(pid, &status, 0);
    CHECK_EQ(status, 0);
    live_stop(&live);
    unlink(program);
}

/* The options that launchd is started with are those that launchd knows: one that it does not know would end it. */
TEST(launchd_gets_the_same_options_in_both_modes, "B7")
{
    struct live live;
    const char *program = own_path("sh");
    const char *options[] = { "--system", "--launchd", program, NULL };
    if (geteuid() != 0)
        SKIP("only root can serve all users");
    write_file(program, "#!/bin/sh\n[ $1$3$5$# = --stash--ask--keep6 ] && exec sleep 100\nexit 1\n", 0700);
    REQUIRE(live_try(&live, options));
    CHECK_EQ(live_number(&live, "starts"), 1);
    live_stop(&live);
    unlink(program);
}
