/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/tsan.h - telling the thread sanitizer of the order that machd makes
 *
 * machd carries out one trap after the other: what a thread did before its trap comes before what another does after a
 * later one. The sanitizer of a program sees neither machd nor its pages, and would take every two threads that
 * synchronise by messages for a race. The functions are there when the program was built with it, libmach itself or not.
 */
#pragma once

__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

static inline void tsan_before_trap(void *machd)
{
    if (__tsan_release != 0)
        __tsan_release(machd);
}

static inline void tsan_after_trap(void *machd)
{
    if (__tsan_acquire != 0)
        __tsan_acquire(machd);
}
