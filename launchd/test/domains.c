/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/domains.c - subsets, what is above them, and what can be asked of a domain */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launchd/test/util.h"

static mach_port_t subset_of(mach_port_t domain, mach_port_t requestor)
{
    mach_port_t subset = MACH_PORT_NULL;

    REQUIRE_EQ(bootstrap_subset(domain, requestor, &subset), KERN_SUCCESS);
    return subset;
}

TEST(the_bootstrap_port_is_that_of_the_mode, "B1 B7 B8")
{
    char expected[64];
    name_t name;

    snprintf(expected, sizeof(expected), "com.apple.launchd.peruser.%u", (unsigned)geteuid());
    domain_name(bootstrap_port, name);
    CHECK_STR_EQ(name, system_mode() ? "System" : expected);
}

TEST(the_variable_and_the_tasks_port_are_two_things, "B18")
{
    mach_port_t kernels, subset = subset_of(bootstrap_port, mach_task_self()), before = bootstrap_port;

    REQUIRE_EQ(task_get_bootstrap_port(mach_task_self(), &kernels), KERN_SUCCESS);
    CHECK_EQ(kernels, bootstrap_port);
    mach_port_deallocate(mach_task_self(), kernels);
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), subset), KERN_SUCCESS);
    CHECK_EQ(bootstrap_port, before);
    bootstrap_port = MACH_PORT_NULL;
    REQUIRE_EQ(task_get_bootstrap_port(mach_task_self(), &kernels), KERN_SUCCESS);
    CHECK_EQ(kernels, subset);
    mach_port_deallocate(mach_task_self(), kernels);
    bootstrap_port = before;
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), before), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), subset);
}

static mach_port_t stale; /* a name of the parent's, in a child's memory */

static void tell_namespace(struct child *parent, const char *name)
{
    mach_port_t kernels;

    child_tell(parent, look_result(bootstrap_port, name));
    child_tell(parent, task_get_bootstrap_port(mach_task_self(), &kernels) == KERN_SUCCESS &&
                           kernels == bootstrap_port);
    child_tell(parent, (int)(type_of(stale) & MACH_PORT_TYPE_RECEIVE));
}

/* The child gets the port that the kernel holds for the parent, not the parent's variable, and none of its rights. */
TEST(fork_passes_on_the_kernels_bootstrap_port, "B75 B76 B18 B90")
{
    mach_port_t subset = subset_of(bootstrap_port, mach_task_self()), before = bootstrap_port;
    struct child child;

    REQUIRE_EQ(check_in(subset, "test.fork", &stale), KERN_SUCCESS);
    child = child_start(tell_namespace, "test.fork");
    CHECK_EQ(child_hear(&child), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(child_hear(&child), 1);
    child_wait(&child);
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), subset), KERN_SUCCESS);
    child = child_start(tell_namespace, "test.fork");
    CHECK_EQ(child_hear(&child), KERN_SUCCESS);
    CHECK_EQ(child_hear(&child), 1);
    CHECK_EQ(child_hear(&child), 0);
    child_wait(&child);
    REQUIRE_EQ(task_set_bootstrap_port(mach_task_self(), before), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), stale);
    mach_port_deallocate(mach_task_self(), subset);
}

/* ---- subsets ---- */

TEST(names_in_a_subset_are_seen_in_it_and_below, "B9 B33 B54")
{
    mach_port_t requestor = port_with_send(), above, inside, beside, below, port;

    above = subset_of(bootstrap_port, requestor);
    inside = subset_of(above, requestor);
    beside = subset_of(above, requestor);
    below = subset_of(inside, requestor);
    REQUIRE_EQ(check_in(inside, "test.inside", &port), KERN_SUCCESS);
    CHECK_EQ(look_result(inside, "test.inside"), KERN_SUCCESS);
    CHECK_EQ(look_result(below, "test.inside"), KERN_SUCCESS);
    CHECK_EQ(look_result(above, "test.inside"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(look_result(beside, "test.inside"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(look_result(bootstrap_port, "test.inside"), BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), port);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(below, "test.inside"), MACH_SEND_INVALID_DEST);
    for (size_t i = 0; i < 4; i++)
        mach_port_deallocate(mach_task_self(), (mach_port_t[]){ above, inside, beside, below }[i]);
}

TEST(a_subset_is_named_after_its_maker, "B52 B6")
{
    mach_port_t requestor = port_with_send(), subset = subset_of(bootstrap_port, requestor);
    char start[64];
    name_t name;

    snprintf(start, sizeof(start), "test_domains[%d].subset.", (int)getpid());
    domain_name(subset, name);
    CHECK(strncmp(name, start, strlen(start)) == 0);
    CHECK(strspn(name + strlen(start), "0123456789") == strlen(name + strlen(start)) &&
          name[strlen(start)] != 0);
    test_log("%s", name);
    mach_port_destroy(mach_task_self(), requestor);
    mach_port_deallocate(mach_task_self(), subset);
}

TEST(subset_refuses_null_and_dead_requestors_and_depth, "B51 B53 B69 B179")
{
    mach_port_t requestor = port_with_send(), dead = port_with_send(), untouched = 0x1234,
                at = bootstrap_port, next;
    int depth = 0;

    drop_receive(dead);
    CHECK_EQ(bootstrap_subset(bootstrap_port, MACH_PORT_NULL, &untouched), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(bootstrap_subset(bootstrap_port, dead, &untouched), BOOTSTRAP_NO_MEMORY);
    CHECK_EQ(untouched, 0x1234);
    while (bootstrap_subset(at, requestor, &next) == KERN_SUCCESS && depth < 200) {
        depth++;
        if (at != bootstrap_port)
            mach_port_deallocate(mach_task_self(), at);
        at = next;
    }
    /* The root has none above it: the one with 101 above is the last that cannot have children. */
    CHECK_EQ(depth, 101);
    CHECK_EQ(bootstrap_subset(at, requestor, &untouched), BOOTSTRAP_NO_MEMORY);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(look_result(at, "test.deep"), MACH_SEND_INVALID_DEST);
    mach_port_deallocate(mach_task_self(), at);
    mach_port_deallocate(mach_task_self(), dead);
}

static mach_port_t registered_in(mach_port_t domain, const char *name)
{
    mach_port_t port = port_with_send();

    CHECK_EQ(enlist(domain, name, port), KERN_SUCCESS);
    return port;
}

TEST(a_subset_ends_with_its_requestor, "B55 B70 B51 B66 B179")
{
    mach_port_t requestor = port_with_send(), subset = subset_of(bootstrap_port, requestor);
    mach_port_t below = subset_of(subset, mach_task_self()), registered = registered_in(below, "test.ends"),
                notify = port_new();
    mach_port_t previous;

    REQUIRE_EQ(mach_port_request_notification(mach_task_self(), subset, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(receive_id(notify), MACH_NOTIFY_DEAD_NAME);
    CHECK_EQ(type_of(subset), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(below), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(registered), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(send_id(registered, 5), KERN_SUCCESS);
    CHECK_EQ(receive_id(registered), 5);
    CHECK_EQ(look_result(subset, "test.ends"), MACH_SEND_INVALID_DEST);
    mach_port_destroy(mach_task_self(), subset);
    mach_port_destroy(mach_task_self(), below);
    mach_port_destroy(mach_task_self(), registered);
    drop_receive(notify);
}

static void make_subset_and_exec(struct child *parent, const char *which)
{
    mach_port_t task = mach_task_self(), kept = MACH_PORT_NULL, subset;

    if (which != NULL)
        bootstrap_look_up(bootstrap_port, which, &kept);
    child_tell(parent, bootstrap_subset(bootstrap_port, kept != MACH_PORT_NULL ? kept : task, &subset));
    task_set_bootstrap_port(mach_task_self(), subset);
    child_hear(parent);
    dup2(parent->to, 9);
    execl(getenv("PROBE"), "probe", "tell-domain", NULL);
    _exit(1);
}

/* exec ends the task port; another requestor's port keeps the subset (the probe tells over descriptor 9). */
TEST(a_subset_is_lost_by_exec_unless_its_requestor_lives_elsewhere, "B56 B75")
{
    mach_port_t keeper;
    struct child child = child_start(make_subset_and_exec, NULL);

    CHECK_EQ(child_hear(&child), KERN_SUCCESS);
    child_tell(&child, 0);
    CHECK_EQ(child_hear(&child), MACH_SEND_INVALID_DEST);
    child_wait(&child);
    REQUIRE_EQ(check_in(bootstrap_port, "test.keeper", &keeper), KERN_SUCCESS);
    child = child_start(make_subset_and_exec, "test.keeper");
    CHECK_EQ(child_hear(&child), KERN_SUCCESS);
    child_tell(&child, 0);
    CHECK_EQ(child_hear(&child), BOOTSTRAP_UNKNOWN_SERVICE);
    child_wait(&child);
    mach_port_destroy(mach_task_self(), keeper);
}

/* ---- asking ---- */

TEST(parent_is_for_the_privileged, "B57 B78 B69")
{
    mach_port_t requestor = port_with_send(), subset = subset_of(bootstrap_port, requestor), parent = 0x1234;

    if (system_mode()) {
        CHECK_EQ(bootstrap_parent(subset, &parent), KERN_SUCCESS);
        CHECK_EQ(parent, bootstrap_port);
        CHECK_EQ(bootstrap_parent(bootstrap_port, &parent), KERN_SUCCESS);
        CHECK_EQ(parent, bootstrap_port);
        mach_port_mod_refs(mach_task_self(), bootstrap_port, MACH_PORT_RIGHT_SEND, -2);
    } else {
        CHECK_EQ(bootstrap_parent(subset, &parent), BOOTSTRAP_NOT_PRIVILEGED);
        CHECK_EQ(bootstrap_parent(bootstrap_port, &parent), BOOTSTRAP_NOT_PRIVILEGED);
        CHECK_EQ(parent, 0x1234);
    }
    mach_port_destroy(mach_task_self(), requestor);
    mach_port_deallocate(mach_task_self(), subset);
}

TEST(unprivileged_adds_a_reference, "B58 B67 B86")
{
    mach_port_t out = 0x1234, receive = port_new();
    mach_port_urefs_t refs = send_refs(bootstrap_port);

    CHECK_EQ(bootstrap_unprivileged(bootstrap_port, &out), KERN_SUCCESS);
    CHECK_EQ(out, bootstrap_port);
    CHECK_EQ(send_refs(bootstrap_port), refs + 1);
    mach_port_deallocate(mach_task_self(), out);
    CHECK_EQ(bootstrap_unprivileged(0x7f0003, &out), KERN_INVALID_NAME);
    CHECK_EQ(out, MACH_PORT_NULL);
    out = 0x1234;
    CHECK_EQ(bootstrap_unprivileged(receive, &out), KERN_INVALID_RIGHT);
    CHECK_EQ(out, MACH_PORT_NULL);
    drop_receive(receive);
}

TEST(get_root_gives_the_root_from_anywhere, "B59 B86")
{
    mach_port_t requestor = port_with_send(),
                subset = subset_of(subset_of(bootstrap_port, requestor), requestor), root;
    mach_port_urefs_t refs = send_refs(bootstrap_port);

    CHECK_EQ(bootstrap_get_root(subset, &root), KERN_SUCCESS);
    CHECK_EQ(root, bootstrap_port);
    CHECK_EQ(send_refs(bootstrap_port), refs + 1);
    mach_port_deallocate(mach_task_self(), root);
    mach_port_destroy(mach_task_self(), requestor);
}

TEST(status_tells_without_changing, "B60 B69")
{
    name_t active = "test.status.active", declared = "test.status.declared", unknown = "test.status.unknown";
    mach_port_t port, send, requestor = port_with_send(), subset = subset_of(bootstrap_port, requestor);
    bootstrap_status_t status = 77;

    REQUIRE_EQ(check_in(bootstrap_port, active, &port), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_create_service(bootstrap_port, declared, &send), KERN_SUCCESS);
    CHECK_EQ(bootstrap_status(subset, unknown, &status), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(status, 77);
    CHECK_EQ(bootstrap_status(subset, active, &status), KERN_SUCCESS);
    CHECK_EQ(status, BOOTSTRAP_STATUS_ACTIVE);
    CHECK_EQ(bootstrap_status(subset, declared, &status), KERN_SUCCESS);
    CHECK_EQ(status, BOOTSTRAP_STATUS_INACTIVE);
    CHECK_EQ(bootstrap_status(bootstrap_port, declared, &status), KERN_SUCCESS);
    CHECK_EQ(status, BOOTSTRAP_STATUS_INACTIVE);
    mach_port_destroy(mach_task_self(), port);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(enlist(bootstrap_port, declared, MACH_PORT_NULL), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), send);
}

TEST(info_lists_one_domain_in_the_order_of_adding, "B61 B62 B4 B6")
{
    mach_port_t requestor = port_with_send(), subset = subset_of(bootstrap_port, requestor), port[3];
    mach_msg_type_number_t n[3] = { 9, 9, 9 };
    bootstrap_status_array_t statuses = (void *)8;
    name_array_t names = (void *)8, jobs = (void *)8;
    char expected[256], label[64];
    const char *text;

    CHECK_EQ(bootstrap_info(subset, &names, &n[0], &jobs, &n[1], &statuses, &n[2], BOOTSTRAP_FORCE_LOCAL),
             KERN_SUCCESS);
    CHECK_EQ(n[0] + n[1] + n[2], 0);
    CHECK(names == NULL && jobs == NULL && statuses == NULL);
    REQUIRE_EQ(check_in(subset, "test.info.b", &port[0]), KERN_SUCCESS);
    REQUIRE_EQ(check_in(bootstrap_port, "test.info.above", &port[1]), KERN_SUCCESS);
    REQUIRE_EQ(check_in(subset, "test.info.a", &port[2]), KERN_SUCCESS);
    text = listing(subset);
    test_log("%s", text);
    REQUIRE(sscanf(text, "A test.info.b (%63[^)])", label) == 1);
    CHECK(strncmp(label, "0x", 2) == 0 && strstr(label, ".anonymous.test_domains") != NULL);
    snprintf(expected, sizeof(expected), "A test.info.b (%s)\nA test.info.a (%s)\n", label, label);
    CHECK_STR_EQ(text, expected);
    for (int i = 0; i < 3; i++)
        mach_port_destroy(mach_task_self(), port[i]);
    mach_port_destroy(mach_task_self(), requestor);
}

TEST(children_are_for_the_privileged, "B63 B78 B69")
{
    mach_port_t requestor = port_with_send(), subset = subset_of(bootstrap_port, requestor);
    mach_port_t first = subset_of(subset, requestor), second = subset_of(subset, requestor);
    bootstrap_property_array_t properties;
    mach_port_array_t ports;
    mach_msg_type_number_t n = 0;
    name_array_t names;
    kern_return_t kr = bootstrap_lookup_children(subset, &ports, &names, &properties, &n);

    if (!system_mode()) {
        CHECK_EQ(kr, BOOTSTRAP_NOT_PRIVILEGED);
    } else {
        REQUIRE_EQ(kr, KERN_SUCCESS);
        REQUIRE_EQ(n, 2);
        CHECK_EQ(ports[0], first);
        CHECK_EQ(ports[1], second);
        CHECK_EQ(send_refs(first), 2);
        CHECK_EQ(properties[0], BOOTSTRAP_PROPERTY_EXPLICITSUBSET);
        CHECK(strncmp(names[1], "test_domains[", 13) == 0);
        CHECK_EQ(bootstrap_lookup_children(first, &ports, &names, &properties, &n), BOOTSTRAP_NO_CHILDREN);
    }
    mach_port_destroy(mach_task_self(), requestor);
}

TEST(two_processes_of_one_uid_see_the_same_names, "B9 B1 B85")
{
    struct child other = child_with_name("test.shared");

    CHECK_EQ(look_result(bootstrap_port, "test.shared"), KERN_SUCCESS);
    child_kill(&other);
    CHECK_EQ(look_result(bootstrap_port, "test.shared"), BOOTSTRAP_UNKNOWN_SERVICE);
}
