/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/test/settings.c - what programs see when the administrator allows more than usual: interposition, the host's ports */
#include <mach/host_special_ports.h>
#include <mach/mach.h>
#include <mach/task_info.h>
#include <mach/mach_traps.h>
#include <mach/task_special_ports.h>
#include <mach/thread_special_ports.h>
#include <sys/resource.h>

#include "base/account.h"
#include "kernel/task/thread.h"
#include "sim/sim.h"
#include "tests/harness/harness.h"
#include "tests/world.h"

#define SELF mach_task_self()
#define OK KERN_SUCCESS

static struct system *system_now(void)
{
    return sim_task_kernel(sim_task_self())->system;
}

static mach_port_t both_new(void)
{
    mach_port_t port = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), OK);
    REQUIRE_EQ(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND), OK);
    return port;
}

static mach_port_t special_of(task_t task, int which)
{
    mach_port_t port = 7;
    CHECK_EQ(task_get_special_port(task, which, &port), OK);
    return port;
}

static int find_own_self(void *argument)
{
    mach_port_t control = *(mach_port_t *)argument, self = task_self_trap();
    CHECK_EQ(self, SELF);
    CHECK_EQ(special_of(SELF, TASK_KERNEL_PORT),
             SELF); /* a child never inherits its parent's interposed self */
    return control != MACH_PORT_NULL ? 0 : 1;
}

TEST(an_interposed_self_is_what_the_traps_return_and_no_child_inherits, "K35 K87 K88 K89 K95 K16")
{
    system_now()->allow_interpose = true;
    mach_port_t control = SELF, mine = both_new(), found = MACH_PORT_NULL;
    int pid = -1;
    REQUIRE_EQ(task_set_special_port(control, TASK_KERNEL_PORT, mine), OK);
    CHECK_EQ(task_self_trap(), mine);
    CHECK_EQ(special_of(control, TASK_KERNEL_PORT), mine); /* the control port goes on working */
    CHECK_EQ(pid_for_task(control, &pid), OK);
    CHECK_EQ(task_for_pid(control, pid, &found), OK);
    CHECK_EQ(found, control);
    CHECK_EQ(world_task_wait(world_task_spawn(find_own_self, &control, MACH_PORT_NULL)), 0);
    CHECK_EQ(task_set_special_port(control, TASK_KERNEL_PORT, MACH_PORT_NULL), OK);
    CHECK_EQ(task_self_trap(), MACH_PORT_NULL);
    CHECK_EQ(task_set_special_port(control, TASK_KERNEL_PORT, control), OK);
    CHECK_EQ(task_self_trap(), control);
}

TEST(an_interposed_port_that_died_is_a_dead_self, "K35 K87")
{
    system_now()->allow_interpose = true;
    mach_port_t mine = both_new();
    REQUIRE_EQ(task_set_special_port(SELF, TASK_KERNEL_PORT, mine), OK);
    mach_port_destroy(SELF, mine);
    CHECK_EQ(task_self_trap(), MACH_PORT_DEAD);
    CHECK_EQ(task_set_special_port(SELF, TASK_KERNEL_PORT, SELF), OK);
}

TEST(a_thread_too_may_have_another_self, "K36 K86 K87 K88")
{
    system_now()->allow_interpose = true;
    mach_port_t control = mach_thread_self(), mine = both_new();
    REQUIRE_EQ(thread_set_special_port(control, THREAD_KERNEL_PORT, mine), OK);
    CHECK_EQ(mach_thread_self(), mine);
    CHECK_EQ(thread_set_special_port(control, THREAD_KERNEL_PORT, control), OK);
    CHECK_EQ(mach_thread_self(), control);
}

TEST(calls_on_a_host_of_ones_own_go_to_its_owner, "K90 K51")
{
    system_now()->allow_interpose = true;
    mach_port_t old = mach_host_self(), mine = both_new(), port = MACH_PORT_NULL;
    struct {
        mach_msg_header_t header;
        uint8_t rest[200];
    } request;
    REQUIRE_EQ(task_set_special_port(SELF, TASK_HOST_PORT, mine), OK);
    CHECK_EQ(mach_host_self(), mine);
    CHECK_EQ(host_get_special_port(old, HOST_LOCAL_NODE, HOST_PORT, &port), KERN_INVALID_ARGUMENT);
    mach_msg_header_t call = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                               .msgh_size = sizeof call,
                               .msgh_remote_port = mach_host_self(),
                               .msgh_id = 200 };
    CHECK_EQ(mach_msg(&call, MACH_SEND_MSG, sizeof call, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL), OK);
    CHECK_EQ(mach_msg(&request.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof request, mine, 0,
                      MACH_PORT_NULL),
             OK);
    CHECK_EQ(request.header.msgh_id, 200);
    CHECK_EQ(task_set_special_port(SELF, TASK_HOST_PORT, old), OK);
}

/* ---- terminating others ---- */

static const struct host_ops *usual_ops;
static int base_at_the_end;

static void note_base(void *host, struct task *task, const char *why)
{
    base_at_the_end = sched_base(&task->main->ipc.sched);
    usual_ops->task_broken(host, task, why);
}

static int live_in_the_background(void *argument)
{
    CHECK_EQ(setpriority(PRIO_DARWIN_ROLE, 0, PRIO_DARWIN_ROLE_DARWIN_BG), 0);
    world_sleep_ms(1000);
    return *(int *)argument;
}

TEST(a_task_that_is_terminated_ends_at_31_even_from_the_background, "T21")
{
    static struct host_ops ops;
    int value = 1;
    world_task *child = world_task_spawn(live_in_the_background, &value, MACH_PORT_NULL);
    system_now()->allow_task_terminate = true;
    usual_ops = system_now()->ipc.ops;
    ops = *usual_ops;
    ops.task_broken = note_base;
    system_now()->ipc.ops = &ops;
    world_settle();
    CHECK_EQ(sched_base(&sim_task_kernel(sim_task_nth(1))->main->ipc.sched), 4);
    CHECK_EQ(task_terminate(world_task_port_of(child)), OK);
    system_now()->ipc.ops = usual_ops;
    CHECK_EQ(base_at_the_end, 31);
    CHECK_EQ(world_task_wait(child), -1);
}

/* ---- who may use, and have, the ports of others ---- */

static int wait_to_be_killed(void *argument)
{
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } nothing;
    mach_msg(&nothing.header, MACH_RCV_MSG, 0, sizeof nothing, both_new(), 0, MACH_PORT_NULL);
    return 1;
}

TEST(without_developer_mode_control_ports_of_others_are_good_for_nothing, "K48 K62 K114")
{
    world_task *child = world_task_spawn(wait_to_be_killed, NULL, MACH_PORT_NULL);
    task_t task = world_task_port_of(child);
    mach_port_t token, read = special_of(task, TASK_READ_PORT), port = 7, thread = mach_thread_self();
    mach_port_array_t list;
    mach_msg_type_number_t n;
    int pid = -1;
    REQUIRE_EQ(pid_for_task(task, &pid), OK);
    REQUIRE_EQ(task_create_identity_token(task, &token), OK);
    REQUIRE_EQ(task_threads(task, &list, &n), OK);
    system_now()->developer_mode = false;
    CHECK_EQ(task_get_special_port(task, TASK_NAME_PORT, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &port), KERN_INVALID_TASK);
    CHECK_EQ(thread_suspend(list[0]), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_get_special_port(read, TASK_NAME_PORT, &port), OK); /* the weaker ones work */
    CHECK_EQ(task_suspend(read), OK);
    CHECK_EQ(task_resume(read), OK);
    CHECK_EQ(thread_get_special_port(thread, THREAD_INSPECT_PORT, &port), OK); /* and one's own */
    CHECK_EQ(task_for_pid(SELF, pid, &port), OK);                              /* a success without a use */
    CHECK_EQ(port, MACH_PORT_DEAD);
    CHECK_EQ(task_identity_token_get_task_port(token, TASK_FLAVOR_CONTROL, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_identity_token_get_task_port(token, TASK_FLAVOR_READ, &port), OK);
    CHECK_EQ(port, read);
    REQUIRE_EQ(pid_for_task(SELF, &pid), OK);
    CHECK_EQ(task_for_pid(SELF, pid, &port), OK);
    CHECK_EQ(port, SELF);
    system_now()->developer_mode = true;
    world_task_kill(child);
}

TEST(task_for_pid_may_be_for_root_alone, "K105 F173")
{
    world_task *child = world_task_spawn(wait_to_be_killed, NULL, MACH_PORT_NULL);
    mach_port_t port = 7;
    int pid = -1;
    REQUIRE_EQ(pid_for_task(world_task_port_of(child), &pid), OK);
    system_now()->allow_task_for_pid = false;
    CHECK_EQ(task_for_pid(SELF, pid, &port), KERN_FAILURE);
    CHECK_EQ(port, MACH_PORT_NULL);
    CHECK_EQ(task_name_for_pid(SELF, pid, &port), OK);
    REQUIRE_EQ(pid_for_task(SELF, &pid), OK);
    CHECK_EQ(task_for_pid(SELF, pid, &port), OK);
    world_task_kill(child);
}

TEST(a_right_is_made_of_an_active_task_only, "K56 K62")
{
    struct task *task = sim_task_kernel(sim_task_self());
    uint32_t made = task->control->mscount, made_of_name = task->name->mscount;
    mach_port_t port = MACH_PORT_NULL;
    CHECK_EQ(task_self_trap(), SELF);
    CHECK_EQ(task->control->mscount, made + 1);
    CHECK_EQ(task_get_special_port(SELF, TASK_NAME_PORT, &port), OK);
    CHECK_EQ(task->name->mscount, made_of_name + 1);
    task->state = TASK_DISABLED;
    for (int flavor = FLAVOR_CONTROL; flavor <= FLAVOR_NAME; flavor++)
        CHECK(task_give(task, (enum port_flavor)flavor, task).port == NULL);
    task->state = TASK_ACTIVE;
    CHECK_EQ(task->name->mscount, made_of_name + 1);
}

TEST(slots_are_set_until_the_end_and_read_while_the_task_is_active, "K27 K25")
{
    struct task *task = sim_task_kernel(sim_task_self());
    struct right right, registered[REGISTERED_PORTS] = { { 0 } };
    mach_port_t mine = both_new();
    REQUIRE_EQ(task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, mine), OK);
    REQUIRE_EQ(task_get_special(task, TASK_BOOTSTRAP_PORT, &right), OK);
    task->state = TASK_DISABLED;
    struct right unseen;
    CHECK_EQ(task_get_special(task, TASK_BOOTSTRAP_PORT, &unseen), KERN_FAILURE);
    CHECK_EQ(task_lookup_ports(task, registered), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_register_ports(task, registered), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_set_special(task, TASK_DEBUG_CONTROL_PORT, right), OK);
    task->state = TASK_ACTIVE;
    mach_port_t found = MACH_PORT_NULL;
    CHECK_EQ(task_get_special_port(SELF, TASK_DEBUG_CONTROL_PORT, &found), OK);
    CHECK_EQ(found, mine);
}

/* ---- between the two halves of a task's end ---- */

enum { MANY_NAMES = 20000 };

static int have_many_names(void *argument)
{
    mach_port_t port;
    for (int i = 0; i < MANY_NAMES; i++)
        REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), OK);
    return wait_to_be_killed(argument);
}

TEST(a_port_without_an_object_is_a_send_right_that_means_nothing, "K39 K4 K25 K234")
{
    world_task *child = world_task_spawn(have_many_names, NULL, MACH_PORT_NULL);
    mach_port_t task = world_task_port_of(child), name = MACH_PORT_NULL, port = 7;
    mach_port_type_t type = 0;
    natural_t kind = 0;
    mach_vm_address_t address;
    task_flags_info_data_t flags;
    mach_msg_type_number_t n = TASK_FLAGS_INFO_COUNT;
    int pid = 0;
    sim_settle();
    REQUIRE_EQ(pid_for_task(task, &pid), OK);
    REQUIRE_EQ(task_get_special_port(task, TASK_NAME_PORT, &name), OK);
    sim_kill(sim_task_of_pid(pid)); /* taking apart what it had takes many passes */
    CHECK_EQ(mach_port_type(SELF, task, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_SEND);
    CHECK_EQ(mach_port_kobject(SELF, task, &kind, &address), OK);
    CHECK_EQ(kind, KOBJECT_TASK);
    CHECK_EQ(pid_for_task(name, &pid), KERN_FAILURE);
    CHECK_EQ(pid, -1);
    CHECK_EQ(task_info(name, TASK_FLAGS_INFO, (task_info_t)&flags, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_get_special_port(task, TASK_NAME_PORT, &port), KERN_INVALID_ARGUMENT);
    sim_settle();
    CHECK_EQ(mach_port_type(SELF, task, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(task_info(name, TASK_FLAGS_INFO, (task_info_t)&flags, &n), MACH_SEND_INVALID_DEST);
    CHECK_EQ(world_task_wait(child), -1);
}

/* ---- the host's special ports ---- */

static void become_privileged(void)
{
    system_now()->relaxed_host_ports = true;
    REQUIRE(world_become_privileged());
}

TEST(the_hosts_special_ports_are_set_got_and_may_have_died, "K99 K100 K101 K102 K97")
{
    become_privileged();
    mach_port_t host = mach_host_self(), port = 7, mine = both_new(), plain = MACH_PORT_NULL;
    CHECK_EQ(host_get_special_port(host, 5, HOST_PORT, &plain), OK);
    CHECK_NE(plain, host);
    CHECK_EQ(host_get_special_port(plain, HOST_LOCAL_NODE, HOST_PORT, &port), KERN_INVALID_ARGUMENT);
    for (int which = HOST_IO_MASTER_PORT; which <= HOST_MEMORY_ERROR_PORT; which++) {
        CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, which, &port), OK);
        CHECK_EQ(port, MACH_PORT_NULL);
    }
    CHECK_EQ(host_set_special_port(host, HOST_LAUNCHCTL_PORT, mine), OK);
    CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_LAUNCHCTL_PORT, &port), OK);
    CHECK_EQ(port, mine);
    CHECK_EQ(host_set_special_port(host, HOST_NODE_PORT, mine), KERN_NOT_SUPPORTED);
    CHECK_EQ(host_set_special_port(host, HOST_MAX_SPECIAL_KERNEL_PORT, mine), KERN_INVALID_ARGUMENT);
    CHECK_EQ(host_set_special_port(host, HOST_MEMORY_ERROR_PORT + 1, mine), KERN_INVALID_ARGUMENT);
    mach_port_destroy(SELF, mine);
    CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_LAUNCHCTL_PORT, &port), OK);
    CHECK_EQ(port, MACH_PORT_DEAD);
    CHECK_EQ(host_set_special_port(host, HOST_LAUNCHCTL_PORT, MACH_PORT_NULL), OK);
    CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_LAUNCHCTL_PORT, &port), OK);
    CHECK_EQ(port, MACH_PORT_NULL);
}

TEST(a_weaker_port_may_not_become_one_of_the_hosts, "K75 K101")
{
    become_privileged();
    mach_port_t host = mach_host_self();
    CHECK_EQ(host_set_special_port(host, HOST_LAUNCHCTL_PORT, special_of(SELF, TASK_READ_PORT)),
             KERN_INVALID_RIGHT);
    CHECK_EQ(host_set_special_port(host, HOST_LAUNCHCTL_PORT, thread_get_special_reply_port()),
             KERN_INVALID_RIGHT);
}

/* ---- the kernel reads no clock, no file and no table of processes ---- */

/* Tasks that are born, asked about, stopped and killed, all through hooks of the simulated host: what it comes to. */
static uint64_t story(uint64_t seed)
{
    mach_task_basic_info_data_t info;
    mach_msg_type_number_t n = MACH_TASK_BASIC_INFO_COUNT;
    uint64_t digest = 0;
    sim_end();
    sim_begin(seed);
    mach_task_self_ = task_self_trap();
    for (int i = 0; i < 4; i++) {
        world_task *child = world_task_spawn(wait_to_be_killed, NULL, MACH_PORT_NULL);
        task_t task = world_task_port_of(child);
        CHECK_EQ(task_info(task, MACH_TASK_BASIC_INFO, (task_info_t)&info, &n), OK);
        CHECK_EQ(task_suspend(task), OK);
        CHECK_EQ(task_resume(task), OK);
        world_task_kill(child);
        digest = digest * 31 + sim_now() + info.resident_size;
    }
    return digest * 31 + system_now()->ipc.serial;
}

TEST(what_happens_follows_from_the_seed_alone, "K244")
{
    uint64_t first = story(7);
    CHECK_EQ(story(7), first);
    CHECK_NE(story(8), first);
}

/* ---- at a limit ---- */

TEST(a_self_trap_that_finds_no_name_free_is_dead_and_a_reply_port_null, "K38 K41")
{
    struct account *account = kernel_task_account(sim_task_kernel(sim_task_self()));
    account->limits.max[ACCOUNT_NAMES] = account->used[ACCOUNT_NAMES];
    CHECK_EQ(mach_thread_self(), MACH_PORT_DEAD);
    CHECK_EQ(mach_host_self(), MACH_PORT_DEAD);
    CHECK_EQ(mach_reply_port(), MACH_PORT_NULL);
    CHECK_EQ(thread_get_special_reply_port(), MACH_PORT_NULL);
}
