/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/limits_sim.c - how many processes there may be, and images of other users, in the simulator */
#include <errno.h>

#include "kernel/proc/proc.h"
#include "libmach/calls/process.h"
#include "sim/sim.h"
#include "tests/launch/launch.h"

static struct procs *procs(void)
{
    return sim_task_kernel(sim_task_self())->system->procs;
}

static int nothing(void *argument)
{
    (void)argument;
    return WORLD_OK;
}

TEST(one_place_is_left_that_only_root_can_take, "F15 F16 F20 F183")
{
    enum { MAX = 10 };
    const struct spawn_request request = launch_request();
    struct launched *child[MAX], *none = NULL;
    uint32_t n = 0;
    procs()->max = MAX;
    while (n < MAX && launch_begin(&request, nothing, NULL, &child[n]) == 0)
        n++;
    CHECK_EQ(procs()->n, MAX / 2); /* which is more than one user may have */
    CHECK_EQ(launch_begin(&request, nothing, NULL, &none), EAGAIN);
    launch_take_back(child[--n]);
    CHECK_EQ(launch_begin(&request, nothing, NULL, &child[n++]), 0);
    while (n > 0)
        launch_take_back(child[--n]);
    struct uid root = { .uid = 0 }, other = { .uid = 1000 };
    procs()->max = procs()->n + 1;
    CHECK_EQ(proc_check_room(procs(), &root, 0), 0);
    CHECK_EQ(proc_check_room(procs(), &other, UINT64_MAX), EAGAIN);
    procs()->max = procs()->n;
    CHECK_EQ(proc_check_room(procs(), &root, 0), EAGAIN);
    procs()->max = PROCESSES_MAX;
}

TEST(announced_children_count_until_they_are_made_or_taken_back, "F17 F20 F58")
{
    struct spawn_request request = launch_request();
    uint64_t ticket[3];
    int error = -1;
    uint32_t before = procs()->n;
    request.process_limit = before + 3;
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(process_prepare(&request, &error, &ticket[i]), OK);
        CHECK_EQ(error, 0);
    }
    uint64_t none;
    CHECK_EQ(process_prepare(&request, &error, &none), OK);
    CHECK_EQ(error, EAGAIN);
    CHECK_EQ(process_undo(ticket[1], &error), OK);
    CHECK_EQ(process_prepare(&request, &error, &ticket[1]), OK);
    CHECK_EQ(error, 0);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(process_undo(ticket[i], &error), OK);
    CHECK_EQ(procs()->n, before);
    CHECK_EQ(procs()->n_reserved, 0);
}

TEST(who_changes_its_real_uid_counts_for_the_other_user, "F22 F175")
{
    enum { AUDIT_EUID = 1, AUDIT_RUID = 3, OTHER = 4321 };
    struct task *task = sim_task_kernel(sim_task_self());
    struct task_identity before = task->identity, after = before;
    const struct uid *user = task->proc->counted;
    uint32_t n = user->n_processes;
    after.uid = after.ruid = after.svuid = OTHER;
    REQUIRE(proc_set_ids(task->proc, &after));
    CHECK_EQ(user->n_processes, n - 1);
    CHECK_EQ(task->proc->counted->uid, OTHER);
    CHECK_EQ(task->proc->counted->n_processes, 1);
    CHECK_EQ(task->token.audit.val[AUDIT_EUID], OTHER);
    CHECK_EQ(task->token.audit.val[AUDIT_RUID], OTHER);
    REQUIRE(proc_set_ids(task->proc, &before));
    CHECK_EQ(user->n_processes, n);
}

/* ---- images of other users ---- */

static bool has_handler(void)
{
    exception_mask_t mask[EXC_TYPES_COUNT];
    exception_handler_t port[EXC_TYPES_COUNT];
    exception_behavior_t behavior[EXC_TYPES_COUNT];
    thread_state_flavor_t flavor[EXC_TYPES_COUNT];
    mach_msg_type_number_t n = EXC_TYPES_COUNT;
    CHECK_EQ(task_get_exception_ports(SELF, EXC_MASK_SOFTWARE, mask, &n, port, behavior, flavor), OK);
    return n == 1 && MACH_PORT_VALID(port[0]);
}

static bool has_registered(void)
{
    mach_port_t *ports = NULL;
    mach_msg_type_number_t n = 0;
    return mach_ports_lookup(SELF, &ports, &n) == OK && n > 0 && MACH_PORT_VALID(ports[0]);
}

static int tell_what_is_left(void *argument)
{
    (void)argument;
    return (has_handler() ? 1 : 0) | (has_registered() ? 2 : 0) | (MACH_PORT_VALID(bootstrap_port) ? 4 : 0);
}

static int become_another(void *argument)
{
    sim_task_set_uid(sim_task_self(), *(uint32_t *)argument);
    launch_exec(tell_what_is_left, NULL);
}

static int left_after_exec(uint32_t uid)
{
    mach_port_t port = port_with_send();
    struct launched *child = NULL;
    struct spawn_request request = launch_request();
    request.special[request.n_special++] = (struct spawn_special){ TASK_BOOTSTRAP_PORT, port };
    request.registered[request.n_registered++] = port;
    request.exception[request.n_exceptions++] =
        (struct spawn_exception){ EXC_MASK_SOFTWARE, port, EXCEPTION_DEFAULT, 0 };
    REQUIRE_EQ(launch_begin(&request, become_another, &uid, &child), 0);
    launch_go(child);
    int left = launch_wait(child);
    port_gone(port);
    return left;
}

TEST(an_image_of_the_same_user_inherits_ports, "F42 F86")
{
    CHECK_EQ(left_after_exec(501), 1 | 2 | 4);
}

TEST(an_image_of_another_user_keeps_bootstrap_and_registered_ports_only, "F94")
{
    CHECK_EQ(left_after_exec(0), 2 | 4);
}

static kern_return_t watch_with(exception_mask_t mask, mach_port_t port)
{
    return task_set_exception_ports(SELF, mask, port, EXCEPTION_STATE | MACH_EXCEPTION_CODES,
                                    MACHINE_THREAD_STATE);
}

/* 1: the port is there; 2: its behavior and flavor are. */
static int left_of(exception_mask_t bit)
{
    exception_mask_t mask[EXC_TYPES_COUNT];
    exception_handler_t port[EXC_TYPES_COUNT];
    exception_behavior_t behavior[EXC_TYPES_COUNT];
    thread_state_flavor_t flavor[EXC_TYPES_COUNT];
    mach_msg_type_number_t n = EXC_TYPES_COUNT;
    CHECK_EQ(task_get_exception_ports(SELF, bit, mask, &n, port, behavior, flavor), OK);
    bool has_form = behavior[0] == (exception_behavior_t)(EXCEPTION_STATE | MACH_EXCEPTION_CODES) &&
                    flavor[0] == MACHINE_THREAD_STATE;
    return (MACH_PORT_VALID(port[0]) ? 1 : 0) | (has_form ? 2 : 0);
}

static unsigned thread_actions(void)
{
    exception_mask_t mask[EXC_TYPES_COUNT];
    exception_handler_t port[EXC_TYPES_COUNT];
    exception_behavior_t behavior[EXC_TYPES_COUNT];
    thread_state_flavor_t flavor[EXC_TYPES_COUNT];
    mach_msg_type_number_t n = EXC_TYPES_COUNT;
    CHECK_EQ(thread_get_exception_ports(mach_thread_self(), EXC_MASK_ALL, mask, &n, port, behavior, flavor),
             OK);
    return n;
}

static int tell_what_root_left(void *argument)
{
    (void)argument;
    CHECK_EQ(thread_actions(), 0);
    return left_of(EXC_MASK_ARITHMETIC) | left_of(EXC_MASK_SOFTWARE) << 2;
}

/* Root's image: what it sets survives the next change, what it found does not become its own. */
static int watch_as_root(void *argument)
{
    static const uint32_t nobody = 777;
    (void)argument;
    CHECK_EQ(left_of(EXC_MASK_SOFTWARE), 2); /* dropped when it became root's */
    CHECK_EQ(watch_with(EXC_MASK_ARITHMETIC, bootstrap_port), OK);
    sim_task_set_uid(sim_task_self(), nobody);
    launch_exec(tell_what_root_left, NULL);
}

static int become_root(void *argument)
{
    (void)argument;
    CHECK_EQ(watch_with(EXC_MASK_SOFTWARE, bootstrap_port), OK);
    CHECK_EQ(thread_set_exception_ports(mach_thread_self(), EXC_MASK_ALL, bootstrap_port, EXCEPTION_DEFAULT, 0),
             OK);
    sim_task_set_uid(sim_task_self(), 0);
    launch_exec(watch_as_root, NULL);
}

TEST(only_what_root_has_set_watches_a_set_id_program, "K22 K24 K33")
{
    mach_port_t port = port_with_send();
    struct launched *child = NULL;
    struct spawn_request request = launch_request();
    request.special[request.n_special++] = (struct spawn_special){ TASK_BOOTSTRAP_PORT, port };
    REQUIRE_EQ(launch_begin(&request, become_root, NULL, &child), 0);
    launch_go(child);
    CHECK_EQ(launch_wait(child), 1 | 2 | 2 << 2);
    port_gone(port);
}

/* ---- the order of an exec ---- */

enum { MANY = 3000, ID_NEW_IMAGE = 4444 };

static int say_that_it_is_there(void *argument)
{
    mach_msg_header_t hello = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                .msgh_remote_port = bootstrap_port,
                                .msgh_size = sizeof(hello),
                                .msgh_id = ID_NEW_IMAGE };
    (void)argument;
    CHECK_EQ(mach_msg(&hello, MACH_SEND_MSG, sizeof(hello), 0, 0, 0, 0), OK);
    return 0;
}

static int leave_many_ports(void *argument)
{
    (void)argument;
    for (int i = 0; i < MANY; i++)
        port_with_send();
    sim_sleep(1000000000); /* somebody watches the task meanwhile */
    launch_exec(say_that_it_is_there, NULL);
}

TEST(the_old_task_is_dead_before_the_new_image_is_heard, "K243")
{
    mach_port_t inbox = port_with_send(), task = MACH_PORT_NULL, previous = MACH_PORT_NULL;
    struct launched *child = NULL;
    struct spawn_request request = launch_request();
    union {
        mach_msg_header_t header;
        mach_dead_name_notification_t note;
        uint8_t room[128];
    } message;
    request.special[request.n_special++] = (struct spawn_special){ TASK_BOOTSTRAP_PORT, inbox };
    REQUIRE_EQ(launch_begin(&request, leave_many_ports, NULL, &child), 0);
    launch_go(child);
    while (task_for_pid(SELF, launch_pid(child), &task) != OK)
        world_sleep_ms(1);
    REQUIRE_EQ(mach_port_request_notification(SELF, task, MACH_NOTIFY_DEAD_NAME, 0, inbox,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               OK);
    for (int i = 0; i < 2; i++) {
        REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), inbox, 0, 0), OK);
        CHECK_EQ(message.header.msgh_id, i == 0 ? MACH_NOTIFY_DEAD_NAME : ID_NEW_IMAGE);
    }
    CHECK_EQ(launch_wait(child), 0);
    mach_port_mod_refs(SELF, task, MACH_PORT_RIGHT_DEAD_NAME, -2);
    port_gone(inbox);
}

/* ---- pids ---- */

TEST(pids_begin_again_and_none_is_given_that_is_in_use, "F26 F29 F10")
{
    enum { N = 5, LAST = 99998, FIRST = 100 };
    const struct spawn_request request = launch_request();
    struct launched *child[N];
    int32_t own = sim_task_pid(sim_task_self());
    CHECK_EQ(own, FIRST);
    sim_set_last_id(LAST - 2);
    for (int i = 0; i < N; i++)
        REQUIRE_EQ(launch_begin(&request, nothing, NULL, &child[i]), 0);
    CHECK_EQ(launch_pid(child[0]), LAST - 1);
    CHECK_EQ(launch_pid(child[1]), LAST);
    CHECK_EQ(launch_pid(child[2]), FIRST + 1);
    sim_set_last_id(FIRST - 1);
    launch_take_back(child[2]);
    REQUIRE_EQ(launch_begin(&request, nothing, NULL, &child[2]), 0);
    CHECK_EQ(launch_pid(child[2]), FIRST + 1);
    for (int i = 0; i < N; i++)
        launch_take_back(child[i]);
}
