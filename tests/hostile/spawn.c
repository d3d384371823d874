/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/spawn.c - who makes processes is killed with -9 at any instruction of it
 *
 * Parents start programs in every way there is, as fast as they can: with ports, suspended, that are missing, by fork. Each is
 * killed after some milliseconds, and so are its children meanwhile. What they leave must be children like any other, that end by themselves or wait for a signal:
 * none waits for its parent in somebody else's memory for ever, and machd holds in the end what it held before.
 * This process is what orphans get as their parent. SPAWNERS=n: how many are killed; AT_ONCE=n: how many there are at
 * a time.
 */
#include <errno.h>
#include <libproc.h>
#include <mach/spawn_np.h>
#include <pthread.h>
#include <signal.h>
#include <spawn_private.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/util.h"
#include "wire/process.h"

enum { SPAWNERS = 40, LIFE_MS_MAX = 25, CHILDREN_MAX = 64, KILL_EVERY_US = 1500, BIRTHS = 150, STARTS = 500 };

static mach_port_t make_port(void)
{
    mach_port_t port = MACH_PORT_NULL;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    return port;
}

static posix_spawnattr_t make_attributes(short flags)
{
    posix_spawnattr_t attributes;
    mach_port_t port = make_port();
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, flags);
    posix_spawnattr_set_registered_ports_np(&attributes, &port, 1);
    posix_spawnattr_set_importancewatch_port_np(&attributes, 1, &port);
    return attributes;
}

static void start(const char *path, posix_spawnattr_t *attributes)
{
    char *argv[] = { (char *)path, NULL };
    posix_spawn(NULL, path, NULL, attributes, argv, NULL);
}

static void fork_one(void)
{
    if (fork() == 0)
        _exit(0);
}

/* Tries this program first. */
static void vfork_one(const char *path)
{
    pid_t pid = vfork();
    if (pid > 0)
        return;
    if (path != NULL)
        execl(path, path, (char *)NULL);
    execl("/bin/true", "true", (char *)NULL);
    _exit(1);
}

/* At any step of its making, too. */
static void *kill_children(void *argument)
{
    uint64_t seed = *(uint64_t *)argument;
    pid_t children[CHILDREN_MAX];
    for (;;) {
        usleep(random_next(&seed) % KILL_EVERY_US);
        int n = proc_listchildpids(getpid(), children, sizeof children);
        if (n > 0)
            kill(children[random_next(&seed) % (uint64_t)(n < CHILDREN_MAX ? n : CHILDREN_MAX)], SIGKILL);
    }
    return NULL;
}

/* Forks, too, so that its random numbers are its own. */
static _Noreturn void spawn_for_ever(uint64_t seed)
{
    posix_spawnattr_t plain = make_attributes(0), suspended = make_attributes(POSIX_SPAWN_START_SUSPENDED);
    pthread_t killer;
    uint64_t killers_seed = random_next(&seed);
    pthread_create(&killer, NULL, kill_children, &killers_seed);
    for (;;) {
        switch (random_next(&seed) % 7) {
        case 0: start("/bin/true", NULL); break;
        case 1: start("/bin/true", &plain); break;
        case 2: start("/no/such/program", &plain); break;
        case 3: start("/bin/true", &suspended); break;
        case 4: fork_one(); break;
        case 5: vfork_one("/no/such/program"); break;
        case 6: vfork_one(NULL); break;
        }
        waitpid(-1, NULL, WNOHANG);
    }
}

static void collect_ended(void)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;)
        if (WIFSTOPPED(status))
            kill(pid, SIGCONT);
}

/* Collects all that is left; what is stopped goes on. False: somebody neither ends nor is stopped. */
static bool collect_all(void)
{
    int status;
    uint64_t end = now_ms() + PATIENCE_MS;
    for (;;) {
        pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED);
        if (pid < 0)
            return errno == ECHILD;
        if (pid > 0 && WIFSTOPPED(status))
            kill(pid, SIGCONT);
        if (pid == 0 && now_ms() > end)
            return false;
        if (pid == 0)
            usleep(1000);
    }
}

static pid_t start_spawner(uint64_t seed)
{
    pid_t pid = fork();
    if (pid == 0)
        spawn_for_ever(seed);
    REQUIRE_GT(pid, 0);
    return pid;
}

static int number(const char *name, int otherwise)
{
    const char *given = getenv(name);
    return given != NULL ? atoi(given) : otherwise;
}

TEST(whoever_is_killed_while_it_makes_processes_leaves_none_that_waits_for_it, "F20 F64 F74 F149")
{
    uint64_t state = random_seed();
    int n = number("SPAWNERS", SPAWNERS), at_once = number("AT_ONCE", 1);
    pid_t spawner[SPAWNERS] = { 0 };
    REQUIRE_LE(at_once, SPAWNERS);
    test_log("HOSTILE_SEED=%llu", (unsigned long long)state);
    REQUIRE_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    warm_up();
    struct census before = census_at_rest();
    for (int i = 0; i < n; i++) {
        pid_t *pid = &spawner[i % at_once];
        if (*pid > 0)
            kill(*pid, SIGKILL);
        collect_ended(); /* zombies count, and there is a limit */
        *pid = start_spawner(random_next(&state));
        usleep(random_next(&state) % (LIFE_MS_MAX * 1000));
    }
    for (int i = 0; i < at_once; i++)
        if (spawner[i] > 0)
            kill(spawner[i], SIGKILL);
    CHECK(collect_all());
    census_check_back(&before, "all of it");
}

static bool dies_at_birth;

static void in_child(void)
{
    if (dies_at_birth)
        kill(getpid(), SIGKILL);
}

static void stand_before_the_library(void)
{
    pthread_atfork(NULL, NULL, in_child);
}

/* Runs before the constructors of libraries, so that the child comes here before libmach sees it. */
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = stand_before_the_library;

/* What was announced for a child must not count for its parent when the child died before it could use it. */
TEST(children_that_are_killed_at_birth_do_not_keep_their_parent_from_forking, "F16 F64")
{
    warm_up();
    dies_at_birth = true;
    for (int i = 0; i < BIRTHS; i++) {
        pid_t pid = fork();
        REQUIRE_GT(pid, 0);
        waitpid(pid, NULL, 0);
    }
    dies_at_birth = false;
}

/* launchd has as many when all jobs of a machine begin at once. */
TEST(a_program_may_have_hundreds_of_starts_under_way, "F20")
{
    uint64_t ticket[STARTS];
    struct spawn_request request = { .process_limit = UINT32_MAX };
    warm_up();
    struct census before = census_at_rest();
    for (int i = 0; i < STARTS; i++)
        REQUIRE_EQ(mach_spawn_prepare_np(&request, &ticket[i]), 0);
    for (int i = 0; i < STARTS; i++)
        mach_spawn_undo_np(ticket[i]);
    census_check_back(&before, "hundreds of starts");
}
