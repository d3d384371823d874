/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <sys/cdefs.h> - the C library's, plus the decoration macros that Darwin's has (H19)
 *
 * Sources written for macOS use these words without including anything for them. Each expands to the GNU
 * attribute of that meaning or to nothing. Only macros are defined here: this file is read in the middle of
 * the C library's own headers.
 */
#ifdef __GNUC__
#pragma GCC system_header /* for include_next, which -pedantic names an extension */
#endif
#ifndef _MACHD_SYS_CDEFS_H_
#define _MACHD_SYS_CDEFS_H_

#include_next <sys/cdefs.h>

#ifndef __unused
#define __unused __attribute__((__unused__))
#endif
#ifndef __used
#define __used __attribute__((__used__))
#endif
#ifndef __dead2
#define __dead2 __attribute__((__noreturn__))
#endif
#ifndef __pure2
#define __pure2 __attribute__((__const__))
#endif
#ifndef __result_use_check
#define __result_use_check __attribute__((__warn_unused_result__))
#endif
#ifndef __printflike
#define __printflike(format, first) __attribute__((__format__(__printf__, format, first)))
#endif
#ifndef __scanflike
#define __scanflike(format, first) __attribute__((__format__(__scanf__, format, first)))
#endif
#ifndef __deprecated
#define __deprecated __attribute__((__deprecated__))
#endif
#ifndef __deprecated_msg
#define __deprecated_msg(text) __attribute__((__deprecated__(text)))
#endif
#ifndef __unavailable
#define __unavailable
#endif
#ifndef __cold
#define __cold __attribute__((__cold__))
#endif
#ifndef __exported
#define __exported __attribute__((__visibility__("default")))
#endif

#ifndef __header_inline
#ifdef __cplusplus
#define __header_inline inline
#else
#define __header_inline static __inline__
#endif
#endif
#ifndef __header_always_inline
#define __header_always_inline __header_inline __attribute__((__always_inline__, __unused__))
#endif

/*
 * An enumeration whose type has a fixed width: `__enum_decl(name_t, uint32_t, { A, B = 7 });`. In C the
 * constants are ints and name_t is the integer type itself, so that sizes and prototypes are those of macOS.
 */
#ifndef __enum_decl
#ifdef __cplusplus
#define __enum_decl(name, type, ...) typedef enum : type __VA_ARGS__ name
#define __options_decl(name, type, ...) typedef type name; enum : type __VA_ARGS__
#else
#define __enum_decl(name, type, ...) typedef type name; enum __VA_ARGS__
#define __options_decl(name, type, ...) typedef type name; enum __VA_ARGS__
#endif
#define __enum_closed_decl(name, type, ...) __enum_decl(name, type, __VA_ARGS__)
#define __options_closed_decl(name, type, ...) __options_decl(name, type, __VA_ARGS__)
#endif

/* Compiler tests that clang has and gcc has not; Darwin's header defines them for everybody. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#ifndef __has_extension
#define __has_extension(x) 0
#endif
#ifndef __clang__
#ifndef _Nullable
#define _Nullable
#endif
#ifndef _Nonnull
#define _Nonnull
#endif
#ifndef _Null_unspecified
#define _Null_unspecified
#endif
#endif

#ifndef __DARWIN_UNIX03
#define __DARWIN_UNIX03 1
#endif
#ifndef __DARWIN_ALIAS
#define __DARWIN_ALIAS(symbol)
#define __DARWIN_ALIAS_C(symbol)
#define __DARWIN_INODE64(symbol)
#define __DARWIN_EXTSN(symbol)
#endif

#endif /* _MACHD_SYS_CDEFS_H_ */
