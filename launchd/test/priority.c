/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/priority.c - a client's priority travels with its call to a service that is not running (B sections 20, 21)
 *
 * The job is $PROBE, which writes down its priority where its words say `mark`, and stops at gates: files that the test makes.
 * A client is a thread of the test, which is in the foreground: user-interactive is 47 then.
 */
#include <dirent.h>
#include <mach/thread_policy_private.h>
#include <pthread.h>
#include <pthread/qos.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "launchd/test/job_util.h"

/* ---- who calls ---- */

struct caller {
    mach_port_t service;
    qos_class_t qos_class;
    pthread_t thread;
    int answer; /* -1: the call failed */
};

static void *call_synchronously(void *argument)
{
    struct caller *caller = argument;
    mach_port_t reply = thread_get_special_reply_port();
    struct {
        mach_msg_header_t header;
        char room[512];
    } message = { .header = { .msgh_bits =
                                  MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                              .msgh_size = sizeof(mach_msg_header_t),
                              .msgh_remote_port = caller->service,
                              .msgh_local_port = reply,
                              .msgh_id = 100 } };

    CHECK_EQ(pthread_set_qos_class_self_np(caller->qos_class, 0), 0);
    caller->answer =
        mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, sizeof(message.header),
                 sizeof(message), reply, 60000, MACH_PORT_NULL) == KERN_SUCCESS
            ? message.header.msgh_id
            : -1;
    mach_port_deallocate(mach_task_self(), caller->service);
    return NULL;
}

static void caller_find(struct caller *caller, const char *service, qos_class_t qos_class)
{
    REQUIRE_EQ(setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL), 0);
    *caller = (struct caller){ .qos_class = qos_class };
    REQUIRE_EQ(look(service, &caller->service), KERN_SUCCESS);
}

static void caller_go(struct caller *caller)
{
    REQUIRE_EQ(pthread_create(&caller->thread, NULL, call_synchronously, caller), 0);
}

static void caller_start(struct caller *caller, const char *service, qos_class_t qos_class)
{
    caller_find(caller, service, qos_class);
    caller_go(caller);
}

static int caller_end(struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    return caller->answer;
}

/* ---- priorities of other processes ---- */

static int priority_of_thread(mach_port_t thread)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;

    thread_info(thread, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    return info.pth_priority;
}

/* Of its main thread, or the highest of all; 0: there is none. */
static int look_at(pid_t pid, bool all)
{
    mach_msg_type_number_t n = 0;
    thread_act_array_t threads = NULL;
    mach_port_t task;
    int highest = 0;

    if (task_for_pid(mach_task_self(), pid, &task) != KERN_SUCCESS)
        return 0;
    task_threads(task, &threads, &n);
    for (mach_msg_type_number_t i = 0; i < n; i++) {
        int priority = all || i == 0 ? priority_of_thread(threads[i]) : 0;
        highest = priority > highest ? priority : highest;
        mach_port_deallocate(mach_task_self(), threads[i]);
    }
    vm_deallocate(mach_task_self(), (vm_address_t)threads, n * sizeof(*threads));
    mach_port_deallocate(mach_task_self(), task);
    return highest;
}

static int priority_of(pid_t pid)
{
    return look_at(pid, false);
}

struct expectation {
    pid_t pid;
    int priority;
    bool all;
};

static bool is_at(const void *context)
{
    const struct expectation *expected = context;

    return look_at(expected->pid, expected->all) == expected->priority;
}

/* Every thread waits: what is done to them from outside is all that happens to them. */
static bool is_at_rest(const void *pid)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count, n = 0, n_waiting = 0;
    thread_act_array_t threads = NULL;
    mach_port_t task;

    if (task_for_pid(mach_task_self(), *(const pid_t *)pid, &task) != KERN_SUCCESS)
        return false;
    task_threads(task, &threads, &n);
    for (mach_msg_type_number_t i = 0; i < n; i++) {
        count = THREAD_EXTENDED_INFO_COUNT;
        thread_info(threads[i], THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
        n_waiting += info.pth_run_state == TH_STATE_WAITING;
        mach_port_deallocate(mach_task_self(), threads[i]);
    }
    vm_deallocate(mach_task_self(), (vm_address_t)threads, n * sizeof(*threads));
    mach_port_deallocate(mach_task_self(), task);
    return n_waiting + 1 >= n; /* the main thread waits for descriptors, which machd knows nothing of */
}

static bool has_stopped(const char *directory, const char *thread)
{
    char path[400], state = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s/stat", directory, thread);
    file = fopen(path, "r");
    if (file == NULL)
        return true; /* it has ended */
    (void)!fscanf(file, "%*d (%*[^)]) %c", &state);
    fclose(file);
    return state == 'T';
}

static bool have_all_stopped(const void *pid)
{
    char directory[64];
    struct dirent *entry;
    bool all = true;
    DIR *threads;

    snprintf(directory, sizeof(directory), "/proc/%d/task", (int)*(const pid_t *)pid);
    threads = opendir(directory);
    REQUIRE(threads != NULL);
    while ((entry = readdir(threads)) != NULL)
        all &= entry->d_name[0] == '.' || has_stopped(directory, entry->d_name);
    closedir(threads);
    return all;
}

/* Until one of its threads takes the signal, which may be one that has to wait for a CPU, the others go on. */
static void stop(pid_t launchd)
{
    CHECK(wait_until(is_at_rest, &launchd));
    CHECK_EQ(kill(launchd, SIGSTOP), 0);
    CHECK(wait_until(have_all_stopped, &launchd));
}

/* The one of its threads that has the highest. */
static bool comes_to(pid_t pid, int priority)
{
    struct expectation expected = { pid, priority, true };

    if (wait_until(is_at, &expected))
        return true;
    test_log("%d is at %d", (int)pid, look_at(pid, true));
    return false;
}

static bool becomes_priority(const char *label, int priority)
{
    struct expectation expected = { job_pid(label), priority, false };

    if (wait_until(is_at, &expected))
        return true;
    test_log("%s is at %d", label, priority_of(expected.pid));
    return false;
}

/* ---- the job ---- */

struct job {
    const char *label, *mark;
    char gate[256];
};

static void open_gate(const struct job *job, const char *suffix)
{
    char file[300];

    snprintf(file, sizeof(file), "%s.%s", job->gate, suffix);
    fclose(fopen(file, "w"));
}

/* %s in the words is where the gates are. */
static void job_begin(struct job *job, const char *label, const char *services, const char *words,
                      const char *more)
{
    char text[1024], body[2048];

    job->label = label;
    snprintf(job->gate, sizeof(job->gate), "%s", scratch(label));
    snprintf(text, sizeof(text), words, job->gate, job->gate, job->gate, job->gate);
    snprintf(body, sizeof(body),
             "%s<key>EnvironmentVariables</key><dict><key>MARK</key><string>%s.mark</string></dict>%s",
             services, job->gate, more);
    REQUIRE_EQ(job_load(bootstrap_port, label, text, body), 0);
}

static bool has_marks(const struct job *job, const char *marks)
{
    char file[300];

    snprintf(file, sizeof(file), "%s.mark", job->gate);
    return becomes_contents(file, marks);
}

static void forget_marks(const struct job *job)
{
    char file[300];

    snprintf(file, sizeof(file), "%s.mark", job->gate);
    unlink(file);
}

/* ---- one client ---- */

TEST(from_its_first_instruction_to_its_first_message_a_job_has_its_clients_priority,
     "B146 B149 B151 B152 B160 B185")
{
    struct caller client;
    struct job job;

    job_begin(
        &job, "test.push", SERVICE("test.push.name"),
        "mark main wait %s.1 mark before in test.push.name mark after wait %s.2 mark still take x reply x "
        "mark done stay",
        "");
    caller_start(&client, "test.push.name", QOS_CLASS_USER_INTERACTIVE);
    CHECK(has_marks(&job, "begin 47\nmain 47\n"));
    CHECK_EQ(priority_of(job_pid("test.push")), 47);
    open_gate(&job, "1");
    CHECK(has_marks(&job, "begin 47\nmain 47\nbefore 47\nafter 47\n"));
    CHECK_EQ(priority_of(job_pid("test.push")), 47);
    open_gate(&job, "2");
    CHECK_EQ(caller_end(&client), 101);
    CHECK(has_marks(&job, "begin 47\nmain 47\nbefore 47\nafter 47\nstill 47\ndone 31\n"));
    CHECK_EQ(job_remove("test.push"), KERN_SUCCESS);
}

/* launchd is stopped at each step, so that who is to act next can be looked at. */
TEST(whoever_has_to_act_next_has_at_least_the_clients_priority, "B20 B147 B148 B151 B152 B160 B185")
{
    struct caller client;
    struct job job;
    pid_t launchd = launchd_pid(), pid;

    job_begin(&job, "test.steps", SERVICE("test.steps.name"),
              "wait %s.1 in test.steps.name mark in wait %s.2 take x reply x mark done stay", "");
    caller_find(&client, "test.steps.name", QOS_CLASS_USER_INTERACTIVE); /* 1 */
    CHECK(comes_to(launchd, 31));
    stop(launchd);
    caller_go(&client); /* 2 and 3: the workloop's thread */
    CHECK(comes_to(launchd, 47));
    CHECK_EQ(kill(launchd, SIGCONT), 0);
    CHECK(has_marks(&job, "begin 47\n")); /* 4 to 6 */
    pid = job_pid("test.steps");
    CHECK_EQ(priority_of(pid), 47);
    CHECK(comes_to(launchd, 31));
    stop(launchd);
    open_gate(&job, "1");
    CHECK(comes_to(launchd, 47)); /* 7: the check-in waits */
    CHECK_EQ(priority_of(pid), 47);
    CHECK_EQ(kill(launchd, SIGCONT), 0);
    CHECK(has_marks(&job, "begin 47\nin 47\n")); /* 8 and 9 */
    CHECK(comes_to(launchd, 31));
    CHECK_EQ(priority_of(pid), 47);
    open_gate(&job, "2");
    CHECK_EQ(caller_end(&client), 101); /* 10 to 12 */
    CHECK(has_marks(&job, "begin 47\nin 47\ndone 31\n"));
    CHECK_EQ(job_remove("test.steps"), KERN_SUCCESS);
}

static void *look_up_synchronously(void *service)
{
    mach_port_t port;

    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    CHECK_EQ(look(service, &port), BOOTSTRAP_UNKNOWN_SERVICE);
    return NULL;
}

TEST(a_request_gives_launchd_the_priority_of_who_waits_for_the_answer, "B20")
{
    pid_t launchd = launchd_pid();
    pthread_t thread;

    REQUIRE_EQ(setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL), 0);
    CHECK(comes_to(launchd, 31));
    stop(launchd);
    REQUIRE_EQ(pthread_create(&thread, NULL, look_up_synchronously, (void *)"test.none"), 0);
    CHECK(comes_to(launchd, 47));
    CHECK_EQ(kill(launchd, SIGCONT), 0);
    pthread_join(thread, NULL);
    CHECK(comes_to(launchd, 31));
}

/* A plain receive ends the push, unless machd lets those who hold a reply right inherit (machd.conf: boost-receivers). */
TEST(a_plain_receive_ends_the_push_where_receivers_are_not_boosted, "B153")
{
    bool boosts = getenv("RECEIVERS_ARE_NOT_BOOSTED") == NULL;
    struct caller client;
    struct job job;

    job_begin(&job, "test.plain", SERVICE("test.plain.name"),
              "in test.plain.name mark in take x mark taken reply x mark done stay", "");
    caller_start(&client, "test.plain.name", QOS_CLASS_USER_INTERACTIVE);
    CHECK_EQ(caller_end(&client), 101);
    CHECK(has_marks(&job, boosts ? "begin 47\nin 47\ntaken 47\ndone 31\n"
                                 : "begin 47\nin 47\ntaken 31\ndone 31\n"));
    CHECK_EQ(job_remove("test.plain"), KERN_SUCCESS);
}

TEST(a_right_that_has_come_back_is_watched_as_before, "B156 B160")
{
    struct caller client;
    struct job job;

    job_begin(&job, "test.back", SERVICE("test.back.name"), "in test.back.name take x reply x", NO_THROTTLE);
    for (int i = 0; i < 3; i++) {
        caller_start(&client, "test.back.name", QOS_CLASS_USER_INITIATED);
        CHECK_EQ(caller_end(&client), 101);
    }
    CHECK(has_marks(&job, "begin 37\nbegin 37\nbegin 37\n"));
    CHECK_EQ(job_remove("test.back"), KERN_SUCCESS);
}

/* Long enough for launchd to have to wait, and the job too (case 12 of the public program does so). */
TEST(a_job_that_lingers_before_its_check_in_keeps_the_push, "B155 B185")
{
    struct caller client;
    struct job job;

    job_begin(&job, "test.linger", SERVICE("test.linger.name"),
              "wait %s.1 mark before in test.linger.name take x reply x stay", "");
    caller_start(&client, "test.linger.name", QOS_CLASS_USER_INITIATED);
    CHECK(has_marks(&job, "begin 37\n"));
    for (int i = 0; i < 20; i++) {
        CHECK_EQ(priority_of(job_pid("test.linger")), 37);
        sleep_ms(100);
    }
    open_gate(&job, "1");
    CHECK_EQ(caller_end(&client), 101);
    CHECK(has_marks(&job, "begin 37\nbefore 37\n"));
    CHECK_EQ(job_remove("test.linger"), KERN_SUCCESS);
}

TEST(a_client_that_begins_to_wait_for_a_job_that_runs_pushes_from_then_on, "B150")
{
    struct caller client;
    struct job job;

    job_begin(&job, "test.late", SERVICE("test.late.name"),
              "mark main wait %s.1 mark before in test.late.name take x reply x stay", RUN_AT_LOAD);
    CHECK(has_marks(&job, "begin 31\nmain 31\n"));
    caller_start(&client, "test.late.name", QOS_CLASS_USER_INTERACTIVE);
    CHECK(becomes_priority("test.late", 47));
    open_gate(&job, "1");
    CHECK_EQ(caller_end(&client), 101);
    CHECK(has_marks(&job, "begin 31\nmain 31\nbefore 47\n"));
    CHECK_EQ(job_remove("test.late"), KERN_SUCCESS);
}

TEST(a_message_of_nobody_who_waits_starts_the_job_and_pushes_nothing, "B158 B133")
{
    mach_port_t port;
    struct job job;

    job_begin(&job, "test.alone", SERVICE("test.alone.name"),
              "mark main in test.alone.name take x mark taken stay", "");
    REQUIRE_EQ(look("test.alone.name", &port), KERN_SUCCESS);
    CHECK_EQ(send_id(port, 5), KERN_SUCCESS);
    CHECK(has_marks(&job, "begin 31\nmain 31\ntaken 31\n"));
    CHECK_EQ(job_remove("test.alone"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

static void call_in_the_foreground(struct child *parent, const char *service)
{
    struct caller caller;

    child_tell(parent, 0);
    caller_start(&caller, service, QOS_CLASS_USER_INTERACTIVE);
    child_tell(parent, caller_end(&caller));
}

TEST(the_push_ends_with_the_client_and_the_job_serves_nobody, "B163 B155 B143")
{
    struct child client;
    struct job job;

    job_begin(&job, "test.widow", SERVICE("test.widow.name"),
              "mark main wait %s.1 mark before in test.widow.name take x reply x mark done stay", "");
    client = child_start(call_in_the_foreground, "test.widow.name");
    CHECK_EQ(child_hear(&client), 0);
    CHECK(has_marks(&job, "begin 47\nmain 47\n"));
    child_kill(&client);
    CHECK(becomes_priority("test.widow", 31));
    open_gate(&job, "1");
    CHECK(has_marks(&job, "begin 47\nmain 47\nbefore 31\ndone 31\n"));
    CHECK_EQ(job_remove("test.widow"), KERN_SUCCESS);
}

TEST(after_a_crash_before_the_check_in_the_next_instance_has_the_push, "B161 B139")
{
    struct caller client;
    struct job job;

    /* The words go on behind the gate only in the second instance: the first one is killed while it waits there. */
    job_begin(&job, "test.again", SERVICE("test.again.name"),
              "mark main wait %s.1 in test.again.name take x reply x stay", THROTTLE(1));
    caller_start(&client, "test.again.name", QOS_CLASS_USER_INTERACTIVE);
    CHECK(has_marks(&job, "begin 47\nmain 47\n"));
    CHECK_EQ(kill(job_pid("test.again"), SIGABRT), 0); /* a sanitizer would take SIGSEGV for its own */
    CHECK(has_marks(&job, "begin 47\nmain 47\nbegin 47\nmain 47\n"));
    open_gate(&job, "1");
    CHECK_EQ(caller_end(&client), 101);
    CHECK(strstr(job_print("test.again"), "\truns = 2\n") != NULL);
    CHECK_EQ(job_remove("test.again"), KERN_SUCCESS);
}

/* ---- two clients ---- */

TEST(a_second_client_of_less_priority_waits_behind_the_first, "B162")
{
    struct caller first, second;
    struct job job;

    job_begin(&job, "test.second", SERVICE("test.second.name"),
              "mark main wait %s.1 in test.second.name mark in take x reply x mark one take x reply x mark "
              "two stay",
              "");
    caller_start(&first, "test.second.name", QOS_CLASS_USER_INTERACTIVE);
    CHECK(has_marks(&job, "begin 47\nmain 47\n"));
    caller_start(&second, "test.second.name", QOS_CLASS_USER_INITIATED);
    CHECK(job_shows("test.second", "test.second.name D 1 2\n"));
    CHECK_EQ(priority_of(job_pid("test.second")), 47);
    open_gate(&job, "1");
    CHECK_EQ(caller_end(&first), 101);
    CHECK_EQ(caller_end(&second), 101);
    CHECK(has_marks(&job, "begin 47\nmain 47\nin 47\none 31\ntwo 31\n"));
    CHECK_EQ(job_remove("test.second"), KERN_SUCCESS);
}

#define TWO_SERVICES                                                                                         \
    "<key>MachServices</key><dict><key>test.two.high</key><true/><key>test.two.low</key><true/></dict>"

TEST(with_two_services_main_runs_at_the_higher_push_and_each_check_in_moves_its_own, "B157 B149")
{
    struct caller high, low;
    struct job job;

    job_begin(&job, "test.two", TWO_SERVICES,
              "mark main wait %s.1 in test.two.high take x reply x mark low wait %s.2 in test.two.low take x "
              "reply x "
              "mark none stay",
              "");
    caller_start(&low, "test.two.low", QOS_CLASS_USER_INITIATED);
    CHECK(has_marks(&job, "begin 37\nmain 37\n"));
    caller_start(&high, "test.two.high", QOS_CLASS_USER_INTERACTIVE);
    CHECK(becomes_priority("test.two", 47));
    open_gate(&job, "1");
    CHECK_EQ(caller_end(&high), 101);
    CHECK(has_marks(&job, "begin 37\nmain 37\nlow 37\n"));
    open_gate(&job, "2");
    CHECK_EQ(caller_end(&low), 101);
    CHECK(has_marks(&job, "begin 37\nmain 37\nlow 37\nnone 31\n"));
    CHECK_EQ(job_remove("test.two"), KERN_SUCCESS);
}

TEST(a_thread_that_checks_in_gets_the_push_and_main_loses_it, "B154 B151")
{
    struct caller client;
    struct job job;

    job_begin(&job, "test.helper", SERVICE("test.helper.name"),
              "mark main other test.helper.name wait %s.1 mark left over x stay", "");
    caller_start(&client, "test.helper.name", QOS_CLASS_USER_INTERACTIVE);
    CHECK(has_marks(&job, "begin 47\nmain 47\nother 47\n"));
    CHECK(becomes_priority("test.helper", 31));
    open_gate(&job, "1");
    CHECK_EQ(caller_end(&client), 101);
    CHECK(has_marks(&job, "begin 47\nmain 47\nother 47\nleft 31\n"));
    CHECK_EQ(job_remove("test.helper"), KERN_SUCCESS);
}

/* ---- process types ---- */

static void check_type(const char *type, const char *marks)
{
    char body[256];
    struct job job;

    snprintf(body, sizeof(body), RUN_AT_LOAD "<key>ProcessType</key><string>%s</string>", type);
    job_begin(&job, "test.type", SERVICE("test.type.name"), "mark main stay", body);
    CHECK(has_marks(&job, marks));
    CHECK_EQ(job_remove("test.type"), KERN_SUCCESS);
    forget_marks(&job);
}

TEST(the_process_type_of_a_job_is_that_of_its_task, "B111")
{
    check_type("Standard", "begin 31\nmain 31\n");
    check_type("Interactive", "begin 31\nmain 31\n");
    check_type("Adaptive", "begin 4\nmain 4\n");
    check_type("Background", "begin 4\nmain 4\n");
    check_type("Nonsense", "begin 31\nmain 31\n");
}

static void check_with_client(const char *type, const char *marks)
{
    struct caller client;
    struct job job;
    char body[256];

    snprintf(body, sizeof(body), "<key>ProcessType</key><string>%s</string>", type);
    job_begin(&job, "test.low", SERVICE("test.low.name"),
              "mark main in test.low.name mark in take x reply x mark done stay", body);
    caller_start(&client, "test.low.name", QOS_CLASS_USER_INTERACTIVE);
    CHECK_EQ(caller_end(&client), 101);
    CHECK(has_marks(&job, marks));
    CHECK_EQ(job_remove("test.low"), KERN_SUCCESS);
    forget_marks(&job);
}

/* T10: the maximum of a background daemon holds for pushes too, that of an adaptive one does not. */
TEST(an_adaptive_job_is_as_fast_as_its_client_until_it_has_answered_and_a_background_job_is_not, "B111 B146")
{
    check_with_client("Adaptive", "begin 47\nmain 47\nin 47\ndone 4\n");
    check_with_client("Background", "begin 4\nmain 4\nin 4\ndone 4\n");
}
