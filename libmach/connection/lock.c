/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/lock.c - the lock's word: 0 free, 1 held, 2 held and waited for */
#include "libmach/connection/lock.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_SIGSET_SIZE 8

static __thread bool is_lent __attribute__((tls_model("initial-exec")));

bool thread_is_lent(void)
{
    return is_lent;
}

void thread_lend(bool begin)
{
    is_lent = begin;
}

void mask_set(const sigset_t *mask, sigset_t *old)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, old, KERNEL_SIGSET_SIZE);
}

void mask_block_all(sigset_t *old)
{
    sigset_t all;
    memset(&all, 0xff, sizeof all);
    mask_set(&all, old);
}

void lock_take(_Atomic uint32_t *lock, sigset_t *mask)
{
    if (is_lent)
        abort();
    mask_block_all(mask);
    uint32_t expected = 0;
    if (atomic_compare_exchange_strong(lock, &expected, 1))
        return;
    while (atomic_exchange(lock, 2) != 0)
        syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void lock_give(_Atomic uint32_t *lock, const sigset_t *mask)
{
    if (atomic_exchange(lock, 0) == 2)
        syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    mask_set(mask, NULL);
}
