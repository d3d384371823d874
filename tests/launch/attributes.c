/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/attributes.c - what a spawn may give its child, what it may not, and what the child has anyway
 * (F37-F47, F104-F120, F130-F133) */
#include <errno.h>
#include <mach/task_special_ports.h>
#include <unistd.h>

#include "libmach/calls/process.h"
#include "tests/launch/launch.h"

enum { ID_HELLO = 77, UNKNOWN_PORT = 99 };

enum { TYPE_STANDARD = 0x300, TYPE_BACKGROUND = 0x500, TYPE_DRIVER = 0x700, CLAMP_UTILITY = 1, CLAMPS = 4 };

static int outcome(const struct spawn_request *request, int (*fn)(void *argument), void *argument)
{
    struct launched *child = NULL;
    REQUIRE_EQ(launch_begin(request, fn, argument, &child), 0);
    launch_go(child);
    return launch_wait(child);
}

static int refusal(const struct spawn_request *request)
{
    struct launched *child = NULL;
    int error = launch_begin(request, NULL, NULL, &child);
    if (child != NULL)
        launch_take_back(child);
    return error;
}

static mach_port_urefs_t send_refs(mach_port_t port)
{
    mach_port_urefs_t refs = 0;
    mach_port_get_refs(SELF, port, MACH_PORT_RIGHT_SEND, &refs);
    return refs;
}

/* ---- ports ---- */

static kern_return_t say_hello(mach_port_t port)
{
    mach_msg_header_t hello = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                .msgh_remote_port = port,
                                .msgh_id = ID_HELLO };
    return mach_msg(&hello, MACH_SEND_MSG, sizeof(hello), 0, 0, 0, 0);
}

static int greet_bootstrap(void *argument)
{
    mach_port_t port = MACH_PORT_NULL;
    (void)argument;
    CHECK_EQ(task_get_bootstrap_port(SELF, &port), OK);
    CHECK_EQ(port, bootstrap_port);
    return say_hello(bootstrap_port) == OK ? WORLD_OK : 1;
}

TEST(a_child_finds_the_bootstrap_port_that_it_was_given, "F117 F118 F61 F65")
{
    mach_port_t port = port_with_send();
    struct spawn_request request = launch_request();
    request.special[request.n_special++] = (struct spawn_special){ TASK_BOOTSTRAP_PORT, port };
    CHECK_EQ(outcome(&request, greet_bootstrap, NULL), WORLD_OK);
    CHECK_EQ(letter_take(port).header.msgh_id, ID_HELLO);
    CHECK_EQ(send_refs(port), 1);
    port_gone(port);
}

TEST(special_ports_that_a_task_would_refuse_are_refused, "F116 F117")
{
    mach_port_t port = port_with_send();
    const uint32_t wrong[] = { TASK_KERNEL_PORT, UNKNOWN_PORT, 0 };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct spawn_request request = launch_request();
        request.special[request.n_special++] = (struct spawn_special){ wrong[i], port };
        CHECK_EQ(refusal(&request), EINVAL);
    }
    struct spawn_request twice = launch_request();
    twice.special[twice.n_special++] = (struct spawn_special){ TASK_ACCESS_PORT, port };
    CHECK_EQ(refusal(&twice), 0);
    twice.special[twice.n_special++] = (struct spawn_special){ TASK_ACCESS_PORT, port };
    CHECK_EQ(refusal(&twice), EINVAL);
    struct spawn_request host = launch_request();
    host.special[host.n_special++] = (struct spawn_special){ TASK_HOST_PORT, port };
    if (!world_is_live())
        CHECK_EQ(refusal(&host), EINVAL);
    CHECK_EQ(send_refs(port), 1);
    port_gone(port);
}

/* The registered ports are the parent's one, and two empty slots. */
static int greet_registered(void *argument)
{
    mach_port_t *ports = NULL;
    mach_msg_type_number_t n = 0;
    (void)argument;
    CHECK_EQ(mach_ports_lookup(SELF, &ports, &n), OK);
    CHECK_EQ(n, 3);
    CHECK_EQ(ports[1], MACH_PORT_NULL);
    CHECK_EQ(ports[2], MACH_PORT_NULL);
    return say_hello(ports[0]) == OK ? WORLD_OK : 1;
}

TEST(registered_ports_are_inherited_or_replaced_together, "F42 F120 F182 K18 K96")
{
    mach_port_t mine[3] = { port_with_send(), MACH_PORT_NULL, MACH_PORT_NULL }, given = port_with_send();
    mach_port_t none[3] = { MACH_PORT_NULL, MACH_PORT_NULL, MACH_PORT_NULL };
    struct spawn_request request = launch_request();
    REQUIRE_EQ(mach_ports_register(SELF, mine, 3), OK);
    CHECK_EQ(outcome(&request, greet_registered, NULL), WORLD_OK);
    CHECK_EQ(letter_take(mine[0]).header.msgh_id, ID_HELLO);
    request.registered[request.n_registered++] = given;
    CHECK_EQ(outcome(&request, greet_registered, NULL), WORLD_OK);
    CHECK_EQ(letter_take(given).header.msgh_id, ID_HELLO);
    request.n_registered = SPAWN_REGISTERED_MAX + 1;
    CHECK_EQ(refusal(&request), EINVAL);
    CHECK_EQ(mach_ports_register(SELF, none, 3), OK);
    port_gone(mine[0]);
    port_gone(given);
}

static int greet_handler(void *argument)
{
    exception_mask_t mask[EXC_TYPES_COUNT];
    exception_handler_t port[EXC_TYPES_COUNT];
    exception_behavior_t behavior[EXC_TYPES_COUNT];
    thread_state_flavor_t flavor[EXC_TYPES_COUNT];
    mach_msg_type_number_t n = EXC_TYPES_COUNT;
    (void)argument;
    CHECK_EQ(task_get_exception_ports(SELF, EXC_MASK_SOFTWARE, mask, &n, port, behavior, flavor), OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(behavior[0], EXCEPTION_DEFAULT);
    return say_hello(port[0]) == OK ? WORLD_OK : 1;
}

TEST(exception_ports_are_given_by_mask, "F119 F42")
{
    mach_port_t port = port_with_send();
    struct spawn_request request = launch_request();
    request.exception[request.n_exceptions++] =
        (struct spawn_exception){ EXC_MASK_SOFTWARE, port, EXCEPTION_DEFAULT, 0 };
    CHECK_EQ(outcome(&request, greet_handler, NULL), WORLD_OK);
    CHECK_EQ(letter_take(port).header.msgh_id, ID_HELLO);
    request.exception[0].mask = 1u << 31;
    CHECK_EQ(refusal(&request), EINVAL);
    request.exception[0] = (struct spawn_exception){ EXC_MASK_SOFTWARE, port, 77, 0 };
    CHECK_EQ(refusal(&request), EINVAL);
    CHECK_EQ(send_refs(port), 1);
    port_gone(port);
}

/* ---- scheduling ---- */

static int tell_base(void *argument)
{
    (void)argument;
    return own_base();
}

static int tell_interactive_base(void *argument)
{
    (void)argument;
    CHECK_EQ(pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0), 0);
    return own_base();
}

static int tell_base_of_own_child(void *argument)
{
    const struct spawn_request request = launch_request();
    (void)argument;
    return outcome(&request, tell_interactive_base, NULL);
}

TEST(the_role_is_given_and_not_inherited, "F37 F133 T12 F131")
{
    struct spawn_request request = launch_request();
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    CHECK_EQ(outcome(&request, tell_base, NULL), 31);
    request.role = PRIO_DARWIN_ROLE_UI_FOCAL;
    CHECK_EQ(outcome(&request, tell_base, NULL), 47);
    request.role = PRIO_DARWIN_ROLE_UI;
    CHECK_EQ(outcome(&request, tell_base, NULL), 46);
    CHECK_EQ(outcome(&request, tell_base_of_own_child, NULL), 31);
    role(PRIO_DARWIN_ROLE_DEFAULT);
}

TEST(the_process_type_limits_classes_and_is_inherited, "F38 F130 F131 F132 T10")
{
    struct spawn_request request = launch_request();
    request.process_type = TYPE_STANDARD;
    CHECK_EQ(outcome(&request, tell_base, NULL), 31);
    CHECK_EQ(outcome(&request, tell_interactive_base, NULL), 37);
    CHECK_EQ(outcome(&request, tell_base_of_own_child, NULL), 37);
    request.process_type = TYPE_BACKGROUND;
    CHECK_EQ(outcome(&request, tell_base, NULL), 4);
    request.process_type = TYPE_DRIVER;
    CHECK_EQ(refusal(&request), EPERM);
}

static int fail_to_take_a_role(void *argument)
{
    (void)argument;
    return setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_UI_FOCAL) == -1 ? errno : 0;
}

TEST(a_daemon_has_no_role, "F133 T11")
{
    struct spawn_request request = launch_request();
    request.process_type = TYPE_STANDARD;
    CHECK_EQ(outcome(&request, fail_to_take_a_role, NULL), ENOTSUP);
}

TEST(a_clamp_holds_every_thread_down_and_is_inherited, "F38 F115 T14")
{
    struct spawn_request request = launch_request();
    request.qos_clamp = CLAMP_UTILITY;
    request.role = PRIO_DARWIN_ROLE_UI_FOCAL;
    CHECK_EQ(outcome(&request, tell_base, NULL), 20);
    CHECK_EQ(outcome(&request, tell_interactive_base, NULL), 20);
    CHECK_EQ(outcome(&request, tell_base_of_own_child, NULL), 20);
    request.qos_clamp = CLAMPS;
    CHECK_EQ(refusal(&request), EINVAL);
}

TEST(personas_and_coalitions_that_do_not_exist_are_refused, "F105 F136 F107")
{
    struct spawn_request request = launch_request();
    int unprivileged = world_is_live() && geteuid() == 0 ? ESRCH : EPERM;
    request.persona = 501;
    CHECK_EQ(refusal(&request), unprivileged);
    request = launch_request();
    request.coalition[0] = 4711;
    CHECK_EQ(refusal(&request), EPERM);
}

/* ---- records ---- */

static struct process_info info_of(int32_t pid, int *error_p)
{
    struct process_info info = { 0 };
    CHECK_EQ(process_info(pid, 0, error_p, &info), OK);
    return info;
}

static int tell_names(void *argument)
{
    int error = -1;
    struct process_info info = info_of(0, &error);
    (void)argument;
    CHECK_EQ(error, 0);
    return (int)info.names;
}

TEST(a_child_has_none_of_the_names_of_its_parent, "F43 F45 F12 F161")
{
    enum { MANY = 40, FEW = 12 };
    mach_port_t port[MANY];
    const struct spawn_request request = launch_request();
    for (int i = 0; i < MANY; i++)
        port[i] = port_with_send();
    CHECK_LT(outcome(&request, tell_names, NULL), FEW);
    for (int i = 0; i < MANY; i++)
        port_gone(port[i]);
}

TEST(records_are_found_from_commit_to_death, "F1 F2 F3 F4 F5 F6 F9 F14 F30 F50 F51 F160 F161")
{
    const struct spawn_request request = launch_request();
    struct launched *child = NULL, *other = NULL;
    int error = -1;
    struct process_info parent = info_of(0, &error);
    REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &child), 0);
    REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &other), 0);
    struct process_info first = info_of(launch_pid(child), &error),
                        second = info_of(launch_pid(other), &error);
    CHECK_EQ(error, 0);
    CHECK_EQ(first.pid, launch_pid(child));
    CHECK_EQ(first.parent, parent.pid);
    CHECK_EQ(first.parent_unique_id, parent.unique_id);
    CHECK_EQ(first.parent_pid_version, parent.pid_version);
    CHECK_EQ(first.state, PROCESS_SHOWN_RUN);
    CHECK_EQ(first.flags & 0x4000, 0);
    CHECK_EQ(first.n_threads, 1);
    CHECK_GT(first.unique_id, parent.unique_id);
    CHECK_GT(second.unique_id, first.unique_id);
    CHECK_GT(second.pid_version, first.pid_version);
    launch_go(child);
    struct process_info image = info_of(launch_pid(child), &error);
    if (error == 0) { /* it may have ended already */
        CHECK_EQ(image.flags & 0x4000, 0x4000);
        CHECK_GT(image.pid_version, second.pid_version);
        CHECK_EQ(image.unique_id, first.unique_id);
    }
    int32_t pid = launch_pid(child);
    CHECK_EQ(launch_wait(child), 31);
    info_of(pid, &error);
    CHECK_EQ(error, ESRCH);
    pid = launch_pid(other);
    launch_take_back(other);
    info_of(pid, &error);
    CHECK_EQ(error, ESRCH);
}

static int wait_to_be_killed(void *argument)
{
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } nothing;
    (void)argument;
    mach_msg(&nothing.header, MACH_RCV_MSG, 0, sizeof(nothing), port_with_send(), 0, 0);
    return 1;
}

TEST(a_task_in_the_making_is_nobodys_to_have, "K20 K21 K107")
{
    struct spawn_request request = launch_request();
    struct launched *child = NULL;
    mach_port_t port = port_with_send(), task = 7, name = 7, none = MACH_PORT_NULL;
    int pid = -1;
    request.registered[request.n_registered++] = port; /* set before it is enabled */
    REQUIRE_EQ(launch_begin(&request, wait_to_be_killed, NULL, &child), 0);
    CHECK_EQ(task_for_pid(SELF, launch_pid(child), &task), KERN_FAILURE);
    CHECK_EQ(task, MACH_PORT_NULL);
    CHECK_EQ(task_name_for_pid(SELF, launch_pid(child), &name), KERN_FAILURE);
    launch_go(child);
    for (int i = 0; i < PATIENCE_MS && task_for_pid(SELF, launch_pid(child), &task) != OK; i++)
        world_sleep_ms(1);
    REQUIRE_NE(task, MACH_PORT_NULL);
    CHECK_EQ(pid_for_task(task, &pid), OK);
    CHECK_EQ(pid, launch_pid(child));
    mach_port_array_t ports = NULL;
    mach_msg_type_number_t n = 0;
    REQUIRE_EQ(mach_ports_lookup(task, &ports, &n), OK);
    CHECK_EQ(ports[0], port);
    CHECK_EQ(mach_ports_register(task, &none, 1), OK); /* from now on they can be set */
    mach_port_deallocate(SELF, port);
    launch_kill(child);
    mach_port_deallocate(SELF, task);
    port_gone(port);
}

TEST(every_record_is_listed_once_whatever_the_size_of_the_pieces, "F164")
{
    enum { N = 5, MAX = 4 };
    const struct spawn_request request = launch_request();
    struct launched *child[N];
    int n_found = 0;
    for (int i = 0; i < N; i++)
        REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &child[i]), 0);
    struct process_item items[MAX];
    uint64_t cursor = 0, last = 0;
    do {
        uint32_t n = 0;
        CHECK_EQ(process_list(&cursor, items, MAX, &n), OK);
        for (uint32_t k = 0; k < n; k++) {
            CHECK_GT(items[k].unique_id, last);
            last = items[k].unique_id;
            for (int i = 0; i < N; i++)
                n_found += items[k].pid == launch_pid(child[i]);
        }
    } while (cursor != 0);
    CHECK_EQ(n_found, N);
    for (int i = 0; i < N; i++)
        launch_take_back(child[i]);
}

/* ---- tickets ---- */

static int done(uint64_t ticket)
{
    int error = -1;
    CHECK_EQ(process_done(ticket, &error), OK);
    return error;
}

static int undo(uint64_t ticket)
{
    int error = -1;
    CHECK_EQ(process_undo(ticket, &error), OK);
    return error;
}

static int commit(uint64_t ticket, int32_t pid)
{
    int error = -1;
    CHECK_EQ(process_commit(ticket, pid, &error), OK);
    return error;
}

static int use_a_ticket_of_the_parent(void *argument)
{
    uint64_t ticket = *(uint64_t *)argument;
    return undo(ticket) == EINVAL && done(ticket) == EINVAL ? WORLD_OK : 1;
}

TEST(a_ticket_is_good_for_its_task_once_and_in_order, "F58 F20 F61")
{
    const struct spawn_request request = launch_request();
    uint64_t ticket = 0;
    int error = -1;
    REQUIRE_EQ(process_prepare(&request, &error, &ticket), OK);
    REQUIRE_EQ(error, 0);
    CHECK_EQ(done(ticket), EINVAL);
    CHECK_EQ(done(ticket + 1), EINVAL);
    CHECK_EQ(commit(ticket, 99999999), ESRCH);
    CHECK_EQ(commit(ticket, 1), ESRCH);
    world_task *other = world_task_spawn(use_a_ticket_of_the_parent, &ticket, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(other), WORLD_OK);
    CHECK_EQ(undo(ticket), 0);
    CHECK_EQ(undo(ticket), EINVAL);
    CHECK_EQ(commit(ticket, 1), EINVAL);
}

TEST(ten_thousand_refused_spawns_leave_nothing, "F20 F62")
{
    mach_port_t port = port_with_send();
    struct spawn_request request = launch_watching(&port, 1);
    request.special[request.n_special++] = (struct spawn_special){ TASK_BOOTSTRAP_PORT, port };
    request.registered[request.n_registered++] = port;
    for (int i = 0; i < 10000; i++) {
        uint64_t ticket = 0;
        int error = -1;
        REQUIRE_EQ(process_prepare(&request, &error, &ticket), OK);
        REQUIRE_EQ(error, 0);
        REQUIRE_EQ(undo(ticket), 0);
    }
    CHECK_EQ(send_refs(port), 1);
    port_gone(port);
}

static int prepare_and_die(void *argument)
{
    const struct spawn_request request = launch_request();
    uint64_t ticket = 0;
    int error = -1;
    (void)argument;
    for (int i = 0; i < 3; i++)
        CHECK_EQ(process_prepare(&request, &error, &ticket), OK);
    return error;
}

TEST(a_parent_that_dies_has_undone_what_it_announced, "F64")
{
    CHECK_EQ(world_task_wait(world_task_spawn(prepare_and_die, NULL, MACH_PORT_NULL)), 0);
}

TEST(a_user_has_as_many_processes_as_its_limit, "F15 F17 F21")
{
    struct spawn_request request = launch_request();
    if (world_is_live() && geteuid() == 0)
        SKIP("root has no limit");
    request.process_limit = 1;
    CHECK_EQ(refusal(&request), EAGAIN);
    request.process_limit = UINT32_MAX;
    CHECK_EQ(refusal(&request), 0);
}
