/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/exception.h - exception actions: who is told of which exception, and how (K14, K15, K24, K29, K167-K178)
 *
 * Tasks, threads and the host each have one action for each type. An action keeps a naked send right of its own.
 */
#pragma once

#include <mach/exception_types.h>

#include "kernel/ipc/port.h"

struct task;
struct thread;

enum { EXCEPTION_TYPES = EXC_CORPSE_NOTIFY + 1 }; /* 0 is unused */

struct exception_action {
    struct right port; /* never a kernel object, but for the ux handler; it may have died */
    uint32_t behavior;
    int flavor;
    bool is_privileged; /* K24 */
};

struct exception_actions {
    struct exception_action of[EXCEPTION_TYPES];
};

/* What a set asks for, in the order in which it is checked (K167). */
struct exception_setting {
    uint32_t mask;
    struct right port;
    uint32_t behavior;
    int flavor;
    bool is_privileged;
    bool is_for_host;
};

/* KERN_INVALID_ARGUMENT, KERN_INVALID_RIGHT: steps 2 to 6. Changes nothing. */
kern_return_t exception_check(const struct exception_setting *setting);
/* Consumes the setting's right (K168, K169). */
void exception_set(struct ipc *ipc, struct exception_actions *actions, const struct exception_setting *setting);

/* KERN_INVALID_ARGUMENT. */
kern_return_t exception_check_mask(uint32_t mask);

/* An entry of what get and swap return (K173): port is a copy (K177), given. */
struct exception_entry {
    uint32_t mask;
    struct right port;
    uint32_t behavior;
    int flavor;
};

/* The number of entries, at most EXCEPTION_TYPES - 1. */
uint32_t exception_entries(const struct exception_actions *actions, uint32_t mask, struct exception_entry *entries);

/* K15: new naked rights, marks included. */
struct exception_actions exception_inherit(const struct exception_actions *parent);
/* K26, K31: types in ascending order. */
void exception_release(struct ipc *ipc, struct exception_actions *actions);

/* A thread's actions appear at its first set (K29); NULL: no memory, or its account is at its limit. */
struct exception_actions *thread_exceptions(struct thread *thread);
void thread_exceptions_free(struct thread *thread);
