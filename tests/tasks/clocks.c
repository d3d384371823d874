/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/clocks.c - clocks, sleeping, ending the waits of another thread, what the host tells (K149-K151, K165, K229-K231) */
#include "tests/tasks/common.h"

#include <mach/clock.h>
#include <mach/host_info.h>
#include <mach/mach_time.h>
#include <mach/thread_status.h>
#include <mach/thread_switch.h>
#include <string.h>

static clock_serv_t clock_new(clock_id_t id)
{
    mach_port_t host = mach_host_self();
    clock_serv_t clock = MACH_PORT_NULL;
    REQUIRE_EQ(host_get_clock_service(host, id, &clock), OK);
    mach_port_deallocate(SELF, host);
    return clock;
}

static uint64_t nanoseconds(mach_timespec_t time)
{
    return time.tv_sec * NSEC_PER_SEC + (uint64_t)time.tv_nsec;
}

static uint64_t time_of(clock_serv_t clock)
{
    mach_timespec_t time = { 0, -1 };
    CHECK_EQ(clock_get_time(clock, &time), OK);
    CHECK(!BAD_MACH_TIMESPEC(&time));
    return nanoseconds(time);
}

TEST(the_system_clock_is_absolute_time, "P176 P171")
{
    clock_serv_t clock = clock_new(SYSTEM_CLOCK), again = clock_new(SYSTEM_CLOCK);
    natural_t type = 0;
    mach_vm_address_t address;
    CHECK_EQ(again, clock); /* one port */
    CHECK_EQ(mach_port_kobject(SELF, clock, &type, &address), OK);
    CHECK_EQ(type, 25);
    uint64_t before = mach_absolute_time();
    world_sleep_ms(20);
    uint64_t at = time_of(clock), later = time_of(clock);
    CHECK_GT(at, before);
    CHECK_GE(later, at);
    CHECK_LE(later, mach_absolute_time());
    CHECK_EQ(mach_port_mod_refs(SELF, clock, MACH_PORT_RIGHT_SEND, -2), OK);
}

TEST(the_calendar_is_another_clock, "P176")
{
    clock_serv_t calendar = clock_new(CALENDAR_CLOCK), clock = clock_new(SYSTEM_CLOCK);
    mach_port_t host = mach_host_self(), none;
    clock_res_t resolution = 0;
    mach_msg_type_number_t count = 1;
    CHECK_NE(calendar, clock);
    CHECK_GT(time_of(calendar), 1600000000ull * NSEC_PER_SEC);
    CHECK_EQ(clock_get_attributes(clock, CLOCK_GET_TIME_RES, &resolution, &count), OK);
    CHECK_EQ(resolution, 10000000);
    CHECK_EQ(clock_get_attributes(calendar, CLOCK_ALARM_CURRES, &resolution, &count), OK);
    CHECK_EQ(resolution, 0);
    CHECK_EQ(clock_get_attributes(clock, 77, &resolution, &count), KERN_INVALID_VALUE);
    CHECK_EQ(host_get_clock_service(host, 2, &none), KERN_INVALID_ARGUMENT);
    CHECK_EQ(host_get_clock_service(host, -1, &none), KERN_INVALID_ARGUMENT);
    mach_timespec_t time;
    CHECK_EQ(clock_get_time(host, &time), KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, host);
    mach_port_deallocate(SELF, calendar);
    mach_port_deallocate(SELF, clock);
}

TEST(sleeping_on_a_clock, "P176")
{
    clock_serv_t calendar = clock_new(CALENDAR_CLOCK), clock = clock_new(SYSTEM_CLOCK);
    uint64_t start = mach_absolute_time();
    mach_timespec_t end = { 0 };
    CHECK_EQ(clock_sleep_trap(clock, TIME_RELATIVE, 0, 20000000, &end), OK);
    CHECK_GE(nanoseconds(end), start + 20000000);
    CHECK_GE(mach_absolute_time(), start + 20000000);
    CHECK_EQ(clock_sleep_trap(MACH_PORT_NULL, TIME_ABSOLUTE, 0, 5, &end), OK); /* has passed */
    CHECK_EQ(clock_sleep_trap(calendar, TIME_RELATIVE, 0, 1, &end), KERN_FAILURE);
    CHECK_EQ(clock_sleep_trap(SELF, TIME_RELATIVE, 0, 1, &end), KERN_INVALID_ARGUMENT);
    CHECK_EQ(clock_sleep_trap(clock, 2, 0, 1, &end), KERN_INVALID_VALUE);
    CHECK_EQ(clock_sleep_trap(clock, TIME_RELATIVE, 0, -1, &end), KERN_INVALID_VALUE);
    CHECK_EQ(clock_sleep_trap(clock, TIME_RELATIVE, 0, 1000000000, &end), KERN_INVALID_VALUE);
    start = mach_absolute_time();
    CHECK_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 10), OK);
    CHECK_GE(mach_absolute_time(), start + 10000000);
    CHECK_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_NONE, 0), OK);
    CHECK_EQ(thread_switch(MACH_PORT_NULL, 6, 0), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_wait_until(start), OK);
    CHECK_EQ(mach_wait_until(mach_absolute_time() + 5000000), OK);
    mach_port_deallocate(SELF, calendar);
    mach_port_deallocate(SELF, clock);
}

/* ---- thread_abort ---- */

enum how { SLEEPS, RECEIVES, RECEIVES_AGAIN, WAITS_FOR_SEMAPHORE };

struct waiting {
    enum how how;
    mach_port_t port;
    _Atomic mach_port_t self; /* told while the test waits for its wait */
    kern_return_t result;
};

static void *wait_somehow(void *argument)
{
    struct waiting *w = argument;
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message;
    w->self = mach_thread_self();
    switch (w->how) {
    case SLEEPS: w->result = clock_sleep_trap(MACH_PORT_NULL, TIME_RELATIVE, 3600, 0, NULL); break;
    case RECEIVES:
        w->result = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_INTERRUPT, 0, sizeof message, w->port,
                             0, MACH_PORT_NULL);
        break;
    case RECEIVES_AGAIN:
        w->result = mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof message, w->port, 0, MACH_PORT_NULL);
        break;
    case WAITS_FOR_SEMAPHORE: w->result = semaphore_wait(w->port); break;
    }
    return NULL;
}

static void check_abort(enum how how, mach_port_t port, kern_return_t (*end)(thread_act_t),
                        kern_return_t expected)
{
    struct waiting w = { .how = how, .port = port };
    world_thread *thread = world_thread_spawn(wait_somehow, &w);
    world_yield_until_blocked(thread);
    CHECK_EQ(end(w.self), OK);
    world_thread_join(thread);
    CHECK_EQ(w.result, expected);
    mach_port_deallocate(SELF, w.self);
}

TEST(a_wait_can_be_ended_by_another_thread, "K149 K151")
{
    mach_port_t port = receive_new();
    semaphore_t semaphore = MACH_PORT_NULL;
    CHECK_EQ(semaphore_create(SELF, &semaphore, 0, 0), OK);
    check_abort(SLEEPS, MACH_PORT_NULL, thread_abort, KERN_ABORTED);
    check_abort(RECEIVES, port, thread_abort, MACH_RCV_INTERRUPTED);
    check_abort(WAITS_FOR_SEMAPHORE, semaphore, thread_abort, KERN_ABORTED);
    check_abort(RECEIVES, port, thread_abort_safely, MACH_RCV_INTERRUPTED);
    check_abort(WAITS_FOR_SEMAPHORE, semaphore, thread_abort_safely, KERN_ABORTED);
    mach_port_t self = mach_thread_self();
    CHECK_EQ(thread_abort(self), OK); /* runs, so nothing happens, now or later */
    CHECK_EQ(clock_sleep_trap(MACH_PORT_NULL, TIME_RELATIVE, 0, 1, NULL), OK);
    CHECK_EQ(thread_abort(SELF), KERN_INVALID_ARGUMENT);
    CHECK_EQ(thread_abort_safely(SELF), KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, self);
    CHECK_EQ(semaphore_destroy(SELF, semaphore), OK);
    receive_free(port);
}

TEST(a_plain_receive_does_not_notice, "K150")
{
    mach_port_t port = both_new();
    struct waiting w = { .how = RECEIVES_AGAIN, .port = port };
    world_thread *thread = world_thread_spawn(wait_somehow, &w);
    world_yield_until_blocked(thread);
    CHECK_EQ(thread_abort(w.self), OK);
    world_yield_until_blocked(thread);
    mach_msg_header_t message = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                  .msgh_size = sizeof message,
                                  .msgh_remote_port = port };
    CHECK_EQ(mach_msg(&message, MACH_SEND_MSG, sizeof message, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL), OK);
    world_thread_join(thread);
    CHECK_EQ(w.result, OK);
    mach_port_deallocate(SELF, w.self);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
}

/* ---- states and the host ---- */

TEST(states_without_a_thread, "K165")
{
    mach_port_t self = mach_thread_self();
    natural_t in[4] = { 1, 2, 3, 4 }, out[4] = { 0 };
    mach_msg_type_number_t count = 4;
    CHECK_EQ(thread_convert_thread_state(self, THREAD_CONVERT_THREAD_STATE_TO_SELF, 1, in, 4, out, &count),
             OK);
    CHECK_EQ(count, 4);
    CHECK_MEM_EQ(in, out, sizeof in);
    count = 3;
    CHECK_EQ(thread_convert_thread_state(self, THREAD_CONVERT_THREAD_STATE_FROM_SELF, 1, in, 4, out, &count),
             KERN_INSUFFICIENT_BUFFER_SIZE);
    count = 4;
    CHECK_EQ(thread_convert_thread_state(self, 3, 1, in, 4, out, &count), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_get_state(SELF, 1, out, &count), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_set_state(SELF, 1, in, 4), KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, self);
}

static kern_return_t info_of(host_t host, int flavor, integer_t *info, mach_msg_type_number_t *count)
{
    memset(info, 0xee, 64 * sizeof *info);
    return host_info(host, flavor, info, count);
}

TEST(what_the_host_tells_of_the_machine, "K229")
{
    mach_port_t host = mach_host_self();
    integer_t info[64];
    mach_msg_type_number_t count = 64;
    CHECK_EQ(info_of(host, HOST_BASIC_INFO, info, &count), OK);
    CHECK_EQ(count, HOST_BASIC_INFO_COUNT);
    struct host_basic_info basic;
    memcpy(&basic, info, sizeof basic);
    CHECK_GE(basic.max_cpus, basic.avail_cpus);
    CHECK_GE(basic.avail_cpus, basic.physical_cpu);
    CHECK_GE(basic.physical_cpu, 1);
    CHECK_EQ(basic.logical_cpu, basic.avail_cpus);
    CHECK_GE(basic.max_mem, basic.memory_size);
    CHECK_GT(basic.memory_size, 0);
    count = 5;
    CHECK_EQ(info_of(host, HOST_BASIC_INFO, info, &count), OK);
    CHECK_EQ(count, 5);
    count = 4;
    CHECK_EQ(info_of(host, HOST_BASIC_INFO, info, &count), KERN_FAILURE);
    count = 64;
    CHECK_EQ(info_of(host, 77, info, &count), KERN_INVALID_ARGUMENT);
    CHECK_EQ(info_of(SELF, HOST_BASIC_INFO, info, &count), KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, host);
}

TEST(the_lesser_flavors_of_the_host, "K230")
{
    static const integer_t sched[] = { 10, 10 }, priority[] = { 80, 80, 64, 31, 0, 0, 0, 79 };
    mach_port_t host = mach_host_self();
    integer_t info[64];
    mach_msg_type_number_t count = 64;
    CHECK_EQ(info_of(host, HOST_SCHED_INFO, info, &count), OK);
    CHECK_EQ(count, 2);
    CHECK_MEM_EQ(info, sched, sizeof sched);
    count = 64;
    CHECK_EQ(info_of(host, HOST_PRIORITY_INFO, info, &count), OK);
    CHECK_EQ(count, 8);
    CHECK_MEM_EQ(info, priority, sizeof priority);
    CHECK_EQ(info_of(host, HOST_RESOURCE_SIZES, info, &count), KERN_INVALID_ARGUMENT);
    count = 64;
    CHECK_EQ(info_of(host, HOST_SEMAPHORE_TRAPS, info, &count), OK);
    CHECK_EQ(count, 0);
    count = 64;
    CHECK_EQ(info_of(host, HOST_MACH_MSG_TRAP, info, &count), OK);
    CHECK_EQ(count, 0);
    count = 64;
    CHECK_EQ(info_of(host, HOST_CAN_HAS_DEBUGGER, info, &count), OK);
    CHECK_EQ(info[0], 1);
    count = 64;
    CHECK_EQ(info_of(host, HOST_VM_PURGABLE, info, &count), OK);
    CHECK_EQ(info[0], 0);
    count = 64;
    CHECK_EQ(info_of(host, HOST_PREFERRED_USER_ARCH, info, &count), OK);
    CHECK_EQ(count, 2);
    count = 64;
    CHECK_EQ(info_of(host, HOST_DEBUG_INFO_INTERNAL, info, &count), KERN_NOT_SUPPORTED);
    count = 1;
    CHECK_EQ(info_of(host, HOST_SCHED_INFO, info, &count), KERN_FAILURE);
    mach_port_deallocate(SELF, host);
}

TEST(page_size_and_version, "K231")
{
    mach_port_t host = mach_host_self();
    vm_size_t size = 0;
    kernel_version_t version = "";
    CHECK_EQ(host_page_size(host, &size), OK);
    CHECK_EQ(size, vm_page_size);
    CHECK_EQ(host_page_size(MACH_PORT_NULL, &size), KERN_INVALID_ARGUMENT);
    CHECK_EQ(host_kernel_version(host, version), OK);
    CHECK(strstr(version, "machd") != NULL);
    mach_port_deallocate(SELF, host);
}
