/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/launch/launch.h"

#include "libmach/calls/process.h"

struct spawn_request launch_request(void)
{
    return (struct spawn_request){
        .jetsam_priority = -1,
        .memory_active = -1,
        .memory_inactive = -1,
        .process_limit = UINT32_MAX,
    };
}

struct spawn_request launch_watching(const mach_port_t *ports, uint32_t n)
{
    struct spawn_request request = launch_request();
    for (uint32_t i = 0; i < n; i++)
        request.watch[i] = ports[i];
    request.n_watch = n;
    return request;
}

int launch_base(const struct launched *child)
{
    struct process_thread thread = { 0 };
    uint32_t n = 0, all = 0;
    int error = 0;
    CHECK_EQ(process_threads(launch_pid(child), 0, &error, &thread, 1, &n, &all), OK);
    CHECK_EQ(error, 0);
    CHECK_EQ(thread.is_main, 1);
    return thread.base;
}

int own_base(void)
{
    mach_port_t self = mach_thread_self();
    int base = base_of(self);
    mach_port_deallocate(SELF, self);
    return base;
}

int own_base_after(int base)
{
    for (int ms = 0; ms < PATIENCE_MS && own_base() == base; ms++)
        world_sleep_ms(1);
    return own_base();
}
