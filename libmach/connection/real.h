/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/connection/real.h - the C library's functions behind those that stand before them here
 *
 * They are looked up before main: looking up takes a lock of the dynamic linker, which a vfork child that is killed meanwhile
 * would leave to its parent. Who calls before that (a constructor of another library) has them looked up then.
 *
 *     FIND_REAL(close)
 *     ... REAL(close)(fd)
 */
#pragma once

#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>

#define FIND_REAL(name)                                                                                      \
    static _Atomic(__typeof__(&name)) real_##name;                                                           \
    __attribute__((constructor(101))) static void find_real_##name(void)                                     \
    {                                                                                                        \
        atomic_store_explicit(&real_##name, (__typeof__(&name))dlsym(RTLD_NEXT, #name),                      \
                              memory_order_relaxed);                                                         \
    }                                                                                                        \
    static __typeof__(&name) get_real_##name(void)                                                           \
    {                                                                                                        \
        if (atomic_load_explicit(&real_##name, memory_order_relaxed) == NULL)                                \
            find_real_##name();                                                                              \
        return atomic_load_explicit(&real_##name, memory_order_relaxed);                                     \
    }

#define REAL(name) get_real_##name()
