/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/clock.c - clocks as ports (abi-ipc 12): the system's, which the kernel is told with every trap, and the calendar's */
#include <mach/clock_types.h>

#include "clock_server.h"
#include "kernel/server/call.h"
#include "mach_host_server.h"

enum { RESOLUTION = NSEC_PER_SEC / 100 }; /* what XNU says */

kern_return_t serve_host_get_clock_service(struct host_object *host, clock_id_t clock_id,
                                           struct port **clock_serv)
{
    if (!host || clock_id < SYSTEM_CLOCK || clock_id > CALENDAR_CLOCK)
        return KERN_INVALID_ARGUMENT;
    *clock_serv = port_make_send(system_of_host(host)->clock[clock_id]).port;
    return KERN_SUCCESS;
}

kern_return_t serve_clock_get_time(struct port *clock_serv, mach_timespec_t *cur_time)
{
    struct system *system = call_now()->system;
    int id = system_clock_of_port(system, clock_serv);
    if (id < 0)
        return KERN_INVALID_ARGUMENT;
    uint64_t now = id == SYSTEM_CLOCK ? system->ipc.now : system->ipc.ops->calendar_now(system->ipc.host);
    *cur_time = (mach_timespec_t){ (unsigned int)(now / NSEC_PER_SEC), (clock_res_t)(now % NSEC_PER_SEC) };
    return KERN_SUCCESS;
}

kern_return_t serve_clock_get_attributes(struct port *clock_serv, clock_flavor_t flavor,
                                         clock_attr_t clock_attr, mach_msg_type_number_t *clock_attrCnt)
{
    int id = system_clock_of_port(call_now()->system, clock_serv);
    if (id < 0)
        return KERN_INVALID_ARGUMENT;
    if (*clock_attrCnt != 1)
        return KERN_FAILURE;
    switch (flavor) {
    case CLOCK_GET_TIME_RES: *clock_attr = RESOLUTION; return KERN_SUCCESS;
    case CLOCK_ALARM_CURRES:
    case CLOCK_ALARM_MINRES:
    case CLOCK_ALARM_MAXRES: *clock_attr = id == SYSTEM_CLOCK ? RESOLUTION : 0; return KERN_SUCCESS;
    }
    return KERN_INVALID_VALUE;
}

/* A timer port (mk_timer) does what an alarm would. */
kern_return_t serve_clock_alarm(struct port *clock_serv, alarm_type_t alarm_type, mach_timespec_t alarm_time,
                                struct port *alarm_port)
{
    int id = system_clock_of_port(call_now()->system, clock_serv);
    if (id < 0)
        return KERN_INVALID_ARGUMENT;
    return id == SYSTEM_CLOCK ? KERN_NOT_SUPPORTED : KERN_FAILURE;
}
