/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/usage.c - what tasks, threads, processors and the machine use (K217-K219, K221-K223, K225, K232)
 *
 * In the simulator the host's answers are fixed, so the figures are compared; real ones only have to fit together.
 */
#include <mach/host_info.h>
#include <mach/mach_host.h>
#include <mach/policy.h>
#include <mach/processor_info.h>
#include <mach/task_info.h>
#include <mach/task_special_ports.h>
#include <mach/thread_info.h>
#include <string.h>
#include <time.h>

#include "tests/tasks/carry.h"

enum { MS = 1000000 };

/* Uses the CPU for so long; in the simulator nothing passes. */
static void spin(uint64_t nanoseconds)
{
    struct timespec now;
    uint64_t begin = 0, at;
    while (world_is_live()) {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        at = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
        if (begin == 0)
            begin = at;
        if (at - begin >= nanoseconds)
            return;
    }
}

static void *spin_and_end(void *argument)
{
    spin(40 * MS);
    return argument;
}

static kern_return_t info_of(task_t task, task_flavor_t flavor, void *record, mach_msg_type_number_t *n)
{
    return task_info(task, flavor, (task_info_t)record, n);
}

static uint64_t us_of(time_value_t time)
{
    return (uint64_t)time.seconds * 1000000u + (uint64_t)time.microseconds;
}

/* ---- times ---- */

TEST(times_of_ended_threads_are_told_apart_from_those_of_live_ones, "K217 K218 K215")
{
    task_absolutetime_info_data_t all = { 0 };
    task_thread_times_info_data_t live = { { 0, 0 }, { 0, 0 } };
    mach_task_basic_info_data_t ended = { 0 };
    mach_msg_type_number_t n = TASK_ABSOLUTETIME_INFO_COUNT;
    world_thread_join(world_thread_spawn(spin_and_end, NULL));
    spin(40 * MS);
    CHECK_EQ(info_of(SELF, TASK_ABSOLUTETIME_INFO, &all, &n), OK);
    CHECK_EQ(n, 8);
    n = TASK_THREAD_TIMES_INFO_COUNT;
    CHECK_EQ(info_of(SELF, TASK_THREAD_TIMES_INFO, &live, &n), OK);
    CHECK_EQ(n, 4);
    n = MACH_TASK_BASIC_INFO_COUNT;
    CHECK_EQ(info_of(SELF, MACH_TASK_BASIC_INFO, &ended, &n), OK);
    if (!world_is_live()) {
        CHECK_EQ(all.total_user, 32 * MS);
        CHECK_EQ(all.total_system, 21 * MS);
        CHECK_EQ(all.threads_user, 30 * MS);
        CHECK_EQ(us_of(live.system_time), 20000);
        CHECK_EQ(us_of(ended.user_time), 2000);
        CHECK_EQ(us_of(ended.system_time), 1000);
        return;
    }
    uint64_t used = all.threads_user + all.threads_system;
    uint64_t gone = us_of(ended.user_time) + us_of(ended.system_time);
    CHECK_GE(used, 38 * MS);
    CHECK_GE(us_of(live.user_time) + us_of(live.system_time), used / 1000);
    CHECK_GE(gone, 38000);
    CHECK_GE(all.total_user + all.total_system, used + 38 * MS);
}

TEST(a_threads_time_is_counted_finer_than_ticks, "K225 K227")
{
    thread_basic_info_data_t before, after;
    thread_extended_info_data_t extended;
    mach_port_t self = mach_thread_self();
    mach_msg_type_number_t n = THREAD_BASIC_INFO_COUNT;
    CHECK_EQ(thread_info(self, THREAD_BASIC_INFO, (thread_info_t)&before, &n), OK);
    spin(3 * MS);
    CHECK_EQ(thread_info(self, THREAD_BASIC_INFO, (thread_info_t)&after, &n), OK);
    uint64_t used = us_of(after.user_time) + us_of(after.system_time) - us_of(before.user_time) -
                    us_of(before.system_time);
    n = THREAD_EXTENDED_INFO_COUNT;
    CHECK_EQ(thread_info(self, THREAD_EXTENDED_INFO, (thread_info_t)&extended, &n), OK);
    CHECK_GE(extended.pth_user_time + extended.pth_system_time,
             (us_of(after.user_time) + us_of(after.system_time)) * 1000);
    if (world_is_live())
        CHECK_GE(used, 2500);
    mach_port_deallocate(SELF, self);
}

/* ---- events ---- */

static task_events_info_data_t events_of(task_t task)
{
    task_events_info_data_t events = { 0 };
    mach_msg_type_number_t n = TASK_EVENTS_INFO_COUNT;
    CHECK_EQ(info_of(task, TASK_EVENTS_INFO, &events, &n), OK);
    CHECK_EQ(n, 8);
    return events;
}

TEST(messages_and_mach_calls_are_counted, "K219")
{
    enum { N = 50 };
    mach_port_t port = both_new();
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message;
    task_events_info_data_t before = events_of(SELF);
    for (int i = 0; i < N; i++) {
        message.header = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                              .msgh_size = sizeof message.header,
                                              .msgh_remote_port = port };
        REQUIRE_EQ(mach_msg(&message.header, MACH_SEND_MSG, sizeof message.header, 0, 0, 0, 0), OK);
        for (int taken = 0; i % 2 && taken < 2;
             taken++) /* two at a time: the second may be taken without a trap */
            REQUIRE_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof message, port, 0, 0), OK);
    }
    task_events_info_data_t after = events_of(SELF);
    CHECK_EQ(after.messages_sent - before.messages_sent, N + 1); /* and the question itself, with its answer */
    CHECK_EQ(after.messages_received - before.messages_received, N + 1);
    CHECK_GE(after.syscalls_mach - before.syscalls_mach, N + 1);
    CHECK_EQ(after.cow_faults, 0);
    CHECK_EQ(after.syscalls_unix, 0);
    CHECK_GE(after.faults, after.pageins);
    CHECK_GT(after.faults, 0);
    CHECK_GT(after.csw, 0);
    if (!world_is_live()) {
        CHECK_EQ(after.faults, 70);
        CHECK_EQ(after.pageins, 7);
        CHECK_EQ(after.csw, 17);
    }
    mach_port_destroy(SELF, port);
}

/* ---- memory ---- */

TEST(the_memory_flavor_is_as_long_as_its_caller_knows_it, "K221")
{
    static const mach_msg_type_number_t revisions[] = { 36, 38, 42, 84, 86, 87, 89, 93 };
    static const task_flavor_t flavors[] = { TASK_VM_INFO, TASK_VM_INFO_PURGEABLE };
    task_vm_info_data_t info;
    mach_msg_type_number_t n;
    for (int f = 0; f < 2; f++) {
        for (int i = 0; i < 8; i++) {
            n = revisions[i];
            memset(&info, 0x55, sizeof info);
            CHECK_EQ(info_of(SELF, flavors[f], &info, &n), OK);
            CHECK_EQ(n, revisions[i]);
            CHECK_EQ(((natural_t *)&info)[revisions[i] - 1] == 0x55555555, 0);
        }
        n = 88;
        CHECK_EQ(info_of(SELF, flavors[f], &info, &n), OK);
        CHECK_EQ(n, 87);
        n = 35;
        CHECK_EQ(info_of(SELF, flavors[f], &info, &n), KERN_INVALID_ARGUMENT);
    }
    n = TASK_VM_INFO_COUNT;
    REQUIRE_EQ(info_of(SELF, TASK_VM_INFO, &info, &n), OK);
    CHECK_EQ((vm_size_t)info.page_size, vm_page_size);
    CHECK_GE(info.virtual_size, info.resident_size);
    CHECK_GE(info.resident_size_peak, info.resident_size);
    CHECK_GT(info.internal, 0);
    CHECK_EQ(info.phys_footprint, info.internal + info.compressed);
    CHECK_LE(info.internal + info.external, info.resident_size);
    CHECK_GT(info.max_address, info.min_address);
    CHECK_GT(info.max_address, (mach_vm_address_t)(uintptr_t)&info);
}

/* ---- the other flavors ---- */

TEST(what_does_not_exist_here_is_told_as_zeros_or_refused, "K144 K222 K223")
{
    static const struct {
        task_flavor_t flavor;
        mach_msg_type_number_t n;
    } zeros[] = { { TASK_KERNELMEMORY_INFO, 8 }, { TASK_AFFINITY_TAG_INFO, 4 }, { TASK_WAIT_STATE_INFO, 8 } };
    static const task_flavor_t unbuilt[] = { TASK_VM_INFO_PURGEABLE_ACCOUNT, TASK_DEBUG_INFO_INTERNAL,
                                             TASK_SUSPEND_STATS_INFO, TASK_SUSPEND_SOURCES_INFO };
    integer_t words[TASK_INFO_MAX];
    mach_msg_type_number_t n;
    task_dyld_info_data_t dyld;
    mach_port_t inspect = MACH_PORT_NULL;
    for (int i = 0; i < 3; i++) {
        n = zeros[i].n;
        words[0] = 7;
        CHECK_EQ(info_of(SELF, zeros[i].flavor, words, &n), OK);
        CHECK_EQ(n, zeros[i].n);
        CHECK_EQ(words[0], 0);
        n = zeros[i].n - 1;
        CHECK_EQ(info_of(SELF, zeros[i].flavor, words, &n), KERN_INVALID_ARGUMENT);
    }
    for (int i = 0; i < 4; i++) {
        n = 94;
        CHECK_EQ(info_of(SELF, unbuilt[i], words, &n), KERN_NOT_SUPPORTED);
    }
    n = 94;
    CHECK_EQ(info_of(SELF, TASK_SCHED_RR_INFO, words, &n), KERN_INVALID_POLICY);
    CHECK_EQ(info_of(SELF, TASK_SCHED_FIFO_INFO, words, &n), KERN_INVALID_POLICY);
    CHECK_EQ(info_of(SELF, TASK_SCHED_INFO, words, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(info_of(SELF, TASK_TRACE_MEMORY_INFO, words, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(info_of(SELF, 99, words, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(info_of(SELF, TASK_SCHED_TIMESHARE_INFO, words, &n), OK);
    CHECK_EQ(words[0], 31);
    n = TASK_DYLD_INFO_COUNT;
    CHECK_EQ(info_of(SELF, TASK_DYLD_INFO, &dyld, &n), OK);
    CHECK_EQ(dyld.all_image_info_format, TASK_DYLD_ALL_IMAGE_INFO_64);
    n = 4;
    CHECK_EQ(info_of(SELF, TASK_DYLD_INFO, &dyld, &n), OK);
    CHECK_EQ(n, 4);
    REQUIRE_EQ(task_get_special_port(SELF, TASK_INSPECT_PORT, &inspect), OK);
    n = TASK_DYLD_INFO_COUNT;
    CHECK_EQ(info_of(inspect, TASK_DYLD_INFO, &dyld, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_deallocate(SELF, inspect), OK);
}

TEST(power_is_the_time_that_was_used, "K223")
{
    task_power_info_data_t power;
    task_power_info_v2_data_t newer;
    mach_msg_type_number_t n = TASK_POWER_INFO_COUNT;
    CHECK_EQ(info_of(SELF, TASK_POWER_INFO, &power, &n), OK);
    CHECK_GT(power.total_user + power.total_system, 0);
    CHECK_EQ(power.task_interrupt_wakeups, 0);
    n = TASK_POWER_INFO_V2_COUNT;
    CHECK_EQ(info_of(SELF, TASK_POWER_INFO_V2, &newer, &n), OK);
    CHECK_EQ(n, TASK_POWER_INFO_V2_COUNT);
    CHECK_GE(newer.cpu_energy.total_user + newer.cpu_energy.total_system,
             power.total_user + power.total_system);
    n = TASK_POWER_INFO_V2_COUNT - 1;
    CHECK_EQ(info_of(SELF, TASK_POWER_INFO_V2, &newer, &n), OK);
    CHECK_EQ(n, TASK_POWER_INFO_V2_COUNT_OLD);
}

/* ---- somebody dies while the answer is on its way ---- */

static int wait_to_be_killed(void *argument)
{
    mach_port_t port = receive_new();
    CHECK_EQ(give(world_parent_port(), port, MACH_MSG_TYPE_MAKE_SEND), OK);
    take(port);
    return 1;
}

static void *ask_until_it_is_dead(void *argument)
{
    mach_task_basic_info_data_t info;
    task_t task = *(task_t *)argument;
    kern_return_t kr = OK;
    while (kr == OK) {
        mach_msg_type_number_t n = MACH_TASK_BASIC_INFO_COUNT;
        kr = info_of(task, MACH_TASK_BASIC_INFO, &info, &n);
    }
    CHECK(kr == KERN_INVALID_ARGUMENT || kr == KERN_FAILURE || kr == MACH_SEND_INVALID_DEST);
    return NULL;
}

TEST(a_question_about_a_task_that_dies_is_answered, "K214 K245")
{
    mach_port_t port = receive_new();
    world_task *child = world_task_spawn(wait_to_be_killed, NULL, port);
    task_t task = world_task_port_of(child);
    mach_port_deallocate(SELF, take(port).port.name);
    REQUIRE_EQ(mach_port_mod_refs(SELF, task, MACH_PORT_RIGHT_SEND, 1), OK);
    world_thread *askers[3];
    for (int i = 0; i < 3; i++)
        askers[i] = world_thread_spawn(ask_until_it_is_dead, &task);
    world_sleep_ms(3);
    world_task_kill(child);
    for (int i = 0; i < 3; i++)
        world_thread_join(askers[i]);
    mach_port_deallocate(SELF, task);
    receive_free(port);
}

/* ---- the machine ---- */

TEST(loads_ticks_and_memory_of_the_machine, "K232")
{
    mach_port_t host = mach_host_self();
    host_load_info_data_t load;
    host_cpu_load_info_data_t ticks;
    vm_statistics_data_t memory;
    vm_statistics64_data_t memory64;
    mach_msg_type_number_t n = HOST_LOAD_INFO_COUNT;
    CHECK_EQ(host_statistics(host, HOST_LOAD_INFO, (host_info_t)&load, &n), OK);
    CHECK_EQ(n, 6);
    n = HOST_CPU_LOAD_INFO_COUNT;
    CHECK_EQ(host_statistics64(host, HOST_CPU_LOAD_INFO, (host_info64_t)&ticks, &n), OK);
    CHECK_EQ(n, 4);
    CHECK_GT(ticks.cpu_ticks[CPU_STATE_USER] + ticks.cpu_ticks[CPU_STATE_IDLE], 0);
    n = HOST_VM_INFO_COUNT;
    CHECK_EQ(host_statistics(host, HOST_VM_INFO, (host_info_t)&memory, &n), OK);
    CHECK_EQ(n, 15);
    n = HOST_VM_INFO64_COUNT;
    CHECK_EQ(host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&memory64, &n), OK);
    CHECK_EQ(n, 38);
    CHECK_GT(memory.free_count, 0);
    CHECK_GT(memory.active_count + memory.inactive_count, 0);
    CHECK_GT(memory64.faults, 0);
    if (!world_is_live()) {
        CHECK_EQ(load.avenrun[0], 500);
        CHECK_EQ(load.avenrun[2], 3000);
        CHECK_EQ(load.mach_factor[0], 500); /* of one processor half is idle */
        CHECK_EQ(load.mach_factor[2], 250); /* three have it already */
        CHECK_EQ(ticks.cpu_ticks[CPU_STATE_USER], 400);
        CHECK_EQ(ticks.cpu_ticks[CPU_STATE_NICE], 100);
        CHECK_EQ(memory64.free_count, 1000);
        CHECK_EQ(memory64.wire_count, 4000);
        CHECK_EQ(memory64.pageins, 6000);
        CHECK_EQ(memory.pageouts, 7000);
    }
    mach_port_deallocate(SELF, host);
}

TEST(statistics_that_there_are_not_and_rooms_that_are_too_small, "K232")
{
    mach_port_t host = mach_host_self();
    integer_t words[HOST_INFO_MAX];
    mach_msg_type_number_t n = HOST_LOAD_INFO_COUNT - 1;
    CHECK_EQ(host_statistics(host, HOST_LOAD_INFO, words, &n), KERN_FAILURE);
    n = HOST_VM_INFO_REV0_COUNT - 1;
    CHECK_EQ(host_statistics(host, HOST_VM_INFO, words, &n), KERN_FAILURE);
    n = HOST_VM_INFO_REV0_COUNT + 1;
    CHECK_EQ(host_statistics(host, HOST_VM_INFO, words, &n), OK);
    CHECK_EQ(n, HOST_VM_INFO_REV0_COUNT);
    n = 30;
    CHECK_EQ(host_statistics64(host, HOST_VM_INFO64, words, &n), OK);
    CHECK_EQ(n, HOST_VM_INFO64_REV0_COUNT);
    n = 68;
    CHECK_EQ(host_statistics(host, HOST_VM_INFO64, words, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(host_statistics(host, 99, words, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(host_statistics(SELF, HOST_LOAD_INFO, words, &n), KERN_INVALID_HOST);
    CHECK_EQ(host_statistics64(SELF, HOST_VM_INFO64, words, &n), KERN_INVALID_HOST);
    mach_port_deallocate(SELF, host);
}

TEST(each_processor_has_a_record, "K232")
{
    mach_port_t host = mach_host_self();
    processor_info_array_t records = NULL;
    mach_msg_type_number_t n = 0;
    natural_t processors = 0;
    host_basic_info_data_t basic;
    mach_msg_type_number_t count = HOST_BASIC_INFO_COUNT;
    REQUIRE_EQ(host_info(host, HOST_BASIC_INFO, (host_info_t)&basic, &count), OK);
    REQUIRE_EQ(host_processor_info(host, PROCESSOR_CPU_LOAD_INFO, &processors, &records, &n), OK);
    CHECK_EQ(processors, basic.logical_cpu_max);
    CHECK_EQ(n, processors * CPU_STATE_MAX);
    struct processor_cpu_load_info *load = (struct processor_cpu_load_info *)records;
    CHECK_GT(load[0].cpu_ticks[CPU_STATE_USER] + load[0].cpu_ticks[CPU_STATE_IDLE], 0);
    CHECK_EQ(vm_deallocate(SELF, (vm_address_t)records, n * sizeof *records), OK);
    REQUIRE_EQ(host_processor_info(host, PROCESSOR_BASIC_INFO, &processors, &records, &n), OK);
    CHECK_EQ(n, processors * PROCESSOR_BASIC_INFO_COUNT);
    CHECK_EQ(((struct processor_basic_info *)records)[processors - 1].slot_num, processors - 1);
    CHECK_EQ(vm_deallocate(SELF, (vm_address_t)records, n * sizeof *records), OK);
    CHECK_EQ(host_processor_info(host, 3, &processors, &records, &n), KERN_INVALID_ARGUMENT);
    CHECK_EQ(host_processor_info(SELF, PROCESSOR_BASIC_INFO, &processors, &records, &n),
             KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, host);
}
