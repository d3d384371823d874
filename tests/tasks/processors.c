/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/processors.c - processors, the one set of them, and all tasks through it (K52, K116-K118) */
#include <mach/host_special_ports.h>
#include <mach/policy.h>
#include <mach/processor_info.h>
#include <mach/task_special_ports.h>

#include "tests/tasks/carry.h"

enum { PROCESSOR_TYPE = 5, SET_TYPE, SET_NAME_TYPE };

static natural_t type_of_object(mach_port_t port)
{
    natural_t type = 0;
    mach_vm_address_t address;
    CHECK_EQ(mach_port_kobject(SELF, port, &type, &address), OK);
    return type;
}

static mach_port_t privileged_host(void)
{
    if (!world_become_privileged())
        SKIP("needs root");
    return mach_host_self();
}

static mach_port_t plain_host_of(mach_port_t host)
{
    mach_port_t plain = MACH_PORT_NULL;
    REQUIRE_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_PORT, &plain), OK);
    return plain;
}

static mach_port_t set_of(mach_port_t host)
{
    mach_port_t name = MACH_PORT_NULL, set = MACH_PORT_NULL;
    REQUIRE_EQ(processor_set_default(host, &name), OK);
    REQUIRE_EQ(host_processor_set_priv(host, name, &set), OK);
    CHECK_EQ(mach_port_deallocate(SELF, name), OK);
    return set;
}

TEST(the_privileged_host_turns_the_sets_name_into_its_control_port, "K116 K52 K1")
{
    mach_port_t host = privileged_host(), plain = plain_host_of(host), name = MACH_PORT_NULL, set, other = 7;
    mach_port_array_t names = NULL;
    mach_msg_type_number_t n = 0;
    REQUIRE_EQ(processor_set_default(plain, &name), OK); /* everybody may have it */
    CHECK_EQ(type_of_object(name), SET_NAME_TYPE);
    CHECK_EQ(host_processor_sets(plain, &names, &n), KERN_INVALID_ARGUMENT);
    REQUIRE_EQ(host_processor_sets(host, &names, &n), OK);
    REQUIRE_EQ(n, 1);
    CHECK_EQ(names[0], name);
    CHECK_EQ(sends_of(name), 2);
    vm_deallocate(SELF, (vm_address_t)names, sizeof *names);
    CHECK_EQ(host_processor_set_priv(plain, name, &other), KERN_INVALID_ARGUMENT);
    CHECK_EQ(host_processor_set_priv(host, host, &other), KERN_INVALID_ARGUMENT);
    REQUIRE_EQ(host_processor_set_priv(host, name, &set), OK);
    CHECK_EQ(type_of_object(set), SET_TYPE);
    CHECK_EQ(host_processor_set_priv(host, set, &other), OK); /* whoever has control has the name, too */
    CHECK_EQ(other, set);
    CHECK_EQ(mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_SEND, -2), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_SEND, -2), OK);
    mach_port_deallocate(SELF, plain);
    mach_port_deallocate(SELF, host);
}

TEST(a_sets_name_tells_of_the_set_and_opens_nothing, "K52 K117 K118")
{
    mach_port_t host = privileged_host(), set = set_of(host), name = MACH_PORT_NULL, of = MACH_PORT_NULL;
    mach_port_array_t list = NULL;
    mach_msg_type_number_t n = 2;
    integer_t info[2] = { 0 };
    REQUIRE_EQ(processor_set_default(host, &name), OK);
    CHECK_EQ(processor_set_tasks(name, &list, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(processor_set_tasks_with_flavor(name, TASK_FLAVOR_NAME, &list, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(processor_set_tasks(host, &list, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(processor_set_threads(set, &list, &n), KERN_NOT_SUPPORTED);
    n = 2;
    CHECK_EQ(processor_set_info(name, PROCESSOR_SET_BASIC_INFO, &of, info, &n), OK);
    CHECK_EQ(type_of_object(of), 3);
    CHECK_GE(info[0], 1);
    CHECK_EQ(info[1], POLICY_TIMESHARE);
    CHECK_EQ(processor_set_info(set, PROCESSOR_SET_BASIC_INFO, &of, info, &n), OK);
    CHECK_EQ(processor_set_info(name, 999, &of, info, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(processor_set_destroy(set), KERN_FAILURE);
    CHECK_EQ(mach_port_mod_refs(SELF, of, MACH_PORT_RIGHT_SEND, -2), OK);
    mach_port_deallocate(SELF, name);
    mach_port_deallocate(SELF, set);
    mach_port_deallocate(SELF, host);
}

TEST(processors_are_numbered_and_assigned_to_the_set, "K1 K116")
{
    mach_port_t host = privileged_host(), name = MACH_PORT_NULL, set = MACH_PORT_NULL, of = MACH_PORT_NULL;
    mach_port_array_t list = NULL;
    mach_msg_type_number_t n = 0, count;
    struct processor_basic_info info;
    REQUIRE_EQ(processor_set_default(host, &name), OK);
    REQUIRE_EQ(host_processors(host, &list, &n), OK);
    REQUIRE_GE(n, 1);
    for (unsigned i = 0; i < n; i++) {
        count = PROCESSOR_BASIC_INFO_COUNT;
        CHECK_EQ(type_of_object(list[i]), PROCESSOR_TYPE);
        CHECK_EQ(processor_info(list[i], PROCESSOR_BASIC_INFO, &of, (processor_info_t)&info, &count), OK);
        CHECK_EQ(info.slot_num, i);
        CHECK_EQ(info.is_main, i == 0);
        CHECK_EQ(mach_port_deallocate(SELF, of), OK);
        CHECK_EQ(processor_get_assignment(list[i], &set), OK);
        CHECK_EQ(set, name);
        CHECK_EQ(mach_port_deallocate(SELF, set), OK);
        CHECK_EQ(mach_port_deallocate(SELF, list[i]), OK);
    }
    count = PROCESSOR_BASIC_INFO_COUNT;
    CHECK_EQ(processor_info(name, PROCESSOR_BASIC_INFO, &of, (processor_info_t)&info, &count),
             KERN_INVALID_ARGUMENT);
    vm_deallocate(SELF, (vm_address_t)list, n * sizeof *list);
    mach_port_deallocate(SELF, name);
    mach_port_deallocate(SELF, host);
}

/* ---- all tasks ---- */

static int wait_to_be_killed(void *argument)
{
    mach_port_t port = receive_new();
    CHECK_EQ(give(world_parent_port(), port, MACH_MSG_TYPE_MAKE_SEND), OK);
    take(port);
    return 1;
}

/* Its place among the tasks, -1: it is not there. Drops what the list gives. */
static int place_of(mach_port_t set, mach_task_flavor_t flavor, mach_port_t task)
{
    mach_port_array_t list = NULL;
    mach_msg_type_number_t n = 0;
    int place = -1;
    REQUIRE_EQ(processor_set_tasks_with_flavor(set, flavor, &list, &n), OK);
    for (unsigned i = 0; i < n; i++) {
        if (list[i] == task)
            place = (int)i;
        if (MACH_PORT_VALID(list[i]))
            CHECK_EQ(mach_port_deallocate(SELF, list[i]), OK);
    }
    vm_deallocate(SELF, (vm_address_t)list, n * sizeof *list);
    return place;
}

TEST(all_tasks_are_listed_in_the_order_of_their_making, "K117")
{
    mach_port_t host = privileged_host(), set = set_of(host), port = receive_new(), read = MACH_PORT_NULL;
    mach_port_array_t list = NULL;
    mach_msg_type_number_t n = 0;
    world_task *child = world_task_spawn(wait_to_be_killed, NULL, port);
    mach_port_deallocate(SELF, take(port).port.name);
    mach_port_t task = world_task_port_of(child);
    int mine = place_of(set, TASK_FLAVOR_CONTROL, SELF), its = place_of(set, TASK_FLAVOR_CONTROL, task);
    CHECK_GE(mine, 0);
    CHECK_GT(its, mine);
    REQUIRE_EQ(task_get_special_port(task, TASK_READ_PORT, &read), OK);
    CHECK_EQ(place_of(set, TASK_FLAVOR_READ, read), its);
    CHECK_EQ(place_of(set, TASK_FLAVOR_READ, task), -1);
    CHECK_EQ(processor_set_tasks_with_flavor(set, 4, &list, &n), KERN_INVALID_ARGUMENT);
    REQUIRE_EQ(mach_port_mod_refs(SELF, task, MACH_PORT_RIGHT_SEND, 1), OK);
    world_task_kill(child);
    CHECK_EQ(place_of(set, TASK_FLAVOR_CONTROL, task), -1);
    CHECK_EQ(place_of(set, TASK_FLAVOR_CONTROL, SELF), mine);
    mach_port_deallocate(SELF, task);
    mach_port_deallocate(SELF, read);
    mach_port_deallocate(SELF, set);
    mach_port_deallocate(SELF, host);
    receive_free(port);
}
