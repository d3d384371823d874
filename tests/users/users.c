/* SPDX-License-Identifier: Apache-2.0 */
/* tests/users/users.c - programs of several users under the system's machd: who may have whose task, and set-id programs
 *
 * Needs root: a mount namespace of the test's own has an empty /run, where the system's machd and the programs stand, so that
 * nothing outside is touched or seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness/harness.h"

enum { ALICE = 4321, BOB = 4322, STAFF = 5000, LINE = 256, PATIENCE_MS = 20000 };

#define PEER "/run/peer"
#define BARE "/run/bare"
#define PEER_OF_ROOT "/run/peer-of-root"
#define PEER_OF_BOB "/run/peer-of-bob"
#define PEER_OF_STAFF "/run/peer-of-staff"

/* ---- the place ---- */

static pid_t machd;

static void copy_program(const char *from, const char *to, uid_t uid, gid_t gid, mode_t mode)
{
    char bytes[65536];
    ssize_t n;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    REQUIRE(in >= 0 && out >= 0);
    while ((n = read(in, bytes, sizeof bytes)) > 0)
        REQUIRE_EQ(write(out, bytes, (size_t)n), n);
    REQUIRE_EQ(fchown(out, uid, gid), 0);
    REQUIRE_EQ(fchmod(out, mode), 0);
    close(in);
    close(out);
}

static bool can_have_a_place(void)
{
    return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0;
}

static void start_machd(void)
{
    int ready[2];
    char number[12], byte;
    REQUIRE_EQ(pipe(ready), 0);
    machd = fork();
    if (machd == 0) {
        snprintf(number, sizeof number, "%d", ready[1]);
        close(ready[0]);
        execl(MACHD_PATH, MACHD_PATH, "--system", "--foreground", "--no-launchd", "--ready-fd", number,
              (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    REQUIRE_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
}

static void stop_machd(void)
{
    kill(machd, SIGTERM);
    waitpid(machd, NULL, 0);
}

/* Once for the whole program; all tests are skipped where it cannot be. */
static void begin(void)
{
    static int has_place = -1;
    if (has_place < 0) {
        has_place = can_have_a_place();
        if (has_place) {
            mount("tmpfs", "/tmp/machd-0", "tmpfs", 0,
                  "mode=700"); /* somebody else's machd for root, if there is one */
            copy_program(PEER_PATH, PEER, 0, 0, 0755);
            copy_program(BARE_PATH, BARE, 0, 0, 0755);
            copy_program(PEER_PATH, PEER_OF_ROOT, 0, 0, 04755);
            copy_program(PEER_PATH, PEER_OF_BOB, BOB, BOB, 04755);
            copy_program(PEER_PATH, PEER_OF_STAFF, 0, STAFF, 02755);
            start_machd();
            atexit(stop_machd);
        }
    }
    if (!has_place)
        SKIP("needs root and a mount namespace");
}

/* ---- programs ---- */

struct user {
    uid_t uid;
    int n_groups;
    gid_t groups[2];
};

static const struct user root = { 0, 0, { 0 } }, alice = { ALICE, 0, { 0 } }, bob = { BOB, 0, { 0 } },
                         alice_of_staff = { ALICE, 1, { STAFF } };

struct program {
    pid_t pid;
    FILE *in, *out; /* its standard input and output, from our side */
};

static _Noreturn void run(const struct user *user, const int in[2], const int out[2],
                          const char *const *arguments)
{
    static char *no_environment[] = { NULL };
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    close(out[0]);
    if (setgroups((size_t)user->n_groups, user->groups) == 0 &&
        setresgid(user->uid, user->uid, user->uid) == 0 && setresuid(user->uid, user->uid, user->uid) == 0)
        execve(arguments[0], (char **)arguments, no_environment);
    _exit(127);
}

static struct program start_with(const struct user *user, const char *const *arguments)
{
    int in[2], out[2];
    struct program program = { 0 };
    REQUIRE_EQ(pipe2(in, O_CLOEXEC), 0);
    REQUIRE_EQ(pipe2(out, O_CLOEXEC), 0);
    program.pid = fork();
    if (program.pid == 0)
        run(user, in, out, arguments);
    close(in[0]);
    close(out[1]);
    program.in = fdopen(in[1], "w");
    program.out = fdopen(out[0], "r");
    return program;
}

static struct program start(const struct user *user, const char *path, const char *word, const char *argument)
{
    return start_with(user, (const char *const[]){ path, word, argument, NULL });
}

static const char *line_of(struct program *program)
{
    static char line[LINE];
    struct pollfd fd = { .fd = fileno(program->out), .events = POLLIN };
    if (poll(&fd, 1, PATIENCE_MS) != 1 || fgets(line, sizeof line, program->out) == NULL)
        return "nothing";
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static void go_on(struct program *program)
{
    fputs("\n", program->in);
    fflush(program->in);
}

static void end(struct program *program)
{
    kill(program->pid, SIGKILL);
    waitpid(program->pid, NULL, 0);
    fclose(program->in);
    fclose(program->out);
}

static struct program start_waiting(const struct user *user, const char *path, const char *word,
                                    const char *argument)
{
    struct program program = start(user, path, word, argument);
    REQUIRE(strcmp(line_of(&program), "ready") == 0);
    return program;
}

static bool gets(const struct user *user, const struct program *target, const char *what)
{
    char pid[16];
    snprintf(pid, sizeof pid, "%d", target->pid);
    struct program asker = start(user, PEER, "try", pid);
    const char *line = line_of(&asker);
    bool is_so = strcmp(line, what) == 0;
    if (!is_so)
        printf("# got: %s\n", line);
    end(&asker);
    return is_so;
}

#define ALL "control 1 read 1 inspect 1 name 1"
#define NAME_ALONE "control 0 read 0 inspect 0 name 1"
#define NOTHING "control 0 read 0 inspect 0 name 0"

/* ---- who may have whose task ---- */

TEST(a_task_is_for_its_user_and_for_root, "K105 K108 K109 F173")
{
    begin();
    struct program target = start_waiting(&alice, PEER, "wait", NULL);
    CHECK(gets(&alice, &target, ALL));
    CHECK(gets(&root, &target, ALL));
    CHECK(gets(&bob, &target, NOTHING));
    end(&target);
}

TEST(groups_that_the_caller_lacks_protect_a_task, "K105 F173")
{
    begin();
    struct program target = start_waiting(&alice_of_staff, PEER, "wait", NULL);
    CHECK(gets(&alice, &target, NAME_ALONE));
    CHECK(gets(&alice_of_staff, &target, ALL));
    end(&target);
    target = start_waiting(&alice, PEER, "wait", NULL);
    CHECK(gets(&alice_of_staff, &target, ALL)); /* more groups than the target do no harm */
    end(&target);
}

TEST(who_hides_from_its_user_is_roots_alone, "K105 F173")
{
    begin();
    struct program target = start_waiting(&alice, PEER, "hide", NULL);
    CHECK(gets(&alice, &target, NAME_ALONE));
    CHECK(gets(&root, &target, ALL));
    end(&target);
}

TEST(a_saved_id_of_another_user_protects_a_process, "K105 F159 F173")
{
    begin();
    const char *arguments[] = { BARE, "4321", "4321", "4321", NULL };
    struct program target = start_with(&root, arguments);
    REQUIRE(strcmp(line_of(&target), "ready") == 0);
    CHECK(gets(&alice_of_staff, &target, NOTHING)); /* its group is root's still */
    end(&target);
    arguments[3] = "0";
    target = start_with(&root, arguments);
    REQUIRE(strcmp(line_of(&target), "ready") == 0);
    CHECK(gets(&alice, &target, NOTHING));
    CHECK(gets(&root, &target, "control 1 read 1 inspect 1 name 1"));
    end(&target);
}

/* ---- set-id programs ---- */

/* What is left of an image of this user's when it becomes the program; root had set an exception port of it before. */
static void raise_to(const struct user *user, const char *path, const char *report)
{
    char pid[16];
    struct program image = start_waiting(user, PEER, "raise", path);
    snprintf(pid, sizeof pid, "%d", image.pid);
    struct program observer = start_waiting(&root, PEER, "arm", pid);
    go_on(&image);
    const char *line = line_of(&image);
    CHECK(strcmp(line, report) == 0);
    if (strcmp(line, report) != 0)
        printf("# got: %s\n", line);
    go_on(&observer);
    CHECK(strcmp(line_of(&observer), "dead: control 1 read 1 inspect 1 thread 1") == 0);
    end(&observer);
    end(&image);
}

TEST(a_set_uid_program_loses_what_its_caller_could_watch_it_with, "K22 K24 K33 K98 F94")
{
    begin();
    raise_to(&alice, PEER_OF_ROOT,
             "uid 0 privileged-host 1 own 0 1 1 others 1 registered 1 bootstrap 1 debug 0 thread 0");
}

TEST(a_set_gid_program_too, "K22 F94")
{
    begin();
    raise_to(&alice, PEER_OF_STAFF,
             "uid 4321 privileged-host 0 own 0 1 1 others 1 registered 1 bootstrap 1 debug 0 thread 0");
}

TEST(a_program_of_ones_own_user_keeps_its_exception_ports, "K15 K19 F86")
{
    begin();
    raise_to(&alice, PEER,
             "uid 4321 privileged-host 0 own 1 1 1 others 1 registered 1 bootstrap 1 debug 0 thread 0");
}

TEST(a_set_uid_program_is_its_owners_alone, "K22 K98 K105 F94")
{
    begin();
    struct program target = start_waiting(&alice, PEER_OF_BOB, "wait", NULL);
    CHECK(gets(&alice, &target, NOTHING));
    CHECK(gets(&bob, &target, NOTHING)); /* its real user is another one */
    CHECK(gets(&root, &target, ALL));
    end(&target);
}

TEST(what_root_has_set_is_kept_when_root_becomes_somebody, "K22 K24")
{
    begin();
    raise_to(&root, PEER_OF_BOB,
             "uid 4322 privileged-host 0 own 1 1 1 others 1 registered 1 bootstrap 1 debug 0 thread 0");
}
