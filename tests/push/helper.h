/* SPDX-License-Identifier: Apache-2.0 */
/* tests/push/helper.h - a thread that checks in, gets the receive right of a port, and is pushed by who waits for that port
 *
 *   helper_start   it has checked in and waits at its gate       hand_over      it is sent the right: it is pushed (reason 1)
 *   step           it has received the right (reason 6)          ... a message is sent to the port ...
 *   step           it has taken that, and is pushed no more      step, helper_end
 */
#pragma once

#include "tests/push/common.h"

struct helper {
    mach_port_t launcher, gate; /* gate: a message on it for each step */
    mach_port_t next;           /* with the right, it waits for this port before it goes on; until it is interrupted */
    mach_msg_option_t flags;
    _Atomic mach_port_t thread;
    mach_port_t reply, got;
    int base_with_right, base_after_message;
    _Atomic int n_steps; /* taken by it; told by the gate */
    _Atomic bool is_calling;
    int n_told;
    world_thread *world;
};

/* flags: MACH_SEND_SYNC_BOOTSTRAP_CHECKIN or 0. */
void helper_start(struct helper *helper, mach_msg_option_t flags);
/* The launcher answers the check-in with the receive right of `port`. */
void hand_over(struct helper *helper, mach_port_t port);
/* Returns when the helper has taken its next step. */
void step(struct helper *helper);
void helper_end(struct helper *helper);

/* A helper that is pushed by the callers of `port` from now on; and its end. */
void push_helper(struct helper *helper, mach_port_t port);
void release_helper(struct helper *helper, mach_port_t port);
/* The same for one that has taken the first step. */
void release_called_helper(struct helper *helper, mach_port_t port);
