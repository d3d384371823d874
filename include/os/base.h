/* SPDX-License-Identifier: Apache-2.0 */
/* <os/base.h> - decorations of declarations */
#ifndef _MACHD_OS_BASE_H_
#define _MACHD_OS_BASE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>

#ifdef __cplusplus
#define OS_EXPORT extern "C" __attribute__((__visibility__("default")))
#else
#define OS_EXPORT extern __attribute__((__visibility__("default")))
#endif
#define OS_EXTERN OS_EXPORT
#define OS_INLINE static __inline__
#define OS_NORETURN __attribute__((__noreturn__))
#define OS_NOTHROW __attribute__((__nothrow__))
#define OS_NONNULL1 __attribute__((__nonnull__(1)))
#define OS_NONNULL2 __attribute__((__nonnull__(2)))
#define OS_NONNULL3 __attribute__((__nonnull__(3)))
#define OS_NONNULL_ALL __attribute__((__nonnull__))
#define OS_SENTINEL __attribute__((__sentinel__))
#define OS_PURE __attribute__((__pure__))
#define OS_CONST __attribute__((__const__))
#define OS_WARN_RESULT __attribute__((__warn_unused_result__))
#define OS_MALLOC __attribute__((__malloc__))
#define OS_USED __attribute__((__used__))
#define OS_UNUSED __attribute__((__unused__))
#define OS_COLD __attribute__((__cold__))
#define OS_WEAK __attribute__((__weak__))
#define OS_WEAK_IMPORT
#define OS_NOINLINE __attribute__((__noinline__))
#define OS_ALWAYS_INLINE __attribute__((__always_inline__))
#define OS_TRANSPARENT_UNION __attribute__((__transparent_union__))
#define OS_ALIGNED(n) __attribute__((__aligned__((n))))
#define OS_FORMAT_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))
#define OS_EXPECT(x, v) __builtin_expect((x), (v))
#define OS_NOESCAPE
#define OS_OBJC_INDEPENDENT_CLASS
#define OS_SWIFT_NAME(name)
#define OS_REFINED_FOR_SWIFT
#define OS_SWIFT_UNAVAILABLE(text)
#define OS_ASSUME_NONNULL_BEGIN
#define OS_ASSUME_NONNULL_END
#define OS_ASSUME_PTR_ABI_SINGLE_BEGIN
#define OS_ASSUME_PTR_ABI_SINGLE_END
#define OS_ENUM(name, type, ...) typedef type name##_t; enum { __VA_ARGS__ }
#define OS_CLOSED_ENUM(name, type, ...) OS_ENUM(name, type, __VA_ARGS__)
#define OS_OPTIONS(name, type, ...) OS_ENUM(name, type, __VA_ARGS__)
#define OS_CONCAT(x, y) OS_CONCAT1(x, y)
#define OS_CONCAT1(x, y) x##y
#define OS_STRINGIFY(x) OS_STRINGIFY1(x)
#define OS_STRINGIFY1(x) #x

#ifndef os_likely
#define os_likely(x) __builtin_expect(!!(x), 1)
#define os_unlikely(x) __builtin_expect(!!(x), 0)
#endif

#endif /* _MACHD_OS_BASE_H_ */
