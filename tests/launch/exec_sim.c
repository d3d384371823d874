/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/exec_sim.c - what an image hands to the next one (F85-F90, T166, T168), in the simulator, whose programs
 * are functions */
#include <errno.h>

#include "libmach/calls/process.h"
#include "tests/launch/launch.h"

enum { FLAG_SETEXEC = 0x40, IMAGES = 3 };

struct plan {
    int n_left; /* images to come */
};

static int tell_base(void *argument)
{
    (void)argument;
    return own_base();
}

static int exec_again(void *argument)
{
    static struct plan plan;
    plan = *(struct plan *)argument;
    if (own_base() != 47)
        return 1;
    if (plan.n_left-- > 0)
        launch_exec(exec_again, &plan);
    return own_base();
}

static struct launched *spawn(mach_port_t port, int (*fn)(void *), void *argument)
{
    struct launched *child = NULL;
    const struct spawn_request request = launch_watching(&port, port != MACH_PORT_NULL);
    REQUIRE_EQ(launch_begin(&request, fn, argument, &child), 0);
    launch_go(child);
    return child;
}

/* A user-interactive thread that waits on the port. */
static void start(struct caller *caller, mach_port_t port)
{
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    *caller = (struct caller){ .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(caller);
}

static void stop(struct caller *caller, mach_port_t port)
{
    letter_send(caller->reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    port_gone(port);
}

TEST(watch_ports_push_on_each_image_in_turn, "S52 T166 F87")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    struct plan plan = { IMAGES };
    start(&caller, port);
    CHECK_EQ(launch_wait(spawn(port, exec_again, &plan)), 47);
    stop(&caller, port);
}

static void *exec_from_here(void *argument)
{
    (void)argument;
    launch_exec(tell_base, NULL);
}

static int exec_on_another_thread(void *argument)
{
    (void)argument;
    world_thread_join(world_thread_spawn(exec_from_here, NULL));
    return 1;
}

TEST(an_exec_of_another_thread_leaves_the_push_to_the_new_main_thread, "S53 T166 F87 F187")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    start(&caller, port);
    CHECK_EQ(launch_wait(spawn(port, exec_on_another_thread, NULL)), 47);
    stop(&caller, port);
}

static int prepare_exec(mach_port_t watch, uint64_t *ticket_p)
{
    int error = -1;
    struct spawn_request request = launch_watching(&watch, watch != MACH_PORT_NULL);
    request.flags = FLAG_SETEXEC;
    CHECK_EQ(process_prepare(&request, &error, ticket_p), OK);
    return error;
}

static int set_exec_with_ports(void *argument)
{
    uint64_t ticket;
    mach_port_t port = port_with_send();
    (void)argument;
    int error = prepare_exec(port, &ticket);
    return error == EINVAL && own_base() == 47 ? EINVAL : 1;
}

TEST(an_exec_with_watch_ports_is_refused_to_who_has_some, "T168 F126")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    start(&caller, port);
    CHECK_EQ(launch_wait(spawn(port, set_exec_with_ports, NULL)), EINVAL);
    stop(&caller, port);
}

/* A thread of the child's own waits on the port that its next image is to serve; it ends with that exec, and so the
 * registered port, which the parent's caller waits on, is what pushes. */
static int exec_serving_the_registered_port(void *argument)
{
    uint64_t ticket;
    mach_port_t *ports = NULL;
    mach_msg_type_number_t n = 0;
    (void)argument;
    if (mach_ports_lookup(SELF, &ports, &n) != OK || n == 0 || prepare_exec(ports[0], &ticket) != 0)
        return 1;
    if (own_base() != 31)
        return 2;
    launch_exec(tell_base, NULL);
}

TEST(an_exec_with_watch_ports_is_pushed_if_there_were_none, "T168 T166")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    struct launched *child = NULL;
    struct spawn_request request = launch_request();
    request.registered[request.n_registered++] = port;
    start(&caller, port);
    REQUIRE_EQ(launch_begin(&request, exec_serving_the_registered_port, NULL, &child), 0);
    launch_go(child);
    CHECK_EQ(launch_wait(child), 47);
    stop(&caller, port);
}

/* Its watch port is moved away meanwhile. */
static int exec_when_the_watch_has_ended(void *argument)
{
    uint64_t ticket;
    mach_port_t *ports = NULL;
    mach_msg_type_number_t n = 0;
    (void)argument;
    if (own_base_after(47) != 31 || mach_ports_lookup(SELF, &ports, &n) != OK || n == 0)
        return 1;
    if (prepare_exec(ports[0], &ticket) != 0)
        return 2;
    launch_exec(tell_base, NULL);
}

TEST(an_exec_with_watch_ports_is_pushed_if_all_others_have_ended, "T168 S54")
{
    mach_port_t port = port_with_send(), next = port_with_send(), carrier = port_with_send();
    struct caller caller, other;
    struct launched *child = NULL;
    struct spawn_request request = launch_watching(&port, 1);
    request.registered[request.n_registered++] = next;
    start(&caller, port);
    start(&other, next);
    REQUIRE_EQ(launch_begin(&request, exec_when_the_watch_has_ended, NULL, &child), 0);
    launch_go(child);
    world_sleep_ms(10);
    CHECK_EQ(letter_move(carrier, port), OK);
    CHECK_EQ(launch_wait(child), 47);
    letter_take(carrier);
    stop(&caller, port);
    stop(&other, next);
    port_gone(carrier);
}

static int undo_exec(void *argument)
{
    uint64_t ticket;
    int error = -1;
    (void)argument;
    if (prepare_exec(MACH_PORT_NULL, &ticket) != 0 || process_undo(ticket, &error) != OK || error != 0)
        return 1;
    return process_undo(ticket, &error) == OK && error == EINVAL ? own_base() : 2;
}

TEST(an_exec_that_fails_changes_nothing, "F95 T166")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    start(&caller, port);
    CHECK_EQ(launch_wait(spawn(port, undo_exec, NULL)), 47);
    stop(&caller, port);
}

static int run_on(void *argument)
{
    (void)argument;
    world_sleep_ms(1000000);
    return 0;
}

/* Its watch was taken for good all the same. */
TEST(a_push_does_not_go_back_when_a_child_ends_before_its_parent_says_that_it_runs, "T156 S51 F54")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    struct launched *second = NULL;
    start(&caller, port);
    struct launched *first = spawn(port, run_on, NULL);
    CHECK_EQ(launch_base(first), 47);
    const struct spawn_request request = launch_watching(&port, 1);
    REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &second), 0);
    CHECK_EQ(launch_base(first), 31);
    launch_live_fast(second);
    CHECK_EQ(launch_base(first), 31);
    launch_kill(first);
    stop(&caller, port);
}

/* A program without the library is not heard when it begins. */
TEST(what_the_watch_of_a_child_took_that_ended_unseen_goes_back_only_if_it_did_not_run, "T156 S51 F60")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    struct launched *next = NULL;
    start(&caller, port);
    struct launched *first = spawn(port, run_on, NULL);
    const struct spawn_request request = launch_watching(&port, 1);
    REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &next), 0);
    CHECK_EQ(launch_base(first), 31);
    launch_live_unseen(next, false);
    CHECK_EQ(launch_base(first), 47);
    REQUIRE_EQ(launch_begin(&request, tell_base, NULL, &next), 0);
    launch_live_unseen(next, true);
    CHECK_EQ(launch_base(first), 31);
    launch_kill(first);
    stop(&caller, port);
}

/* ---- identity ---- */

static struct process_info own_info(void)
{
    struct process_info info = { 0 };
    int error = -1;
    CHECK_EQ(process_info(0, 0, &error, &info), OK);
    CHECK_EQ(error, 0);
    return info;
}

static struct process_info before_exec; /* one task of the test uses it at a time */

static int compare(void *argument)
{
    struct process_info now = own_info();
    (void)argument;
    CHECK_EQ(now.pid, before_exec.pid);
    CHECK_EQ(now.unique_id, before_exec.unique_id);
    CHECK_EQ(now.parent_unique_id, before_exec.parent_unique_id);
    CHECK_EQ(now.parent_at_birth, before_exec.parent_at_birth);
    CHECK_NE(now.pid_version, before_exec.pid_version);
    CHECK_EQ(now.role, PRIO_DARWIN_ROLE_UI);
    CHECK_EQ(now.n_threads, 1);
    return WORLD_OK;
}

static int keep_and_exec(void *argument)
{
    (void)argument;
    role(PRIO_DARWIN_ROLE_UI);
    before_exec = own_info();
    launch_exec(compare, NULL);
}

TEST(an_image_has_the_same_identity_and_another_version, "F3 F4 F5 F8 F37 F85 F88 F90 T12")
{
    struct process_info parent = own_info();
    CHECK_EQ(launch_wait(spawn(MACH_PORT_NULL, keep_and_exec, NULL)), WORLD_OK);
    CHECK_EQ(before_exec.parent_unique_id, parent.unique_id);
    CHECK_EQ(before_exec.parent_at_birth, parent.pid);
    CHECK_GT(before_exec.unique_id, parent.unique_id);
}
