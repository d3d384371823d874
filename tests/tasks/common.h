/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/common.h - the few words in which the tests of tasks and threads are written */
#pragma once

#include <mach/mach.h>
#include <mach/mach_traps.h>
#include <mach/notify.h>
#include <stdlib.h>

#include "tests/harness/harness.h"
#include "tests/world.h"

#define SELF mach_task_self()
#define OK KERN_SUCCESS

enum { PATIENCE_MS = 5000 };

static inline mach_port_t receive_new(void)
{
    mach_port_t port = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port), OK);
    return port;
}

/* Receive and one send right under one name. */
static inline mach_port_t both_new(void)
{
    mach_port_t port = receive_new();
    REQUIRE_EQ(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND), OK);
    return port;
}

static inline void receive_free(mach_port_t port)
{
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), OK);
}

static inline int64_t refs_of(mach_port_t name, mach_port_right_t right)
{
    mach_port_urefs_t refs = 0;
    return mach_port_get_refs(SELF, name, right, &refs) == OK ? (int64_t)refs : -1;
}

static inline int64_t sends_of(mach_port_t name)
{
    return refs_of(name, MACH_PORT_RIGHT_SEND);
}

static inline mach_port_type_t type_of(mach_port_t name)
{
    mach_port_type_t type = 0;
    return mach_port_type(SELF, name, &type) == OK ? type : 0;
}

/* The sanitizers have fault handlers of their own, and think of every fault as the end. */
static inline void skip_if_sanitized(void)
{
    if (world_is_live() && getenv("MACHD_SANITIZER"))
        SKIP("real faults belong to the sanitizer here");
}
