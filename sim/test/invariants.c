/* SPDX-License-Identifier: Apache-2.0 */
/* sim/test/invariants.c - the check of P4 under itself: it finds every kind of damage, and it runs after every trap */
#include <mach/mach.h>

#include "kernel/ipc/request.h"
#include "kernel/ipc/space.h"
#include "kernel/ipc/wait.h"
#include "kernel/task/thread.h"
#include "sim/sim.h"
#include "sim/test/damage.h"
#include "tests/harness/harness.h"

#define SELF mach_task_self()

/* ---- something of everything ---- */

static struct {
    mach_port_t receive, send, once, set, carried, full, requested;
} names;

static void send_right(mach_port_t to, mach_port_t port, mach_msg_type_name_t how)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                    .msgh_remote_port = to },
        .body.msgh_descriptor_count = 1,
        .port = { .name = port, .disposition = how, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    REQUIRE_EQ(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0), KERN_SUCCESS);
}

static mach_port_t new_port(void)
{
    mach_port_t port;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), KERN_SUCCESS);
    return port;
}

static void make_all_kinds(void)
{
    mach_msg_type_name_t type;
    mach_port_t previous;
    names.receive = new_port();
    names.full = new_port();
    names.carried = new_port();
    REQUIRE_EQ(mach_port_insert_right(SELF, names.carried, names.carried, MACH_MSG_TYPE_MAKE_SEND), 0);
    send_right(names.full, names.carried, MACH_MSG_TYPE_MOVE_RECEIVE);
    names.send = names.carried;
    REQUIRE_EQ(mach_port_extract_right(SELF, names.receive, MACH_MSG_TYPE_MAKE_SEND_ONCE, &names.once, &type),
               0);
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &names.set), 0);
    REQUIRE_EQ(mach_port_insert_member(SELF, names.full, names.set), 0);
    names.requested = new_port();
    REQUIRE_EQ(mach_port_request_notification(SELF, names.requested, MACH_NOTIFY_DEAD_NAME, 0, names.receive,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               0);
}

static struct entry *entry_of(mach_port_t name)
{
    struct entry *entry = space_peek(sim_task_kernel(sim_task_self())->space, name);
    REQUIRE(entry != NULL);
    return entry;
}

static struct port *port_of(mach_port_t name)
{
    return entry_of(name)->port;
}

/* ---- the kinds of damage ---- */

static void a_send_right_too_many(void)
{
    port_of(names.send)->srights++;
}
static void a_send_right_too_few(void)
{
    port_of(names.send)->srights--;
}
static void a_send_once_right_too_many(void)
{
    port_of(names.once)->sorights++;
}
static void a_reference_too_many(void)
{
    port_of(names.send)->refs++;
}
static void a_reference_too_few(void)
{
    port_of(names.send)->refs--;
}
static void a_name_too_many(void)
{
    entry_of(names.send)->space->n_used++;
}
static void a_send_right_without_urefs(void)
{
    entry_of(names.send)->urefs = 0;
}
static void a_send_once_right_with_two_urefs(void)
{
    entry_of(names.once)->urefs = 2;
}
static void a_receive_right_with_urefs(void)
{
    entry_of(names.receive)->urefs = 1;
}
static void a_queue_shorter_than_its_count(void)
{
    port_of(names.full)->n_messages++;
}
static void a_queue_longer_than_its_count(void)
{
    port_of(names.full)->n_messages--;
}
static void a_port_that_forgot_its_name(void)
{
    port_of(names.receive)->name += 0x100;
}
static void a_port_in_limbo(void)
{
    port_of(names.receive)->state = PORT_IN_LIMBO;
}
static void a_port_carried_by_nothing(void)
{
    port_of(names.carried)->state = PORT_IN_KERNEL;
}
static void a_port_in_no_send_tree(void)
{
    tree_remove(&port_of(names.send)->send_entries, &entry_of(names.send)->by_space);
}
static void a_send_once_right_on_no_list(void)
{
    list_remove(&entry_of(names.once)->of_port);
}
static void a_request_on_no_list(void)
{
    list_remove(&entry_of(names.requested)->request->link);
}
static void a_request_of_another_entry(void)
{
    entry_of(names.requested)->request->entry = entry_of(names.send);
}
static void a_request_without_a_right(void)
{
    entry_of(names.requested)->request->notify->sorights--;
}
static void a_request_armed_on_no_list(void)
{
    entry_of(names.requested)->request->is_armed = true;
}
static void a_member_of_a_set_of_another_space(void)
{
    static struct space other;
    entry_of(names.set)->set->space = &other;
}
static void a_full_member_that_is_not_ready(void)
{
    list_remove(list_first(&entry_of(names.set)->set->ready));
}

/* Two names for one send right: the second one as a program would never get it. */
static void a_second_name_for_a_port(void)
{
    struct entry *second;
    struct space *space = entry_of(names.send)->space;
    struct ipc *ipc = sim_thread_kernel(sim_thread_self())->ipc.ipc;
    ASSERT(space_name_new(ipc, space, &second) == KERN_SUCCESS);
    second->kind = ENTRY_SEND;
    second->urefs = 1;
    second->port = port_of(names.send);
    second->port->srights++;
    port_get(second->port);
}

/* The holder of the carried port is moved into the carried port's own queue, past the door. */
static void a_circle_in_transit(void)
{
    struct port *carried = port_of(names.carried), *holder = port_of(names.full);
    struct message *message = carried->carrier;
    list_remove(&message->link);
    holder->n_messages--;
    list_append(&carried->messages, &message->link);
    carried->n_messages++;
    message->dest.port->srights--;
    message->dest.port->refs--;
    message->dest.port = port_get(carried);
    carried->srights++;
}

static void a_thread_that_waits_in_no_queue(void)
{
    sim_thread_kernel(sim_thread_self())->ipc.wait = WAIT_RECEIVE;
}

static const struct damage_kind damages[] = {
    DAMAGE(a_send_right_too_many),
    DAMAGE(a_send_right_too_few),
    DAMAGE(a_send_once_right_too_many),
    DAMAGE(a_reference_too_many),
    DAMAGE(a_reference_too_few),
    DAMAGE(a_name_too_many),
    DAMAGE(a_send_right_without_urefs),
    DAMAGE(a_send_once_right_with_two_urefs),
    DAMAGE(a_receive_right_with_urefs),
    DAMAGE(a_queue_shorter_than_its_count),
    DAMAGE(a_queue_longer_than_its_count),
    DAMAGE(a_port_that_forgot_its_name),
    DAMAGE(a_port_in_limbo),
    DAMAGE(a_port_carried_by_nothing),
    DAMAGE(a_port_in_no_send_tree),
    DAMAGE(a_send_once_right_on_no_list),
    DAMAGE(a_request_on_no_list),
    DAMAGE(a_request_of_another_entry),
    DAMAGE(a_request_without_a_right),
    DAMAGE(a_request_armed_on_no_list),
    DAMAGE(a_member_of_a_set_of_another_space),
    DAMAGE(a_full_member_that_is_not_ready),
    DAMAGE(a_second_name_for_a_port),
    DAMAGE(a_circle_in_transit),
    DAMAGE(a_thread_that_waits_in_no_queue),
};

/* ---- finding it ---- */

static void look(void)
{
    kernel_check_invariants(sim_kernel());
}

TEST(the_check_finds_every_kind_of_damage, "P4")
{
    make_all_kinds();
    damage_is_found(damages, ARRAY_SIZE(damages), look);
}

TEST(the_check_runs_after_every_trap, "P4")
{
    make_all_kinds();
    damage_is_found_by_traps(a_send_right_too_many);
}
