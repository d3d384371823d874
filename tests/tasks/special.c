/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/special.c - special and registered ports of one's own task */
#include "tests/tasks/common.h"

static mach_port_t get(int which)
{
    mach_port_t port = 7;
    CHECK_EQ(task_get_special_port(SELF, which, &port), OK);
    return port;
}

TEST(the_kernel_port_is_the_self_port, "K67 K77 K95")
{
    int64_t refs = sends_of(SELF);
    CHECK_EQ(get(TASK_KERNEL_PORT), SELF);
    CHECK_EQ(sends_of(SELF), refs + 1);
    mach_port_deallocate(SELF, SELF);
}

TEST(a_slot_gives_what_was_set_and_a_reference_each_time, "K6 K7 K77 K79")
{
    mach_port_t port = both_new();
    REQUIRE_EQ(task_set_special_port(SELF, TASK_DEBUG_CONTROL_PORT, port), OK);
    CHECK_EQ(sends_of(port), 1);
    CHECK_EQ(get(TASK_DEBUG_CONTROL_PORT), port);
    CHECK_EQ(sends_of(port), 2);
    CHECK_EQ(task_set_special_port(SELF, TASK_DEBUG_CONTROL_PORT, MACH_PORT_NULL), OK);
    CHECK_EQ(get(TASK_DEBUG_CONTROL_PORT), MACH_PORT_NULL);
    mach_port_destroy(SELF, port);
}

TEST(a_port_that_died_in_its_slot_reads_back_dead, "K81")
{
    mach_port_t port = both_new();
    REQUIRE_EQ(task_set_special_port(SELF, TASK_RESOURCE_NOTIFY_PORT, port), OK);
    mach_port_destroy(SELF, port);
    CHECK_EQ(get(TASK_RESOURCE_NOTIFY_PORT), MACH_PORT_DEAD);
    CHECK_EQ(task_set_special_port(SELF, TASK_RESOURCE_NOTIFY_PORT, MACH_PORT_NULL), OK);
}

TEST(a_kernel_object_in_a_slot_reads_back_null, "K17 K77")
{
    CHECK_EQ(task_set_special_port(SELF, TASK_DEBUG_CONTROL_PORT, SELF), OK);
    CHECK_EQ(get(TASK_DEBUG_CONTROL_PORT), MACH_PORT_NULL);
    CHECK_EQ(task_set_special_port(SELF, TASK_DEBUG_CONTROL_PORT, MACH_PORT_NULL), OK);
}

TEST(what_may_not_be_set_says_why, "K76 K78")
{
    mach_port_t port = both_new(), got = MACH_PORT_NULL;
    int64_t refs = sends_of(port);
    CHECK_EQ(task_set_special_port(SELF, TASK_KERNEL_PORT, port), KERN_NO_ACCESS);
    CHECK_EQ(task_set_special_port(SELF, TASK_HOST_PORT, port), KERN_NO_ACCESS);
    CHECK_EQ(task_set_special_port(SELF, TASK_NAME_PORT, port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_set_special_port(SELF, TASK_READ_PORT, port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_set_special_port(SELF, 12, port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(sends_of(port), refs);
    CHECK_EQ(task_get_special_port(SELF, 0, &got), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_get_special_port(SELF, 7, &got), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_get_special_port(SELF, 12, &got), KERN_INVALID_ARGUMENT);
    mach_port_destroy(SELF, port);
}

TEST(a_name_port_is_too_weak_for_special_ports, "K44 K66 K76")
{
    mach_port_t name = get(TASK_NAME_PORT), got = MACH_PORT_NULL;
    int pid = -1, own = -2;
    CHECK_EQ(task_get_special_port(name, TASK_NAME_PORT, &got), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_set_special_port(name, TASK_BOOTSTRAP_PORT, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    CHECK_EQ(pid_for_task(name, &pid), OK);
    CHECK_EQ(pid_for_task(SELF, &own), OK);
    CHECK_EQ(pid, own);
    mach_port_deallocate(SELF, name);
}

static int set_access_twice(void *argument)
{
    mach_port_t port = both_new();
    CHECK_EQ(task_set_special_port(SELF, TASK_ACCESS_PORT, port), OK);
    CHECK_EQ(task_set_special_port(SELF, TASK_ACCESS_PORT, port), KERN_NO_ACCESS);
    mach_port_destroy(SELF, port);
    CHECK_EQ(task_set_special_port(SELF, TASK_ACCESS_PORT, MACH_PORT_NULL), KERN_NO_ACCESS);
    return WORLD_OK;
}

TEST(access_is_set_once_even_when_its_port_died, "K80")
{
    CHECK_EQ(world_task_wait(world_task_spawn(set_access_twice, NULL, MACH_PORT_NULL)), WORLD_OK);
}

TEST(a_threads_special_ports, "K85 K86")
{
    mach_port_t thread = mach_thread_self(), got = MACH_PORT_NULL, port = both_new();
    CHECK_EQ(thread_get_special_port(thread, THREAD_KERNEL_PORT, &got), OK);
    CHECK_EQ(got, thread);
    CHECK_EQ(thread_get_special_port(thread, 9, &got), KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_get_special_port(SELF, THREAD_KERNEL_PORT, &got), KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_set_special_port(thread, THREAD_KERNEL_PORT, port), KERN_NO_ACCESS);
    CHECK_EQ(thread_set_special_port(thread, THREAD_READ_PORT, port), KERN_INVALID_ARGUMENT);
    mach_port_mod_refs(SELF, thread, MACH_PORT_RIGHT_SEND, -2);
    mach_port_destroy(SELF, port);
}

/* ---- registered ports ---- */

static void expect_registered(mach_port_t a, mach_port_t b, mach_port_t c)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t count = 0;
    REQUIRE_EQ(mach_ports_lookup(SELF, &ports, &count), OK);
    REQUIRE_EQ(count, 3);
    CHECK_EQ(ports[0], a);
    CHECK_EQ(ports[1], b);
    CHECK_EQ(ports[2], c);
    for (int i = 0; i < 3; i++)
        if (MACH_PORT_VALID(ports[i]))
            mach_port_deallocate(SELF, ports[i]);
    vm_deallocate(SELF, (vm_address_t)ports, 3 * sizeof(ports[0]));
}

TEST(registering_replaces_all_three, "K92 K93 K94")
{
    mach_port_t port = both_new(), list[4] = { port, MACH_PORT_NULL, port, port };
    CHECK_EQ(mach_ports_register(SELF, list, 3), OK);
    expect_registered(port, MACH_PORT_NULL, port);
    CHECK_EQ(mach_ports_register(SELF, list, 4), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_ports_register(SELF, NULL, 1), KERN_INVALID_ARGUMENT);
    expect_registered(port, MACH_PORT_NULL, port);
    CHECK_EQ(mach_ports_register(SELF, list, 1), OK);
    expect_registered(port, MACH_PORT_NULL, MACH_PORT_NULL);
    CHECK_EQ(sends_of(port), 1);
    mach_port_destroy(SELF, port);
    expect_registered(MACH_PORT_DEAD, MACH_PORT_NULL, MACH_PORT_NULL);
    CHECK_EQ(mach_ports_register(SELF, NULL, 0), OK);
    expect_registered(MACH_PORT_NULL, MACH_PORT_NULL, MACH_PORT_NULL);
}
