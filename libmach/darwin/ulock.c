/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/darwin/ulock.c - <sys/ulock.h> over futexes */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <mach/mach_time.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/ulock.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_US = 1000, NS_PER_S = 1000000000 };

/* What an operation waits on; size 0: there is no such operation. */
struct word {
    size_t size;
    bool is_shared;
};

static struct word word_of(uint32_t operation)
{
    switch (operation & UL_OPCODE_MASK) {
    case UL_COMPARE_AND_WAIT:
    case UL_UNFAIR_LOCK: return (struct word){ 4, false };
    case UL_COMPARE_AND_WAIT_SHARED: return (struct word){ 4, true };
    case UL_COMPARE_AND_WAIT64: return (struct word){ 8, false };
    case UL_UNFAIR_LOCK64_SHARED:
    case UL_COMPARE_AND_WAIT64_SHARED: return (struct word){ 8, true };
    }
    return (struct word){ 0, false };
}

static int finish(uint32_t operation, int error)
{
    if (error == 0)
        return 0;
    if (operation & ULF_NO_ERRNO)
        return -error;
    errno = error;
    return -1;
}

static bool is_usable(struct word word, const void *addr)
{
    return word.size != 0 && addr != NULL && (uintptr_t)addr % word.size == 0;
}

/* The end of a wait, on the clock of mach_absolute_time, which is that of futexes too. false: there is none. */
static bool end_of(uint32_t operation, uint64_t timeout_ns, struct timespec *end)
{
    uint64_t ns = timeout_ns;
    if (timeout_ns == 0)
        return false;
    if (!(operation & ULF_DEADLINE) && __builtin_add_overflow(timeout_ns, mach_absolute_time(), &ns))
        return false;
    *end = (struct timespec){ .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
    return true;
}

int __ulock_wait2(uint32_t operation, void *addr, uint64_t value, uint64_t timeout_ns, uint64_t value2)
{
    struct word word = word_of(operation);
    struct timespec end;
    (void)value2;
    if (!is_usable(word, addr))
        return finish(operation, EINVAL);
    bool has_end = end_of(operation, timeout_ns, &end);
    if (word.size == 8 && __atomic_load_n((uint64_t *)addr, __ATOMIC_SEQ_CST) != value)
        return 0;
    int how = FUTEX_WAIT_BITSET | (word.is_shared ? 0 : FUTEX_PRIVATE_FLAG);
    if (syscall(SYS_futex, addr, how, (uint32_t)value, has_end ? &end : NULL, NULL, FUTEX_BITSET_MATCH_ANY) ==
            0 ||
        errno == EAGAIN)
        return 0;
    return finish(operation, errno);
}

int __ulock_wait(uint32_t operation, void *addr, uint64_t value, uint32_t timeout_us)
{
    return __ulock_wait2(operation & ~(uint32_t)ULF_DEADLINE, addr, value, (uint64_t)timeout_us * NS_PER_US,
                         0);
}

int __ulock_wake(uint32_t operation, void *addr, uint64_t wake_value)
{
    struct word word = word_of(operation);
    (void)wake_value;
    if (!is_usable(word, addr))
        return finish(operation, EINVAL);
    if (operation & ULF_WAKE_THREAD)
        return finish(operation, ENOTSUP);
    int how = FUTEX_WAKE | (word.is_shared ? 0 : FUTEX_PRIVATE_FLAG);
    long n = syscall(SYS_futex, addr, how, operation & ULF_WAKE_ALL ? INT_MAX : 1, NULL, NULL, 0);
    return finish(operation, n > 0 ? 0 : n == 0 ? ENOENT : errno);
}
