/* SPDX-License-Identifier: Apache-2.0 */
/* tests/process/threads.c - what a thread has of a process: ids, mask, name, signals of its own */
#include <errno.h>
#include <pthread.h>
#include <pthread/workqueue_private.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/event.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/tasks/common.h"

enum { OTHER = 60001, NAME_MAX_BYTES = 63, SIGNALS = 64 };

static void *run(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    void *result = NULL;
    REQUIRE_EQ(pthread_create(&thread, NULL, body, argument), 0);
    pthread_join(thread, &result);
    return result;
}

/* ---- ids ---- */

static void *own_uid(void *argument)
{
    (void)argument;
    return (void *)(uintptr_t)syscall(SYS_geteuid);
}

static void *uid_of_threads_of_an_assumed_identity(void *argument)
{
    REQUIRE_EQ(syscall(SYS_setresuid, -1, OTHER, -1), 0);
    return run(own_uid, argument);
}

TEST(a_thread_begins_with_the_ids_of_its_creator, "F78")
{
    if (geteuid() != 0)
        SKIP("only root can become another user");
    CHECK_EQ((uintptr_t)run(uid_of_threads_of_an_assumed_identity, NULL), OTHER);
    CHECK_EQ(syscall(SYS_geteuid), 0);
    CHECK_EQ((uintptr_t)run(own_uid, NULL), 0);
}

/* ---- masks ---- */

static uint64_t blocked(void)
{
    sigset_t set;
    uint64_t bits = 0;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    for (int i = 1; i <= SIGNALS; i++)
        bits |= (uint64_t)(sigismember(&set, i) == 1) << (i - 1);
    return bits;
}

static uint64_t bit(int signal)
{
    return 1ull << (signal - 1);
}

static void block(int how, int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK_EQ(pthread_sigmask(how, &set, NULL), 0);
}

static void *own_mask(void *argument)
{
    *(uint64_t *)argument = blocked();
    return NULL;
}

TEST(a_thread_begins_with_the_mask_of_its_creator, "F79")
{
    uint64_t mask = 0, before = blocked();
    block(SIG_BLOCK, SIGUSR2);
    run(own_mask, &mask);
    CHECK_EQ(mask, before | bit(SIGUSR2));
    block(SIG_UNBLOCK, SIGUSR2);
    run(own_mask, &mask);
    CHECK_EQ(mask, before);
}

static uint64_t mask_of_made_in_handler;
static pthread_t made_in_handler;

static void make_thread(int signal)
{
    (void)signal;
    pthread_create(&made_in_handler, NULL, own_mask, &mask_of_made_in_handler);
}

TEST(a_thread_made_inside_sigsuspend_begins_with_the_mask_from_before_it, "F79")
{
    sigset_t none;
    uint64_t before = blocked();
    sigemptyset(&none);
    signal(SIGUSR1, make_thread);
    block(SIG_BLOCK, SIGUSR1);
    block(SIG_BLOCK, SIGUSR2);
    raise(SIGUSR1);
    CHECK_EQ(sigsuspend(&none), -1);
    pthread_join(made_in_handler, NULL);
    CHECK_EQ(mask_of_made_in_handler, before | bit(SIGUSR1) | bit(SIGUSR2));
    CHECK_EQ(blocked(), before | bit(SIGUSR1) | bit(SIGUSR2));
    uint64_t mask = 0;
    block(SIG_UNBLOCK, SIGUSR1);
    block(SIG_UNBLOCK, SIGUSR2);
    run(own_mask, &mask);
    CHECK_EQ(mask, before);
    signal(SIGUSR1, SIG_DFL);
}

/* ---- names ---- */

static void *own_name(void *argument)
{
    CHECK_EQ(pthread_getname_np(pthread_self(), argument, NAME_MAX_BYTES + 1), 0);
    return NULL;
}

TEST(names_have_up_to_63_bytes_and_are_not_inherited, "F80 F166")
{
    char name[NAME_MAX_BYTES + 2], got[NAME_MAX_BYTES + 1] = "?";
    memset(name, 'n', sizeof name);
    name[NAME_MAX_BYTES + 1] = '\0';
    CHECK_EQ(pthread_setname_np(name), ENAMETOOLONG);
    name[NAME_MAX_BYTES] = '\0';
    CHECK_EQ(pthread_setname_np(name), 0);
    CHECK_EQ(pthread_getname_np(pthread_self(), got, sizeof got), 0);
    CHECK_STR_EQ(got, name);
    run(own_name, got);
    CHECK_STR_EQ(got, "");
    CHECK_EQ(pthread_setname_np(""), 0);
}

/* ---- signals that a thread leaves behind ---- */

static _Atomic int is_blocking;

static void *end_with_signals(void *argument)
{
    sigset_t set;
    sigfillset(&set);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    is_blocking = 1;
    while (is_blocking == 1)
        usleep(1000);
    return argument;
}

TEST(what_was_sent_to_a_thread_that_ends_goes_to_the_process, "F82")
{
    sigset_t wanted, pending;
    struct timespec time = { PATIENCE_MS / 1000, 0 };
    pthread_t thread;
    for (int i = 0; i < 3; i++)
        block(SIG_BLOCK, (const int[]){ SIGUSR1, SIGHUP, SIGALRM }[i]);
    pthread_create(&thread, NULL, end_with_signals, NULL);
    while (is_blocking == 0)
        usleep(1000);
    for (int i = 0; i < 3; i++)
        pthread_kill(thread, (const int[]){ SIGUSR1, SIGHUP, SIGALRM }[i]);
    sigpending(&pending);
    CHECK_EQ(sigismember(&pending, SIGUSR1), 0);
    is_blocking = 2;
    pthread_join(thread, NULL);
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    CHECK_EQ(sigtimedwait(&wanted, NULL, &time), SIGUSR1);
    sigaddset(&wanted, SIGHUP);
    CHECK_EQ(sigtimedwait(&wanted, NULL, &time), SIGHUP);
    sigpending(&pending);
    CHECK_EQ(sigismember(&pending, SIGALRM), 0);
    for (int i = 0; i < 3; i++)
        block(SIG_UNBLOCK, (const int[]){ SIGUSR1, SIGHUP, SIGALRM }[i]);
}

/* ---- handles ---- */

static _Atomic bool is_making;

static void *make_threads(void *argument)
{
    for (int i = 0; i < 400; i++)
        run(own_uid, argument);
    is_making = false;
    return NULL;
}

/* A thread that is being made is known before it has a handle. */
TEST(nothing_is_no_thread_while_threads_are_made, "H16")
{
    pthread_t maker;
    is_making = true;
    REQUIRE_EQ(pthread_create(&maker, NULL, make_threads, NULL), 0);
    while (is_making && !test_has_failed())
        CHECK_EQ(pthread_mach_thread_np(0), MACH_PORT_NULL);
    pthread_join(maker, NULL);
}
