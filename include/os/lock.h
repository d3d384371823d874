/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <os/lock.h> - a small lock that knows its owner (abi-system 11.2)
 *
 * One word, 0 when free. Who waits sleeps, and lends its priority to the owner as far as Linux does that (real-time
 * priorities). Locking it twice, and unlocking it on another thread, end the process.
 */
#ifndef __OS_LOCK__
#define __OS_LOCK__

#include <stdbool.h>
#include <stdint.h>
#include <sys/cdefs.h>

typedef struct os_unfair_lock_s {
    uint32_t _os_unfair_lock_opaque;
} os_unfair_lock, *os_unfair_lock_t;

#ifdef __cplusplus
#define OS_UNFAIR_LOCK_INIT (os_unfair_lock{ 0 })
#else
#define OS_UNFAIR_LOCK_INIT ((os_unfair_lock){ 0 })
#endif

__BEGIN_DECLS

void os_unfair_lock_lock(os_unfair_lock_t lock);
bool os_unfair_lock_trylock(os_unfair_lock_t lock);
void os_unfair_lock_unlock(os_unfair_lock_t lock);

/* Hints, which change nothing here. */
typedef uint32_t os_unfair_lock_options_t;
#define OS_UNFAIR_LOCK_NONE ((os_unfair_lock_options_t)0)
#define OS_UNFAIR_LOCK_DATA_SYNCHRONIZATION ((os_unfair_lock_options_t)0x10000)
#define OS_UNFAIR_LOCK_ADAPTIVE_SPIN ((os_unfair_lock_options_t)0x40000)
void os_unfair_lock_lock_with_options(os_unfair_lock_t lock, os_unfair_lock_options_t options);

/* End the process if it is otherwise. */
void os_unfair_lock_assert_owner(const os_unfair_lock *lock);
void os_unfair_lock_assert_not_owner(const os_unfair_lock *lock);

__END_DECLS

#endif /* __OS_LOCK__ */
