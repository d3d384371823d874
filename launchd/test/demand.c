/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/demand.c - managed jobs: loading, services that wait for their first message, whose they are */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launchd/test/job_util.h"

TEST(a_message_starts_the_job_that_declares_the_service, "B132 B133 B135 B3 B60")
{
    bootstrap_status_t status = -1;
    name_t name = "test.demand.echo";
    mach_port_t port;

    REQUIRE_EQ(job_load(bootstrap_port, "test.demand", "times 2 answer test.demand.echo",
                        SERVICE("test.demand.echo") NO_THROTTLE),
               0);
    CHECK_EQ(bootstrap_status(bootstrap_port, name, &status), KERN_SUCCESS);
    CHECK_EQ(status, BOOTSTRAP_STATUS_ON_DEMAND);
    REQUIRE_EQ(look(name, &port), KERN_SUCCESS);
    CHECK_EQ(ask(port, 10), 11);
    CHECK_EQ(bootstrap_status(bootstrap_port, name, &status), KERN_SUCCESS);
    CHECK_EQ(status, BOOTSTRAP_STATUS_ACTIVE);
    CHECK_EQ(ask(port, 20), 21);
    /* That instance has ended; the same port starts the next. */
    CHECK_EQ(ask(port, 30), 31);
    CHECK_EQ(job_remove("test.demand"), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, name), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_deallocate(mach_task_self(), port);
}

TEST(a_hidden_service_is_found_only_while_its_job_serves_it, "B35 B142 B61 B60")
{
    bootstrap_status_t status;
    name_t name = "test.hide.it";
    mach_port_t port;

    REQUIRE_EQ(
        job_load(bootstrap_port, "test.hide", "times 2 answer test.hide.it",
                 "<key>MachServices</key><dict><key>test.hide.it</key><dict><key>HideUntilCheckIn</key>"
                 "<true/></dict></dict><key>RunAtLoad</key><true/>" NO_THROTTLE),
        0);
    CHECK(strstr(listing(bootstrap_port), "test.hide.it (test.hide)") != NULL);
    CHECK(becomes(name, KERN_SUCCESS));
    REQUIRE_EQ(look(name, &port), KERN_SUCCESS);
    CHECK_EQ(ask(port, 1), 2);
    CHECK_EQ(ask(port, 1), 2);
    CHECK(becomes(name, BOOTSTRAP_UNKNOWN_SERVICE));
    CHECK_EQ(bootstrap_status(bootstrap_port, name, &status), BOOTSTRAP_UNKNOWN_SERVICE);
    /* A right that was handed out stays good, and its message starts the job. */
    CHECK_EQ(ask(port, 1), 2);
    CHECK_EQ(look_result(bootstrap_port, name), KERN_SUCCESS);
    CHECK_EQ(job_remove("test.hide"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

static void load_from_a_subset(struct child *parent, const char *words)
{
    mach_port_t subset;

    REQUIRE_EQ(bootstrap_subset(bootstrap_port, mach_task_self(), &subset), KERN_SUCCESS);
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), subset), KERN_SUCCESS);
    child_tell(parent, job_load(subset, "test.where", words, "<key>RunAtLoad</key><true/>"));
    child_tell(parent, look_result(subset, "test.where.name"));
    child_hear(parent);
}

TEST(a_job_is_started_in_the_domain_it_is_loaded_in, "B77 B79 B26")
{
    struct child loader = child_start(load_from_a_subset, "in test.where.name stay");

    CHECK_EQ(child_hear(&loader), 0);
    /* The loader's port is a subset, the job's is the domain around it. */
    CHECK(becomes("test.where.name", KERN_SUCCESS));
    child_kill(&loader);
    CHECK_EQ(look_result(bootstrap_port, "test.where.name"), KERN_SUCCESS);
    CHECK_EQ(job_remove("test.where"), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "test.where.name"), BOOTSTRAP_UNKNOWN_SERVICE);
}

TEST(a_declared_name_belongs_to_its_job, "B80 B25 B44")
{
    mach_port_t port = port_with_send();

    REQUIRE_EQ(job_load(bootstrap_port, "test.owner", "stay", SERVICE("test.owner.name")), 0);
    CHECK_EQ(check_in(bootstrap_port, "test.owner.name", &port), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(enlist(bootstrap_port, "test.owner.name", port), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(enlist(bootstrap_port, "test.owner.name", MACH_PORT_NULL), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(job_remove("test.owner"), KERN_SUCCESS);
    CHECK_EQ(enlist(bootstrap_port, "test.owner.name", port), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), port);
}

/* ---- queues ---- */

static void touch(const char *file)
{
    FILE *out = fopen(file, "a");

    REQUIRE(out != NULL);
    fclose(out);
}

/* A job that has run already and may not run again until the test lets it. */
static void load_idle(const char *label, const char *service, const char *words, const char *go)
{
    char text[4096];

    unlink(go);
    snprintf(text, sizeof(text),
             "<dict><key>Label</key><string>%s</string><key>ProgramArguments</key><array><string>sh</string>"
             "<string>-c</string><string>test -e %s &amp;&amp; exec %s %s</string></array>"
             "<key>MachServices</key><dict><key>%s</key><true/></dict>" RUN_AT_LOAD THROTTLE(3600) "</dict>",
             label, go, getenv("PROBE"), words, service);
    REQUIRE_EQ(job_load_text(bootstrap_port, text), 0);
    REQUIRE(job_shows(label, "\tlast exit = exited 1\n"));
}

static void let_go(const char *label, const char *go)
{
    int pid;

    touch(go);
    CHECK_EQ(job_kickstart(label, 0, &pid), KERN_SUCCESS);
}

static kern_return_t send_parcel(mach_port_t to, int id, mach_port_t right, void *memory, size_t size)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_ool_descriptor_t memory;
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_size = sizeof(message),
                    .msgh_remote_port = to,
                    .msgh_id = id },
        .body = { .msgh_descriptor_count = 2 },
        .port = { .name = right, .disposition = MACH_MSG_TYPE_MAKE_SEND, .type = MACH_MSG_PORT_DESCRIPTOR },
        .memory = { .address = memory,
                    .size = (mach_msg_size_t)size,
                    .copy = MACH_MSG_VIRTUAL_COPY,
                    .type = MACH_MSG_OOL_DESCRIPTOR }
    };

    return mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

TEST(messages_queued_before_the_first_start_arrive_complete_and_in_order, "B183 B132 B133 B135 B27")
{
    static unsigned char memory[200000];
    mach_port_t port, back = port_new();
    const char *go = scratch("parcels");

    load_idle("test.parcels", "test.parcels.name", "times 5 unpack test.parcels.name", go);
    REQUIRE_EQ(look("test.parcels.name", &port), KERN_SUCCESS);
    for (int i = 0; i < 5; i++) {
        memset(memory, i + 1, sizeof(memory));
        CHECK_EQ(send_parcel(port, 1000000000 + i, back, memory, sizeof(memory)), KERN_SUCCESS);
    }
    CHECK(strstr(job_print("test.parcels"), "test.parcels.name D 1 5\n") != NULL);
    let_go("test.parcels", go);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(receive_id_long(back), 1000000000 + i + (i + 1) * (int)sizeof(memory));
    CHECK_EQ(job_remove("test.parcels"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
    mach_port_destroy(mach_task_self(), back);
}

static void call_and_tell(struct child *parent, const char *name)
{
    mach_port_t port;

    REQUIRE_EQ(look(name, &port), KERN_SUCCESS);
    child_tell(parent, 1);
    child_tell(parent, ask(port, 700));
}

static kern_return_t send_at_once(mach_port_t port, int id)
{
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_size = sizeof(message),
                                  .msgh_remote_port = port,
                                  .msgh_id = id };

    return mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message), 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

TEST(senders_beyond_the_queues_limit_wait_for_the_job, "B134")
{
    const char *go = scratch("full");
    struct child client;
    mach_port_t port;
    int n = 0;

    load_idle("test.full", "test.full.name", "times 6 answer test.full.name", go);
    REQUIRE_EQ(look("test.full.name", &port), KERN_SUCCESS);
    while (n < 100 && send_at_once(port, n + 1) == KERN_SUCCESS)
        n++;
    CHECK_EQ(n, MACH_PORT_QLIMIT_DEFAULT);
    client = child_start(call_and_tell, "test.full.name");
    CHECK_EQ(child_hear(&client), 1);
    let_go("test.full", go);
    CHECK_EQ(child_hear(&client), 701);
    CHECK_EQ(child_wait(&client), 0);
    CHECK_EQ(job_remove("test.full"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

TEST(a_client_that_dies_leaves_its_message_which_starts_the_job, "B143")
{
    const char *go = scratch("orphan");
    struct child client;

    load_idle("test.orphan", "test.orphan.name", "times 1 answer test.orphan.name", go);
    client = child_start(call_and_tell, "test.orphan.name");
    CHECK_EQ(child_hear(&client), 1);
    CHECK(job_shows("test.orphan", "test.orphan.name D 1 1\n"));
    child_kill(&client);
    CHECK(job_shows("test.orphan", "test.orphan.name D 1 1\n"));
    let_go("test.orphan", go);
    CHECK(job_shows("test.orphan", "\tlast exit = exited 0\n\truns = 2\n"));
    CHECK(job_shows("test.orphan", "test.orphan.name D 1 0\n"));
    CHECK_EQ(job_remove("test.orphan"), KERN_SUCCESS);
}

/* ---- the receive right comes back ---- */

TEST(a_right_that_a_job_returns_is_its_own_to_check_in_again, "B137 B138 B136")
{
    const char *go = scratch("returned");
    mach_port_t port;

    unlink(go);
    char words[512];
    snprintf(words, sizeof(words), "return test.back.name wait %s answer test.back.name stay", go);
    REQUIRE_EQ(job_load(bootstrap_port, "test.back", words, SERVICE("test.back.name") RUN_AT_LOAD), 0);
    REQUIRE_EQ(look("test.back.name", &port), KERN_SUCCESS);
    CHECK(job_shows("test.back", "\tstate = running\n"));
    CHECK_EQ(send_id(port, 1), KERN_SUCCESS);
    CHECK(job_shows("test.back", "test.back.name D 1 1\n"));
    /* It runs, so the message waits for it and starts no second instance. */
    CHECK(strstr(job_print("test.back"), "\truns = 1\n") != NULL);
    touch(go);
    CHECK(job_shows("test.back", "test.back.name A 1 -\n"));
    CHECK(strstr(job_print("test.back"), "\truns = 1\n") != NULL);
    CHECK_EQ(job_remove("test.back"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

TEST(a_job_whose_right_another_process_holds_is_held, "B116 B115")
{
    mach_port_t keeper, port, right;
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_max_trailer_t trailer;
    } message;

    REQUIRE_EQ(check_in(bootstrap_port, "test.held.name.keeper", &keeper), KERN_SUCCESS);
    REQUIRE_EQ(job_load(bootstrap_port, "test.held", "give test.held.name",
                        SERVICE("test.held.name") NO_THROTTLE),
               0);
    REQUIRE_EQ(look("test.held.name", &port), KERN_SUCCESS);
    CHECK_EQ(send_id(port, 5), KERN_SUCCESS);
    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), keeper, 0, MACH_PORT_NULL),
               KERN_SUCCESS);
    right = message.port.name;
    CHECK_EQ(right, port);
    CHECK_EQ(receive_id(right), 5);
    CHECK(job_shows("test.held", "\tstate = held\n"));
    CHECK_EQ(send_id(port, 6), KERN_SUCCESS);
    CHECK(strstr(job_print("test.held"), "\truns = 1\n") != NULL);
    drop_receive(right);
    /* The right is back, and the message with it. */
    REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), keeper, 0, MACH_PORT_NULL),
               KERN_SUCCESS);
    CHECK_EQ(receive_id(message.port.name), 6);
    CHECK_EQ(job_remove("test.held"), KERN_SUCCESS);
    drop_receive(message.port.name);
    drop_receive(keeper);
}

TEST(a_job_that_execs_gives_its_rights_back_and_goes_on, "B137 B5")
{
    mach_port_t port;
    pid_t before;

    REQUIRE_EQ(job_load(bootstrap_port, "test.image", "in test.image.name exec stay",
                        SERVICE("test.image.name") RUN_AT_LOAD),
               0);
    CHECK(job_shows("test.image", "\tstate = running\n"));
    before = job_pid("test.image");
    REQUIRE_EQ(look("test.image.name", &port), KERN_SUCCESS);
    CHECK(job_shows("test.image", "test.image.name D 1 0\n"));
    CHECK_EQ(send_id(port, 1), KERN_SUCCESS);
    CHECK(job_shows("test.image", "test.image.name D 1 1\n"));
    CHECK_EQ(job_pid("test.image"), before);
    CHECK_EQ(job_remove("test.image"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

/* ---- crashes ---- */

TEST(after_a_crash_the_next_instance_goes_on_with_the_queue, "B139 B137 B182")
{
    mach_port_t port;

    REQUIRE_EQ(job_load(bootstrap_port, "test.crash", "times 100 answer test.crash.name",
                        SERVICE("test.crash.name") THROTTLE(1)),
               0);
    REQUIRE_EQ(look("test.crash.name", &port), KERN_SUCCESS);
    CHECK_EQ(ask(port, 1), 2);
    CHECK_EQ(send_id(port, 666), KERN_SUCCESS);
    CHECK_EQ(ask(port, 2), 3);
    /* The message that it had taken is lost, and its caller told. */
    CHECK_EQ(ask(port, 666), -1);
    CHECK_EQ(ask(port, 3), 4);
    CHECK(strstr(job_print("test.crash"), "\truns = 3\n") != NULL);
    CHECK_EQ(job_remove("test.crash"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

static void crash_on_each_message(const char *drain, const char *shown)
{
    char body[512];
    mach_port_t port;

    snprintf(body, sizeof(body),
             "<key>MachServices</key><dict><key>test.drain.name</key><dict><key>DrainMessagesOnCrash</key>"
             "<string>%s</string></dict></dict>" RUN_AT_LOAD NO_THROTTLE,
             drain);
    const char *go = scratch("drain");
    unlink(go);
    char words[512];
    snprintf(words, sizeof(words), "wait %s in test.drain.name signal 6", go);
    REQUIRE_EQ(job_load(bootstrap_port, "test.drain", words, body), 0);
    REQUIRE_EQ(look("test.drain.name", &port), KERN_SUCCESS);
    for (int i = 1; i <= 3; i++)
        CHECK_EQ(send_id(port, i), KERN_SUCCESS);
    touch(go);
    CHECK(job_shows("test.drain", shown));
    CHECK(job_shows("test.drain", "\tstate = waiting\n"));
    CHECK(strstr(job_print("test.drain"), shown) != NULL);
    CHECK(strstr(job_print("test.drain"), "test.drain.name D 1 0\n") != NULL);
    CHECK_EQ(job_remove("test.drain"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), port);
}

TEST(messages_that_crash_a_job_can_be_drained, "B140 B182")
{
    crash_on_each_message("One", "\truns = 3\n");
    crash_on_each_message("All", "\truns = 1\n");
}

/* ---- reset at close ---- */

static mach_port_t dead_name_of(mach_port_t port, mach_port_t notify)
{
    mach_port_t previous = MACH_PORT_NULL;

    REQUIRE_EQ(mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_DEAD_NAME, 1, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               KERN_SUCCESS);
    return previous;
}

/* MACHD_LONG=1 does the 1000 rounds of the rule. */
TEST(a_reset_service_has_a_new_port_when_the_old_one_is_dead, "B141 B184 B145")
{
    int rounds = getenv("MACHD_LONG") != NULL ? 1000 : 30;
    mach_port_t port, old = MACH_PORT_NULL, notify = port_new();

    REQUIRE_EQ(job_load(bootstrap_port, "test.reset", "answer test.reset.name",
                        "<key>MachServices</key><dict><key>test.reset.name</key><dict><key>ResetAtClose</key>"
                        "<true/></dict></dict>" NO_THROTTLE),
               0);
    for (int i = 0; i < rounds; i++) {
        REQUIRE_EQ(look("test.reset.name", &port), KERN_SUCCESS);
        REQUIRE_NE(port, old);
        REQUIRE(MACH_PORT_VALID(port));
        CHECK_EQ(ask(port, 1000 + i), 1001 + i);
        dead_name_of(port, notify);
        if (old != MACH_PORT_NULL)
            mach_port_deallocate(mach_task_self(), old);
        CHECK_EQ(receive_id_long(notify), MACH_NOTIFY_DEAD_NAME);
        mach_port_deallocate(mach_task_self(), port); /* the notification's */
        old = port;
    }
    CHECK_EQ(type_of(old), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(job_remove("test.reset"), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), old);
    mach_port_destroy(mach_task_self(), notify);
}

/* ---- one after the other ---- */

/* MACHD_LONG=1 does the 1000 clients of the rule. */
TEST(a_server_that_comes_and_goes_answers_everybody_once, "B181 B145")
{
    int clients = getenv("MACHD_LONG") != NULL ? 1000 : 100;
    mach_port_t port;

    REQUIRE_EQ(job_load(bootstrap_port, "test.many", "times 10 answer test.many.name",
                        SERVICE("test.many.name") NO_THROTTLE),
               0);
    for (int i = 1; i <= clients; i++) {
        REQUIRE_EQ(look("test.many.name", &port), KERN_SUCCESS);
        REQUIRE_EQ(ask(port, 1000 + i), 1001 + i);
        mach_port_deallocate(mach_task_self(), port);
    }
    CHECK(job_shows("test.many", clients == 100 ? "\truns = 10\n" : "\truns = 100\n"));
    CHECK_EQ(job_remove("test.many"), KERN_SUCCESS);
}

/* ---- who is who ---- */

TEST(a_job_of_system_that_runs_as_another_user_has_its_names, "B5 B10 B109")
{
    mach_port_t port;

    if (!system_mode())
        SKIP("only root has jobs of other users");
    REQUIRE_EQ(job_load(bootstrap_port, "test.as.other",
                        "become 4321 in test.as.dynamic answer test.as.name stay", SERVICE("test.as.name")),
               0);
    REQUIRE_EQ(look("test.as.name", &port), KERN_SUCCESS);
    CHECK_EQ(ask(port, 1000), 1001);
    CHECK(strstr(listing(bootstrap_port), "A test.as.dynamic (test.as.other)\n") != NULL);
    mach_port_deallocate(mach_task_self(), port);
    CHECK_EQ(job_remove("test.as.other"), KERN_SUCCESS);
}
