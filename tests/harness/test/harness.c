/* SPDX-License-Identifier: Apache-2.0 */
/* tests/harness/test/harness.c - the harness under itself
 *
 * A test that must fail is run in a child with its own verdict page; what the child printed and how it
 * ended is the result looked at. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/harness/internal.h"

struct outcome {
    int status;
    unsigned failures;
    char text[4096];
};

/* The failures made by `body` are moved from this test's verdict to the outcome. */
static void run_failing(struct outcome *o, void (*body)(void))
{
    unsigned before = atomic_load(&test_verdict->failures);
    size_t n = 0;
    ssize_t got;
    int fds[2];
    pid_t pid;

    REQUIRE_EQ(pipe(fds), 0);
    pid = fork();
    REQUIRE_GE(pid, 0);
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        body();
        _exit(0);
    }
    close(fds[1]);
    while (n < sizeof(o->text) - 1 && (got = read(fds[0], o->text + n, sizeof(o->text) - 1 - n)) > 0)
        n += (size_t)got;
    o->text[n] = '\0';
    close(fds[0]);
    REQUIRE_EQ(waitpid(pid, &o->status, 0), pid);
    o->failures = atomic_exchange(&test_verdict->failures, before) - before;
}

static void checks_twice(void)
{
    CHECK_EQ(0x10000003, 0);
    CHECK(1 == 2);
}

TEST(failed_check_goes_on_and_counts_in_the_parent, "")
{
    struct outcome o;

    run_failing(&o, checks_twice);
    CHECK_EQ(o.failures, 2);
    CHECK_EQ(o.status, 0);
    CHECK(strstr(o.text, "0x10000003") != NULL);
    CHECK(strstr(o.text, "1 == 2") != NULL);
}

static void requires_once(void)
{
    REQUIRE(false);
    CHECK(false);
}

TEST(failed_require_ends_a_forked_child, "")
{
    struct outcome o;

    run_failing(&o, requires_once);
    CHECK_EQ(o.failures, 1);
    CHECK(WIFEXITED(o.status) && WEXITSTATUS(o.status) == 1);
}

static void *thread_requires(void *arg)
{
    REQUIRE(arg == NULL);
    atomic_fetch_add(&test_verdict->failures, 100);
    return NULL;
}

TEST(failed_require_ends_a_thread_alone, "")
{
    unsigned failures;
    pthread_t t;

    REQUIRE_EQ(pthread_create(&t, NULL, thread_requires, &failures), 0);
    pthread_join(t, NULL);
    failures = atomic_exchange(&test_verdict->failures, 0);
    CHECK_EQ(failures, 1);
}

static ucontext_t scheduler, coroutine;
static int resumed;

static void back_to_scheduler(void)
{
    swapcontext(&coroutine, &scheduler);
}

static void coroutine_requires(void)
{
    REQUIRE(false);
    resumed++;
}

TEST(failed_require_on_a_coroutine_leaves_by_the_hook, "")
{
    size_t size = 256 << 10;
    void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned failures;

    REQUIRE(stack != MAP_FAILED);
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = size;
    coroutine.uc_link = &scheduler;
    makecontext(&coroutine, coroutine_requires, 0);
    test_abort_hook = back_to_scheduler;
    swapcontext(&scheduler, &coroutine);
    test_abort_hook = NULL;
    failures = atomic_exchange(&test_verdict->failures, 0);
    CHECK_EQ(failures, 1);
    CHECK_EQ(resumed, 0);
    munmap(stack, size);
}

static void crashes(void)
{
    raise(SIGILL);
}

TEST(child_that_crashes_dies_of_its_signal, "")
{
    struct outcome o;

    run_failing(&o, crashes);
    CHECK(WIFSIGNALED(o.status) && WTERMSIG(o.status) == SIGILL);
    CHECK_STR_EQ(o.text, "");
}

TEST(comparison_knows_signs_and_widths, "")
{
    CHECK_EQ(-303, 0xfffffed1u);
    CHECK_NE(-1LL, 0xffffffffu);
    CHECK_LT(-1, 0);
    CHECK_GE(UINT32_MAX, 7);
    CHECK_EQ(test_current() != NULL, true);
    CHECK_MEM_EQ("abc", "abc", 4);
}

static void skips(void)
{
    SKIP("no %s here", "kqueue");
}

TEST(skip_in_a_child_skips_the_test_with_its_reason, "")
{
    struct outcome o;

    run_failing(&o, skips);
    CHECK_EQ(atomic_exchange(&test_verdict->skips, 0), 1);
    CHECK_STR_EQ(test_verdict->skip_reason, "no kqueue here");
    CHECK_EQ(o.failures, 0);
}
