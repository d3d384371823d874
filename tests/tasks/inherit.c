/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/inherit.c - what a child of fork has, and what it has not */
#include "tests/tasks/carry.h"

enum { ID_REGISTERED = 41, ID_LATER };

static kern_return_t say(mach_port_t to, int id)
{
    mach_msg_header_t header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                 .msgh_remote_port = to,
                                 .msgh_id = id,
                                 .msgh_size = sizeof(header) };
    return mach_msg(&header, MACH_SEND_MSG, sizeof(header), 0, 0, 0, 0);
}

static int hear(mach_port_t from)
{
    struct carrier message;
    kern_return_t kr =
        mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), from, PATIENCE_MS, 0);
    return kr == OK ? message.header.msgh_id : -1;
}

static int use_registered(void *argument)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t count = 0;
    REQUIRE_EQ(mach_ports_lookup(SELF, &ports, &count), OK);
    CHECK_EQ(count, 3);
    CHECK_EQ(ports[0], MACH_PORT_NULL);
    CHECK_EQ(type_of(ports[1]), MACH_PORT_TYPE_SEND);
    CHECK_EQ(say(ports[1], ID_REGISTERED), OK);
    return WORLD_OK;
}

TEST(a_child_inherits_registered_ports, "K15 F42")
{
    mach_port_t port = both_new(), list[2] = { MACH_PORT_NULL, port };
    REQUIRE_EQ(mach_ports_register(SELF, list, 2), OK);
    CHECK_EQ(world_task_wait(world_task_spawn(use_registered, NULL, MACH_PORT_NULL)), WORLD_OK);
    CHECK_EQ(hear(port), ID_REGISTERED);
    mach_ports_register(SELF, NULL, 0);
    mach_port_destroy(SELF, port);
}

static int expect_clean(void *argument)
{
    mach_port_t got = 7;
    CHECK_EQ(task_get_special_port(SELF, TASK_DEBUG_CONTROL_PORT, &got), OK);
    CHECK_EQ(got, MACH_PORT_NULL);
    CHECK_EQ(task_get_special_port(SELF, TASK_RESOURCE_NOTIFY_PORT, &got), OK);
    CHECK_EQ(got, MACH_PORT_NULL);
    return WORLD_OK;
}

TEST(a_child_does_not_inherit_debug_control_and_resource_notify, "K16 F43")
{
    mach_port_t port = both_new();
    REQUIRE_EQ(task_set_special_port(SELF, TASK_DEBUG_CONTROL_PORT, port), OK);
    REQUIRE_EQ(task_set_special_port(SELF, TASK_RESOURCE_NOTIFY_PORT, port), OK);
    CHECK_EQ(world_task_wait(world_task_spawn(expect_clean, NULL, MACH_PORT_NULL)), WORLD_OK);
    task_set_special_port(SELF, TASK_DEBUG_CONTROL_PORT, MACH_PORT_NULL);
    task_set_special_port(SELF, TASK_RESOURCE_NOTIFY_PORT, MACH_PORT_NULL);
    mach_port_destroy(SELF, port);
}

static int expect_names_unknown(void *argument)
{
    CHECK_EQ(type_of((mach_port_t)(uintptr_t)argument), 0);
    return WORLD_OK;
}

TEST(a_child_has_none_of_its_parents_names, "F43 F45")
{
    mach_port_t port = MACH_PORT_NULL;
    for (int i = 0; i < 64; i++)
        REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_DEAD_NAME, &port), OK);
    CHECK_EQ(world_task_wait(world_task_spawn(expect_names_unknown, (void *)(uintptr_t)port, MACH_PORT_NULL)),
             WORLD_OK);
}

static int wait_for_word(void *argument)
{
    mach_port_t port = receive_new();
    return hear(port) == 0 ? WORLD_OK : 1;
}

TEST(a_childs_ports_are_its_own, "F44 F2 K13 K60 K83")
{
    int own = -1, childs = -1;
    world_task *child = world_task_spawn(wait_for_word, NULL, MACH_PORT_NULL);
    mach_port_t task = world_task_port_of(child), name = MACH_PORT_NULL, found = MACH_PORT_NULL,
                slot = both_new();
    mach_port_t again = MACH_PORT_NULL;
    CHECK_NE(task, SELF);
    CHECK_EQ(pid_for_task(SELF, &own), OK);
    CHECK_EQ(pid_for_task(task, &childs), OK);
    CHECK_NE(own, childs);
    CHECK_EQ(task_for_pid(SELF, childs, &found), OK);
    CHECK_EQ(found, task);
    CHECK_EQ(task_get_special_port(task, TASK_NAME_PORT, &name), OK);
    CHECK_EQ(task_name_for_pid(SELF, childs, &again), OK);
    CHECK_EQ(name, again);
    CHECK_NE(name, task);
    CHECK_EQ(task_set_special_port(task, TASK_BOOTSTRAP_PORT, slot), OK);
    CHECK_EQ(task_get_special_port(task, TASK_BOOTSTRAP_PORT, &again), OK);
    CHECK_EQ(again, slot);
    world_task_kill(child);
    mach_port_destroy(SELF, slot);
    mach_port_deallocate(SELF, found);
    mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_DEAD_NAME, -2);
}

static int use_registered_later(void *argument)
{
    world_sleep_ms(30);
    return use_registered(argument);
}

TEST(what_is_inherited_is_what_the_parent_had_then, "F65 F42")
{
    mach_port_t port = both_new(), other = both_new(), list[2] = { MACH_PORT_NULL, port };
    REQUIRE_EQ(mach_ports_register(SELF, list, 2), OK);
    world_task *child = world_task_spawn(use_registered_later, NULL, MACH_PORT_NULL);
    list[1] = other;
    CHECK_EQ(mach_ports_register(SELF, list, 2), OK);
    CHECK_EQ(world_task_wait(child), WORLD_OK);
    CHECK_EQ(hear(port), ID_REGISTERED);
    CHECK_EQ(mach_ports_register(SELF, NULL, 0), OK);
    mach_port_destroy(SELF, port);
    mach_port_destroy(SELF, other);
}

static int expect_dead_registered(void *argument)
{
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t count = 0;
    REQUIRE_EQ(mach_ports_lookup(SELF, &ports, &count), OK);
    CHECK_EQ(ports[0], MACH_PORT_DEAD);
    CHECK_EQ(ports[1], MACH_PORT_NULL);
    return WORLD_OK;
}

TEST(a_dead_port_is_inherited_as_dead, "K17 F42")
{
    mach_port_t port = both_new();
    REQUIRE_EQ(mach_ports_register(SELF, &port, 1), OK);
    mach_port_destroy(SELF, port);
    CHECK_EQ(world_task_wait(world_task_spawn(expect_dead_registered, NULL, MACH_PORT_NULL)), WORLD_OK);
    CHECK_EQ(mach_ports_register(SELF, NULL, 0), OK);
}

static int expect_live_self(void *argument)
{
    mach_port_t self = task_self_trap();
    CHECK_EQ(self, mach_task_self());
    CHECK_EQ(type_of(self), MACH_PORT_TYPE_SEND);
    mach_port_deallocate(SELF, self);
    return WORLD_OK;
}

static int be_a_parent(void *argument)
{
    return world_task_wait(world_task_spawn(expect_live_self, NULL, MACH_PORT_NULL));
}

TEST(a_grandchild_has_a_self_of_its_own, "F46 F66 K34")
{
    CHECK_EQ(world_task_wait(world_task_spawn(be_a_parent, NULL, MACH_PORT_NULL)), WORLD_OK);
}

/* The child keeps what it was born with, whatever its parent sets later. */
static int keep_bootstrap(void *argument)
{
    mach_port_t own = receive_new(), before = MACH_PORT_NULL, got = 7;
    CHECK_EQ(task_get_special_port(SELF, TASK_BOOTSTRAP_PORT, &before), OK);
    CHECK_EQ(give(world_parent_port(), own, MACH_MSG_TYPE_MAKE_SEND), OK);
    take(own);
    CHECK_EQ(task_get_special_port(SELF, TASK_BOOTSTRAP_PORT, &got), OK);
    CHECK_EQ(got, before);
    return WORLD_OK;
}

TEST(a_bootstrap_port_set_later_is_for_later_children, "K82 K15")
{
    mach_port_t port = receive_new(), mine = both_new(), old = bootstrap_port, got = MACH_PORT_NULL;
    world_task *task = world_task_spawn(keep_bootstrap, NULL, port);
    struct carrier hello = take(port);
    REQUIRE_EQ(task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, mine), OK);
    CHECK_EQ(bootstrap_port, old); /* the variable stays */
    CHECK_EQ(task_get_special_port(SELF, TASK_BOOTSTRAP_PORT, &got), OK);
    CHECK_EQ(got, mine);
    CHECK_EQ(give(hello.port.name, mine, MACH_MSG_TYPE_COPY_SEND), OK);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    CHECK_EQ(task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, old), OK);
    mach_port_deallocate(SELF, hello.port.name);
    mach_port_destroy(SELF, mine);
    receive_free(port);
}
