/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/calls/timer.c - timers that send a message (abi-ipc 12) */
#include <mach/mk_timer.h>

#include "libmach/message/trap.h"

mach_port_name_t mk_timer_create(void)
{
    return TRAP_NAME(TRAP_TIMER_CREATE);
}

kern_return_t mk_timer_destroy(mach_port_name_t name)
{
    return TRAP_KR(TRAP_TIMER_DESTROY, NULL, name);
}

kern_return_t mk_timer_arm(mach_port_name_t name, uint64_t expire_time)
{
    return TRAP_KR(TRAP_TIMER_ARM, NULL, name, expire_time);
}

kern_return_t mk_timer_arm_leeway(mach_port_name_t name, uint64_t mk_timer_flags,
                                  uint64_t mk_timer_expire_time, uint64_t mk_timer_leeway)
{
    return TRAP_KR(TRAP_TIMER_ARM_LEEWAY, NULL, name, mk_timer_flags, mk_timer_expire_time, mk_timer_leeway);
}

kern_return_t mk_timer_cancel(mach_port_name_t name, uint64_t *result_time)
{
    uint64_t value[3] = { 0 };
    kern_return_t kr = TRAP_KR(TRAP_TIMER_CANCEL, value, name);
    if (kr == KERN_SUCCESS && result_time != NULL)
        *result_time = value[0];
    return kr;
}
