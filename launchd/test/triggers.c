/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/triggers.c - what else starts jobs: paths, queues, other jobs, the calendar */
#include <errno.h>
#include <fcntl.h>
#include <launch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "launchd/test/job_util.h"

static void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    REQUIRE(out != NULL);
    fputs(text, out);
    fclose(out);
}

static void load_with_path(const char *label, const char *words, const char *format, const char *path)
{
    char body[1024];

    snprintf(body, sizeof(body), format, path);
    REQUIRE_EQ(job_load(bootstrap_port, label, words, body), 0);
}

static const char *say(const char *file)
{
    static char words[256];

    snprintf(words, sizeof(words), "say %s", file);
    unlink(file);
    return words;
}

/* The watcher is a process of its own: what happens before it looks is no change. So things are changed until it is seen. */
static bool changes_until(const char *path, const char *out, int n)
{
    struct stat st;
    long long ms;
    unsigned uid;
    int pid;

    for (int i = 0; i < 3000; i++) {
        if (line_of(out, n - 1, &pid, &uid, &ms))
            return true;
        if (stat(path, &st) == 0)
            unlink(path);
        else
            write_file(path, "x");
        sleep_ms(20);
    }
    return false;
}

TEST(a_path_that_changes_starts_a_job, "B109 B117 B170")
{
    const char *path = scratch("watched"), *out = scratch("watched-out");
    char reason[256];

    unlink(path);
    load_with_path(
        "test.watch",
        say(out), "<key>WatchPaths</key><array><string>/no/such/place/at/all</string><string>%s</string></array>" NO_THROTTLE,
        path);
    CHECK(changes_until(path, out, 2));
    snprintf(reason, sizeof(reason), "path %s", path);
    CHECK_STR_EQ(job_blame("test.watch"), reason);
    CHECK_EQ(job_remove("test.watch"), KERN_SUCCESS);
}

TEST(a_directory_with_something_in_it_keeps_a_job_running, "B109 B117")
{
    const char *queue = scratch("queue"), *file = scratch("queue/item"), *out = scratch("queue-out");

    mkdir(queue, 0700);
    unlink(file);
    load_with_path("test.queue", say(out),
                   "<key>QueueDirectories</key><array><string>%s</string></array>" NO_THROTTLE, queue);
    CHECK(strstr(job_print("test.queue"), "\truns = 0\n") != NULL);
    write_file(file, "x");
    CHECK(has_lines(out, 3));
    unlink(file);
    CHECK(job_shows("test.queue", "\tstate = waiting\n"));
    CHECK_EQ(job_remove("test.queue"), KERN_SUCCESS);
}

TEST(a_path_that_exists_or_not_is_a_condition, "B118")
{
    const char *path = scratch("state"), *out = scratch("state-out");

    write_file(path, "x");
    load_with_path(
        "test.state", say(out),
        "<key>KeepAlive</key><dict><key>PathState</key><dict><key>%s</key><false/></dict></dict>" NO_THROTTLE,
        path);
    CHECK(strstr(job_print("test.state"), "\truns = 0\n") != NULL);
    unlink(path);
    CHECK(has_lines(out, 2));
    write_file(path, "x");
    CHECK(job_shows("test.state", "\tstate = waiting\n"));
    CHECK_EQ(job_remove("test.state"), KERN_SUCCESS);
}

TEST(another_job_is_a_condition, "B118 B170")
{
    REQUIRE_EQ(job_load(bootstrap_port, "test.other.b", "stay",
                        "<key>KeepAlive</key><dict><key>OtherJobActive</key><dict><key>test.other.a</"
                        "key><true/></dict></dict>" NO_THROTTLE),
               0);
    REQUIRE_EQ(job_load(bootstrap_port, "test.other.c", "stay",
                        "<key>KeepAlive</key><dict><key>OtherJobEnabled</key><dict><key>test.other.a</"
                        "key><true/></dict></dict>" NO_THROTTLE),
               0);
    CHECK(strstr(job_print("test.other.c"), "\tstate = waiting\n") != NULL);
    REQUIRE_EQ(job_load(bootstrap_port, "test.other.a", "stay", ""), 0);
    CHECK(job_shows("test.other.c", "\tstate = running\n"));
    CHECK_STR_EQ(job_blame("test.other.c"), "other job test.other.a");
    CHECK(strstr(job_print("test.other.b"), "\tstate = waiting\n") != NULL);
    CHECK_EQ(job_start("test.other.a"), KERN_SUCCESS);
    CHECK(job_shows("test.other.b", "\tstate = running\n"));
    CHECK_EQ(job_stop("test.other.a"), KERN_SUCCESS);
    CHECK(job_shows("test.other.a", "\tstate = waiting\n"));
    CHECK_EQ(job_stop("test.other.b"), KERN_SUCCESS);
    CHECK(job_shows("test.other.b", "\tstate = waiting\n"));
    CHECK_EQ(job_remove("test.other.a"), KERN_SUCCESS);
    CHECK_EQ(job_stop("test.other.c"), KERN_SUCCESS);
    CHECK(job_shows("test.other.c", "\tstate = waiting\n"));
    CHECK_EQ(job_remove("test.other.b"), KERN_SUCCESS);
    CHECK_EQ(job_remove("test.other.c"), KERN_SUCCESS);
}

TEST(conditions_may_wait_for_the_first_demand, "B117 B118")
{
    mach_port_t port;

    REQUIRE_EQ(
        job_load(bootstrap_port, "test.after", "answer test.after.name",
                 SERVICE("test.after.name") "<key>KeepAlive</key><dict><key>AfterInitialDemand</key><true/>"
                                            "<key>SuccessfulExit</key><true/></dict>" THROTTLE(3600)),
        0);
    CHECK(strstr(job_print("test.after"), "\tstate = waiting\n") != NULL);
    REQUIRE_EQ(look("test.after.name", &port), KERN_SUCCESS);
    CHECK_EQ(ask(port, 1000), 1001);
    CHECK(job_shows("test.after", "\tstate = throttled ("));
    CHECK_EQ(job_remove("test.after"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

/* ---- sockets ---- */

static int socket_to_ask = -1;

/* The file is there a moment before it is listened to. */
static bool is_connected(const void *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", (const char *)path);
    return connect(socket_to_ask, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static void ask_socket(const char *path, char *answer, size_t size)
{
    size_t n = 0;
    ssize_t got;

    socket_to_ask = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(wait_until(is_connected, path));
    while (n < size - 1 && (got = read(socket_to_ask, answer + n, size - 1 - n)) > 0)
        n += (size_t)got;
    answer[n] = 0;
    close(socket_to_ask);
}

TEST(a_connection_starts_the_job_that_has_the_socket, "B173 B174 B175 B117 B170")
{
    const char *path = scratch("socket");
    char answer[64], expected[64];
    struct stat st;
    size_t count;
    int *fds;

    load_with_path(
        "test.socket", "socket Main",
        "<key>Sockets</key><dict><key>Other</key><dict><key>SockType</key><string>dgram</string>"
        "<key>SockNodeName</key><string>127.0.0.1</string><key>SockServiceName</key><integer>0</integer></"
        "dict>"
        "<key>Main</key><array><dict><key>SockPathName</key><string>%s</string><key>SockPathMode</key>"
        "<integer>432</integer></dict></array></dict>" NO_THROTTLE,
        path);
    snprintf(expected, sizeof(expected), "0 %d %d\n", EALREADY, ENOENT);
    for (int i = 0; i < 3; i++) {
        ask_socket(path, answer, sizeof(answer));
        CHECK_STR_EQ(answer, expected);
    }
    CHECK_STR_EQ(job_blame("test.socket"), "socket Main");
    CHECK_EQ(stat(path, &st), 0);
    CHECK_EQ(st.st_mode & 0777, 0660);
    CHECK(job_shows("test.socket", "\truns = 3\n"));
    CHECK_EQ(job_remove("test.socket"), KERN_SUCCESS);
    CHECK_EQ(launch_activate_socket("Main", &fds, &count), ESRCH);
}

TEST(a_job_as_of_inetd_has_the_socket_for_its_input_and_is_not_throttled, "B176 B120")
{
    const char *path = scratch("inetd");
    char answer[64];

    load_with_path("test.inetd", "inetd Main",
                   "<key>Sockets</key><dict><key>Main</key><dict><key>SockPathName</key><string>%s</string></"
                   "dict></dict>"
                   "<key>inetdCompatibility</key><dict><key>Wait</key><true/></dict>" THROTTLE(3600),
                   path);
    for (int i = 0; i < 3; i++) {
        ask_socket(path, answer, sizeof(answer));
        CHECK_STR_EQ(answer, "111\n");
    }
    CHECK(job_shows("test.inetd", "\truns = 3\n"));
    CHECK_EQ(job_remove("test.inetd"), KERN_SUCCESS);
}

static int connect_to(const char *path, char *greeting, size_t size)
{
    ssize_t n;

    socket_to_ask = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(wait_until(is_connected, path));
    n = read(socket_to_ask, greeting, size - 1);
    greeting[n > 0 ? n : 0] = 0;
    return socket_to_ask;
}

/* All at once, and more than that one after the other. */
TEST(a_job_as_of_inetd_that_does_not_wait_has_a_process_for_each_connection, "B176 B120")
{
    const char *path = scratch("each");
    char answer[64];
    int fds[3];

    load_with_path("test.each", "greet hello",
                   "<key>Sockets</key><dict><key>Main</key><dict><key>SockPathName</key><string>%s</string></"
                   "dict></dict>"
                   "<key>inetdCompatibility</key><dict><key>Wait</key><false/></dict>" THROTTLE(3600),
                   path);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
            fds[i] = connect_to(path, answer, sizeof(answer));
            CHECK_STR_EQ(answer, "hello");
        }
        for (int i = 2; i >= 0; i--) {
            CHECK_EQ(write(fds[i], "word", 4), 4);
            ssize_t n = read(fds[i], answer, sizeof(answer) - 1);
            answer[n > 0 ? n : 0] = 0;
            CHECK_STR_EQ(answer, "word 1\n");
            CHECK_EQ(read(fds[i], answer, sizeof(answer)), 0);
            close(fds[i]);
        }
    }
    CHECK(job_shows("test.each", "\truns = 6\n"));
    CHECK(job_shows("test.each", "\tstate = waiting\n"));
    fds[0] = connect_to(path, answer, sizeof(answer));
    CHECK_EQ(job_remove("test.each"), KERN_SUCCESS);
    CHECK_EQ(read(fds[0], answer, sizeof(answer)), 0); /* its process has ended with the job */
    close(fds[0]);
}

TEST(a_socket_that_cannot_be_made_is_told_and_the_job_runs_without, "B173")
{
    const char *out = scratch("without");

    load_with_path("test.without", say(out),
                   "<key>Sockets</key><dict><key>A</key><dict><key>SockPathName</key><string>/no/such/place</"
                   "string></dict>"
                   "<key>B</key><string>nonsense</string></dict><key>StandardOutPath</key><string>%s</"
                   "string>" RUN_AT_LOAD,
                   "/dev/null");
    CHECK(has_lines(out, 1));
    CHECK_EQ(job_remove("test.without"), KERN_SUCCESS);
}

/* ---- standard input ---- */

static void append(const char *path, const char *text)
{
    FILE *out = fopen(path, "a");

    REQUIRE(out != NULL);
    fputs(text, out);
    fclose(out);
}

static bool is_there(const void *path)
{
    return access(path, F_OK) == 0;
}

/* Each instance goes on where the one before stopped reading. */
TEST(a_file_with_something_to_read_starts_the_job_that_reads_it, "B109 B117 B170")
{
    const char *in = scratch("input"), *out = scratch("output");
    char text[1024];

    unlink(in);
    unlink(out);
    snprintf(text, sizeof(text),
             "<dict>" STRING("Label", "test.input") STRING("StandardInPath", "%s")
                 STRING("StandardOutPath", "%s") STRING("Program", "/bin/cat") NO_THROTTLE "</dict>",
             in, out);
    REQUIRE_EQ(job_load_text(bootstrap_port, text), 0);
    CHECK(job_shows("test.input", "\tstate = waiting"));
    CHECK(eventually(is_there, in));
    append(in, "one\n");
    CHECK(becomes_contents(out, "one\n"));
    CHECK(job_shows("test.input", "\tstate = waiting"));
    append(in, "two\n");
    CHECK(becomes_contents(out, "one\ntwo\n"));
    CHECK(job_shows("test.input", "\tstate = waiting"));
    CHECK_STR_EQ(job_blame("test.input"), "standard input");
    CHECK(job_shows("test.input", "\truns = 2\n"));
    CHECK_EQ(job_remove("test.input"), KERN_SUCCESS);
}

TEST(a_job_reads_from_a_fifo_until_its_writers_have_gone, "B109 B117")
{
    const char *in = scratch("fifo"), *out = scratch("output");
    char body[512];
    int fd;

    unlink(in);
    unlink(out);
    REQUIRE_EQ(mkfifo(in, 0600), 0);
    snprintf(body, sizeof(body), STRING("StandardInPath", "%s") NO_THROTTLE, in);
    REQUIRE_EQ(job_load_shell("test.fifo", "cat; echo end", out, body), 0);
    CHECK(becomes_contents(out, "end\n")); /* it runs when it is loaded, and nobody writes */
    for (int i = 0; i < 2; i++) {
        fd = open(in, O_WRONLY | O_CLOEXEC);
        REQUIRE_GE(fd, 0);
        CHECK_EQ(write(fd, "word\n", 5), 5);
        close(fd);
        CHECK(becomes_contents(out, i == 0 ? "end\nword\nend\n" : "end\nword\nend\nword\nend\n"));
    }
    CHECK(job_shows("test.fifo", "\truns = 3\n"));
    CHECK_EQ(job_remove("test.fifo"), KERN_SUCCESS);
}
