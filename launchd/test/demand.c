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
    CHECK_EQ(call(port, 10), 11);
    CHECK_EQ(bootstrap_status(bootstrap_port, name, &status), KERN_SUCCESS);
    CHECK_EQ(status, BOOTSTRAP_STATUS_ACTIVE);
    CHECK_EQ(call(port, 20), 21);
    /* That instance has ended; the same port starts the next. */
    CHECK_EQ(call(port, 30), 31);
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
    CHECK_EQ(call(port, 1), 2);
    CHECK_EQ(call(port, 1), 2);
    CHECK(becomes(name, BOOTSTRAP_UNKNOWN_SERVICE));
    CHECK_EQ(bootstrap_status(bootstrap_port, name, &status), BOOTSTRAP_UNKNOWN_SERVICE);
    /* A right that was handed out stays good, and its message starts the job. */
    CHECK_EQ(call(port, 1), 2);
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
