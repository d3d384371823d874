/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/prioritized.c - programs that are started to serve a waiting caller, with libmach and without, on a busy machine */
#include <signal.h>
#include <spawn_private.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/push/common.h"

enum { ROUNDS = 100, HOGS_MAX = 16 };

static pid_t hogs[HOGS_MAX];
static int n_hogs;

static void hogs_start(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    for (n_hogs = 0; n_hogs < n && n_hogs < HOGS_MAX; n_hogs++) {
        hogs[n_hogs] = fork();
        if (hogs[n_hogs] != 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile unsigned long turns = 0;; turns = turns + 1)
            ;
    }
}

static void hogs_end(void)
{
    for (int i = 0; i < n_hogs; i++) {
        kill(hogs[i], SIGKILL);
        waitpid(hogs[i], NULL, 0);
    }
}

static pid_t start_watching(mach_port_t port, char *const *argv)
{
    posix_spawnattr_t attributes;
    pid_t pid = 0;
    REQUIRE_EQ(posix_spawnattr_init(&attributes), 0);
    CHECK_EQ(posix_spawnattr_set_importancewatch_port_np(&attributes, 1, &port), 0);
    REQUIRE_EQ(posix_spawn(&pid, argv[0], NULL, &attributes, argv, NULL), 0);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

/* What its main thread had at first, by its own word. */
static int base_of_image(mach_port_t port)
{
    char *argv[] = { getenv("IMAGE"), (char *)"priority", NULL };
    int status = -1;
    pid_t pid = start_watching(port, argv);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Of a program that cannot ask: as we see it. */
static int base_of_stranger(mach_port_t port)
{
    char *argv[] = { (char *)"/bin/sleep", (char *)"20", NULL };
    mach_port_t task = MACH_PORT_NULL;
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t n = 0;
    int base = -1;
    pid_t pid = start_watching(port, argv);
    REQUIRE_EQ(task_for_pid(SELF, pid, &task), OK);
    CHECK_EQ(task_threads(task, &threads, &n), OK);
    CHECK_EQ(n, 1);
    if (n > 0)
        base = base_of(threads[0]);
    kill(pid, SIGKILL);
    CHECK_EQ(waitpid(pid, NULL, 0), pid);
    for (mach_msg_type_number_t i = 0; i < n; i++)
        mach_port_deallocate(SELF, threads[i]);
    vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads);
    mach_port_deallocate(SELF, task);
    return base;
}

static void serve_a_caller(int (*base_of_program)(mach_port_t port))
{
    mach_port_t port = port_with_send(), self = mach_thread_self();
    struct caller caller = { .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    int before = base_of(self);
    caller_start(&caller);
    CHECK_EQ(base_of_program(port), 47);
    CHECK_EQ(base_of(self), before);
    letter_send(caller.reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(&caller), OK);
    mach_port_deallocate(SELF, self);
    port_gone(port);
}

TEST(a_program_has_its_callers_priority_each_time_on_a_busy_machine, "F122 F128 F185")
{
    hogs_start();
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = 0; i < ROUNDS; i++)
        serve_a_caller(base_of_image);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    hogs_end();
}

TEST(so_has_one_without_libmach, "F122 F128 F185")
{
    hogs_start();
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    for (int i = 0; i < ROUNDS; i++)
        serve_a_caller(base_of_stranger);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    hogs_end();
}
