/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/life.c - when names end, who is who, and what may be offered */
#include <errno.h>
#include <mach/error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "launchd/test/job_util.h"

enum { POOL_SLACK = 4 }; /* ports of one thread more, or two, of launchd's pool */

/* ---- the end of names ---- */

TEST(a_name_is_gone_when_wait_returns, "B70 B72 B73")
{
    for (int i = 0; i < 50; i++) {
        struct child other = child_with_name("test.gone");
        mach_port_t port;
        REQUIRE_EQ(look("test.gone", &port), KERN_SUCCESS);
        child_kill(&other);
        REQUIRE_EQ(look_result(bootstrap_port, "test.gone"), BOOTSTRAP_UNKNOWN_SERVICE);
        CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
        CHECK_EQ(send_id(port, 1), MACH_SEND_INVALID_DEST);
        mach_port_destroy(mach_task_self(), port);
    }
}

/* The receive right moves to us; the name ends all the same when the process that checked it in does. */
static void hand_over_right(struct child *parent, const char *name)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t right;
    } message = { 0 };
    mach_port_t port, to;

    child_tell(parent, check_in(bootstrap_port, name, &port));
    look("test.collect", &to);
    message.header =
        (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                             .msgh_size = sizeof(message),
                             .msgh_remote_port = to };
    message.body.msgh_descriptor_count = 1;
    message.right = (mach_msg_port_descriptor_t){ .name = port,
                                                  .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                                                  .type = MACH_MSG_PORT_DESCRIPTOR };
    child_tell(parent, mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0,
                                MACH_PORT_NULL));
    child_hear(parent);
}

TEST(a_name_ends_with_its_process_although_the_port_lives_on, "B70")
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t right;
        char room[256];
    } message;
    mach_port_t collect, found;
    struct child other;

    REQUIRE_EQ(check_in(bootstrap_port, "test.collect", &collect), KERN_SUCCESS);
    other = child_start(hand_over_right, "test.moved");
    CHECK_EQ(child_hear(&other), KERN_SUCCESS);
    CHECK_EQ(child_hear(&other), KERN_SUCCESS);
    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), collect, 2000,
                        MACH_PORT_NULL),
               KERN_SUCCESS);
    CHECK_EQ(look("test.moved", &found), KERN_SUCCESS);
    CHECK_EQ(found, message.right.name);
    CHECK_EQ(send_id(found, 9), KERN_SUCCESS);
    CHECK_EQ(receive_id(message.right.name), 9);
    child_kill(&other);
    CHECK_EQ(look_result(bootstrap_port, "test.moved"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(type_of(message.right.name), MACH_PORT_TYPE_SEND_RECEIVE);
    mach_port_destroy(mach_task_self(), message.right.name);
    mach_port_destroy(mach_task_self(), collect);
}

static void offer_and_exec(struct child *parent, const char *theirs)
{
    mach_port_t port, other;
    name_t name = "test.exec.reg";

    child_tell(parent, check_in(bootstrap_port, "test.exec.in", &port));
    look(theirs, &other);
    child_tell(parent, bootstrap_register(bootstrap_port, name, other));
    child_hear(parent);
    dup2(parent->to, 9);
    dup2(parent->from, 0);
    execl(getenv("PROBE"), "probe", "look", "test.exec.reg", "in", "test.exec.new", "hold", NULL);
    _exit(1);
}

static bool unknown(const void *name)
{
    return look_result(bootstrap_port, name) == BOOTSTRAP_UNKNOWN_SERVICE;
}

static bool known(const void *name)
{
    return look_result(bootstrap_port, name) == KERN_SUCCESS;
}

/* In a subset, where the ports of others may be offered in both modes (B81). */
TEST(exec_ends_checked_in_names_but_not_registered_ones, "B70 B6 B5")
{
    mach_port_t theirs, before = bootstrap_port, requestor = port_with_send();
    struct child other;

    REQUIRE_EQ(bootstrap_subset(before, requestor, &bootstrap_port), KERN_SUCCESS);
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), bootstrap_port), KERN_SUCCESS);
    REQUIRE_EQ(check_in(bootstrap_port, "test.theirs", &theirs), KERN_SUCCESS);
    other = child_start(offer_and_exec, "test.theirs");
    CHECK_EQ(child_hear(&other), KERN_SUCCESS);
    CHECK_EQ(child_hear(&other), KERN_SUCCESS);
    CHECK(strstr(listing(bootstrap_port), ".anonymous.test_life)\nA test.exec.reg (0x") != NULL);
    child_tell(&other, 0);
    CHECK(eventually(unknown, "test.exec.in"));
    CHECK(eventually(known, "test.exec.new"));
    CHECK_EQ(look_result(bootstrap_port, "test.exec.reg"), KERN_SUCCESS);
    test_log("%s", listing(bootstrap_port));
    REQUIRE(strstr(listing(bootstrap_port), "test.exec.reg (0x") != NULL);
    CHECK(strstr(strstr(listing(bootstrap_port), "test.exec.reg (0x"), ".anonymous.probe)") != NULL);
    child_kill(&other);
    CHECK_EQ(look_result(bootstrap_port, "test.exec.reg"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(look_result(bootstrap_port, "test.exec.new"), BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), theirs);
    mach_port_destroy(mach_task_self(), bootstrap_port);
    bootstrap_port = before;
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), before), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), requestor);
}

/* ---- who is who ---- */

static void take_names(struct child *parent, const char *unused)
{
    mach_port_t port;

    child_tell(parent, check_in(bootstrap_port, "test.who", &port));
    child_tell(parent, check_in(bootstrap_port, "test.who.child", &port));
    child_hear(parent);
}

/* One record for a process and domain: a fork child is another process, whatever it copied. */
TEST(each_process_is_a_job_of_its_own, "B4 B5 B6 B85")
{
    char ours[64], others[64];
    mach_port_t port;
    struct child child;

    REQUIRE_EQ(check_in(bootstrap_port, "test.who", &port), KERN_SUCCESS);
    child = child_start(take_names, NULL);
    CHECK_EQ(child_hear(&child), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(child_hear(&child), KERN_SUCCESS);
    REQUIRE(sscanf(strstr(listing(bootstrap_port), "test.who ("), "test.who (%63[^)]", ours) == 1);
    REQUIRE(sscanf(strstr(listing(bootstrap_port), "test.who.child ("), "test.who.child (%63[^)]", others) ==
            1);
    CHECK(strcmp(ours, others) != 0);
    CHECK(strstr(ours, ".anonymous.test_life") != NULL);
    CHECK(strstr(others, ".anonymous.test_life") != NULL);
    child_kill(&child);
    mach_port_destroy(mach_task_self(), port);
}

TEST(a_receive_right_is_freed_by_its_holder_alone, "B87")
{
    mach_port_t port, again;

    REQUIRE_EQ(check_in(bootstrap_port, "test.leak", &port), KERN_SUCCESS);
    CHECK_EQ(check_in(bootstrap_port, "test.leak", &again), BOOTSTRAP_SERVICE_ACTIVE);
    CHECK_EQ(mach_port_deallocate(mach_task_self(), port), KERN_INVALID_RIGHT);
    drop_receive(port);
    CHECK_EQ(check_in(bootstrap_port, "test.leak", &again), KERN_SUCCESS);
    drop_receive(again);
}

TEST(the_old_domains_reference_stays_when_the_variable_is_overwritten, "B88 B86 B95")
{
    mach_port_t requestor = port_with_send(), subset, kernels, before = bootstrap_port;
    mach_port_urefs_t refs = send_refs(before);

    REQUIRE_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), subset), KERN_SUCCESS);
    CHECK_EQ(send_refs(subset), 1);
    REQUIRE_EQ(task_get_bootstrap_port(mach_task_self(), &bootstrap_port), KERN_SUCCESS);
    CHECK_EQ(bootstrap_port, subset);
    CHECK_EQ(send_refs(subset), 2);
    CHECK_EQ(send_refs(before), refs);
    kernels = bootstrap_port;
    bootstrap_port = before;
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), before), KERN_SUCCESS);
    mach_port_mod_refs(mach_task_self(), kernels, MACH_PORT_RIGHT_SEND, -2);
    mach_port_destroy(mach_task_self(), requestor);
}

/* ---- callers that go away ---- */

/* The check-in is asked for, and the answer never taken: the reply port dies with us. */
static void ask_and_die(struct child *parent, const char *name)
{
    struct {
        mach_msg_header_t header;
        NDR_record_t ndr;
        char name[BOOTSTRAP_MAX_NAME_LEN];
        uint64_t flags __attribute__((packed, aligned(4)));
    } request = { .header = { .msgh_bits =
                                  MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                              .msgh_size = 168,
                              .msgh_remote_port = bootstrap_port,
                              .msgh_local_port = port_new(),
                              .msgh_id = 402 } };

    _Static_assert(sizeof(request) == 168, "the layout of check_in2");
    strcpy(request.name, name);
    child_tell(parent, mach_msg(&request.header, MACH_SEND_MSG, 168, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL));
    child_hear(parent);
}

TEST(a_killed_caller_leaves_nothing_behind, "B68 B84 B89")
{
    name_t declared = "test.half.declared";
    mach_port_t port, again;

    REQUIRE_EQ(bootstrap_create_service(bootstrap_port, declared, &port), KERN_SUCCESS);
    for (int i = 0; i < 40; i++) {
        const char *name = i % 2 ? "test.half.dynamic" : declared;
        struct child caller = child_start(ask_and_die, name);
        CHECK_EQ(child_hear(&caller), KERN_SUCCESS);
        if (i % 4 < 2)
            CHECK_EQ(look_result(bootstrap_port, name), KERN_SUCCESS);
        child_kill(&caller);
    }
    CHECK_EQ(look_result(bootstrap_port, "test.half.dynamic"), BOOTSTRAP_UNKNOWN_SERVICE);
    REQUIRE_EQ(check_in(bootstrap_port, declared, &again), KERN_SUCCESS);
    CHECK_EQ(again, port);
    drop_receive(again);
    CHECK_EQ(enlist(bootstrap_port, declared, MACH_PORT_NULL), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), port);
}

/* Replies to a full port of ours are dropped, not waited for. */
TEST(a_client_that_takes_no_reply_stalls_nobody, "B84 B20")
{
    struct {
        mach_msg_header_t header;
        NDR_record_t ndr;
        char name[BOOTSTRAP_MAX_NAME_LEN];
    } request = { .header = { .msgh_id = 440 }, .name = "test.nobody" };
    mach_port_t reply = port_with_send();

    for (int i = 0; i < 50; i++) {
        request.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_COPY_SEND);
        request.header.msgh_size = sizeof(request);
        request.header.msgh_remote_port = bootstrap_port;
        request.header.msgh_local_port = reply;
        CHECK_EQ(mach_msg(&request.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(request), 0,
                          MACH_PORT_NULL, 2000, MACH_PORT_NULL),
                 KERN_SUCCESS);
    }
    CHECK_EQ(look_result(bootstrap_port, "test.nobody"), BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), reply);
}

/* ---- what may be offered ---- */

TEST(ports_of_other_tasks_are_marked_or_refused, "B81 B43")
{
    struct child other = child_with_name("test.policy.other");
    mach_port_t theirs, host = mach_host_self(), requestor = port_with_send(), subset, found;

    REQUIRE_EQ(look("test.policy.other", &theirs), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    CHECK_EQ(enlist(bootstrap_port, "test.policy.theirs", theirs),
             system_mode() ? BOOTSTRAP_NOT_PRIVILEGED : KERN_SUCCESS);
    CHECK_EQ(enlist(subset, "test.policy.theirs", theirs), KERN_SUCCESS);
    CHECK_EQ(enlist(bootstrap_port, "test.policy.task", mach_task_self()),
             system_mode() ? BOOTSTRAP_NOT_PRIVILEGED : KERN_SUCCESS);
    CHECK_EQ(enlist(subset, "test.policy.task", mach_task_self()), KERN_SUCCESS);
    CHECK_EQ(bootstrap_look_up(subset, "test.policy.task", &found), KERN_SUCCESS);
    CHECK_EQ(found, mach_task_self());
    mach_port_deallocate(mach_task_self(), host);
    mach_port_destroy(mach_task_self(), requestor);
    mach_port_deallocate(mach_task_self(), theirs);
    mach_port_deallocate(mach_task_self(), subset);
    child_kill(&other);
}

static void offer_parents_task(struct child *parent, const char *unused)
{
    mach_port_t task = MACH_PORT_NULL;

    if (task_for_pid(mach_task_self(), parent->pid, &task) != KERN_SUCCESS)
        child_tell(parent, -2);
    else
        child_tell(parent, enlist(bootstrap_port, "test.policy.parents", task));
}

TEST(another_tasks_control_port_is_refused, "B81")
{
    struct child child = child_start(offer_parents_task, NULL);
    int result = child_hear(&child);

    child_wait(&child);
    if (result == -2)
        SKIP("task_for_pid of the parent is refused here");
    CHECK_EQ(result, BOOTSTRAP_NOT_PRIVILEGED);
}

/* ---- leaks ---- */

struct footprint {
    long rss_kb;
    int n_fds;
};

static struct footprint launchd_footprint(pid_t pid)
{
    struct footprint f = { 0, 0 };
    char path[64], line[256];
    FILE *status;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    status = fopen(path, "r");
    REQUIRE(status != NULL);
    while (fgets(line, sizeof(line), status) != NULL)
        sscanf(line, "VmRSS: %ld", &f.rss_kb);
    fclose(status);
    for (int fd = 0; fd < 256; fd++) {
        snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
        f.n_fds += access(path, F_OK) == 0;
    }
    return f;
}

static unsigned names_of_launchd(void)
{
    mach_port_t task = MACH_PORT_NULL;
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t n = 0, m;

    if (task_for_pid(mach_task_self(), launchd_pid(), &task) != KERN_SUCCESS)
        return 0;
    if (mach_port_names(task, &names, &n, &types, &m) == KERN_SUCCESS) {
        vm_deallocate(mach_task_self(), (vm_address_t)names, n * sizeof(*names));
        vm_deallocate(mach_task_self(), (vm_address_t)types, n * sizeof(*types));
    }
    mach_port_deallocate(mach_task_self(), task);
    return n;
}

static void rounds(int n, bool with_process)
{
    mach_port_t port;

    for (int i = 0; i < n; i++) {
        if (with_process) {
            struct child other = child_with_name("test.round");
            child_kill(&other);
            continue;
        }
        REQUIRE_EQ(check_in(bootstrap_port, "test.round", &port), KERN_SUCCESS);
        REQUIRE_EQ(look_result(bootstrap_port, "test.round"), KERN_SUCCESS);
        drop_receive(port);
    }
}

/* A sanitizer keeps what is freed; it tells of what is not. */
static bool has_not_grown(const struct footprint *before, const struct footprint *after)
{
    return getenv("MACHD_SANITIZER") != NULL || after->rss_kb <= before->rss_kb + 512;
}

/* MACHD_LONG=1 does the 100 000 rounds of the rule. */
TEST(launchd_does_not_grow, "B74 B89")
{
    bool all = getenv("MACHD_LONG") != NULL;
    struct footprint before, after;
    unsigned names_before, names_after;
    pid_t pid = launchd_pid();

    rounds(500, false);
    rounds(20, true);
    before = launchd_footprint(pid);
    names_before = names_of_launchd();
    rounds(all ? 100000 : 5000, false);
    rounds(all ? 2000 : 100, true);
    after = launchd_footprint(pid);
    names_after = names_of_launchd();
    test_log("resident %ld -> %ld kB, names %u -> %u", before.rss_kb, after.rss_kb, names_before, names_after);
    CHECK(has_not_grown(&before, &after));
    CHECK_EQ(after.n_fds, before.n_fds);
    CHECK_LE(names_after, names_before + POOL_SLACK);
}

static void job_rounds(int n)
{
    for (int i = 0; i < n; i++) {
        REQUIRE_EQ(job_load(bootstrap_port, "test.leak", "stay",
                            "<key>MachServices</key><dict><key>test.leak.a</key><true/><key>test.leak.b</"
                            "key><true/></dict>" STRING("WorkingDirectory", "/tmp")),
                   0);
        REQUIRE_EQ(look_result(bootstrap_port, "test.leak.b"), KERN_SUCCESS);
        REQUIRE_EQ(job_remove("test.leak"), KERN_SUCCESS);
    }
}

static void run_rounds(int n)
{
    mach_port_t port;

    REQUIRE_EQ(job_load(bootstrap_port, "test.leak", "answer test.leak.name",
                        SERVICE("test.leak.name") NO_THROTTLE),
               0);
    REQUIRE_EQ(look("test.leak.name", &port), KERN_SUCCESS);
    for (int i = 0; i < n; i++)
        REQUIRE_EQ(ask(port, 1000), 1001);
    REQUIRE_EQ(job_remove("test.leak"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

/* MACHD_LONG=1 does the 10 000 rounds of the rule. */
TEST(launchd_does_not_grow_by_jobs, "B187 B123")
{
    bool all = getenv("MACHD_LONG") != NULL;
    struct footprint before, after;
    unsigned names_before, names_after;
    pid_t pid = launchd_pid();

    job_rounds(200);
    run_rounds(30);
    before = launchd_footprint(pid);
    names_before = names_of_launchd();
    job_rounds(all ? 10000 : 1000);
    run_rounds(all ? 1000 : 100);
    after = launchd_footprint(pid);
    names_after = names_of_launchd();
    test_log("resident %ld -> %ld kB, names %u -> %u", before.rss_kb, after.rss_kb, names_before, names_after);
    CHECK(has_not_grown(&before, &after));
    CHECK_EQ(after.n_fds, before.n_fds);
    CHECK_LE(names_after, names_before + POOL_SLACK);
}

/* Every minute; two, so that one just missed does not matter. */
/* Refused at once, its message is queued no more when the throttle ends. */
TEST(a_demand_that_was_noticed_starts_the_job_although_nobody_waits_any_more, "B144 B124 B117")
{
    const char *program = scratch("noticed");
    char text[4096];
    unsigned uid;
    name_t name;
    int pid;
    mach_port_t port;

    unlink(program);
    snprintf(text, sizeof(text),
             "<dict>" STRING("Label", "test.noticed") STRING("Program", "%s")
                 SERVICE("test.noticed.name") "</dict>",
             program);
    REQUIRE_EQ(job_load_text(bootstrap_port, text), 0);
    REQUIRE_EQ(look("test.noticed.name", &port), KERN_SUCCESS);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(bootstrap_rpc_domain_info(port, name, &uid, &pid), unix_err(ENOENT));
    CHECK(job_shows("test.noticed", "\tstate = throttled ("));
    CHECK(job_shows("test.noticed", "test.noticed.name D 1 0\n"));
    REQUIRE_EQ(symlink(getenv("PROBE"), program), 0);
    CHECK(job_shows("test.noticed", "\tlast exit = exited 0\n\truns = 2\n"));
    CHECK_EQ(job_remove("test.noticed"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
    unlink(program);
}

TEST(a_calendar_starts_a_job, "B130 B170")
{
    const char *out = scratch("calendar");
    char words[256];

    unlink(out);
    snprintf(words, sizeof(words), "say %s", out);
    REQUIRE_EQ(job_load(bootstrap_port, "test.calendar", words,
                        "<key>StartCalendarInterval</key><array><dict/><dict><key>Minute</key><integer>77</"
                        "integer></dict>"
                        "</array>" NO_THROTTLE),
               0);
    CHECK(has_lines(out, 1) || has_lines(out, 1));
    CHECK_STR_EQ(job_blame("test.calendar"), "calendar");
    CHECK_EQ(job_remove("test.calendar"), KERN_SUCCESS);
}
