/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/unfair_lock.c - <os/lock.h> on Linux's priority-inheriting futexes, whose word holds the owner's thread id */
#include <errno.h>
#include <linux/futex.h>
#include <os/lock.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic uint32_t *word_of(const os_unfair_lock *lock)
{
    return (_Atomic uint32_t *)&lock->_os_unfair_lock_opaque;
}

static uint32_t own_id(void)
{
    return (uint32_t)syscall(SYS_gettid);
}

static bool is_owner(const os_unfair_lock *lock)
{
    return (atomic_load(word_of(lock)) & FUTEX_TID_MASK) == own_id();
}

bool os_unfair_lock_trylock(os_unfair_lock_t lock)
{
    uint32_t is_free = 0;
    return atomic_compare_exchange_strong(word_of(lock), &is_free, own_id());
}

void os_unfair_lock_lock(os_unfair_lock_t lock)
{
    if (os_unfair_lock_trylock(lock))
        return;
    os_unfair_lock_assert_not_owner(lock);
    while (syscall(SYS_futex, word_of(lock), FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0) != 0)
        if (errno != EINTR && errno != EAGAIN)
            abort();
}

void os_unfair_lock_lock_with_options(os_unfair_lock_t lock, os_unfair_lock_options_t options)
{
    os_unfair_lock_lock(lock);
}

void os_unfair_lock_unlock(os_unfair_lock_t lock)
{
    uint32_t own = own_id();
    if (!atomic_compare_exchange_strong(word_of(lock), &own, 0) &&
        syscall(SYS_futex, word_of(lock), FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0) != 0)
        abort();
}

void os_unfair_lock_assert_owner(const os_unfair_lock *lock)
{
    if (!is_owner(lock))
        abort();
}

void os_unfair_lock_assert_not_owner(const os_unfair_lock *lock)
{
    if (is_owner(lock))
        abort();
}
