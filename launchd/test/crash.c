/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/crash.c - launchd is killed with -9 and nobody notices but the delay (B14) */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launchd/test/job_util.h"

static bool is_another(const void *pid)
{
    return kill(*(const pid_t *)pid, 0) != 0;
}

/* The next request waits for the next launchd. */
static void kill_launchd(void)
{
    pid_t pid = launchd_pid();

    REQUIRE_EQ(kill(pid, SIGKILL), 0);
    CHECK(eventually(is_another, &pid));
    CHECK_NE(launchd_pid(), pid);
}

TEST(names_ports_and_queued_messages_outlive_launchd, "B14 B71")
{
    name_t declared = "test.crash.declared";
    mach_port_t dynamic, queue, registered = port_with_send(), requestor = port_with_send(), subset, inside,
                                found;
    struct child other = child_with_name("test.crash.other");
    char before[4096];

    REQUIRE_EQ(check_in(bootstrap_port, "test.crash.dynamic", &dynamic), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_create_service(bootstrap_port, declared, &queue), KERN_SUCCESS);
    REQUIRE_EQ(enlist(bootstrap_port, "test.crash.registered", registered), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    REQUIRE_EQ(check_in(subset, "test.crash.inside", &inside), KERN_SUCCESS);
    CHECK_EQ(send_id(queue, 1), KERN_SUCCESS);
    CHECK_EQ(send_id(queue, 2), KERN_SUCCESS);
    snprintf(before, sizeof(before), "%s", listing(bootstrap_port));
    for (int i = 0; i < 2; i++) {
        kill_launchd();
        CHECK_STR_EQ(listing(bootstrap_port), before);
        CHECK_EQ(look("test.crash.dynamic", &found), KERN_SUCCESS);
        CHECK_EQ(found, dynamic);
        CHECK_EQ(look_result(subset, "test.crash.inside"), KERN_SUCCESS);
        CHECK_EQ(look_result(bootstrap_port, "test.crash.inside"), BOOTSTRAP_UNKNOWN_SERVICE);
        CHECK_EQ(look_result(subset, "test.crash.registered"), KERN_SUCCESS);
        CHECK_EQ(check_in(bootstrap_port, "test.crash.dynamic", &found), BOOTSTRAP_SERVICE_ACTIVE);
        CHECK_EQ(check_in(bootstrap_port, "test.crash.other", &found), BOOTSTRAP_NOT_PRIVILEGED);
    }
    /* The requests for notifications stand too. */
    child_kill(&other);
    CHECK_EQ(look_result(bootstrap_port, "test.crash.other"), BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), dynamic);
    CHECK_EQ(look_result(bootstrap_port, "test.crash.dynamic"), BOOTSTRAP_UNKNOWN_SERVICE);
    REQUIRE_EQ(check_in(bootstrap_port, declared, &found), KERN_SUCCESS);
    CHECK_EQ(found, queue);
    CHECK_EQ(receive_id(queue), 1);
    CHECK_EQ(receive_id(queue), 2);
    drop_receive(queue);
    CHECK_EQ(look_result(bootstrap_port, declared), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(subset, "test.crash.inside"), MACH_SEND_INVALID_DEST);
    CHECK_EQ(enlist(bootstrap_port, declared, MACH_PORT_NULL), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), registered);
    CHECK_STR_EQ(listing(bootstrap_port), "");
}

TEST(what_died_while_launchd_was_dead_is_noticed, "B14 B70")
{
    struct child other = child_with_name("test.crash.meanwhile");
    mach_port_t requestor = port_with_send(), subset;
    pid_t pid = launchd_pid();

    REQUIRE_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    kill(pid, SIGKILL);
    child_kill(&other);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(bootstrap_port, "test.crash.meanwhile"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(look_result(subset, "test.crash.meanwhile"), MACH_SEND_INVALID_DEST);
    mach_port_deallocate(mach_task_self(), subset);
}

/* Each round makes and unmakes one of everything; whatever it is at when launchd dies, the answer must be right. */
static void one_round(const char *name, unsigned i)
{
    mach_port_t port, found, requestor, subset;

    CHECK_EQ(check_in(bootstrap_port, name, &port), KERN_SUCCESS);
    CHECK_EQ(look(name, &found), KERN_SUCCESS);
    CHECK_EQ(found, port);
    CHECK_EQ(check_in(bootstrap_port, name, &found), BOOTSTRAP_SERVICE_ACTIVE);
    mach_port_destroy(mach_task_self(), port);
    CHECK_EQ(look_result(bootstrap_port, name), BOOTSTRAP_UNKNOWN_SERVICE);
    requestor = port_with_send();
    CHECK_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    CHECK_EQ(enlist(subset, name, requestor), KERN_SUCCESS);
    CHECK_EQ(look_result(subset, name), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(subset, name), MACH_SEND_INVALID_DEST);
    mach_port_deallocate(mach_task_self(), subset);
    (void)i;
}

static bool is_told_to_end(const struct child *parent)
{
    struct timeval now = { 0, 0 };
    fd_set set;

    FD_ZERO(&set);
    FD_SET(parent->from, &set);
    return select(parent->from + 1, &set, NULL, NULL, &now) != 0;
}

static void work(struct child *parent, const char *name)
{
    unsigned i;

    for (i = 0; !is_told_to_end(parent) && !test_has_failed(); i++)
        one_round(name, i);
    child_tell(parent, (int)i);
}

TEST(launchd_is_killed_while_clients_talk, "B14")
{
    struct child workers[3];
    int rounds[3];

    for (int i = 0; i < 3; i++)
        workers[i] = child_start(work, (const char *[]){ "test.w.0", "test.w.1", "test.w.2" }[i]);
    for (int i = 0; i < 4; i++) {
        sleep_ms(60 + 37 * i);
        pid_t pid = launchd_pid();
        kill(pid, SIGKILL);
    }
    sleep_ms(200);
    for (int i = 0; i < 3; i++) {
        child_tell(&workers[i], 0);
        rounds[i] = child_hear(&workers[i]);
        CHECK_GT(rounds[i], 0);
        CHECK_EQ(child_wait(&workers[i]), 0);
    }
    test_log("rounds: %d %d %d", rounds[0], rounds[1], rounds[2]);
    CHECK_STR_EQ(listing(bootstrap_port), "");
}

/* ---- jobs ---- */

static bool is_gone(const void *pid)
{
    return kill(*(const pid_t *)pid, 0) != 0;
}

TEST(jobs_and_their_processes_outlive_launchd, "B14 B145 B77")
{
    mach_port_t port;
    pid_t job;

    REQUIRE_EQ(job_load(bootstrap_port, "test.crash.job", "times 1000 answer test.crash.job.name",
                        SERVICE("test.crash.job.name") THROTTLE(3600)),
               0);
    REQUIRE_EQ(look("test.crash.job.name", &port), KERN_SUCCESS);
    CHECK_EQ(ask(port, 1000), 1001);
    job = job_pid("test.crash.job");
    for (int i = 0; i < 2; i++) {
        kill_launchd();
        CHECK_EQ(job_pid("test.crash.job"), job);
        CHECK(strstr(job_print("test.crash.job"), "\tstate = running\n") != NULL);
        CHECK(strstr(job_print("test.crash.job"), "test.crash.job.name A 1 -\n") != NULL);
        CHECK_EQ(ask(port, 2000 + i), 2001 + i);
    }
    /* It still is whom launchd takes it for, and its end is seen. */
    CHECK_EQ(kill(job, SIGKILL), 0);
    CHECK(job_shows("test.crash.job", "test.crash.job.name D 1 0\n"));
    CHECK(job_shows("test.crash.job", "\tlast exit = signal 9\n"));
    CHECK_EQ(send_id(port, 3000), KERN_SUCCESS);
    CHECK(job_shows("test.crash.job", "\tstate = throttled ("));
    kill_launchd();
    CHECK(strstr(job_print("test.crash.job"), "\tstate = throttled (") != NULL);
    CHECK(strstr(job_print("test.crash.job"), "test.crash.job.name D 1 1\n") != NULL);
    CHECK_EQ(job_load(bootstrap_port, "test.crash.job", "stay", ""), EEXIST);
    CHECK_EQ(job_remove("test.crash.job"), KERN_SUCCESS);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_deallocate(mach_task_self(), port);
}

TEST(a_job_of_a_launchd_before_is_stopped_and_removed_like_any, "B14 B113 B127")
{
    pid_t job;

    REQUIRE_EQ(job_load(bootstrap_port, "test.crash.stop", "in test.crash.stop.name stay", RUN_AT_LOAD), 0);
    CHECK(becomes("test.crash.stop.name", KERN_SUCCESS));
    job = job_pid("test.crash.stop");
    kill_launchd();
    CHECK_EQ(look_result(bootstrap_port, "test.crash.stop.name"), KERN_SUCCESS);
    CHECK_EQ(job_remove("test.crash.stop"), KERN_SUCCESS);
    CHECK(wait_until(is_gone, &job));
    CHECK_EQ(look_result(bootstrap_port, "test.crash.stop.name"), BOOTSTRAP_UNKNOWN_SERVICE);
}

TEST(a_job_that_ended_without_a_launchd_is_seen_to_have_ended, "B14")
{
    pid_t job, before = launchd_pid();

    REQUIRE_EQ(job_load(bootstrap_port, "test.crash.end", "stay", RUN_AT_LOAD), 0);
    CHECK(job_shows("test.crash.end", "\tstate = running\n"));
    job = job_pid("test.crash.end");
    kill(before, SIGKILL);
    kill(job, SIGKILL);
    CHECK(job_shows("test.crash.end", "\tstate = waiting\n"));
    CHECK(strstr(job_print("test.crash.end"), "\tlast exit = signal 9\n") != NULL);
    CHECK_EQ(job_remove("test.crash.end"), KERN_SUCCESS);
}

static bool is_written(const void *file)
{
    return *contents(file) != 0;
}

/* What is left of the job's process group ends too, and what its end says decides about the next instance. */
TEST(how_a_job_ends_that_another_launchd_started_is_known_all_the_same, "B14 B118 B125 B126")
{
    const char *out = scratch("left"), *gate = scratch("left.gate");
    char text[300];
    pid_t left;

    unlink(out);
    unlink(gate);
    snprintf(text, sizeof(text), "sleep 1000 &amp; echo $!; while ! test -e %s; do sleep 0.05; done; exit 3",
             gate);
    REQUIRE_EQ(job_load_shell("test.crash.left", text, out,
                              "<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>" THROTTLE(
                                  3600)),
               0);
    CHECK(wait_until(is_written, out));
    kill_launchd();
    CHECK(job_shows("test.crash.left", "\tstate = running\n"));
    fclose(fopen(gate, "w"));
    CHECK(job_shows("test.crash.left", "\tstate = throttled"));
    CHECK(strstr(job_print("test.crash.left"), "\tlast exit = exited 3\n") != NULL);
    left = atoi(contents(out));
    REQUIRE_GT(left, 0);
    CHECK(wait_until(is_gone, &left));
    CHECK_EQ(job_remove("test.crash.left"), KERN_SUCCESS);
}

/* Loading is done or undone as a whole: a retry never finds its own half. */
static void load_and_call(struct child *parent, const char *name)
{
    char body[256], words[128];
    mach_port_t port;
    unsigned i;

    snprintf(body, sizeof(body), "<key>MachServices</key><dict><key>%s</key><true/></dict>" NO_THROTTLE, name);
    snprintf(words, sizeof(words), "answer %s", name);
    for (i = 0; !is_told_to_end(parent) && !test_has_failed(); i++) {
        CHECK_EQ(job_load(bootstrap_port, name, words, body), 0);
        CHECK_EQ(look(name, &port), KERN_SUCCESS);
        CHECK_EQ(ask(port, 5000), 5001);
        mach_port_deallocate(mach_task_self(), port);
        kern_return_t kr = job_remove(name);
        CHECK(kr == KERN_SUCCESS || kr == BOOTSTRAP_UNKNOWN_SERVICE);
        CHECK_EQ(look_result(bootstrap_port, name), BOOTSTRAP_UNKNOWN_SERVICE);
    }
    child_tell(parent, (int)i);
}

TEST(launchd_is_killed_while_jobs_are_loaded_and_run, "B14 B187")
{
    struct child workers[2];

    for (int i = 0; i < 2; i++)
        workers[i] = child_start(load_and_call, (const char *[]){ "test.wj.0", "test.wj.1" }[i]);
    for (int i = 0; i < 4; i++) {
        pid_t pid = launchd_pid();
        sleep_ms(120 + 37 * i);
        kill(pid, SIGKILL);
    }
    sleep_ms(200);
    for (int i = 0; i < 2; i++) {
        child_tell(&workers[i], 0);
        CHECK_GT(child_hear(&workers[i]), 0);
        CHECK_EQ(child_wait(&workers[i]), 0);
    }
    CHECK_STR_EQ(listing(bootstrap_port), "");
}

/* ---- sockets ---- */

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static int free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE_EQ(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    REQUIRE_EQ(getsockname(fd, (struct sockaddr *)&address, &(socklen_t){ sizeof(address) }), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static bool is_answered(int fd)
{
    char answer[32];

    return fd >= 0 && read(fd, answer, sizeof(answer)) > 0;
}

static bool accepts(const void *port)
{
    int fd = connect_to(*(const int *)port);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool refuses(const void *port)
{
    return !accepts(port);
}

/* Then launchd has the socket from who makes it, and has had it kept. */
static bool answers(const void *port)
{
    int fd = connect_to(*(const int *)port);
    bool answered = is_answered(fd);

    close(fd);
    return answered;
}

static void load_socket_job(const char *label, int port, const char *more)
{
    char body[512];

    snprintf(body, sizeof(body),
             "<key>Sockets</key><dict><key>wire</key><dict>" STRING(
                 "SockNodeName",
                 "127.0.0.1") "<key>SockServiceName</key><integer>%d</integer></dict></dict>%s",
             port, more);
    REQUIRE_EQ(job_load(bootstrap_port, label, "socket wire", body), 0);
    CHECK(wait_until(answers, &port));
    CHECK(job_shows(label, "\tstate = waiting"));
}

/* Nobody has them open but the message that machd keeps: connections wait there as if nothing had been. */
TEST(the_sockets_of_jobs_outlive_launchd, "B14 B173 B174")
{
    int port = free_port(), other = free_port(), fd;

    load_socket_job("test.crash.socket", port, NO_THROTTLE);
    load_socket_job("test.crash.other", other, NO_THROTTLE);
    for (int i = 0; i < 3; i++) {
        pid_t pid = launchd_pid();
        REQUIRE_EQ(kill(pid, SIGKILL), 0);
        CHECK(eventually(is_another, &pid));
        fd = connect_to(port);
        CHECK(is_answered(fd));
        close(fd);
    }
    CHECK_EQ(job_remove("test.crash.socket"), KERN_SUCCESS);
    CHECK(wait_until(refuses, &port));
    kill_launchd();
    CHECK(refuses(&port));
    CHECK(accepts(&other));
    CHECK_EQ(job_remove("test.crash.other"), KERN_SUCCESS);
    CHECK(wait_until(refuses, &other));
}

/* ---- time ---- */

/* None of these launchds lives as long as the interval. */
TEST(an_interval_goes_on_when_launchd_dies_before_its_end, "B14 B129")
{
    const char *out = scratch("interval");
    char words[200];
    bool has_run = false;

    unlink(out);
    snprintf(words, sizeof(words), "say %s", out);
    REQUIRE_EQ(job_load(bootstrap_port, "test.crash.interval", words,
                        INTEGER("StartInterval", 2) THROTTLE(3600)),
               0);
    for (int i = 0; i < 20 && !has_run; i++) {
        kill_launchd();
        sleep_ms(300);
        has_run = *contents(out) != 0;
    }
    CHECK(has_run);
    CHECK_STR_EQ(job_blame("test.crash.interval"), "interval");
    CHECK_EQ(job_remove("test.crash.interval"), KERN_SUCCESS);
}

/* ---- many jobs ---- */

/* What a job of each kind does after it has said that it was started, what its list says besides, and how it must be found
 * after some time, however often launchd was killed meanwhile. */
static const struct kind {
    const char *does, *body;
    int starts; /* 0: several */
    const char *state, *last_exit;
} kinds[] = {
    { "exec sleep 1000", THROTTLE(3600), 1, "running", "never" },
    { "exit 0", KEEP_ALIVE THROTTLE(3600), 1, "throttled", "exited 0" },
    { "exit 3", "<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>" THROTTLE(3600), 1,
      "throttled", "exited 3" },
    { "exit 4", THROTTLE(3600), 1, "waiting", "exited 4" },
    { "kill -SEGV $$", KEEP_ALIVE THROTTLE(1), 0, "", "signal 11" },
    { "exit 0", INTEGER("StartInterval", 1) NO_THROTTLE, 0, "", "exited 0" },
};

#define N_KINDS (int)(sizeof(kinds) / sizeof(kinds[0]))
#define JOBS_OF_A_KIND 16

static void load_many(struct child *parent, const char *directory)
{
    const char *twice = scratch("twice");

    for (int i = 0; i < JOBS_OF_A_KIND * N_KINDS; i++) {
        char label[64], line[512];
        snprintf(label, sizeof(label), "test.many.%d", i);
        snprintf(line, sizeof(line),
                 "exec 9&gt;%s/%d.lock; flock -n 9 || echo twice; echo $$ &gt;&gt; %s/%d; %s", directory, i,
                 directory, i, kinds[i % N_KINDS].does);
        CHECK_EQ(job_load_shell(label, line, twice, kinds[i % N_KINDS].body), 0);
    }
    child_tell(parent, 0);
}

static int lines_in(const char *file)
{
    const char *text = contents(file);
    int n = 0;

    for (; *text != 0; text++)
        n += *text == '\n';
    return n;
}

static bool has_started_again(const void *file)
{
    return lines_in(file) > 1;
}

static void check_one(int i, const char *directory)
{
    const struct kind *kind = &kinds[i % N_KINDS];
    char label[64], file[256], text[128];

    snprintf(label, sizeof(label), "test.many.%d", i);
    snprintf(file, sizeof(file), "%s/%d", directory, i);
    snprintf(text, sizeof(text), "\tlast exit = %s\n", kind->last_exit);
    CHECK(job_shows(label, text));
    if (kind->starts == 0) {
        CHECK(wait_until(has_started_again, file));
        return;
    }
    snprintf(text, sizeof(text), "\tstate = %s", kind->state);
    CHECK(job_shows(label, text));
    CHECK_EQ(lines_in(file), kind->starts);
    CHECK(strstr(job_print(label), "\truns = 1\n") != NULL);
}

/* Each is started as often as it should be, never while it runs, and how it ended is known. */
TEST(no_job_is_forgotten_or_doubled_however_often_launchd_dies, "B14 B116 B120 B125")
{
    const char *directory = scratch("many"), *twice = scratch("twice");
    struct child loader;

    unlink(twice);
    REQUIRE(mkdir(directory, 0777) == 0);
    loader = child_start(load_many, directory);
    for (int i = 0; i < 8; i++) {
        pid_t pid = launchd_pid();
        sleep_ms(20 + 41 * i);
        kill(pid, SIGKILL);
    }
    CHECK_EQ(child_hear(&loader), 0);
    CHECK_EQ(child_wait(&loader), 0);
    for (int i = 0; i < JOBS_OF_A_KIND * N_KINDS; i++)
        check_one(i, directory);
    CHECK_STR_EQ(contents(twice), "");
    for (int i = 0; i < JOBS_OF_A_KIND * N_KINDS; i++) {
        char label[64];
        snprintf(label, sizeof(label), "test.many.%d", i);
        CHECK_EQ(job_remove(label), KERN_SUCCESS);
    }
}

TEST(what_cannot_be_executed_is_known_to_the_next_launchd, "B14 B124")
{
    char label[64], text[512];

    for (int i = 0; i < 16; i++) {
        snprintf(label, sizeof(label), "test.crash.none.%d", i);
        snprintf(text, sizeof(text),
                 "<dict>" STRING("Label", "%s") STRING("Program", "/nowhere/to/be/found") KEEP_ALIVE
                 "</dict>",
                 label);
        REQUIRE_EQ(job_load_text(bootstrap_port, text), 0);
    }
    kill_launchd();
    for (int i = 0; i < 16; i++) {
        snprintf(label, sizeof(label), "test.crash.none.%d", i);
        CHECK(job_shows(label, "\tlast exit = exec: ENOENT\n"));
        CHECK_EQ(job_remove(label), KERN_SUCCESS);
    }
}

/* ---- threads of launchd that end ---- */

static int threads_of(pid_t pid)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    return stat(path, &st) == 0 ? (int)st.st_nlink - 2 : 0;
}

/* To ask launchd anything would give it a thread again. */
static bool thread_ends(pid_t pid, int most)
{
    for (int i = 0; i < 600; i++) {
        if (threads_of(pid) < most)
            return true;
        sleep_ms(50);
    }
    return false;
}

/* Whoever loads a job is served by a thread that ends when launchd has had nothing to do for some seconds. */
TEST(paths_are_watched_on_when_the_thread_that_loaded_the_job_has_ended, "B109")
{
    const char *path = scratch("later"), *out = scratch("later.out");
    pid_t launchd = launchd_pid();
    char body[300], words[300];

    unlink(path);
    unlink(out);
    snprintf(body, sizeof(body), "<key>WatchPaths</key><array><string>%s</string></array>", path);
    snprintf(words, sizeof(words), "say %s", out);
    REQUIRE_EQ(job_load(bootstrap_port, "test.later", words, body), 0);
    CHECK(thread_ends(launchd, threads_of(launchd)));
    fclose(fopen(path, "w"));
    CHECK(has_lines(out, 1));
    CHECK_EQ(job_remove("test.later"), KERN_SUCCESS);
}
