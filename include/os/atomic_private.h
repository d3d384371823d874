/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <os/atomic_private.h> - atomic operations on plain objects (abi-system 11.2)
 *
 * m is one of relaxed, acquire, release, acq_rel, seq_cst, dependency. Results are the new values, those of ..._orig the
 * old ones; os_atomic_xchg gives the old one. The whole header is for C and gcc's or clang's builtins.
 */
#ifndef __OS_ATOMIC_PRIVATE_H__
#define __OS_ATOMIC_PRIVATE_H__

#include <stdbool.h>
#include <stdint.h>
#include <sys/cdefs.h>

#define os_atomic(type) type volatile

#define __os_order_relaxed __ATOMIC_RELAXED
#define __os_order_acquire __ATOMIC_ACQUIRE
#define __os_order_release __ATOMIC_RELEASE
#define __os_order_acq_rel __ATOMIC_ACQ_REL
#define __os_order_seq_cst __ATOMIC_SEQ_CST
#define __os_order_dependency __ATOMIC_ACQUIRE
/* The part of an order that a load may have, for what fails. */
#define __os_load_relaxed __ATOMIC_RELAXED
#define __os_load_acquire __ATOMIC_ACQUIRE
#define __os_load_release __ATOMIC_RELAXED
#define __os_load_acq_rel __ATOMIC_ACQUIRE
#define __os_load_seq_cst __ATOMIC_SEQ_CST
#define __os_load_dependency __ATOMIC_ACQUIRE

#define __os_type(p) __typeof__(__atomic_load_n((p), __ATOMIC_RELAXED))

#define os_atomic_init(p, v) ((void)__atomic_store_n((p), (v), __ATOMIC_RELAXED))
#define os_atomic_load(p, m) __atomic_load_n((p), __os_order_##m)
#define os_atomic_store(p, v, m) ((void)__atomic_store_n((p), (v), __os_order_##m))
#define os_atomic_xchg(p, v, m) __atomic_exchange_n((p), (v), __os_order_##m)

#define os_atomic_cmpxchg(p, e, v, m)                                                                        \
    ({                                                                                                       \
        __os_type(p) e_ = (e);                                                                               \
        __atomic_compare_exchange_n((p), &e_, (v), false, __os_order_##m, __os_load_##m);                    \
    })
#define os_atomic_cmpxchgv(p, e, v, g, m)                                                                    \
    ({                                                                                                       \
        __os_type(p) e_ = (e);                                                                               \
        bool done_ = __atomic_compare_exchange_n((p), &e_, (v), false, __os_order_##m, __os_load_##m);       \
        *(g) = e_;                                                                                           \
        done_;                                                                                               \
    })

#define os_atomic_add(p, v, m) __atomic_add_fetch((p), (v), __os_order_##m)
#define os_atomic_add_orig(p, v, m) __atomic_fetch_add((p), (v), __os_order_##m)
#define os_atomic_sub(p, v, m) __atomic_sub_fetch((p), (v), __os_order_##m)
#define os_atomic_sub_orig(p, v, m) __atomic_fetch_sub((p), (v), __os_order_##m)
#define os_atomic_and(p, v, m) __atomic_and_fetch((p), (v), __os_order_##m)
#define os_atomic_and_orig(p, v, m) __atomic_fetch_and((p), (v), __os_order_##m)
#define os_atomic_or(p, v, m) __atomic_or_fetch((p), (v), __os_order_##m)
#define os_atomic_or_orig(p, v, m) __atomic_fetch_or((p), (v), __os_order_##m)
#define os_atomic_xor(p, v, m) __atomic_xor_fetch((p), (v), __os_order_##m)
#define os_atomic_xor_orig(p, v, m) __atomic_fetch_xor((p), (v), __os_order_##m)
#define os_atomic_inc(p, m) os_atomic_add(p, 1, m)
#define os_atomic_inc_orig(p, m) os_atomic_add_orig(p, 1, m)
#define os_atomic_dec(p, m) os_atomic_sub(p, 1, m)
#define os_atomic_dec_orig(p, m) os_atomic_sub_orig(p, 1, m)

#define __os_atomic_extreme(p, v, relation, result, order, load)                                             \
    ({                                                                                                       \
        __os_type(p) old_ = __atomic_load_n((p), __ATOMIC_RELAXED), new_;                                    \
        do                                                                                                   \
            new_ = old_ relation (v) ? old_ : (v);                                                           \
        while (!__atomic_compare_exchange_n((p), &old_, new_, true, order, load));                           \
        result;                                                                                              \
    })
#define os_atomic_min(p, v, m) __os_atomic_extreme(p, v, <, new_, __os_order_##m, __os_load_##m)
#define os_atomic_min_orig(p, v, m) __os_atomic_extreme(p, v, <, old_, __os_order_##m, __os_load_##m)
#define os_atomic_max(p, v, m) __os_atomic_extreme(p, v, >, new_, __os_order_##m, __os_load_##m)
#define os_atomic_max_orig(p, v, m) __os_atomic_extreme(p, v, >, old_, __os_order_##m, __os_load_##m)

/*
 * Runs the block with ov as found until nv could be stored; true. os_atomic_rmw_loop_give_up(expression) in the block
 * carries out the expression and ends the loop; false.
 */
#define os_atomic_rmw_loop(p, ov, nv, m, ...)                                                                \
    ({                                                                                                       \
        bool stored_ = false;                                                                                \
        __os_type(p) found_ = __atomic_load_n((p), __ATOMIC_RELAXED);                                        \
        do {                                                                                                 \
            ov = found_;                                                                                     \
            __VA_ARGS__;                                                                                     \
            stored_ = __atomic_compare_exchange_n((p), &found_, nv, true, __os_order_##m, __os_load_##m);    \
        } while (!stored_);                                                                                  \
        stored_;                                                                                             \
    })
#define os_atomic_rmw_loop_give_up(...)                                                                      \
    ({                                                                                                       \
        __VA_ARGS__;                                                                                         \
        break;                                                                                               \
    })

#define os_atomic_thread_fence(m) __atomic_thread_fence(__os_order_##m)
#define os_compiler_barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif /* __OS_ATOMIC_PRIVATE_H__ */
