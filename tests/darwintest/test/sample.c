/* SPDX-License-Identifier: Apache-2.0 */
/* sample.c - cases that pass, fail and skip in every way; run.c looks at what becomes of them */
#include <darwintest.h>
#include <darwintest_multiprocess.h>
#include <darwintest_utils.h>
#include <servers/bootstrap.h>

T_GLOBAL_META(T_META_NAMESPACE("machd.sample"), T_META_RUN_CONCURRENTLY(true), T_META_TIMEOUT(20));

static int shared_with_helpers;

static void *end_case(void *argument)
{
    (void)argument;
    T_END;
}

static void *fail_case(void *argument)
{
    (void)argument;
    T_ASSERT_EQ(1, 2, "a thread disagrees");
    return NULL;
}

static void say_goodbye(void)
{
    dprintf(STDOUT_FILENO, "goodbye from %d\n", (int)getpid());
}

T_DECL(passes, "every comparison holds")
{
    int zero = 0, *nothing = NULL, calls = 0;
    struct {
        unsigned bits : 3;
    } field = { 5 };
    T_ASSERT_EQ(calls++, 0, "arguments are evaluated once");
    T_ASSERT_EQ(calls, 1, NULL);
    T_ASSERT_EQ(-1, (short)-1, "%s types", "mixed");
    T_ASSERT_EQ(field.bits, 5, "bit fields");
    T_ASSERT_LT(1.25, 1.5, "fractions");
    T_ASSERT_NE(&zero, 0, "pointers against 0");
    T_ASSERT_GE_ULLONG(~0ull, 1, "wide");
    T_ASSERT_GT_UINT(-1, 1, "unsigned");
    T_ASSERT_EQ_PTR(nothing, NULL, NULL);
    T_ASSERT_EQ_STR("a", "a", NULL);
    T_ASSERT_NE_STR("a", "b", NULL);
    T_ASSERT_NULL(nothing, NULL);
    T_ASSERT_NOTNULL(mach_task_self(), "a port name");
    T_ASSERT_BITS_SET(7, 5, NULL);
    T_ASSERT_MACH_SUCCESS(KERN_SUCCESS, NULL);
    T_ASSERT_MACH_ERROR(KERN_INVALID_NAME, KERN_INVALID_NAME, NULL);
    T_ASSERT_POSIX_SUCCESS(dup(0) * 0, NULL);
    T_ASSERT_POSIX_ZERO(0, NULL);
    T_ASSERT_POSIX_FAILURE(close(-1), EBADF, NULL);
    T_ASSERT_TRUE(true, NULL);
    T_ASSERT_FALSE(zero, "false");
}

T_DECL(fails_at_an_assertion, "what follows is not reached")
{
    T_ATEND(say_goodbye);
    T_ASSERT_EQ(3 + 1, 5, "four is not %s", "five");
    printf("not reached\n");
}

T_DECL(goes_on_after_an_expectation, "what follows is reached")
{
    T_EXPECT_MACH_SUCCESS(KERN_INVALID_NAME, "a call");
    T_LOG("reached\n");
    T_END;
}

T_DECL(ends_from_another_thread, "while the main thread waits", T_META_TIMEOUT(1), T_META_TIMEOUT(20))
{
    pthread_t thread;
    T_ATEND(say_goodbye);
    pthread_create(&thread, NULL, end_case, NULL);
    for (;;)
        pause();
}

T_DECL(fails_on_another_thread, "while the main thread waits")
{
    pthread_t thread;
    pthread_create(&thread, NULL, fail_case, NULL);
    for (;;)
        pause();
}

T_DECL(fails_in_a_forked_child, "while the parent waits")
{
    if (fork() == 0)
        T_ASSERT_POSIX_ZERO(ENOENT, "in the child");
    for (;;)
        pause();
}

T_DECL(remembers_what_a_child_expected, "although the parent is content")
{
    pid_t child = fork();
    if (child == 0) {
        T_EXPECT_TRUE(false, "in the child");
        _exit(0);
    }
    T_ASSERT_TRUE(dt_waitpid(child, NULL, NULL, 10), NULL);
    T_END;
}

T_DECL(leaves_nobody_behind, "a child that would go on")
{
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    T_LOG("child %d", (int)child);
}

T_DECL(crashes, "by a signal")
{
    kill(getpid(), SIGKILL);
}

T_DECL(exits, "with a status")
{
    exit(3);
}

T_DECL(takes_too_long, "for its time", T_META_TIMEOUT(1))
{
    pause();
}

T_DECL(skips, "from anywhere")
{
    T_QUIET;
    T_SKIP("no %s here", "luck");
}

T_DECL(is_not_enabled, "and never runs", T_META_ENABLED(false))
{
    T_FAIL("it ran");
}

T_DECL(is_for_root, "only", T_META_ASROOT(false), T_META_ASROOT(true))
{
}

T_DECL(is_not_for_root, "at all", T_META_ASROOT(NO))
{
}

T_DECL(is_quiet, "about one success at a time")
{
    T_QUIET;
    T_ASSERT_TRUE(true, "unheard");
    T_QUIET;
    T_LOG("unheard");
    T_ASSERT_TRUE(true, "heard");
    errno = ENOENT;
    T_WITH_ERRNO;
    T_EXPECT_TRUE(true, "with errno");
    T_QUIET;
    T_EXPECT_TRUE(false, "a failure is heard");
}

T_DECL(may_fail_at_one_result, "and is expected to at another")
{
    T_MAYFAIL;
    T_ASSERT_TRUE(false, "may fail");
    T_EXPECTFAIL_WITH_REASON("known to be so");
    T_EXPECT_EQ_ULONG(1, 2, "has to fail");
    T_ASSERT_POSIX_ERROR(EINVAL, EINVAL, NULL);
    T_ASSERT_BITS_NOTSET(5, 2, NULL);
}

T_DECL(passes_unexpectedly, "which fails")
{
    T_EXPECTFAIL;
    T_EXPECT_TRUE(true, "has to fail");
}

T_DECL(may_fail_as_a_whole, "which does not count", T_META_MAYFAIL("now and then"))
{
    T_FAIL("now");
}

T_DECL(needs_big_numbers, "and they are little", T_META_REQUIRES_SYSCTL_NE("hw.byteorder", 1234))
{
}

T_DECL(needs_little_numbers, "and a tool", T_META_REQUIRES_SYSCTL_EQ("hw.byteorder", 1234))
{
    char *words[] = { (char *)"echo", (char *)"hello", NULL }, path[200], line[10] = "";
    int status, signal;
    pid_t child;
    snprintf(path, sizeof(path), "%s/output", dt_tmpdir());
    T_ASSERT_TRUE(dt_launch_tool(&child, words, false, path, NULL), NULL);
    T_ASSERT_TRUE(dt_waitpid(child, &status, &signal, 10), NULL);
    FILE *in = fopen(path, "r");
    T_ASSERT_NOTNULL(in, NULL);
    T_ASSERT_NOTNULL(fgets(line, sizeof(line), in), NULL);
    T_ASSERT_EQ_STR(line, "hello\n", NULL);
}

T_DECL(has_a_broken_setup, "which is said")
{
    T_SETUPBEGIN;
    T_ASSERT_POSIX_SUCCESS(open("/no/such/file", O_RDONLY), "open");
    T_SETUPEND;
}

T_DECL(has_a_class, "of service")
{
    T_ASSERT_POSIX_ZERO(pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0), NULL);
    T_EXPECT_REQUESTED_QOS_EQ(QOS_CLASS_UTILITY, "asked for");
    T_EXPECT_EFFECTIVE_QOS_EQ(QOS_CLASS_UTILITY, "given");
}

T_DECL(sees_arguments, "behind --")
{
    for (int i = 0; i < argc; i++)
        T_LOG("argument %s", argv[i]);
}

T_HELPER_DECL(ends_the_case, "and with it the others")
{
    T_ASSERT_EQ(shared_with_helpers, 7, "globals are seen");
    T_END;
}

T_HELPER_DECL(would_go_on, "for ever")
{
    for (;;)
        pause();
}

T_HELPER_DECL(is_content, "and exits")
{
    T_PASS("content");
}

T_HELPER_DECL(is_not_content, "and says so")
{
    T_ASSERT_FAIL("not content");
}

T_DECL(is_ended_by_a_helper, "and passes")
{
    shared_with_helpers = 7;
    dt_helper_t helpers[] = { dt_fork_helper("would_go_on"), dt_fork_helper("ends_the_case") };
    dt_run_helpers(helpers, 2, 10);
    T_FAIL("the call came back");
}

T_DECL(goes_on_when_its_helpers_are_done, "and passes")
{
    dt_helper_t helpers[] = { dt_fork_helper("is_content"), dt_fork_helper("is_content") };
    dt_run_helpers(helpers, 2, 10);
    T_LOG("after the helpers");
}

T_DECL(is_failed_by_a_helper, "although another goes on")
{
    dt_helper_t helpers[] = { dt_fork_helper("would_go_on"), dt_fork_helper("is_not_content") };
    dt_run_helpers(helpers, 2, 10);
}

T_HELPER_DECL(serves, "a name of the job")
{
    mach_port_t port = MACH_PORT_NULL;
    T_ASSERT_EQ_STR(getenv("GREETING"), "<hello> & welcome", NULL);
    T_ASSERT_MACH_SUCCESS(bootstrap_check_in(bootstrap_port, "sample.darwintest", &port), NULL);
    T_END;
}

T_DECL(runs_a_job, "that checks in")
{
    char *environment[] = { (char *)"GREETING=<hello> & welcome", NULL };
    dt_helper_t helper =
        dt_launchd_helper_domain(getenv("SAMPLE_PLIST"), "serves", environment, LAUNCH_SYSTEM_DOMAIN);
    dt_run_helpers(&helper, 1, 15);
}
