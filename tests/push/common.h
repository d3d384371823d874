/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/common.h - threads that wait for each other, and what they push
 *
 * A *caller* is a thread of a class that sends to a port with its special reply port as reply right and waits
 * for the answer; a *helper* runs what the test says, and tells its thread port first. Whatever they share
 * with the test stands in their records: a test's threads are of one task. */
#pragma once

#include <mach/mach.h>
#include <mach/thread_policy_private.h>
#include <pthread/qos.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/harness/harness.h"
#include "tests/world.h"

#define SELF mach_task_self()
#define OK KERN_SUCCESS

enum { PATIENCE_MS = 5000, ID_CALL = 100, ID_RIGHT = 101, ID_REPLY = 102 };

struct caller {
    mach_port_t dest;        /* MACH_PORT_NULL: links by receive to `link` (T52) */
    mach_port_t link;
    qos_class_t qos_class;
    uint32_t timeout_ms;     /* 0: none */
    _Atomic mach_port_t thread; /* told by the caller, like the next one */
    mach_port_t reply;
    kern_return_t result;
    int32_t received_id;
    world_thread *world;
};

/* Returns when the thread that tells its port there waits in the kernel, which it has not done before. */
void until_waiting(const _Atomic mach_port_t *thread);

/* Starts it and returns when it waits. */
void caller_start(struct caller *caller);
/* Joins it; gives the result of its receive. */
kern_return_t caller_end(struct caller *caller);
/* The same of one that nobody answers: its reply port dies. */
void caller_leave(struct caller *caller);

mach_port_t port_with_send(void);
void port_gone(mach_port_t port);

/* B and U of a thread by its port (T22, T27). */
int base_of(mach_port_t thread);
int push_of(mach_port_t thread);
int run_state_of(mach_port_t thread);
/* B, once it is what is expected, or as it is when patience ends: for what another thread does in its own time. */
int base_soon(mach_port_t thread, int expected);

/* One message with up to one right. */
struct letter {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_max_trailer_t trailer;
};

/* Sends `right` by `how` (0: nothing) to `to` by `to_how`, with `reply` as reply right by `reply_how` (0: none). */
kern_return_t letter_send(mach_port_t to, int to_how, mach_port_t reply, int reply_how, mach_port_t right, int how,
                          mach_msg_option_t more, uint32_t timeout_ms);
/* Moves a receive right. */
kern_return_t letter_move(mach_port_t to, mach_port_t right);
/* Receives within PATIENCE_MS, or ends the test. */
struct letter letter_take(mach_port_t from);
/* The bare answer to a request. */
kern_return_t answer(const struct letter *request);

/* The role of the test's own task (T11); DEFAULT again at the end of a test is up to it. */
void role(int value);
