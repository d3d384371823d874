/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/exceptions.c - setting, getting, swapping and inheriting exception ports (K15, K29, K167-K178) */
#include "tests/tasks/common.h"

#include <mach/exception_types.h>
#include <string.h>
#include <unistd.h>

enum {
    DEFAULT_CODES = (int)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES),
    TYPES_MAX = 32,
    LISTED = 7,
    UNLISTED = 99
};
enum { FAULTS = EXC_MASK_BAD_ACCESS | EXC_MASK_ARITHMETIC, VALID = 0x3ffe };

struct entries {
    exception_mask_t masks[TYPES_MAX];
    mach_msg_type_number_t n;
    mach_port_t ports[TYPES_MAX];
    exception_behavior_t behaviors[TYPES_MAX];
    thread_state_flavor_t flavors[TYPES_MAX];
};

static struct entries get_task(task_t task, exception_mask_t mask)
{
    struct entries e;
    memset(&e, 0xee, sizeof e);
    e.n = TYPES_MAX;
    CHECK_EQ(task_get_exception_ports(task, mask, e.masks, &e.n, e.ports, e.behaviors, e.flavors), OK);
    return e;
}

static struct entries get_thread(thread_t thread, exception_mask_t mask)
{
    struct entries e = { .n = TYPES_MAX };
    CHECK_EQ(thread_get_exception_ports(thread, mask, e.masks, &e.n, e.ports, e.behaviors, e.flavors), OK);
    return e;
}

static void free_entries(struct entries *e)
{
    for (unsigned i = 0; i < e->n; i++)
        if (MACH_PORT_VALID(e->ports[i]))
            CHECK_EQ(mach_port_deallocate(SELF, e->ports[i]), OK);
}

static kern_return_t set_task(exception_mask_t mask, mach_port_t port, int behavior, int flavor)
{
    return task_set_exception_ports(SELF, mask, port, behavior, flavor);
}

static void clear_task(void)
{
    CHECK_EQ(set_task(VALID, MACH_PORT_NULL, 0, 0), OK);
}

static void check_entry(const struct entries *e, unsigned i, exception_mask_t mask, mach_port_t port,
                        int behavior, int flavor)
{
    CHECK_EQ(e->masks[i], mask);
    CHECK_EQ(e->ports[i], port);
    CHECK_EQ(e->behaviors[i], behavior);
    CHECK_EQ(e->flavors[i], flavor);
}

TEST(a_task_starts_without_exception_ports, "K14 K173")
{
    clear_task();
    struct entries e = get_task(SELF, VALID);
    REQUIRE_EQ(e.n, 1);
    check_entry(&e, 0, VALID, MACH_PORT_NULL, 0, 0);
}

TEST(what_a_set_refuses, "K167 K170 K171 K194")
{
    mach_port_t port = both_new(), fixed = both_new();
    CHECK_EQ(mach_port_guard_with_flags(SELF, fixed, 7, MPG_IMMOVABLE_RECEIVE), OK);
    CHECK_EQ(set_task(1, port, DEFAULT_CODES, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(VALID + 1, port, DEFAULT_CODES, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(1 << 14, port, DEFAULT_CODES, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(FAULTS, port, 0, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(FAULTS, port, 6, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(FAULTS, fixed, DEFAULT_CODES, 0), KERN_INVALID_RIGHT);
    CHECK_EQ(set_task(FAULTS, port, DEFAULT_CODES, UNLISTED), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(FAULTS, MACH_PORT_NULL, DEFAULT_CODES, UNLISTED), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(FAULTS, port, EXCEPTION_IDENTITY_PROTECTED, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(set_task(FAULTS, port, EXCEPTION_DEFAULT | MACH_EXCEPTION_BACKTRACE_PREFERRED, 0),
             KERN_INVALID_ARGUMENT);
    mach_port_t self = mach_thread_self();
    CHECK_EQ(task_set_exception_ports(self, FAULTS, port, DEFAULT_CODES, 0),
             KERN_INVALID_ARGUMENT); /* no task */
    mach_port_deallocate(SELF, self);
    CHECK_EQ(sends_of(port), 1);
    CHECK_EQ(set_task(0, port, DEFAULT_CODES, 0), OK);        /* changes nothing */
    CHECK_EQ(set_task(FAULTS, port, EXCEPTION_STATE, 0), OK); /* fails when it is delivered (K171) */
    CHECK_EQ(set_task(FAULTS, port, DEFAULT_CODES, LISTED), OK);
    clear_task();
    CHECK_EQ(mach_port_destruct(SELF, fixed, -1, 7), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
}

TEST(equal_actions_are_one_entry, "K168 K173 K175")
{
    mach_port_t a = both_new(), b = both_new();
    CHECK_EQ(set_task(EXC_MASK_BAD_ACCESS | EXC_MASK_BREAKPOINT, a, DEFAULT_CODES, 0), OK);
    CHECK_EQ(set_task(EXC_MASK_ARITHMETIC, a, DEFAULT_CODES, LISTED), OK);
    CHECK_EQ(set_task(EXC_MASK_CRASH, b, EXCEPTION_STATE_IDENTITY, LISTED), OK);
    struct entries e = get_task(SELF, EXC_MASK_ALL | EXC_MASK_CRASH);
    REQUIRE_EQ(e.n, 4);
    check_entry(&e, 0, EXC_MASK_BAD_ACCESS | EXC_MASK_BREAKPOINT, a, DEFAULT_CODES, 0);
    CHECK_EQ(e.ports[1], MACH_PORT_NULL);
    check_entry(&e, 2, EXC_MASK_ARITHMETIC, a, DEFAULT_CODES, LISTED);
    check_entry(&e, 3, EXC_MASK_CRASH, b, EXCEPTION_STATE_IDENTITY, LISTED);
    CHECK_EQ(sends_of(a), 3); /* one right for each entry */
    free_entries(&e);
    e = get_task(SELF, EXC_MASK_CRASH); /* only what the mask names */
    REQUIRE_EQ(e.n, 1);
    free_entries(&e);
    clear_task();
    CHECK_EQ(mach_port_mod_refs(SELF, a, MACH_PORT_RIGHT_SEND, -1), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, b, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(a);
    receive_free(b);
}

TEST(a_swap_returns_what_was_there, "K172 K173")
{
    mach_port_t a = both_new(), b = both_new();
    struct entries e = { .n = TYPES_MAX };
    CHECK_EQ(set_task(FAULTS, a, DEFAULT_CODES, 0), OK);
    CHECK_EQ(task_swap_exception_ports(SELF, FAULTS, b, EXCEPTION_STATE, LISTED, e.masks, &e.n, e.ports,
                                       e.behaviors, e.flavors),
             OK);
    REQUIRE_EQ(e.n, 1);
    check_entry(&e, 0, FAULTS, a, DEFAULT_CODES, 0);
    free_entries(&e);
    e = get_task(SELF, FAULTS);
    check_entry(&e, 0, FAULTS, b, EXCEPTION_STATE, LISTED);
    free_entries(&e);
    e.n = TYPES_MAX;
    CHECK_EQ(task_swap_exception_ports(SELF, VALID + 1, b, EXCEPTION_STATE, 0, e.masks, &e.n, e.ports,
                                       e.behaviors, e.flavors),
             KERN_INVALID_ARGUMENT);
    clear_task();
    CHECK_EQ(mach_port_mod_refs(SELF, a, MACH_PORT_RIGHT_SEND, -1), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, b, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(a);
    receive_free(b);
}

TEST(what_a_slot_keeps, "K168 K169 K177 K17 P78")
{
    mach_port_t port = both_new(), notify = receive_new(), previous = MACH_PORT_NULL, host = mach_host_self();
    CHECK_EQ(set_task(FAULTS, port, DEFAULT_CODES, 0), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    CHECK_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_NO_SENDERS, 0, notify,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
             OK);
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    CHECK_EQ(mach_port_get_attributes(SELF, notify, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status,
                                      &count),
             OK);
    CHECK_EQ(status.mps_msgcount, 0); /* the slots are senders */
    CHECK_EQ(set_task(FAULTS, MACH_PORT_NULL, DEFAULT_CODES, LISTED), OK);
    CHECK_EQ(mach_port_get_attributes(SELF, notify, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status,
                                      &count),
             OK);
    CHECK_EQ(status.mps_msgcount, 1);
    struct entries e = get_task(SELF, FAULTS);
    REQUIRE_EQ(e.n, 1);
    check_entry(&e, 0, FAULTS, MACH_PORT_NULL, DEFAULT_CODES, LISTED); /* null, but the rest was stored */
    CHECK_EQ(set_task(FAULTS, host, DEFAULT_CODES, 0), OK);
    e = get_task(SELF, FAULTS);
    check_entry(&e, 0, FAULTS, MACH_PORT_NULL, DEFAULT_CODES, 0); /* a kernel object is null */
    CHECK_EQ(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND), OK);
    CHECK_EQ(set_task(FAULTS, port, DEFAULT_CODES, 0), OK);
    receive_free(port);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_DEAD_NAME, -1), OK);
    e = get_task(SELF, FAULTS);
    check_entry(&e, 0, FAULTS, MACH_PORT_DEAD, DEFAULT_CODES, 0);
    clear_task();
    mach_port_deallocate(SELF, host);
    receive_free(notify);
}

TEST(a_threads_actions_appear_with_the_first_set, "K29 K174 K168")
{
    mach_port_t self = mach_thread_self(), port = both_new();
    struct entries e = get_thread(self, VALID);
    CHECK_EQ(e.n, 0);
    CHECK_EQ(thread_set_exception_ports(self, FAULTS, port, DEFAULT_CODES, 0), OK);
    e = get_thread(self, VALID);
    REQUIRE_EQ(e.n, 2);
    check_entry(&e, 0, FAULTS, port, DEFAULT_CODES, 0);
    check_entry(&e, 1, VALID & ~FAULTS, MACH_PORT_NULL, 0, 0);
    free_entries(&e);
    e.n = TYPES_MAX;
    CHECK_EQ(thread_swap_exception_ports(self, VALID, MACH_PORT_NULL, 0, 0, e.masks, &e.n, e.ports,
                                         e.behaviors, e.flavors),
             OK);
    CHECK_EQ(e.n, 2);
    free_entries(&e);
    CHECK_EQ(thread_get_exception_ports(SELF, VALID, e.masks, &e.n, e.ports, e.behaviors, e.flavors),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_get_exception_ports(self, 1, e.masks, &e.n, e.ports, e.behaviors, e.flavors),
             KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
    mach_port_deallocate(SELF, self);
}

TEST(information_instead_of_rights, "K176")
{
    mach_port_t port = both_new(), self = mach_thread_self();
    struct entries e = { .n = TYPES_MAX };
    exception_handler_info_t info[TYPES_MAX];
    CHECK_EQ(set_task(FAULTS, port, DEFAULT_CODES, 0), OK);
    CHECK_EQ(task_get_exception_ports_info(SELF, FAULTS | EXC_MASK_BREAKPOINT, e.masks, &e.n, info,
                                           e.behaviors, e.flavors),
             OK);
    REQUIRE_EQ(e.n, 2);
    CHECK_NE(info[0].iip_port_object, 0);
    CHECK_NE(info[0].iip_receiver_object, 0);
    CHECK_EQ(info[1].iip_port_object, 0);
    CHECK_EQ(info[1].iip_receiver_object, 0);
    CHECK_EQ(sends_of(port), 1);
    e.n = TYPES_MAX;
    CHECK_EQ(thread_get_exception_ports_info(self, FAULTS, e.masks, &e.n, info, e.behaviors, e.flavors), OK);
    clear_task();
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
    mach_port_deallocate(SELF, self);
}

TEST(the_host_has_a_default_handler, "K178 K174")
{
    mach_port_t host = mach_host_self();
    struct entries e = { .n = TYPES_MAX };
    natural_t type = 0;
    mach_vm_address_t address;
    kern_return_t kr = host_get_exception_ports(host, VALID, e.masks, &e.n, e.ports, e.behaviors, e.flavors);
    mach_port_deallocate(SELF, host);
    if (kr == KERN_INVALID_ARGUMENT && (geteuid() != 0 || !world_is_live()))
        SKIP("only root has the host-priv port");
    REQUIRE_EQ(kr, OK);
    REQUIRE_EQ(e.n, 2);
    CHECK_EQ(e.masks[0], EXC_MASK_ALL & ~(EXC_MASK_RPC_ALERT | EXC_MASK_GUARD));
    CHECK_EQ(e.behaviors[0], DEFAULT_CODES);
    CHECK_EQ(mach_port_kobject(SELF, e.ports[0], &type, &address), OK);
    CHECK_EQ(type, 40);
    CHECK_EQ(e.ports[1], MACH_PORT_NULL);
    free_entries(&e);
}

/* ---- inheritance ---- */

/* Its parent's exception port is a name of its own for the port that it was given. */
static int has_inherited(void *argument)
{
    mach_port_t self = mach_thread_self();
    struct entries e = get_task(SELF, FAULTS), of_thread = get_thread(self, VALID);
    REQUIRE_EQ(e.n, 1);
    check_entry(&e, 0, FAULTS, world_parent_port(), EXCEPTION_STATE_IDENTITY, LISTED);
    CHECK_EQ(of_thread.n, 0);
    return 0;
}

TEST(a_child_inherits_its_parents_actions_not_its_threads, "K15 K16 K29")
{
    mach_port_t port = both_new(), self = mach_thread_self();
    CHECK_EQ(set_task(FAULTS, port, EXCEPTION_STATE_IDENTITY, LISTED), OK);
    CHECK_EQ(thread_set_exception_ports(self, FAULTS, port, DEFAULT_CODES, 0), OK);
    CHECK_EQ(world_task_wait(world_task_spawn(has_inherited, NULL, port)), WORLD_OK);
    CHECK_EQ(thread_set_exception_ports(self, VALID, MACH_PORT_NULL, 0, 0), OK);
    clear_task();
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
    mach_port_deallocate(SELF, self);
}

static int set_and_die(void *argument)
{
    mach_port_t self = mach_thread_self();
    CHECK_EQ(set_task(FAULTS, world_parent_port(), DEFAULT_CODES, 0), OK);
    CHECK_EQ(thread_set_exception_ports(self, FAULTS, world_parent_port(), DEFAULT_CODES, 0), OK);
    return 0;
}

TEST(actions_end_with_their_task, "K26 K31")
{
    mach_port_t port = receive_new(), notify = receive_new(), previous;
    CHECK_EQ(world_task_wait(world_task_spawn(set_and_die, NULL, port)), WORLD_OK);
    CHECK_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_NO_SENDERS, 0, notify,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
             OK);
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    CHECK_EQ(mach_port_get_attributes(SELF, notify, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status,
                                      &count),
             OK);
    CHECK_EQ(status.mps_msgcount, 1); /* no sender is left */
    receive_free(port);
    receive_free(notify);
}
