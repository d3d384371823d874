/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/atomic.c - the lists and locks of <libkern/OSAtomic.h>
 *
 * A spin lock is 0 when free, 1 when taken, 2 when somebody sleeps on it: then it behaves as an ordinary mutex, since
 * whoever spins beside a holder that was preempted wastes the CPU that the holder needs. Each list has such a lock.
 */
#include <libkern/OSAtomic.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FREE, TAKEN, WAITED_FOR, SPINS = 100 };

static _Atomic int32_t *word(volatile OSSpinLock *lock)
{
    return (_Atomic int32_t *)lock;
}

bool OSSpinLockTry(volatile OSSpinLock *lock)
{
    int32_t is_free = FREE;
    return atomic_compare_exchange_strong_explicit(word(lock), &is_free, TAKEN, memory_order_acquire,
                                                   memory_order_relaxed);
}

void OSSpinLockLock(volatile OSSpinLock *lock)
{
    for (int i = 0; i < SPINS; i++)
        if (OSSpinLockTry(lock))
            return;
    while (atomic_exchange_explicit(word(lock), WAITED_FOR, memory_order_acquire) != FREE)
        syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, WAITED_FOR, NULL, NULL, 0);
}

void OSSpinLockUnlock(volatile OSSpinLock *lock)
{
    if (atomic_exchange_explicit(word(lock), FREE, memory_order_release) == WAITED_FOR)
        syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* ---- lists ---- */

static void **link_of(void *element, size_t offset)
{
    return (void **)((char *)element + offset);
}

void OSAtomicEnqueue(OSQueueHead *list, void *element, size_t offset)
{
    volatile OSSpinLock *lock = (volatile OSSpinLock *)&list->opaque2;
    OSSpinLockLock(lock);
    *link_of(element, offset) = list->opaque1;
    list->opaque1 = element;
    OSSpinLockUnlock(lock);
}

void *OSAtomicDequeue(OSQueueHead *list, size_t offset)
{
    volatile OSSpinLock *lock = (volatile OSSpinLock *)&list->opaque2;
    OSSpinLockLock(lock);
    void *element = list->opaque1;
    if (element != NULL)
        list->opaque1 = *link_of(element, offset);
    OSSpinLockUnlock(lock);
    return element;
}

void OSAtomicFifoEnqueue(OSFifoQueueHead *list, void *element, size_t offset)
{
    OSSpinLockLock(&list->opaque3);
    *link_of(element, offset) = NULL;
    if (list->opaque2 != NULL)
        *link_of(list->opaque2, offset) = element;
    else
        list->opaque1 = element;
    list->opaque2 = element;
    OSSpinLockUnlock(&list->opaque3);
}

void *OSAtomicFifoDequeue(OSFifoQueueHead *list, size_t offset)
{
    OSSpinLockLock(&list->opaque3);
    void *element = list->opaque1;
    if (element != NULL)
        list->opaque1 = *link_of(element, offset);
    if (list->opaque1 == NULL)
        list->opaque2 = NULL;
    OSSpinLockUnlock(&list->opaque3);
    return element;
}
