/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/lock.h - a lock that signal handlers and fork children can live with
 *
 * All signals are blocked while it is held, so a handler never finds its own thread inside. It is one word, 0
 * when free: a fork child, in which the holder does not exist, stores 0 (F68). A vfork child takes none, and ends if it tries:
 * whenever it is killed, nobody waits for a lock of its parent's, and nothing that one guards is half changed.
 */
#pragma once

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The calling thread is lent to a vfork child (libmach/live/vfork.c), which has its parent's memory and its own descriptors. */
bool thread_is_lent(void);
void thread_lend(bool begin);

/* Block all signals and take; give and restore the mask. */
void lock_take(_Atomic uint32_t *lock, sigset_t *mask);
void lock_give(_Atomic uint32_t *lock, const sigset_t *mask);

/* The thread's signal mask; old may be NULL. Not interposed, no cancellation point. */
void mask_set(const sigset_t *mask, sigset_t *old);
void mask_block_all(sigset_t *old);

/* While spinning. */
static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
