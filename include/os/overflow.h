/* SPDX-License-Identifier: Apache-2.0 */
/* <os/overflow.h> - arithmetic that says whether it overflowed; warnings are given when nobody looks */
#ifndef _MACHD_OS_OVERFLOW_H_
#define _MACHD_OS_OVERFLOW_H_

#include <stdbool.h>
#include <sys/cdefs.h>

__header_always_inline __result_use_check bool os_warn_result_(bool x)
{
    return x;
}

#define os_add_overflow(a, b, res) os_warn_result_(__builtin_add_overflow((a), (b), (res)))
#define os_sub_overflow(a, b, res) os_warn_result_(__builtin_sub_overflow((a), (b), (res)))
#define os_mul_overflow(a, b, res) os_warn_result_(__builtin_mul_overflow((a), (b), (res)))

/* a + b + c and (a + b) * c, all or overflow. */
#define os_add3_overflow(a, b, c, res)                                             \
    os_warn_result_(__extension__({                                                \
        __typeof__(*(res)) os_sum_;                                                \
        bool os_first_ = __builtin_add_overflow((a), (b), &os_sum_);               \
        bool os_second_ = __builtin_add_overflow(os_sum_, (c), (res));             \
        os_first_ | os_second_;                                                    \
    }))
#define os_mul_and_add_overflow(a, x, b, res)                                      \
    os_warn_result_(__extension__({                                                \
        __typeof__(*(res)) os_product_;                                            \
        bool os_first_ = __builtin_mul_overflow((a), (x), &os_product_);           \
        bool os_second_ = __builtin_add_overflow(os_product_, (b), (res));         \
        os_first_ | os_second_;                                                    \
    }))

#define os_inc_overflow(res) os_add_overflow(*(res), 1, (res))
#define os_dec_overflow(res) os_sub_overflow(*(res), 1, (res))
#define os_convert_overflow(a, res) os_add_overflow((a), 0, (res))

#endif /* _MACHD_OS_OVERFLOW_H_ */
