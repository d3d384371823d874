/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/flavors.c - read and inspect ports of tasks and threads: life, strength, and where they may go (K44-K66) */
#include "tests/tasks/common.h"

#include <mach/exception_types.h>
#include <mach/task_info.h>
#include <mach/task_special_ports.h>
#include <mach/thread_info.h>
#include <mach/thread_special_ports.h>

enum { TASK_INSPECT_TYPE = 44, TASK_READ_TYPE = 45, THREAD_INSPECT_TYPE = 46, THREAD_READ_TYPE = 47 };

static mach_port_t special_of(task_t task, int which)
{
    mach_port_t port = MACH_PORT_NULL;
    REQUIRE_EQ(task_get_special_port(task, which, &port), OK);
    return port;
}

static mach_port_t special_of_thread(thread_t thread, int which)
{
    mach_port_t port = MACH_PORT_NULL;
    REQUIRE_EQ(thread_get_special_port(thread, which, &port), OK);
    return port;
}

static natural_t kind_of(mach_port_t port)
{
    natural_t type = 0;
    mach_vm_address_t address;
    CHECK_EQ(mach_port_kobject(SELF, port, &type, &address), OK);
    return type;
}

TEST(a_weaker_port_is_one_while_somebody_has_it, "K57 K58 K60 K77")
{
    static const int which[] = { TASK_READ_PORT, TASK_INSPECT_PORT };
    static const natural_t types[] = { TASK_READ_TYPE, TASK_INSPECT_TYPE };
    for (int i = 0; i < 2; i++) {
        mach_port_t port = special_of(SELF, which[i]);
        CHECK_EQ(kind_of(port), types[i]);
        CHECK_EQ(special_of(SELF, which[i]), port); /* the same name, once more */
        CHECK_EQ(sends_of(port), 2);
        CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -2), OK);
        CHECK_EQ(type_of(port), 0);
        mach_port_t next = special_of(SELF, which[i]); /* another port; nothing of the old one is left */
        CHECK_EQ(sends_of(next), 1);
        CHECK_EQ(mach_port_deallocate(SELF, next), OK);
    }
    mach_port_t name = special_of(SELF, TASK_NAME_PORT);
    CHECK_EQ(special_of(SELF, TASK_NAME_PORT), name);
    CHECK_EQ(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_SEND, -2), OK);
}

TEST(what_each_flavor_of_a_task_may_ask_for, "K76 K44 K61")
{
    mach_port_t read = special_of(SELF, TASK_READ_PORT), inspect = special_of(SELF, TASK_INSPECT_PORT);
    mach_port_t name = special_of(SELF, TASK_NAME_PORT), port = MACH_PORT_NULL;
    static const int closed[] = { TASK_KERNEL_PORT,
                                  TASK_HOST_PORT,
                                  TASK_BOOTSTRAP_PORT,
                                  TASK_ACCESS_PORT,
                                  TASK_DEBUG_CONTROL_PORT,
                                  TASK_RESOURCE_NOTIFY_PORT,
                                  12,
                                  0 };
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        CHECK_EQ(task_get_special_port(read, closed[i], &port), KERN_INVALID_CAPABILITY);
        CHECK_EQ(task_get_special_port(inspect, closed[i], &port), KERN_INVALID_CAPABILITY);
    }
    CHECK_EQ(special_of(read, TASK_READ_PORT), read);
    CHECK_EQ(special_of(read, TASK_INSPECT_PORT), inspect);
    CHECK_EQ(special_of(inspect, TASK_NAME_PORT), name);
    CHECK_EQ(special_of(inspect, TASK_INSPECT_PORT), inspect);
    CHECK_EQ(task_get_special_port(inspect, TASK_READ_PORT, &port), KERN_INVALID_CAPABILITY);
    CHECK_EQ(task_get_special_port(name, TASK_NAME_PORT, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_get_special_port(SELF, 12, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_set_special_port(read, TASK_BOOTSTRAP_PORT, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_mod_refs(SELF, read, MACH_PORT_RIGHT_SEND, -2), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, inspect, MACH_PORT_RIGHT_SEND, -3), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_SEND, -2), OK);
}

static kern_return_t flags_of(task_t task)
{
    task_flags_info_data_t info;
    mach_msg_type_number_t count = TASK_FLAGS_INFO_COUNT;
    return task_info(task, TASK_FLAGS_INFO, (task_info_t)&info, &count);
}

static kern_return_t info_of_exceptions(task_t task)
{
    exception_mask_t masks[32];
    exception_handler_info_t info[32];
    exception_behavior_t behaviors[32];
    thread_state_flavor_t flavors[32];
    mach_msg_type_number_t n = 32;
    return task_get_exception_ports_info(task, EXC_MASK_ALL, masks, &n, info, behaviors, flavors);
}

TEST(what_each_flavor_of_a_task_may_do, "K44 K46 K50 K66 K64 K110 K214 K176")
{
    mach_port_t port[4] = { SELF, special_of(SELF, TASK_READ_PORT), special_of(SELF, TASK_INSPECT_PORT),
                            special_of(SELF, TASK_NAME_PORT) };
    mach_port_name_t fresh = MACH_PORT_NULL, made;
    ipc_info_space_basic_t basic;
    for (int flavor = 0; flavor < 4; flavor++) {
        bool is_control = flavor == 0, reads = flavor <= 1, inspects = flavor <= 2;
        natural_t type;
        mach_vm_address_t address;
        int pid = -1;
        CHECK_EQ(flags_of(port[flavor]), OK);
        CHECK(mach_task_is_self(port[flavor]));
        CHECK_EQ(pid_for_task(port[flavor], &pid), OK);
        CHECK_GT(pid, 0);
        CHECK_EQ(mach_port_space_basic_info(port[flavor], &basic), inspects ? OK : KERN_INVALID_TASK);
        CHECK_EQ(mach_port_kobject(port[flavor], SELF, &type, &address), reads ? OK : KERN_INVALID_ARGUMENT);
        CHECK_EQ(info_of_exceptions(port[flavor]), reads ? OK : KERN_INVALID_ARGUMENT);
        CHECK_EQ(task_set_exception_ports(port[flavor], 0, MACH_PORT_NULL, 0, 0),
                 is_control ? OK : KERN_INVALID_ARGUMENT);
        CHECK_EQ(mach_port_allocate(port[flavor], MACH_PORT_RIGHT_RECEIVE, &made),
                 is_control ? OK : KERN_INVALID_TASK);
        if (is_control)
            fresh = made;
    }
    receive_free(fresh);
    for (int flavor = 1; flavor < 4; flavor++)
        CHECK_EQ(mach_port_deallocate(SELF, port[flavor]), OK);
}

TEST(threads_are_listed_in_the_flavor_that_asks, "K61 K119 K122 K45")
{
    static const natural_t types[] = { 1, THREAD_READ_TYPE, THREAD_INSPECT_TYPE };
    mach_port_t port[4] = { SELF, special_of(SELF, TASK_READ_PORT), special_of(SELF, TASK_INSPECT_PORT),
                            special_of(SELF, TASK_NAME_PORT) };
    thread_act_array_t threads;
    mach_msg_type_number_t n;
    for (int flavor = 0; flavor < 3; flavor++) {
        REQUIRE_EQ(task_threads(port[flavor], &threads, &n), OK);
        REQUIRE_GE(n, 1);
        for (unsigned i = 0; i < n; i++) {
            CHECK_EQ(kind_of(threads[i]), types[flavor]);
            CHECK_EQ(mach_port_deallocate(SELF, threads[i]), OK);
        }
        vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads);
    }
    CHECK_EQ(task_threads(port[3], &threads, &n), KERN_INVALID_ARGUMENT);
    for (int flavor = 1; flavor < 4; flavor++)
        CHECK_EQ(mach_port_deallocate(SELF, port[flavor]), OK);
}

TEST(how_large_a_task_is, "K215 K216 K217 K214")
{
    mach_port_t name = special_of(SELF, TASK_NAME_PORT);
    mach_task_basic_info_data_t newest;
    task_basic_info_64_data_t wide;
    task_basic_info_32_data_t narrow;
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    CHECK_EQ(task_info(name, MACH_TASK_BASIC_INFO, (task_info_t)&newest, &count), OK);
    CHECK_EQ(count, 12);
    CHECK_GT(newest.virtual_size, newest.resident_size);
    CHECK_GT(newest.resident_size, 0);
    CHECK_GE(newest.resident_size_max, newest.resident_size);
    CHECK_EQ(newest.policy, 1);
    CHECK_EQ(newest.suspend_count, 0);
    count = TASK_BASIC_INFO_64_COUNT;
    CHECK_EQ(task_info(SELF, TASK_BASIC_INFO_64, (task_info_t)&wide, &count), OK);
    CHECK_EQ(count, 10);
    CHECK_GT(wide.resident_size, 0);
    count = TASK_BASIC_INFO_32_COUNT;
    CHECK_EQ(task_info(SELF, TASK_BASIC_INFO_32, (task_info_t)&narrow, &count), OK);
    CHECK_EQ(count, 8);
    CHECK_GT(narrow.virtual_size, 0);
    CHECK_EQ(task_info(SELF, TASK_BASIC2_INFO_32, (task_info_t)&narrow, &count), OK);
    CHECK_GT(narrow.resident_size, 0);
    count = MACH_TASK_BASIC_INFO_COUNT - 1;
    CHECK_EQ(task_info(SELF, MACH_TASK_BASIC_INFO, (task_info_t)&newest, &count), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_deallocate(SELF, name), OK);
}

static kern_return_t identify(thread_t thread)
{
    thread_identifier_info_data_t info;
    mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
    return thread_info(thread, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &count);
}

TEST(flavors_of_threads, "K85 K91 K45 K57")
{
    mach_port_t self = mach_thread_self(), port = MACH_PORT_NULL;
    mach_port_t read = special_of_thread(self, THREAD_READ_PORT);
    mach_port_t inspect = special_of_thread(self, THREAD_INSPECT_PORT);
    CHECK_EQ(kind_of(read), THREAD_READ_TYPE);
    CHECK_EQ(kind_of(inspect), THREAD_INSPECT_TYPE);
    CHECK_EQ(special_of_thread(read, THREAD_READ_PORT), read);
    CHECK_EQ(special_of_thread(read, THREAD_INSPECT_PORT), inspect);
    CHECK_EQ(special_of_thread(inspect, THREAD_INSPECT_PORT), inspect);
    CHECK_EQ(thread_get_special_port(inspect, THREAD_READ_PORT, &port), KERN_INVALID_CAPABILITY);
    CHECK_EQ(thread_get_special_port(read, THREAD_KERNEL_PORT, &port), KERN_INVALID_CAPABILITY);
    CHECK_EQ(thread_get_special_port(read, 9, &port), KERN_INVALID_CAPABILITY);
    CHECK_EQ(thread_get_special_port(self, 9, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(identify(inspect), OK);
    CHECK_EQ(thread_abort(read), KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_set_exception_ports(read, 0, MACH_PORT_NULL, 0, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_mod_refs(SELF, read, MACH_PORT_RIGHT_SEND, -2), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, inspect, MACH_PORT_RIGHT_SEND, -3), OK);
    mach_port_deallocate(SELF, self);
}

static kern_return_t send_right(mach_port_t dest, mach_port_t reply, mach_port_t right)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                 MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, reply ? MACH_MSG_TYPE_COPY_SEND : 0),
                    .msgh_size = sizeof message,
                    .msgh_remote_port = dest,
                    .msgh_local_port = reply },
        .body = { right ? 1 : 0 },
        .port = { .name = right, .disposition = MACH_MSG_TYPE_COPY_SEND, .type = MACH_MSG_PORT_DESCRIPTOR }
    };
    mach_msg_size_t size = right ? sizeof message : sizeof message.header + sizeof message.body;
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size, 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

TEST(weaker_ports_stay_where_they_are, "K65 K71 K9 K75 K6")
{
    mach_port_t read = special_of(SELF, TASK_READ_PORT), port = both_new();
    if (!world_is_live()) { /* a real process is killed for it (guards.c) */
        CHECK_EQ(send_right(port, MACH_PORT_NULL, read), MACH_SEND_INVALID_RIGHT);
        CHECK_EQ(send_right(port, read, MACH_PORT_NULL), MACH_SEND_INVALID_REPLY);
    }
    CHECK_EQ(task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, read),
             KERN_INVALID_RIGHT); /* seen, and refused */
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BREAKPOINT, read, EXCEPTION_DEFAULT, 0),
             KERN_INVALID_RIGHT);
    CHECK_EQ(sends_of(read), 1);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
}

static int live_a_while(void *argument)
{
    mach_port_t port = receive_new();
    mach_msg_header_t message = { .msgh_bits =
                                      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                  .msgh_size = sizeof message,
                                  .msgh_remote_port = world_parent_port(),
                                  .msgh_local_port = port };
    CHECK_EQ(mach_msg(&message, MACH_SEND_MSG, sizeof message, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL), OK);
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } end;
    mach_msg(&end.header, MACH_RCV_MSG, 0, sizeof end, port, 0, MACH_PORT_NULL);
    return 0;
}

TEST(a_right_that_stays_can_be_copied_out_of_ones_own_task_into_it, "P201 K71")
{
    mach_port_t read = special_of(SELF, TASK_READ_PORT), copy = MACH_PORT_NULL;
    mach_msg_type_name_t type = 0;
    CHECK_EQ(mach_port_extract_right(SELF, read, MACH_MSG_TYPE_COPY_SEND, &copy, &type), OK);
    CHECK_EQ(copy, read);
    CHECK_EQ(type, MACH_MSG_TYPE_PORT_SEND);
    CHECK_EQ(sends_of(read), 2);
    if (!world_is_live()) /* a real process is killed for it */
        CHECK_EQ(mach_port_extract_right(SELF, read, MACH_MSG_TYPE_MOVE_SEND, &copy, &type),
                 KERN_INVALID_CAPABILITY);
    CHECK_EQ(sends_of(read), 2);
    CHECK_EQ(mach_port_mod_refs(SELF, read, MACH_PORT_RIGHT_SEND, -2), OK);
}

static int holds_a_right_that_stays(void *argument)
{
    mach_port_t port = receive_new(), read = special_of(SELF, TASK_READ_PORT);
    mach_msg_header_t message = { .msgh_bits =
                                      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                  .msgh_size = sizeof message,
                                  .msgh_remote_port = world_parent_port(),
                                  .msgh_local_port = port,
                                  .msgh_id = (mach_msg_id_t)read };
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } end;
    CHECK_EQ(mach_msg(&message, MACH_SEND_MSG, sizeof message, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL), OK);
    mach_msg(&end.header, MACH_RCV_MSG, 0, sizeof end, port, 0, MACH_PORT_NULL);
    return 0;
}

TEST(a_right_that_stays_is_not_copied_out_of_another_task, "P201 K71")
{
    mach_port_t port = receive_new(), copy = MACH_PORT_NULL;
    mach_msg_type_name_t type = 0;
    world_task *task = world_task_spawn(holds_a_right_that_stays, NULL, port);
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } hello;
    REQUIRE_EQ(mach_msg(&hello.header, MACH_RCV_MSG, 0, sizeof hello, port, 0, MACH_PORT_NULL), OK);
    CHECK_EQ(mach_port_extract_right(world_task_port_of(task), (mach_port_t)hello.header.msgh_id,
                                     MACH_MSG_TYPE_COPY_SEND, &copy, &type),
             KERN_INVALID_CAPABILITY);
    CHECK_EQ(mach_port_deallocate(SELF, hello.header.msgh_remote_port), OK);
    CHECK_EQ(world_task_wait(task), 0);
    receive_free(port);
}

/* The request by hand, with another task's port for the answer. */
static int copies_out_for_another_task(void *argument)
{
    struct {
        mach_msg_header_t header;
        NDR_record_t ndr;
        mach_port_name_t name;
        mach_msg_type_name_t disposition;
    } request = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_COPY_SEND),
                              .msgh_size = sizeof request,
                              .msgh_remote_port = SELF,
                              .msgh_local_port = world_parent_port(),
                              .msgh_id = 3215 },
                  .ndr = NDR_record,
                  .name = special_of(SELF, TASK_READ_PORT),
                  .disposition = MACH_MSG_TYPE_COPY_SEND };
    CHECK_EQ(mach_msg(&request.header, MACH_SEND_MSG, sizeof request, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL),
             OK);
    CHECK_EQ(sends_of(request.name), 1);
    return WORLD_OK;
}

TEST(a_right_that_stays_does_not_leave_with_an_answer_to_somebody_else, "P201 K71")
{
    mach_port_t port = receive_new();
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t right;
        mach_msg_max_trailer_t trailer;
    } answer;
    world_task *task = world_task_spawn(copies_out_for_another_task, NULL, port);
    REQUIRE_EQ(mach_msg(&answer.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof answer, port, PATIENCE_MS,
                        MACH_PORT_NULL),
               OK);
    CHECK_EQ(answer.header.msgh_id, 3315);
    CHECK(answer.header.msgh_bits & MACH_MSGH_BITS_COMPLEX);
    CHECK_EQ(answer.right.name, MACH_PORT_NULL);
    CHECK_EQ(world_task_wait(task), WORLD_OK);
    receive_free(port);
}

TEST(weaker_ports_die_with_their_task, "K26 K238 K25")
{
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(live_a_while, NULL, port);
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } hello;
    REQUIRE_EQ(mach_msg(&hello.header, MACH_RCV_MSG, 0, sizeof hello, port, 0, MACH_PORT_NULL), OK);
    mach_port_t read = special_of(world_task_port_of(task), TASK_READ_PORT);
    mach_port_t inspect = special_of(world_task_port_of(task), TASK_INSPECT_PORT);
    CHECK(!mach_task_is_self(read));
    world_task_kill(task);
    CHECK_EQ(type_of(read), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(inspect), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
    CHECK_EQ(mach_port_deallocate(SELF, inspect), OK);
    if (type_of(hello.header.msgh_remote_port))
        CHECK_EQ(mach_port_deallocate(SELF, hello.header.msgh_remote_port), OK);
    receive_free(port);
}

/* ---- two who take and drop the last right at the same time ---- */

enum { ROUNDS = 300 };

static void *take_and_drop(void *argument)
{
    mach_port_t task = *(mach_port_t *)argument;
    for (int i = 0; i < ROUNDS; i++) {
        int pid = -1;
        mach_port_t port = special_of(task, i % 2 ? TASK_READ_PORT : TASK_INSPECT_PORT);
        CHECK_EQ(pid_for_task(port, &pid),
                 OK); /* what was just given is alive, whatever others drop meanwhile */
        CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    }
    return NULL;
}

static int take_and_drop_parents(void *argument)
{
    mach_port_t task = world_parent_port();
    take_and_drop(&task);
    return WORLD_OK;
}

TEST(a_right_that_overtakes_the_last_ones_death_is_alive, "K59 K58")
{
    mach_port_t self = SELF;
    world_task *other = world_task_spawn(take_and_drop_parents, NULL, SELF);
    world_thread *thread = world_thread_spawn(take_and_drop, &self);
    take_and_drop(&self);
    world_thread_join(thread);
    CHECK_EQ(world_task_wait(other), WORLD_OK);
}

/* ---- threads ---- */

struct worker {
    mach_port_t self, special_reply;
};

static void *take_special_reply(void *argument)
{
    struct worker *worker = argument;
    worker->self = mach_thread_self();
    worker->special_reply = thread_get_special_reply_port();
    return NULL;
}

TEST(a_threads_ports_die_with_it_but_its_reply_port_stays_in_the_space, "K28 K30 K31 K32 K55")
{
    struct worker worker = { 0 };
    world_thread *thread = world_thread_spawn(take_special_reply, &worker);
    world_thread_join(thread);
    world_settle();
    CHECK_EQ(type_of(worker.self), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(type_of(worker.special_reply) & MACH_PORT_TYPE_ALL_RIGHTS, MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(mach_port_deallocate(SELF, worker.self), OK);
    mach_port_destroy(SELF, worker.special_reply);
}

TEST(a_weaker_port_lives_as_long_as_one_right_does, "K58")
{
    mach_port_t first = special_of(SELF, TASK_INSPECT_PORT), again = special_of(SELF, TASK_INSPECT_PORT);
    CHECK_EQ(mach_port_deallocate(SELF, again), OK);
    CHECK_EQ(mach_port_insert_right(SELF, first, first, MACH_MSG_TYPE_COPY_SEND), OK);
    CHECK_EQ(mach_port_deallocate(SELF, first), OK); /* one is left */
    CHECK_EQ(special_of(SELF, TASK_INSPECT_PORT), first);
    CHECK_EQ(sends_of(first), 2);
    CHECK_EQ(mach_port_mod_refs(SELF, first, MACH_PORT_RIGHT_SEND, -2), OK);
}

TEST(weaker_ports_of_others_are_handed_out, "K63 K60")
{
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(live_a_while, NULL, port);
    mach_port_t read = special_of(world_task_port_of(task), TASK_READ_PORT); /* whoever asks for it */
    mach_port_t name = special_of(world_task_port_of(task), TASK_NAME_PORT);
    CHECK_EQ(kind_of(read), TASK_READ_TYPE);
    CHECK_EQ(special_of(world_task_port_of(task), TASK_NAME_PORT), name);
    CHECK_EQ(sends_of(name), 2);
    world_task_kill(task);
    CHECK_EQ(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_DEAD_NAME, -2), OK);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
    receive_free(port);
}
