/* SPDX-License-Identifier: Apache-2.0 */
/* tests/ported/darwin.c - what a program finds on macOS beside Mach: pthread's and Unix's own additions, and the C library's */
#include <bsm/libbsm.h>
#include <errno.h>
#include <libproc.h>
#include <mach/mach.h>
#include <mach/mach_eventlink.h>
#include <mach/mach_time.h>
#include <os/tsd.h>
#include <pthread.h>
#include <pthread/private.h>
#include <pthread/pthread_spis.h>
#include <pthread/qos_private.h>
#include <pthread/workqueue_private.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fileport.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/ulock.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/harness/harness.h"

enum { MS = 1000000 };

static uint64_t id_by_mach(mach_port_t thread)
{
    struct thread_identifier_info info;
    mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
    REQUIRE_EQ(thread_info(thread, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &count), KERN_SUCCESS);
    return info.thread_id;
}

static void *tell_id(void *argument)
{
    REQUIRE_EQ(pthread_threadid_np(NULL, argument), 0);
    CHECK_EQ(pthread_main_np(), 0);
    CHECK(!pthread_equal(pthread_main_thread_np(), pthread_self()));
    return NULL;
}

TEST(a_thread_has_the_id_that_mach_tells, "")
{
    uint64_t mine = 0, other = 0;
    pthread_t thread;
    CHECK_EQ(pthread_main_np(), 1);
    REQUIRE_EQ(pthread_threadid_np(pthread_self(), &mine), 0);
    CHECK_EQ(mine, id_by_mach(pthread_mach_thread_np(pthread_self())));
    CHECK_EQ(mine, _pthread_threadid_self_np_direct());
    REQUIRE_EQ(pthread_create(&thread, NULL, tell_id, &other), 0);
    REQUIRE_EQ(pthread_join(thread, NULL), 0);
    CHECK_NE(other, mine);
    CHECK_NE(other, 0);
    CHECK_EQ(pthread_is_threaded_np(), 1);
    CHECK_EQ(pthread_threadid_np(NULL, NULL), EINVAL);
}

TEST(reserved_slots_have_what_they_are_named_for, "")
{
    CHECK_EQ((uintptr_t)_os_tsd_get_direct(__TSD_MACH_THREAD_SELF), pthread_mach_thread_np(pthread_self()));
    CHECK_EQ(_pthread_mach_thread_self_direct(), pthread_mach_thread_np(pthread_self()));
    CHECK_EQ(_os_tsd_get_direct(__TSD_ERRNO), &errno);
    CHECK_EQ(_os_tsd_set_direct(__TSD_MACH_THREAD_SELF, NULL), EINVAL);
    REQUIRE_EQ(_os_tsd_set_direct(__TSD_RETURN_TO_KERNEL, &errno), 0);
    CHECK_EQ(_os_tsd_get_direct(__TSD_RETURN_TO_KERNEL), &errno);
}

TEST(a_stack_lies_below_its_address, "")
{
    char here;
    char *top = pthread_get_stackaddr_np(pthread_self());
    size_t size = pthread_get_stacksize_np(pthread_self());
    REQUIRE(top != NULL);
    CHECK(&here < top && &here >= top - size);
    CHECK_EQ(pthread_current_stack_contains_np(&here, 1), 1);
    CHECK_EQ(pthread_current_stack_contains_np(top - 1, 2), 0);
    CHECK_EQ(pthread_current_stack_contains_np(&errno, SIZE_MAX), 0);
}

static void *run(void *argument)
{
    *(_Atomic int *)argument = 1;
    return NULL;
}

TEST(a_thread_born_suspended_runs_when_it_is_resumed, "")
{
    static _Atomic int has_run;
    struct thread_basic_info info;
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    pthread_t thread;
    REQUIRE_EQ(pthread_create_suspended_np(&thread, NULL, run, (void *)&has_run), 0);
    mach_port_t port = pthread_mach_thread_np(thread);
    REQUIRE_EQ(thread_info(port, THREAD_BASIC_INFO, (thread_info_t)&info, &count), KERN_SUCCESS);
    CHECK_EQ(info.suspend_count, 1);
    usleep(20000); /* it could have, by now */
    CHECK_EQ(has_run, 0);
    REQUIRE_EQ(thread_resume(port), KERN_SUCCESS);
    REQUIRE_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(has_run, 1);
}

TEST(a_relative_wait_for_a_condition_ends, "")
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
    struct timespec length = { 0, 5 * MS }, bad = { 0, 1000 * MS };
    uint64_t begin = mach_absolute_time();
    pthread_mutex_lock(&mutex);
    CHECK_EQ(pthread_cond_timedwait_relative_np(&cond, &mutex, &length), ETIMEDOUT);
    CHECK_EQ(pthread_cond_timedwait_relative_np(&cond, &mutex, &bad), EINVAL);
    pthread_mutex_unlock(&mutex);
    CHECK_GE(mach_absolute_time() - begin, 5 * MS);
    CHECK_EQ(pthread_cond_signal_thread_np(&cond, pthread_self()), 0);
}

TEST(properties_of_the_caller_are_set_at_once_or_not_at_all, "")
{
    qos_class_t qos = QOS_CLASS_UNSPECIFIED;
    int relative = 1;
    pthread_priority_t word = _pthread_qos_class_encode(QOS_CLASS_UTILITY, -3, 0);
    CHECK_EQ(_pthread_set_properties_self(_PTHREAD_SET_SELF_QOS_FLAG | _PTHREAD_SET_SELF_FIXEDPRIORITY_FLAG,
                                          word, 0),
             ENOTSUP);
    CHECK_NE(qos_class_self(), QOS_CLASS_UTILITY);
    REQUIRE_EQ(_pthread_set_properties_self(_PTHREAD_SET_SELF_QOS_FLAG, word, MACH_PORT_NULL), 0);
    REQUIRE_EQ(pthread_get_qos_class_np(pthread_self(), &qos, &relative), 0);
    CHECK_EQ(qos, QOS_CLASS_UTILITY);
    CHECK_EQ(relative, -3);
    CHECK_GE(pthread_qos_max_parallelism(QOS_CLASS_UTILITY, PTHREAD_MAX_PARALLELISM_PHYSICAL), 1);
    CHECK_EQ(pthread_qos_max_parallelism((qos_class_t)3, 0), -1);
}

static _Atomic uint32_t word_of_lock;

static void *wake_until_taken(void *argument)
{
    (void)argument;
    word_of_lock = 1;
    while (__ulock_wake(UL_COMPARE_AND_WAIT | ULF_WAKE_ALL, (void *)&word_of_lock, 0) != 0 && word_of_lock != 2)
        usleep(100);
    return NULL;
}

TEST(a_ulock_waits_while_the_word_has_that_value, "")
{
    pthread_t thread;
    void *word = (void *)&word_of_lock;
    CHECK_EQ(__ulock_wait(UL_COMPARE_AND_WAIT, word, 7, 0), 0); /* it has another */
    errno = 0;
    CHECK_EQ(__ulock_wait(UL_COMPARE_AND_WAIT, word, 0, 1000), -1);
    CHECK_EQ(errno, ETIMEDOUT);
    CHECK_EQ(__ulock_wait2(UL_COMPARE_AND_WAIT | ULF_NO_ERRNO | ULF_DEADLINE, word, 0, mach_absolute_time(), 0),
             -ETIMEDOUT);
    CHECK_EQ(__ulock_wake(UL_COMPARE_AND_WAIT | ULF_NO_ERRNO, word, 0), -ENOENT);
    CHECK_EQ(__ulock_wait(99 | ULF_NO_ERRNO, word, 0, 0), -EINVAL);
    CHECK_EQ(__ulock_wait(UL_COMPARE_AND_WAIT | ULF_NO_ERRNO, (char *)word + 1, 0, 0), -EINVAL);
    REQUIRE_EQ(pthread_create(&thread, NULL, wake_until_taken, NULL), 0);
    while (word_of_lock == 0)
        __ulock_wait(UL_COMPARE_AND_WAIT, word, 0, 0);
    word_of_lock = 2;
    REQUIRE_EQ(pthread_join(thread, NULL), 0);
}

TEST(read_and_inspect_ports_are_had_by_pid, "K84 K109")
{
    mach_port_t read = MACH_PORT_NULL, inspect = MACH_PORT_NULL, own = MACH_PORT_NULL;
    REQUIRE_EQ(task_read_for_pid(mach_task_self(), getpid(), &read), 0);
    REQUIRE_EQ(task_inspect_for_pid(mach_task_self(), getpid(), &inspect), 0);
    REQUIRE_EQ(task_get_special_port(mach_task_self(), TASK_READ_PORT, &own), KERN_SUCCESS);
    CHECK_EQ(own, read);
    REQUIRE_EQ(task_get_special_port(mach_task_self(), TASK_INSPECT_PORT, &own), KERN_SUCCESS);
    CHECK_EQ(own, inspect);
    errno = 0;
    CHECK_EQ(task_read_for_pid(mach_task_self(), 0, &own), -1);
    CHECK_EQ(errno, EPERM);
    CHECK_EQ(task_read_for_pid(mach_host_self(), getpid(), &own), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(task_inspect_for_pid(mach_task_self(), 0x7ffffff0, &own), -1);
    CHECK_EQ(errno, ESRCH);
}

TEST(an_audit_token_says_who, "")
{
    audit_token_t token;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    REQUIRE_EQ(task_info(mach_task_self(), TASK_AUDIT_TOKEN, (task_info_t)&token, &count), KERN_SUCCESS);
    CHECK_EQ(audit_token_to_pid(token), getpid());
    CHECK_EQ(audit_token_to_euid(token), geteuid());
    CHECK_EQ(audit_token_to_rgid(token), getgid());
    CHECK_NE(audit_token_to_pidversion(token), 0);
}

TEST(an_io_policy_is_kept, "")
{
    REQUIRE_EQ(setiopolicy_np(IOPOL_TYPE_DISK, IOPOL_SCOPE_THREAD, IOPOL_UTILITY), 0);
    CHECK_EQ(getiopolicy_np(IOPOL_TYPE_DISK, IOPOL_SCOPE_THREAD), IOPOL_UTILITY);
    CHECK_EQ(getiopolicy_np(IOPOL_TYPE_DISK, IOPOL_SCOPE_PROCESS), IOPOL_DEFAULT);
    CHECK_EQ(setiopolicy_np(IOPOL_TYPE_DISK, IOPOL_SCOPE_THREAD, 77), -1);
    CHECK_EQ(errno, EINVAL);
}

TEST(what_is_not_built_says_so, "")
{
    fileport_t port = 1;
    CHECK_EQ(pthread_set_fixedpriority_self(), ENOTSUP);
    CHECK_EQ(_pthread_workqueue_addthreads(1, 0), ENOTSUP);
    CHECK_EQ(proc_pidfdinfo(getpid(), 0, 3, &port, sizeof port), 0);
    CHECK_EQ(errno, ENOTSUP);
    eventlink_port_pair_t pair;
    CHECK_EQ(mach_eventlink_create(mach_task_self(), MELC_OPTION_NO_COPYIN, pair), KERN_NOT_SUPPORTED);
}

static int some_function(void)
{
    return 0;
}

TEST(the_file_behind_an_address_is_known, "")
{
    char path[PROC_PIDPATHINFO_MAXSIZE], own[PROC_PIDPATHINFO_MAXSIZE];
    int length = proc_regionfilename(getpid(), (uint64_t)(uintptr_t)some_function, path, sizeof path);
    REQUIRE_GT(proc_pidpath(getpid(), own, sizeof own), 0);
    CHECK_EQ(length, strlen(own));
    CHECK_STR_EQ(path, own);
    CHECK_EQ(proc_regionfilename(getpid(), UINT64_MAX, path, sizeof path), 0);
    CHECK_EQ(proc_regionfilename(0x7ffffff0, 0, path, sizeof path), 0);
    CHECK_EQ(errno, ESRCH);
}

TEST(a_signal_finds_the_program_that_a_token_names, "")
{
    audit_token_t token;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    int status, sent = 0;
    REQUIRE_EQ(task_info(mach_task_self(), TASK_AUDIT_TOKEN, (task_info_t)&token, &count), KERN_SUCCESS);
    CHECK_EQ(proc_signal_with_audittoken(&token, 0), 0);
    token.val[7]++;
    CHECK_EQ(proc_signal_with_audittoken(&token, SIGKILL), ESRCH);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    REQUIRE_EQ(proc_terminate(pid, &sent), 0);
    CHECK_EQ(sent, SIGTERM);
    REQUIRE_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(WTERMSIG(status), SIGTERM);
}

TEST(strings_are_cut_and_ended, "")
{
    char text[6] = "ab";
    CHECK_EQ(strlcat(text, "cdefg", sizeof text), 7);
    CHECK_STR_EQ(text, "abcde");
    CHECK_EQ(strlcpy(text, "xyz", sizeof text), 3);
    CHECK_STR_EQ(text, "xyz");
    CHECK_EQ(strlcpy(text, "toolong", 1), 7);
    CHECK_STR_EQ(text, "");
    CHECK_EQ(strnstr("abcdef", "def", 5), NULL);
    CHECK_STR_EQ(strnstr("abcdef", "def", 6), "def");
}

TEST(a_program_has_a_name_and_a_clock_in_nanoseconds, "")
{
    CHECK(strstr(getprogname(), "ported") != NULL);
    setprogname("/some/where");
    CHECK_STR_EQ(getprogname(), "where");
    CHECK_EQ(issetugid(), 0);
    uint64_t begin = mach_absolute_time(), now = clock_gettime_nsec_np(CLOCK_UPTIME_RAW);
    CHECK(begin <= now && now <= mach_absolute_time());
}
