/* SPDX-License-Identifier: Apache-2.0 */
/* tests/events/workloops.c - workloops of a real process: the pool, and sources of Linux (T108-T152) */
#include "tests/events/loops.h"

#include <mach/mach_time.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- installing ---- */

TEST(the_callbacks_are_installed_once, "T130")
{
    struct pthread_workqueue_config config = { .version = 2,
                                               .workloop_cb = served,
                                               .kevent_cb = kevent_worker };
    CHECK_EQ(pthread_workqueue_setup(NULL, sizeof config), EINVAL);
    CHECK_EQ(pthread_workqueue_setup(&config, 8), EINVAL);
    config.flags = 1;
    CHECK_EQ(pthread_workqueue_setup(&config, sizeof config), ENOTSUP);
    config.flags = 0;
    config.version = 3;
    CHECK_EQ(pthread_workqueue_setup(&config, sizeof config), ENOTSUP);
    workqueue_install();
    config.version = 2;
    CHECK_EQ(pthread_workqueue_setup(&config, sizeof config), EBUSY);
    CHECK_EQ(_pthread_workqueue_init_with_workloop(worker, kevent_worker, served, 0, 0), EBUSY);
    CHECK(_pthread_workqueue_supported() & WORKQ_FEATURE_WORKLOOP);
}

/* ---- being called ---- */

TEST(a_fired_knote_calls_the_callback_with_its_class_in_force, "T131 T133 T137")
{
    struct loop *loop = loop_new();
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    user.qos = QOS_UT;
    CHECK_EQ(change(loop, &user), 0);
    CHECK_EQ(trigger(loop, 7), 0);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->n_events, 1);
    CHECK_EQ(loop->event[0].ident, 7);
    CHECK_EQ(loop->event[0].filter, EVFILT_USER);
    CHECK_EQ(loop->event[0].udata, 0x42);
    CHECK_EQ(loop->base, 20);
    CHECK_EQ(loop->qos_class, QOS_CLASS_UTILITY);
    CHECK(!pthread_equal(loop->thread, pthread_self()));
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
}

static uint64_t blocked_inside;

static void note_mask(struct loop *loop)
{
    sigset_t set;
    (void)loop;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    for (int i = 1; i <= SIGSYS; i++)
        blocked_inside |= (uint64_t)(sigismember(&set, i) == 1) << i;
}

TEST(threads_of_the_pool_take_no_signals_but_those_of_their_own_doing, "F79")
{
    static const int open[] = { SIGILL, SIGTRAP, SIGFPE,  SIGBUS,  SIGSEGV,
                                SIGSYS, SIGPIPE, SIGPROF, SIGKILL, SIGSTOP };
    uint64_t expected = (2ull << SIGSYS) - 2;
    struct loop *loop = loop_new();
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    loop->inside = note_mask;
    CHECK_EQ(change(loop, &user), 0);
    CHECK_EQ(trigger(loop, 7), 0);
    REQUIRE(soon(&loop->n_calls, 1));
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        expected &= ~(1ull << open[i]);
    CHECK_EQ(blocked_inside, expected);
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
}

TEST(what_the_callback_returns_is_applied, "T134 T135")
{
    struct loop *loop = loop_new();
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_DISPATCH | EV_CLEAR, 0);
    loop->again = EV_ENABLE;
    CHECK_EQ(change(loop, &user), 0);
    for (int i = 1; i <= 20; i++) {
        CHECK_EQ(trigger(loop, 7), 0);
        REQUIRE(soon(&loop->n_calls, i));
    }
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
}

TEST(a_change_of_the_callback_that_fails_calls_it_again_with_the_error, "T135")
{
    struct loop *loop = loop_new();
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    struct kevent_qos_s unknown = knote(8, EVFILT_USER, EV_ENABLE, 0);
    loop->own = &unknown;
    loop->n_own = 1;
    CHECK_EQ(change(loop, &user), 0);
    CHECK_EQ(trigger(loop, 7), 0);
    REQUIRE(soon(&loop->n_calls, 2));
    CHECK_EQ(loop->event[1].ident, 8);
    CHECK(loop->event[1].flags & EV_ERROR);
    CHECK_EQ(loop->event[1].data, ENOENT);
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
}

TEST(a_workloop_has_one_servicer_and_others_have_theirs, "T132 T136")
{
    struct loop *one = loop_new(), *other = loop_new();
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    one->hold = true;
    CHECK_EQ(change(one, &user), 0);
    CHECK_EQ(change(other, &user), 0);
    CHECK_EQ(trigger(one, 7), 0);
    REQUIRE(soon(&one->n_calls, 1));
    CHECK_EQ(trigger(one, 7), 0);
    CHECK_EQ(trigger(other, 7), 0);
    REQUIRE(soon(&other->n_calls, 1));
    CHECK_EQ(one->n_calls, 1);
    one->hold = false;
    CHECK(soon(&one->n_calls, 2));
    CHECK_EQ(knote_delete(one, user), 0);
    CHECK_EQ(knote_delete(other, user), 0);
    loop_fini(one);
    loop_fini(other);
}

TEST(the_pool_grows_with_what_waits, "T132 T145")
{
    enum { N = 40 };
    struct loop *many[N];
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    user.qos = (int32_t)(QOS_DEF | _PTHREAD_PRIORITY_OVERCOMMIT_FLAG);
    for (int i = 0; i < N; i++) {
        many[i] = loop_new();
        many[i]->hold = true;
        CHECK_EQ(change(many[i], &user), 0);
        CHECK_EQ(trigger(many[i], 7), 0);
    }
    for (int i = 0; i < N; i++)
        CHECK(soon(&many[i]->n_calls, 1));
    for (int i = 0; i < N; i++)
        many[i]->hold = false;
    for (int i = 0; i < N; i++) {
        CHECK_EQ(knote_delete(many[i], user), 0);
        loop_fini(many[i]);
    }
}

TEST(forty_events_come_in_calls_of_sixteen_at_most, "T133 S42")
{
    struct loop *loop = loop_new();
    struct kevent_qos_s first = knote(100, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    loop->hold = true;
    CHECK_EQ(change(loop, &first), 0);
    CHECK_EQ(trigger(loop, 100), 0);
    REQUIRE(soon(&loop->n_calls, 1));
    for (uint64_t i = 0; i < 40; i++) {
        struct kevent_qos_s user = knote(i, EVFILT_USER, EV_ADD | EV_ONESHOT, NOTE_TRIGGER);
        CHECK_EQ(change(loop, &user), 0);
    }
    loop->hold = false;
    REQUIRE(soon(&loop->n_calls, 4));
    CHECK_EQ(loop->n_events, 41);
    CHECK_EQ(knote_delete(loop, first), 0);
    loop_fini(loop);
}

static kern_return_t policy_result;
static struct thread_policy_state policy_seen;
static int class_result;

static void set_policies(struct loop *loop)
{
    struct thread_precedence_policy precedence = { .importance = 3 };
    mach_msg_type_number_t count = THREAD_POLICY_STATE_COUNT;
    boolean_t get_default = FALSE;
    mach_port_t self = mach_thread_self();
    (void)loop;
    policy_result = thread_policy_set(self, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                                      THREAD_PRECEDENCE_POLICY_COUNT);
    CHECK_EQ(thread_policy_get(self, THREAD_POLICY_STATE, (thread_policy_t)&policy_seen, &count, &get_default),
             OK);
    mach_port_deallocate(SELF, self);
    class_result = pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 1);
}

TEST(a_servicer_is_a_work_queue_thread_to_those_who_ask, "T9 T27 T28")
{
    struct loop *loop = loop_new();
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    loop->inside = set_policies;
    user.qos = QOS_IN;
    CHECK_EQ(change(loop, &user), 0);
    CHECK_EQ(trigger(loop, 7), 0);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->base, 31); /* the ceiling of a task without a role */
    CHECK_EQ(loop->qos_class, QOS_CLASS_USER_INITIATED);
    CHECK_EQ(policy_result, KERN_POLICY_STATIC);
    CHECK_EQ(policy_seen.flags & 1, 1);
    CHECK_EQ(class_result, EINVAL);
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
}

/* ---- errors ---- */

TEST(events_are_for_the_servicer_alone, "T108 T110 T114 T116")
{
    struct loop *loop = loop_new();
    struct kevent_qos_s event, user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    CHECK_EQ(kevent_id(loop->id, NULL, 0, NULL, 0, NULL, NULL,
                       KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_EXIST),
             -1);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(change(loop, &user), 0);
    CHECK_EQ(kevent_id(loop->id, &user, 1, NULL, 0, NULL, NULL,
                       KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_DYNAMIC_KQ_MUST_NOT_EXIST),
             -1);
    CHECK_EQ(errno, EEXIST);
    CHECK_EQ(kevent_id(loop->id, NULL, 0, &event, 1, NULL, NULL, KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_IMMEDIATE),
             -1);
    CHECK_EQ(errno, EXDEV);
    CHECK_EQ(trigger(loop, 9), ENOENT);
    struct kevent_qos_s without = knote(9, EVFILT_USER, EV_ADD, 0);
    without.qos = 0;
    CHECK_EQ(change(loop, &without), ERANGE);
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
}

TEST(ports_that_cannot_be_watched_are_refused, "T120")
{
    struct loop *loop = loop_new();
    struct kevent_qos_s unknown = port_knote(0x12345, MACH_RCV_MSG);
    CHECK_EQ(change(loop, &unknown), ENOENT);
    struct kevent_qos_s send = port_knote(SELF, MACH_RCV_MSG);
    CHECK_EQ(change(loop, &send), ENOTSUP);
    loop_fini(loop);
}

/* ---- workloops of a fixed priority ---- */

TEST(a_workloop_made_ahead_of_time_has_its_own_priority, "T109")
{
    struct loop *loop = loop_new();
    pthread_attr_t attr;
    struct sched_param param = { .sched_priority = 60 };
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    pthread_attr_init(&attr);
    CHECK_EQ(_pthread_workloop_create(loop->id, 0, &attr), EINVAL);
    CHECK_EQ(pthread_attr_setschedparam(&attr, &param), 0);
    CHECK_EQ(_pthread_workloop_destroy(loop->id), ENOENT);
    CHECK_EQ(_pthread_workloop_create(loop->id, 0, &attr), 0);
    CHECK_EQ(_pthread_workloop_create(loop->id, 0, &attr), EEXIST);
    CHECK_EQ(change(loop, &user), 0);
    CHECK_EQ(trigger(loop, 7), 0);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->base, 60);
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
    CHECK_EQ(_pthread_workloop_destroy(loop->id), 0);
    pthread_attr_destroy(&attr);
}

/* ---- waiting ---- */

struct waiter {
    struct loop *loop;
    _Atomic mach_port_t thread;
    int result;
    struct kevent_qos_s event;
};

static void *wait_for_wake(void *argument)
{
    struct waiter *waiter = argument;
    struct kevent_qos_s wait = knote(77, EVFILT_WORKLOOP, EV_ADD | EV_DISABLE, NOTE_WL_SYNC_WAIT);
    waiter->thread = mach_thread_self();
    waiter->result = kevent_id(waiter->loop->id, &wait, 1, &waiter->event, 1, NULL, NULL,
                               KEVENT_FLAG_WORKLOOP | KEVENT_FLAG_ERROR_EVENTS);
    return NULL;
}

TEST(a_thread_waits_on_a_workloop_until_it_is_woken, "T150 T151")
{
    struct loop *loop = loop_new();
    struct waiter waiter = { .loop = loop };
    struct kevent_qos_s wake = knote(77, EVFILT_WORKLOOP, EV_ADD | EV_DISABLE, NOTE_WL_SYNC_WAKE);
    world_thread *thread = world_thread_spawn(wait_for_wake, &waiter);
    until_waiting(&waiter.thread);
    CHECK_EQ(change(loop, &wake), 0);
    world_thread_join(thread);
    CHECK_EQ(waiter.result, 0);
    CHECK_EQ(knote_delete(loop, wake), 0);
    mach_port_deallocate(SELF, waiter.thread);
    loop_fini(loop);
}

TEST(the_word_of_a_workloop_decides_about_a_change, "T147 T148")
{
    struct loop *loop = loop_new();
    uint64_t word = 5;
    struct kevent_qos_s request = knote(loop->id, EVFILT_WORKLOOP, EV_ADD, NOTE_WL_THREAD_REQUEST);
    request.ext[EV_EXTIDX_WL_ADDR] = (uintptr_t)&word;
    request.ext[EV_EXTIDX_WL_MASK] = UINT64_MAX;
    request.ext[EV_EXTIDX_WL_VALUE] = 4;
    CHECK_EQ(change(loop, &request), ESTALE);
    request.ext[EV_EXTIDX_WL_ADDR] = 16;
    CHECK_EQ(change(loop, &request), EFAULT);
    request.ext[EV_EXTIDX_WL_ADDR] = (uintptr_t)&word;
    request.ext[EV_EXTIDX_WL_VALUE] = 5;
    CHECK_EQ(change(loop, &request), 0);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->event[0].filter, EVFILT_WORKLOOP);
    CHECK_EQ(knote_delete(loop, request), 0);
    loop_fini(loop);
}

/* ---- what Linux tells ---- */

TEST(a_descriptor_fires_a_knote_of_a_workloop, "T115")
{
    struct loop *loop = loop_new();
    int fd[2];
    char c;
    REQUIRE_EQ(pipe(fd), 0);
    struct kevent_qos_s bad = knote(1000000, EVFILT_READ, EV_ADD, 0);
    struct kevent_qos_s readable = knote((uint64_t)fd[0], EVFILT_READ, EV_ADD | EV_DISPATCH, 0);
    CHECK_EQ(change(loop, &bad), EBADF);
    CHECK_EQ(change(loop, &readable), 0);
    CHECK_EQ(write(fd[1], "abc", 3), 3);
    REQUIRE(soon(&loop->n_calls, 1));
    CHECK_EQ(loop->event[0].filter, EVFILT_READ);
    CHECK_EQ(loop->event[0].data, 3);
    CHECK_EQ(read(fd[0], &c, 1), 1);
    readable.flags = EV_ENABLE;
    CHECK_EQ(change(loop, &readable), 0);
    REQUIRE(soon(&loop->n_calls, 2));
    CHECK_EQ(loop->event[1].data, 2);
    CHECK_EQ(knote_delete(loop, readable), 0);
    close(fd[0]);
    close(fd[1]);
    loop_fini(loop);
}

TEST(timers_processes_and_signals_fire_knotes_of_a_workloop, "T115")
{
    struct loop *timers = loop_new(), *processes = loop_new(), *signals = loop_new();
    struct kevent_qos_s timer = knote(1, EVFILT_TIMER, EV_ADD, NOTE_USECONDS);
    struct kevent_qos_s sent = knote(SIGUSR2, EVFILT_SIGNAL, EV_ADD, 0);
    timer.data = 1000;
    CHECK_EQ(change(timers, &timer), 0);
    CHECK(soon(&timers->n_calls, 3));
    CHECK_EQ(knote_delete(timers, timer), 0);

    int gate[2];
    REQUIRE_EQ(pipe(gate), 0);
    pid_t child = fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
        char c;
        close(gate[1]);
        _exit(read(gate[0], &c, 1) == 0 ? 3 : 1);
    }
    struct kevent_qos_s process =
        knote((uint64_t)child, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT | NOTE_EXITSTATUS);
    CHECK_EQ(change(processes, &process), 0);
    close(gate[0]);
    close(gate[1]);
    REQUIRE(soon(&processes->n_calls, 1));
    CHECK_EQ(processes->event[0].data, 3 << 8);
    CHECK_EQ(waitpid(child, NULL, 0), child);
    process.flags = EV_ADD;
    CHECK_EQ(change(processes, &process), ESRCH);

    signal(SIGUSR2, SIG_IGN);
    CHECK_EQ(change(signals, &sent), 0);
    kill(getpid(), SIGUSR2);
    REQUIRE(soon(&signals->n_calls, 1));
    CHECK_EQ(signals->event[0].ident, SIGUSR2);
    CHECK_EQ(knote_delete(signals, sent), 0);
    loop_fini(timers);
    loop_fini(processes);
    loop_fini(signals);
    signal(SIGUSR2, SIG_DFL);
}

/* ---- forks ---- */

TEST(a_fork_child_has_no_pool_and_may_have_its_own, "T108 T130")
{
    if (getenv("MACHD_SANITIZER") != NULL)
        SKIP("sanitizers know nothing of threads in the child of a program that had some");
    struct loop *loop = loop_new();
    int status;
    struct kevent_qos_s user = knote(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
    CHECK_EQ(change(loop, &user), 0);
    pid_t child = fork();
    REQUIRE_GE(child, 0);
    if (child == 0) {
        CHECK_EQ(trigger(loop, 7), ENOENT);
        CHECK_EQ(_pthread_workqueue_init_with_workloop(worker, kevent_worker, served, 0, 0), 0);
        CHECK_EQ(change(loop, &user), 0);
        CHECK_EQ(trigger(loop, 7), 0);
        CHECK(soon(&loop->n_calls, 1));
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    CHECK_EQ(knote_delete(loop, user), 0);
    loop_fini(loop);
}
