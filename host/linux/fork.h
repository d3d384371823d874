/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/fork.h - what children that are about to be made will inherit
 *
 * FORK_PREPARE takes a snapshot under a random nonce, which the child brings with its HELLO: it inherits what
 * the parent had then, not when the child first speaks (F64, F65). A snapshot lives a minute at most, and 10
 * s past its parent.
 */
#pragma once

#include <stdint.h>

struct connection;
struct inherit;
struct machd;
struct process;

/* The nonce, or 0 if the process may not have another one. */
uint64_t fork_prepare(struct machd *m, struct process *parent);
void fork_abort(struct machd *m, struct process *parent, uint64_t nonce);
/* Gives the snapshot if the nonce is known, else NULL. The child may be another user's than its parent (F34). */
struct inherit *fork_take(struct machd *m, uint64_t nonce);
/* Their parent has died. */
void forks_orphan(struct machd *m, struct process *parent);
void forks_expire(struct machd *m, uint64_t now);
void forks_fini(struct machd *m);
