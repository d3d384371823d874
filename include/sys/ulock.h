/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/ulock.h> - waiting for a word of memory to change (abi-system 6.5)
 *
 * __ulock_wait sleeps while *addr == value, until a wake on the same address or the timeout; 0 waits for ever. It returns 0
 * or more, also when the word differed already; else -1 with errno (or -errno with ULF_NO_ERRNO): ETIMEDOUT, EINTR, EFAULT,
 * EINVAL (operation or alignment). The caller looks at the word again. __ulock_wake wakes one who waits, or all of them;
 * ENOENT: nobody waits.
 *
 * The owner of an unfair lock, whose name is the value, is not pushed. Of 64-bit words the wait itself compares the low half: a
 * wake that changed the high half alone may be missed.
 */
#ifndef _SYS_ULOCK_H
#define _SYS_ULOCK_H

#include <mach/port.h>
#include <stdint.h>
#include <sys/cdefs.h>

#define UL_COMPARE_AND_WAIT 1
#define UL_UNFAIR_LOCK 2
#define UL_COMPARE_AND_WAIT_SHARED 3 /* memory of several processes */
#define UL_UNFAIR_LOCK64_SHARED 4
#define UL_COMPARE_AND_WAIT64 5
#define UL_COMPARE_AND_WAIT64_SHARED 6
#define UL_OSSPINLOCK UL_COMPARE_AND_WAIT
#define UL_HANDOFFLOCK UL_UNFAIR_LOCK

#define ULF_WAKE_ALL 0x00000100
#define ULF_WAKE_THREAD 0x00000200 /* wake_value is a thread; ENOTSUP */
#define ULF_WAKE_ALLOW_NON_OWNER 0x00000400
#define ULF_WAIT_WORKQ_DATA_CONTENTION 0x00010000
#define ULF_WAIT_CANCEL_POINT 0x00020000
#define ULF_WAIT_ADAPTIVE_SPIN 0x00040000
#define ULF_NO_ERRNO 0x01000000
#define ULF_DEADLINE 0x02000000 /* timeout_ns is a point of mach_absolute_time */

#define UL_OPCODE_MASK 0x000000ff
#define UL_FLAGS_MASK 0xffffff00

static inline mach_port_name_t ulock_owner_value_to_port_name(uint32_t value)
{
    return value | 0x3;
}

__BEGIN_DECLS

int __ulock_wait(uint32_t operation, void *addr, uint64_t value, uint32_t timeout_us);
int __ulock_wait2(uint32_t operation, void *addr, uint64_t value, uint64_t timeout_ns, uint64_t value2);
int __ulock_wake(uint32_t operation, void *addr, uint64_t wake_value);

__END_DECLS

#endif /* _SYS_ULOCK_H */
