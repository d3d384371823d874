/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <AssertMacros.h> - checks that leave a function through a label
 *
 * A `require` that does not hold says so on the standard error (not with DEBUG_ASSERT_PRODUCTION_CODE) and goes to its label; a
 * `verify` says so and goes on.
 */
#ifndef _MACHD_ASSERTMACROS_H_
#define _MACHD_ASSERTMACROS_H_

#include <stdio.h>

#ifndef DEBUG_ASSERT_COMPONENT_NAME_STRING
#define DEBUG_ASSERT_COMPONENT_NAME_STRING ""
#endif
#ifndef DEBUG_ASSERT_PRODUCTION_CODE
#define DEBUG_ASSERT_PRODUCTION_CODE 1
#endif
#ifndef DEBUG_ASSERT_MESSAGE
#define DEBUG_ASSERT_MESSAGE(name, assertion, label, message, file, line, value)                                   \
    fprintf(stderr, "AssertMacros: %s %s, %s file: %s, line: %d, value: %ld\n", assertion,                         \
            (message) ? (message) : "", label, file, line, (long)(value))
#endif

#if DEBUG_ASSERT_PRODUCTION_CODE
#define __MACHD_TELL(what, label, message, value) ((void)0)
#else
#define __MACHD_TELL(what, label, message, value)                                                                  \
    ((void)DEBUG_ASSERT_MESSAGE(DEBUG_ASSERT_COMPONENT_NAME_STRING, what, label, (const char *)(message),         \
                                __FILE__, __LINE__, value))
#endif

#define __Check(x) __Check_String(x, 0)
#define __Check_String(x, message)                                    \
    do {                                                              \
        if (__builtin_expect(!(x), 0))                                \
            __MACHD_TELL(#x, "", message, 0);                         \
    } while (0)
#define __Check_noErr(error)                                          \
    do {                                                              \
        long machd_error_ = (long)(error);                            \
        if (__builtin_expect(machd_error_ != 0, 0))                   \
            __MACHD_TELL(#error " == 0", "", 0, machd_error_);        \
    } while (0)
#define __Verify(x) __Check(x)
#define __Verify_String(x, message) __Check_String(x, message)
#define __Verify_noErr(error) __Check_noErr(error)
#define __Verify_Action(x, action)                                    \
    do {                                                              \
        if (__builtin_expect(!(x), 0)) {                              \
            __MACHD_TELL(#x, "", 0, 0);                               \
            { action; }                                               \
        }                                                             \
    } while (0)

#define __Require_Action_String(x, label, action, message)            \
    do {                                                              \
        if (__builtin_expect(!(x), 0)) {                              \
            __MACHD_TELL(#x, #label, message, 0);                     \
            { action; }                                               \
            goto label;                                               \
        }                                                             \
    } while (0)
#define __Require(x, label) __Require_Action_String(x, label, , 0)
#define __Require_String(x, label, message) __Require_Action_String(x, label, , message)
#define __Require_Action(x, label, action) __Require_Action_String(x, label, action, 0)
#define __Require_Quiet(x, label)                                     \
    do {                                                              \
        if (__builtin_expect(!(x), 0))                                \
            goto label;                                               \
    } while (0)
#define __Require_Action_Quiet(x, label, action)                      \
    do {                                                              \
        if (__builtin_expect(!(x), 0)) {                              \
            { action; }                                               \
            goto label;                                               \
        }                                                             \
    } while (0)
#define __nRequire(x, label) __Require(!(x), label)
#define __nRequire_Quiet(x, label) __Require_Quiet(!(x), label)
#define __nRequire_Action(x, label, action) __Require_Action(!(x), label, action)

#define __Require_noErr_Action_String(error, label, action, message)  \
    do {                                                              \
        long machd_error_ = (long)(error);                            \
        if (__builtin_expect(machd_error_ != 0, 0)) {                 \
            __MACHD_TELL(#error " == 0", #label, message, machd_error_); \
            { action; }                                               \
            goto label;                                               \
        }                                                             \
    } while (0)
#define __Require_noErr(error, label) __Require_noErr_Action_String(error, label, , 0)
#define __Require_noErr_String(error, label, message) __Require_noErr_Action_String(error, label, , message)
#define __Require_noErr_Action(error, label, action) __Require_noErr_Action_String(error, label, action, 0)
#define __Require_noErr_Quiet(error, label) __Require_Quiet((error) == 0, label)
#define __Require_noErr_Action_Quiet(error, label, action) __Require_Action_Quiet((error) == 0, label, action)

#ifndef __ASSERT_MACROS_DEFINE_VERSIONS_WITHOUT_UNDERSCORES
#define __ASSERT_MACROS_DEFINE_VERSIONS_WITHOUT_UNDERSCORES 0
#endif
#if __ASSERT_MACROS_DEFINE_VERSIONS_WITHOUT_UNDERSCORES
#define check(x) __Check(x)
#define check_noerr(error) __Check_noErr(error)
#define verify(x) __Verify(x)
#define verify_noerr(error) __Verify_noErr(error)
#define verify_action(x, action) __Verify_Action(x, action)
#define require(x, label) __Require(x, label)
#define require_string(x, label, message) __Require_String(x, label, message)
#define require_action(x, label, action) __Require_Action(x, label, action)
#define require_quiet(x, label) __Require_Quiet(x, label)
#define require_action_quiet(x, label, action) __Require_Action_Quiet(x, label, action)
#define require_noerr(error, label) __Require_noErr(error, label)
#define require_noerr_string(error, label, message) __Require_noErr_String(error, label, message)
#define require_noerr_action(error, label, action) __Require_noErr_Action(error, label, action)
#define require_noerr_quiet(error, label) __Require_noErr_Quiet(error, label)
#define require_noerr_action_quiet(error, label, action) __Require_noErr_Action_Quiet(error, label, action)
#define nrequire(x, label) __nRequire(x, label)
#define nrequire_quiet(x, label) __nRequire_Quiet(x, label)
#define nrequire_action(x, label, action) __nRequire_Action(x, label, action)
#endif

#ifndef __Check_Compile_Time
#ifdef __cplusplus
#define __Check_Compile_Time(x) static_assert((x), #x)
#else
#define __Check_Compile_Time(x) _Static_assert((x), #x)
#endif
#endif

#endif /* _MACHD_ASSERTMACROS_H_ */
