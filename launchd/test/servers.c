/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/servers.c - servers of the old kind: bootstrap_create_server */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launchd/test/job_util.h"

static kern_return_t create(mach_port_t bp, const char *command, bool on_demand, mach_port_t *server)
{
    cmd_t copy;

    snprintf(copy, sizeof(copy), "%s", command);
    return bootstrap_create_server(bp, copy, geteuid(), on_demand, server);
}

/* One that runs $PROBE with these words, and has one service. */
static mach_port_t server_with(const char *words, bool on_demand, const char *name, mach_port_t *port_p)
{
    mach_port_t server = MACH_PORT_NULL;
    cmd_t command;
    name_t copy;

    snprintf(command, sizeof(command), "\"%s\" %s", getenv("PROBE"), words);
    snprintf(copy, sizeof(copy), "%s", name);
    REQUIRE_EQ(create(bootstrap_port, command, on_demand, &server), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_create_service(server, copy, port_p), KERN_SUCCESS);
    return server;
}

static void let_go(mach_port_t right)
{
    CHECK_EQ(mach_port_deallocate(mach_task_self(), right), KERN_SUCCESS);
}

/* The label of the job that owns a name, as info tells it; static. */
static const char *owner_of(const char *name)
{
    static char label[128];
    char line[160];
    const char *at;

    snprintf(line, sizeof(line), " %s (", name);
    at = strstr(listing(bootstrap_port), line);
    label[0] = 0;
    if (at != NULL)
        sscanf(at + strlen(line), "%127[^)]", label);
    return label;
}

static bool is_listed(const void *label)
{
    return strstr(job_list(), label) != NULL;
}

static bool is_not_listed(const void *label)
{
    return !is_listed(label);
}

TEST(a_server_starts_when_a_message_comes_and_is_not_throttled, "B49 B120 B66")
{
    mach_port_t port, server = server_with("answer test.server", true, "test.server", &port);
    char label[128], command[64];
    unsigned number;

    snprintf(label, sizeof(label), "%s", owner_of("test.server"));
    CHECK_EQ(sscanf(label, "0x%x.mach_init.%63s", &number, command), 2);
    CHECK_STR_EQ(command, "probe");
    CHECK(strstr(listing(bootstrap_port), "D test.server (") != NULL);
    CHECK_EQ(look_result(server, "test.server"), KERN_SUCCESS);
    CHECK_EQ(look_result(server, "test.server.none"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK(job_shows(label, "\tstate = held\n"));
    let_go(server);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(ask(port, 1000 + i), 1001 + i);
    CHECK(job_shows(label, "\truns = 3\n"));
    CHECK(job_shows(label, "\tstate = waiting\n"));
    CHECK_EQ(job_remove(label), KERN_SUCCESS);
    let_go(port);
}

/* A message alone is no reason while somebody could still declare services. */
TEST(a_server_counts_as_running_as_long_as_its_port_is_held, "B49")
{
    mach_port_t port, server = server_with("answer test.held", true, "test.held", &port);
    char label[128];

    snprintf(label, sizeof(label), "%s", owner_of("test.held"));
    CHECK_EQ(send_id(port, 1), KERN_SUCCESS);
    CHECK(job_shows(label, "test.held D 1 1\n"));
    CHECK(strstr(job_print(label), "\truns = 0\n") != NULL);
    let_go(server);
    CHECK(job_shows(label, "\truns = 1\n"));
    CHECK(job_shows(label, "test.held D 1 0\n"));
    CHECK_EQ(job_remove(label), KERN_SUCCESS);
    let_go(port);
}

TEST(a_server_that_is_not_on_demand_is_kept_running, "B49")
{
    mach_port_t port, server = server_with("in test.kept stay", false, "test.kept", &port);
    char label[128];
    pid_t pid;

    snprintf(label, sizeof(label), "%s", owner_of("test.kept"));
    let_go(server);
    CHECK(job_shows(label, "test.kept A 1 -\n"));
    pid = job_pid(label);
    CHECK_EQ(kill(pid, SIGKILL), 0);
    CHECK(job_shows(label, "\truns = 2\n"));
    CHECK(job_shows(label, "test.kept A 1 -\n"));
    CHECK_NE(job_pid(label), pid);
    CHECK_EQ(job_remove(label), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "test.kept"), BOOTSTRAP_UNKNOWN_SERVICE);
    let_go(port);
}

/* Whoever has the server's port is the server: it takes the services for itself, too. */
TEST(a_request_to_a_servers_port_is_the_servers, "B49 B66")
{
    mach_port_t port, taken, server = server_with("answer test.as", true, "test.as", &port);
    name_t name = "test.as";
    char label[128];

    snprintf(label, sizeof(label), "%s", owner_of("test.as"));
    CHECK_EQ(check_in(bootstrap_port, name, &taken), BOOTSTRAP_NOT_PRIVILEGED);
    REQUIRE_EQ(check_in(server, name, &taken), KERN_SUCCESS);
    CHECK_EQ(taken, port);
    let_go(server);
    CHECK_EQ(send_id(port, 1), KERN_SUCCESS);
    CHECK_EQ(receive_id(port), 1);
    CHECK(job_shows(label, "\tstate = held\n"));
    drop_receive(taken);
    CHECK_EQ(ask(port, 2000), 2001);
    CHECK_EQ(job_remove(label), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), port);
}

TEST(a_server_that_never_checks_in_is_removed, "B131 B49")
{
    mach_port_t port, server = server_with("quit 0", false, "test.never", &port);

    CHECK_EQ(look_result(bootstrap_port, "test.never"), KERN_SUCCESS);
    let_go(server);
    CHECK(becomes("test.never", BOOTSTRAP_UNKNOWN_SERVICE));
    CHECK(wait_until(is_not_listed, ".mach_init."));
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    let_go(port);
}

TEST(a_server_without_services_is_removed, "B49")
{
    mach_port_t port, server;
    name_t name = "test.last";

    REQUIRE_EQ(create(bootstrap_port, "/bin/sleep 1000", false, &server), KERN_SUCCESS);
    CHECK(is_listed(".mach_init.sleep"));
    let_go(server);
    CHECK(wait_until(is_not_listed, ".mach_init.sleep"));
    server = server_with("answer test.last", true, name, &port);
    CHECK_EQ(enlist(server, name, MACH_PORT_NULL), KERN_SUCCESS);
    CHECK(is_listed(".mach_init.probe"));
    let_go(server);
    CHECK(wait_until(is_not_listed, ".mach_init.probe"));
    let_go(port);
}

TEST(a_command_is_divided_as_in_a_shell, "B49")
{
    const char *out = scratch("words");
    mach_port_t server, port;
    name_t name = "test.words";
    cmd_t command;

    unlink(out);
    snprintf(command, sizeof(command),
             " /bin/sh\t-c \"echo \\\"$0,$1,$2,$3\\\" > %s\" \"a  b\" c\\ d e\"f g\" \"\" ", out);
    REQUIRE_EQ(create(bootstrap_port, command, false, &server), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_create_service(server, name, &port), KERN_SUCCESS);
    let_go(server);
    CHECK(becomes_contents(out, "a  b,c d,ef g,\n"));
    CHECK(becomes(name, BOOTSTRAP_UNKNOWN_SERVICE));
    let_go(port);
}

static void ask_for_anothers(struct child *parent, const char *unused)
{
    cmd_t command = "/bin/true";
    mach_port_t server;
    name_t name;

    (void)unused;
    REQUIRE_EQ(setuid(4321), 0);
    child_tell(parent, bootstrap_create_server(bootstrap_port, command, 0, TRUE, &server));
    child_tell(parent, bootstrap_create_server(bootstrap_port, command, 4321, TRUE, &server));
    domain_name(server, name);
    child_tell(parent, strcmp(name, "com.apple.launchd.peruser.4321"));
}

TEST(a_server_is_for_ones_own_uid, "B50 B10")
{
    struct child child;

    if (!system_mode())
        SKIP("only root can become another user");
    child = child_start(ask_for_anothers, "");
    CHECK_EQ(child_hear(&child), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(child_hear(&child), KERN_SUCCESS);
    CHECK_EQ(child_hear(&child), 0);
    child_wait(&child);
}

TEST(a_command_that_makes_no_sense_is_refused, "B50 B49")
{
    mach_port_t server = 0x1234;
    cmd_t many = "";

    CHECK_EQ(create(bootstrap_port, "", true, &server), BOOTSTRAP_NO_MEMORY);
    CHECK_EQ(create(bootstrap_port, " \t ", true, &server), BOOTSTRAP_NO_MEMORY);
    CHECK_EQ(create(bootstrap_port, "sh -c \"no end", true, &server), BOOTSTRAP_NO_MEMORY);
    for (int i = 0; i < 100; i++)
        strcat(many, "w ");
    strcat(many, "w");
    CHECK_EQ(create(bootstrap_port, many, true, &server), BOOTSTRAP_NO_MEMORY);
    CHECK_EQ(server, 0x1234);
    many[199] = 0;
    CHECK_EQ(create(bootstrap_port, many, true, &server), KERN_SUCCESS);
    let_go(server);
    CHECK(wait_until(is_not_listed, ".mach_init."));
}

TEST(a_job_may_be_denied_making_servers, "B50")
{
    const char *out = scratch("denied");
    char body[300], expected[64];

    unlink(out);
    snprintf(body, sizeof(body),
             RUN_AT_LOAD STRING("StandardOutPath", "%s") "<key>Policies</key><dict>%s</dict>", out,
             TRUTH("DenyCreatingOtherJobs", true));
    REQUIRE_EQ(job_load(bootstrap_port, "test.denied", "server /bin/true", body), 0);
    snprintf(expected, sizeof(expected), "server %d\n", BOOTSTRAP_NOT_PRIVILEGED);
    CHECK(becomes_contents(out, expected));
    CHECK_EQ(job_remove("test.denied"), KERN_SUCCESS);
}

static bool is_another(const void *pid)
{
    return kill(*(const pid_t *)pid, 0) != 0;
}

TEST(servers_outlive_launchd, "B14 B49")
{
    mach_port_t port, server = server_with("answer test.outlive", true, "test.outlive", &port);
    pid_t pid = launchd_pid();
    char label[128];

    snprintf(label, sizeof(label), "%s", owner_of("test.outlive"));
    REQUIRE_EQ(kill(pid, SIGKILL), 0);
    CHECK(eventually(is_another, &pid));
    CHECK(job_shows(label, "\tstate = held\n"));
    CHECK_EQ(look_result(server, "test.outlive"), KERN_SUCCESS);
    let_go(server);
    CHECK_EQ(ask(port, 3000), 3001);
    CHECK_EQ(job_remove(label), KERN_SUCCESS);
    let_go(port);
}
