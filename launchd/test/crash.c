/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/crash.c - launchd is killed with -9 and nobody notices but the delay (B14) */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launchd/test/util.h"

static bool is_another(const void *pid)
{
    return kill(*(const pid_t *)pid, 0) != 0;
}

/* The next request waits for the next launchd. */
static void kill_launchd(void)
{
    pid_t pid = launchd_pid();

    REQUIRE_EQ(kill(pid, SIGKILL), 0);
    CHECK(eventually(is_another, &pid));
    CHECK_NE(launchd_pid(), pid);
}

TEST(names_ports_and_queued_messages_outlive_launchd, "B14 B71")
{
    name_t declared = "test.crash.declared";
    mach_port_t dynamic, queue, registered = port_with_send(), requestor = port_with_send(), subset, inside,
                                found;
    struct child other = child_with_name("test.crash.other");
    char before[4096];

    REQUIRE_EQ(check_in(bootstrap_port, "test.crash.dynamic", &dynamic), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_create_service(bootstrap_port, declared, &queue), KERN_SUCCESS);
    REQUIRE_EQ(enlist(bootstrap_port, "test.crash.registered", registered), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    REQUIRE_EQ(check_in(subset, "test.crash.inside", &inside), KERN_SUCCESS);
    CHECK_EQ(send_id(queue, 1), KERN_SUCCESS);
    CHECK_EQ(send_id(queue, 2), KERN_SUCCESS);
    snprintf(before, sizeof(before), "%s", listing(bootstrap_port));
    for (int i = 0; i < 2; i++) {
        kill_launchd();
        CHECK_STR_EQ(listing(bootstrap_port), before);
        CHECK_EQ(look("test.crash.dynamic", &found), KERN_SUCCESS);
        CHECK_EQ(found, dynamic);
        CHECK_EQ(look_result(subset, "test.crash.inside"), KERN_SUCCESS);
        CHECK_EQ(look_result(bootstrap_port, "test.crash.inside"), BOOTSTRAP_UNKNOWN_SERVICE);
        CHECK_EQ(look_result(subset, "test.crash.registered"), KERN_SUCCESS);
        CHECK_EQ(check_in(bootstrap_port, "test.crash.dynamic", &found), BOOTSTRAP_SERVICE_ACTIVE);
        CHECK_EQ(check_in(bootstrap_port, "test.crash.other", &found), BOOTSTRAP_NOT_PRIVILEGED);
    }
    /* The requests for notifications stand too. */
    child_kill(&other);
    CHECK_EQ(look_result(bootstrap_port, "test.crash.other"), BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), dynamic);
    CHECK_EQ(look_result(bootstrap_port, "test.crash.dynamic"), BOOTSTRAP_UNKNOWN_SERVICE);
    REQUIRE_EQ(check_in(bootstrap_port, declared, &found), KERN_SUCCESS);
    CHECK_EQ(found, queue);
    CHECK_EQ(receive_id(queue), 1);
    CHECK_EQ(receive_id(queue), 2);
    drop_receive(queue);
    CHECK_EQ(look_result(bootstrap_port, declared), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(subset, "test.crash.inside"), MACH_SEND_INVALID_DEST);
    CHECK_EQ(enlist(bootstrap_port, declared, MACH_PORT_NULL), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), registered);
    CHECK_STR_EQ(listing(bootstrap_port), "");
}

TEST(what_died_while_launchd_was_dead_is_noticed, "B14 B70")
{
    struct child other = child_with_name("test.crash.meanwhile");
    mach_port_t requestor = port_with_send(), subset;
    pid_t pid = launchd_pid();

    REQUIRE_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    kill(pid, SIGKILL);
    child_kill(&other);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(bootstrap_port, "test.crash.meanwhile"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(look_result(subset, "test.crash.meanwhile"), MACH_SEND_INVALID_DEST);
    mach_port_deallocate(mach_task_self(), subset);
}

/* Each round makes and unmakes one of everything; whatever it is at when launchd dies, the answer must be right. */
static void one_round(const char *name, unsigned i)
{
    mach_port_t port, found, requestor, subset;

    CHECK_EQ(check_in(bootstrap_port, name, &port), KERN_SUCCESS);
    CHECK_EQ(look(name, &found), KERN_SUCCESS);
    CHECK_EQ(found, port);
    CHECK_EQ(check_in(bootstrap_port, name, &found), BOOTSTRAP_SERVICE_ACTIVE);
    mach_port_destroy(mach_task_self(), port);
    CHECK_EQ(look_result(bootstrap_port, name), BOOTSTRAP_UNKNOWN_SERVICE);
    requestor = port_with_send();
    CHECK_EQ(bootstrap_subset(bootstrap_port, requestor, &subset), KERN_SUCCESS);
    CHECK_EQ(enlist(subset, name, requestor), KERN_SUCCESS);
    CHECK_EQ(look_result(subset, name), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(subset, name), MACH_SEND_INVALID_DEST);
    mach_port_deallocate(mach_task_self(), subset);
    (void)i;
}

static void work(struct child *parent, const char *name)
{
    unsigned i = 0;
    int flags;

    for (flags = 0; flags == 0 && !test_has_failed(); i++) {
        fd_set set;
        struct timeval now = { 0, 0 };
        FD_ZERO(&set);
        FD_SET(parent->from, &set);
        one_round(name, i);
        flags = select(parent->from + 1, &set, NULL, NULL, &now);
    }
    child_tell(parent, (int)i);
}

TEST(launchd_is_killed_while_clients_talk, "B14")
{
    struct child workers[3];
    int rounds[3];

    for (int i = 0; i < 3; i++)
        workers[i] = child_start(work, (const char *[]){ "test.w.0", "test.w.1", "test.w.2" }[i]);
    for (int i = 0; i < 4; i++) {
        sleep_ms(60 + 37 * i);
        pid_t pid = launchd_pid();
        kill(pid, SIGKILL);
    }
    sleep_ms(200);
    for (int i = 0; i < 3; i++) {
        child_tell(&workers[i], 0);
        rounds[i] = child_hear(&workers[i]);
        CHECK_GT(rounds[i], 0);
        CHECK_EQ(child_wait(&workers[i]), 0);
    }
    test_log("rounds: %d %d %d", rounds[0], rounds[1], rounds[2]);
    CHECK_STR_EQ(listing(bootstrap_port), "");
}
