/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <libkern/OSAtomic.h> - atomic arithmetic, spin locks, and lists for several threads (abi-system 11.2)
 *
 * Operations with Barrier in their name order all other accesses around them, the others only themselves. Results are the
 * new values, those of ...Orig the old ones.
 */
#ifndef _OSATOMIC_H_
#define _OSATOMIC_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

__header_always_inline void OSMemoryBarrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#define __MACHD_ATOMICS(suffix, order)                                                                       \
    __MACHD_ATOMIC_ADD(32, suffix, order)                                                                    \
    __MACHD_ATOMIC_ADD(64, suffix, order)                                                                    \
    __MACHD_ATOMIC_SWAP(32, int32_t, suffix, order)                                                          \
    __MACHD_ATOMIC_SWAP(64, int64_t, suffix, order)                                                          \
    __MACHD_ATOMIC_SWAP(Int, int, suffix, order)                                                             \
    __MACHD_ATOMIC_SWAP(Long, long, suffix, order)                                                           \
    __MACHD_ATOMIC_SWAP(Ptr, void *, suffix, order)                                                          \
    __MACHD_ATOMIC_LOGIC(Or32, or, suffix, order)                                                            \
    __MACHD_ATOMIC_LOGIC(And32, and, suffix, order)                                                          \
    __MACHD_ATOMIC_LOGIC(Xor32, xor, suffix, order)                                                          \
    __MACHD_ATOMIC_BIT(TestAndSet, or, , suffix, order)                                                      \
    __MACHD_ATOMIC_BIT(TestAndClear, and, ~, suffix, order)

#define __MACHD_ATOMIC_ADD(n, suffix, order)                                                                 \
    __header_always_inline int##n##_t OSAtomicAdd##n##suffix(int##n##_t amount, volatile int##n##_t *value)  \
    {                                                                                                        \
        return __atomic_add_fetch(value, amount, order);                                                     \
    }                                                                                                        \
    __header_always_inline int##n##_t OSAtomicIncrement##n##suffix(volatile int##n##_t *value)               \
    {                                                                                                        \
        return __atomic_add_fetch(value, 1, order);                                                          \
    }                                                                                                        \
    __header_always_inline int##n##_t OSAtomicDecrement##n##suffix(volatile int##n##_t *value)               \
    {                                                                                                        \
        return __atomic_sub_fetch(value, 1, order);                                                          \
    }

#define __MACHD_ATOMIC_SWAP(kind, type, suffix, order)                                                       \
    __header_always_inline bool OSAtomicCompareAndSwap##kind##suffix(type expected, type wanted,             \
                                                                     type volatile *value)                   \
    {                                                                                                        \
        return __atomic_compare_exchange_n(value, &expected, wanted, false, order, __ATOMIC_RELAXED);        \
    }

#define __MACHD_ATOMIC_LOGIC(kind, operation, suffix, order)                                                 \
    __header_always_inline int32_t OSAtomic##kind##suffix(uint32_t mask, volatile uint32_t *value)           \
    {                                                                                                        \
        return (int32_t)__atomic_##operation##_fetch(value, mask, order);                                    \
    }                                                                                                        \
    __header_always_inline int32_t OSAtomic##kind##Orig##suffix(uint32_t mask, volatile uint32_t *value)     \
    {                                                                                                        \
        return (int32_t)__atomic_fetch_##operation(value, mask, order);                                      \
    }

/* Bit 0 is the highest bit of byte 0. True: it was set. */
#define __MACHD_ATOMIC_BIT(kind, operation, sign, suffix, order)                                             \
    __header_always_inline bool OSAtomic##kind##suffix(uint32_t bit, volatile void *address)                 \
    {                                                                                                        \
        uint8_t mask = (uint8_t)(0x80u >> (bit & 7));                                                        \
        volatile uint8_t *byte = (volatile uint8_t *)address + (bit >> 3);                                   \
        return (__atomic_fetch_##operation(byte, (uint8_t)sign mask, order) & mask) != 0;                    \
    }

__MACHD_ATOMICS(, __ATOMIC_RELAXED)
__MACHD_ATOMICS(Barrier, __ATOMIC_SEQ_CST)

/*
 * A list from which several threads take what others put: the last first (OSQueueHead) or the first first (OSFifoQueueHead).
 * offset says where in an element the list keeps its pointer. NULL: it is empty.
 */
typedef struct {
    void *volatile opaque1;
    volatile long opaque2;
} __attribute__((aligned(16))) OSQueueHead;
#define OS_ATOMIC_QUEUE_INIT { NULL, 0 }

typedef struct {
    void *volatile opaque1;
    void *volatile opaque2;
    volatile int opaque3;
} __attribute__((aligned(16))) OSFifoQueueHead;
#define OS_ATOMIC_FIFO_QUEUE_INIT { NULL, NULL, 0 }

void OSAtomicEnqueue(OSQueueHead *list, void *element, size_t offset);
void *OSAtomicDequeue(OSQueueHead *list, size_t offset);
void OSAtomicFifoEnqueue(OSFifoQueueHead *list, void *element, size_t offset);
void *OSAtomicFifoDequeue(OSFifoQueueHead *list, size_t offset);

typedef int32_t OSSpinLock;
#define OS_SPINLOCK_INIT 0

/* Waits without burning the CPU when it takes longer. */
void OSSpinLockLock(volatile OSSpinLock *lock);
bool OSSpinLockTry(volatile OSSpinLock *lock);
void OSSpinLockUnlock(volatile OSSpinLock *lock);

__END_DECLS

#endif /* _OSATOMIC_H_ */
