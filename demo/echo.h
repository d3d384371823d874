/* SPDX-License-Identifier: Apache-2.0 */
/* demo/echo.h - between demo/launch.c and the service that it calls */
#pragma once

#include <mach/mach.h>
#include <mach/thread_policy_private.h>
#include <time.h>

#include "demo/demo.h"
#include "demo/timeline.h"

#define ECHO_NAME "demo.launch.echo"

enum { ECHO_CALL = 10, ECHO_ANSWER, ECHO_AFTER };

struct echo_call {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t after; /* a send-once right: hears of the moment after the answer */
};

struct echo_reply {
    mach_msg_header_t header;
    struct moment at[N_STEPS];
};

/* The moment, and the priority of the calling thread. */
static inline struct moment echo_now(void)
{
    struct thread_extended_info info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    struct timespec now;
    mach_port_t self = mach_thread_self();

    clock_gettime(CLOCK_BOOTTIME, &now);
    thread_info(self, THREAD_EXTENDED_INFO, (thread_info_t)&info, &count);
    mach_port_deallocate(mach_task_self(), self);
    return (struct moment){ (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, info.pth_priority };
}
