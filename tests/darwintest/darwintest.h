/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <darwintest.h> - tests that were written for macOS's kernel compile against this and run on machd
 *
 *     T_DECL(name, "what it shows", T_META_ASROOT(true)) { ... T_ASSERT_EQ(a, b, "%d things", n); }
 *
 * A case runs in a process of its own, which main() starts and watches. T_ASSERT_* and T_END end the whole case, from any
 * thread and from forked children; T_EXPECT_* record and go on. The case has failed when anything failed in it, when a
 * signal ended it, or when it lasted too long. (H1 to H11)
 *
 *     PROGRAM [-l] [-u] [-n NAME]... [-- ARGUMENT...]
 *
 * -l lists the cases, -u runs those for root as any user, -n runs that one alone (a helper in the process itself).
 * The end of a run is one line for each case, `PASS name`, `FAIL name: why`, `SKIP name: why`, then
 * `N passed, N failed, N skipped`; the status is 0 if none failed.
 */
#ifndef DARWINTEST_H
#define DARWINTEST_H

#ifdef __GNUC__
#pragma GCC system_header /* what programs put into the macros is their affair */
#endif

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <TargetConditionals.h>
#include <mach/mach.h>
#include <sys/qos.h>

#ifndef YES
#define YES 1
#define NO 0
#endif

/* ---- cases ---- */

enum dt_meta_kind {
    DT_META_NOTHING,
    DT_META_ASROOT,
    DT_META_ENABLED,
    DT_META_TIMEOUT,
    DT_META_CONCURRENT,
    DT_META_MAY_FAIL,
    DT_META_SYSCTL_EQ, /* not a switch: each of them must hold */
    DT_META_SYSCTL_NE,
};

struct dt_meta {
    enum dt_meta_kind kind;
    long value;
    const char *name; /* of a sysctl */
};

struct dt_case {
    const char *name, *text, *file;
    void (*body)(int argc, char *const argv[]);
    const struct dt_meta *(*metas)(size_t *n_p); /* evaluated when the case is about to run */
    bool is_helper;
    struct dt_case *next;
};

struct dt_defaults {
    const char *file;
    const struct dt_meta *(*metas)(size_t *n_p);
    struct dt_defaults *next;
};

void dt_register(struct dt_case *one);
void dt_register_defaults(struct dt_defaults *defaults);

#define DT_METAS_(function, ...)                                                                                       \
    static const struct dt_meta *function(size_t *n_p)                                                                 \
    {                                                                                                                  \
        static struct dt_meta copy[32];                                                                                \
        const struct dt_meta metas[] = { { DT_META_NOTHING, 0, NULL }, __VA_ARGS__ };                                  \
        _Static_assert(sizeof(metas) <= sizeof(copy), "too many");                                                     \
        memcpy(copy, metas, sizeof(metas));                                                                            \
        *n_p = sizeof(metas) / sizeof(metas[0]);                                                                       \
        return copy;                                                                                                   \
    }

#define DT_DECL_(name_, text_, helper, ...)                                                                            \
    static void dt_body_##name_(int argc, char *const argv[]);                                                         \
    DT_METAS_(dt_metas_##name_, __VA_ARGS__)                                                                           \
    __attribute__((constructor)) static void dt_register_##name_(void)                                                 \
    {                                                                                                                  \
        static struct dt_case one = { #name_, text_, __FILE__, dt_body_##name_, dt_metas_##name_, helper, NULL };      \
        dt_register(&one);                                                                                             \
    }                                                                                                                  \
    static void dt_body_##name_(int argc __attribute__((unused)), char *const argv[] __attribute__((unused)))

#define T_DECL(name, text, ...)        DT_DECL_(name, text, false, __VA_ARGS__)
#define T_HELPER_DECL(name, text, ...) DT_DECL_(name, text, true, __VA_ARGS__)

/* Defaults for the cases of this file. */
#define T_GLOBAL_META(...)                                                                                             \
    DT_METAS_(dt_metas_of_file, __VA_ARGS__)                                                                           \
    __attribute__((constructor)) static void dt_register_metas_of_file(void)                                           \
    {                                                                                                                  \
        static struct dt_defaults defaults = { __FILE__, dt_metas_of_file, NULL };                                     \
        dt_register_defaults(&defaults);                                                                               \
    }                                                                                                                  \
    struct dt_case

#define T_META_ASROOT(x)           { DT_META_ASROOT, (x), NULL }
#define T_META_ENABLED(x)          { DT_META_ENABLED, (x), NULL }
#define T_META_TIMEOUT(seconds)    { DT_META_TIMEOUT, (seconds), NULL }
#define T_META_RUN_CONCURRENTLY(x) { DT_META_CONCURRENT, (x), NULL }
#define T_META_MAYFAIL(...)        { DT_META_MAY_FAIL, 1, NULL }
#define T_META_CANFAIL(...)        { DT_META_MAY_FAIL, 1, NULL }
/* Skipped unless the integer has that value, or another one; a name that does not exist has none. */
#define T_META_REQUIRES_SYSCTL_EQ(name, x) { DT_META_SYSCTL_EQ, (x), name }
#define T_META_REQUIRES_SYSCTL_NE(name, x) { DT_META_SYSCTL_NE, (x), name }

#define DT_DESCRIBES_                    { DT_META_NOTHING, 0, NULL }
#define T_META(...)                      DT_DESCRIBES_
#define T_META_NAMESPACE(...)            DT_DESCRIBES_
#define T_META_OWNER(...)                DT_DESCRIBES_
#define T_META_RADAR_COMPONENT_NAME(...) DT_DESCRIBES_
#define T_META_RADAR_COMPONENT_VERSION(...) DT_DESCRIBES_
#define T_META_TAG(...)                  DT_DESCRIBES_
#define T_META_TAG_VM_PREFERRED          DT_DESCRIBES_
#define T_META_TAG_VM_NOT_ELIGIBLE       DT_DESCRIBES_
#define T_META_TAG_VM_NOT_PREFERRED      DT_DESCRIBES_
#define T_META_TAG_PERF                  DT_DESCRIBES_
#define T_META_CHECK_LEAKS(...)          DT_DESCRIBES_
#define T_META_ALL_VALID_ARCHS(...)      DT_DESCRIBES_
#define T_META_IGNORECRASHES(...)        DT_DESCRIBES_
#define T_META_LTEPHASE(...)             DT_DESCRIBES_
#define T_META_BOOTARGS_SET(...)         DT_DESCRIBES_
#define T_META_BUG(...)                  DT_DESCRIBES_
#define T_META_NOTE(...)                 DT_DESCRIBES_
#define T_META_DESCRIPTION(...)          DT_DESCRIBES_
#define T_META_NAME(...)                 DT_DESCRIBES_
#define T_META_TYPE_PERF                 DT_DESCRIBES_
#define T_META_TYPE_UNIT                 DT_DESCRIBES_
#define T_META_TAG_UNIT                  DT_DESCRIBES_
#define T_META_COMMAND(...)              DT_DESCRIBES_
#define T_META_ENVVAR(...)               DT_DESCRIBES_
#define T_META_SYSCTL_INT(...)           DT_DESCRIBES_
#define T_META_SYSCTL_STR(...)           DT_DESCRIBES_
#define T_META_REQUIRES_OS(...)          DT_DESCRIBES_
#define T_META_REQUIRES_REBOOT(...)      DT_DESCRIBES_
#define T_META_REQUIRES_NETWORK(...)     DT_DESCRIBES_
#define T_META_REQUIRE_NOT_VIRTUALIZED   DT_DESCRIBES_
#define T_META_REPEAT(...)               DT_DESCRIBES_
#define T_META_RADAR(...)                DT_DESCRIBES_
#define T_META_FLAKY(...)                DT_DESCRIBES_
#define T_META_IGNORE_CRASHES(...)       DT_DESCRIBES_

/* ---- results ---- */

struct dt_result {
    bool ok, is_fatal;
    const char *file;
    int line;
    const char *what; /* the operands and the relation, as in the source */
    enum { DT_PLAIN, DT_NUMBERS, DT_STRINGS, DT_MACH, DT_POSIX, DT_ERROR_NUMBER } shows;
    long double left, right; /* wide enough for every integer */
    const char *left_text, *right_text;
    int error; /* errno */
};

/* A printf format with its arguments; NULL, or none: nothing to say. */
void dt_result(const struct dt_result *result, ...);
void dt_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
void dt_skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void dt_end(void) __attribute__((noreturn));
void dt_quiet(void);
void dt_with_errno(void);
enum dt_expectation { DT_EXPECTED_TO_PASS, DT_MAY_FAIL, DT_EXPECTED_TO_FAIL };
void dt_expect(enum dt_expectation expectation);
void dt_setup(bool begins);
void dt_at_end(void (*function)(void));
bool dt_strings_equal(const char *a, const char *b);

/* The class of the calling thread, through thread_policy_get(). */
qos_class_t dt_qos_effective(void);
qos_class_t dt_qos_requested(void);

#define T_QUIET        dt_quiet()
#define T_WITH_ERRNO   dt_with_errno()
/* The next result may fail, or has to: then its failure is told and does not count, nor does it end the case. */
#define T_MAYFAIL                        dt_expect(DT_MAY_FAIL)
#define T_MAYFAIL_WITH_REASON(...)       (dt_log(__VA_ARGS__), dt_expect(DT_MAY_FAIL))
#define T_MAYFAIL_WITH_RADAR(...)        dt_expect(DT_MAY_FAIL)
#define T_MAYFAIL_IF(x, ...)             ((x) ? dt_expect(DT_MAY_FAIL) : (void)0)
#define T_EXPECTFAIL                     dt_expect(DT_EXPECTED_TO_FAIL)
#define T_EXPECTFAIL_WITH_REASON(...)    (dt_log(__VA_ARGS__), dt_expect(DT_EXPECTED_TO_FAIL))
#define T_EXPECTFAIL_WITH_RADAR(...)     dt_expect(DT_EXPECTED_TO_FAIL)
#define T_LOG(...)     dt_log(__VA_ARGS__)
#define T_DEBUG(...)   dt_log(__VA_ARGS__)
#define T_LOGV(...)    dt_log(__VA_ARGS__)
#define T_SKIP(...)    dt_skip(__VA_ARGS__)
#define T_END          dt_end()
#define T_SETUPBEGIN   dt_setup(true)
#define T_SETUPEND     dt_setup(false)
#define T_ATEND(f)     dt_at_end(f)
/* A figure: told, and judged by nobody. */
#define T_PERF(name, value, unit, text) dt_log("%s: %g %s (%s)", (name), (double)(value), (unit), (text))

#define DT_TELL_(result, ...) dt_result(&(const struct dt_result)result, ##__VA_ARGS__, NULL)
#define DT_BRACES_(...)       { __VA_ARGS__ }
#define DT_PLAIN_(fatal, ok_, what_, ...)                                                                              \
    do {                                                                                                               \
        bool dt_ok_ = (ok_);                                                                                           \
        DT_TELL_(DT_BRACES_(.ok = dt_ok_, .is_fatal = fatal, .file = __FILE__, .line = __LINE__, .what = what_,        \
                            .error = errno),                                                                           \
                 ##__VA_ARGS__);                                                                                       \
    } while (0)

#define T_PASS(...)        DT_PLAIN_(false, true, NULL, ##__VA_ARGS__)
#define T_FAIL(...)        DT_PLAIN_(false, false, NULL, ##__VA_ARGS__)
#define T_EXPECT_FAIL(...) T_FAIL(__VA_ARGS__)
#define T_ASSERT_FAIL(...) DT_PLAIN_(true, false, NULL, ##__VA_ARGS__)
#define T_ERROR(...)       DT_PLAIN_(false, false, "broken test", ##__VA_ARGS__)
#define T_BREAK(...)       DT_PLAIN_(true, false, "broken test", ##__VA_ARGS__)

/* Numbers and pointers are compared by the language's own rules, a pointer as the number that it is. */
#define DT_VALUE_(x) __builtin_choose_expr(__builtin_classify_type(x) == 5, (uintptr_t)(x), (x) + 0)

#define DT_COMPARE_(fatal, what_, a, op, b, ...)                                                                       \
    do {                                                                                                               \
        __auto_type dt_a_ = DT_VALUE_(a);                                                                              \
        __auto_type dt_b_ = DT_VALUE_(b);                                                                              \
        DT_TELL_(DT_BRACES_(.ok = dt_a_ op dt_b_, .is_fatal = fatal, .file = __FILE__, .line = __LINE__,               \
                            .what = what_, .shows = DT_NUMBERS, .left = (long double)dt_a_,                            \
                            .right = (long double)dt_b_, .error = errno),                                              \
                 ##__VA_ARGS__);                                                                                       \
    } while (0)
#define DT_STRING_(fatal, what_, a, is_equal, b, ...)                                                                  \
    do {                                                                                                               \
        const char *dt_a_ = (a), *dt_b_ = (b);                                                                         \
        DT_TELL_(DT_BRACES_(.ok = dt_strings_equal(dt_a_, dt_b_) == is_equal, .is_fatal = fatal, .file = __FILE__,     \
                            .line = __LINE__, .what = what_, .shows = DT_STRINGS, .left_text = dt_a_,                  \
                            .right_text = dt_b_, .error = errno),                                                      \
                 ##__VA_ARGS__);                                                                                       \
    } while (0)
/* dt_v_ is the value, dt_w_ what it is measured by. */
#define DT_CALL_(fatal, what_, v, w, ok_, how, ...)                                                                    \
    do {                                                                                                               \
        __auto_type dt_v_ = DT_VALUE_(v);                                                                              \
        int dt_errno_ = errno;                                                                                         \
        __auto_type dt_w_ = (w) + 0;                                                                                   \
        DT_TELL_(DT_BRACES_(.ok = (ok_), .is_fatal = fatal, .file = __FILE__, .line = __LINE__, .what = what_,         \
                            .shows = how, .left = (long double)dt_v_, .right = (long double)dt_w_,                     \
                            .error = dt_errno_),                                                                       \
                 ##__VA_ARGS__);                                                                                       \
    } while (0)

#define T_ASSERT_EQ(a, b, ...)                    DT_COMPARE_(true, #a " == " #b, a, ==, b, ##__VA_ARGS__)
#define T_ASSERT_NE(a, b, ...)                    DT_COMPARE_(true, #a " != " #b, a, !=, b, ##__VA_ARGS__)
#define T_ASSERT_LT(a, b, ...)                    DT_COMPARE_(true, #a " < " #b, a, <, b, ##__VA_ARGS__)
#define T_ASSERT_LE(a, b, ...)                    DT_COMPARE_(true, #a " <= " #b, a, <=, b, ##__VA_ARGS__)
#define T_ASSERT_GT(a, b, ...)                    DT_COMPARE_(true, #a " > " #b, a, >, b, ##__VA_ARGS__)
#define T_ASSERT_GE(a, b, ...)                    DT_COMPARE_(true, #a " >= " #b, a, >=, b, ##__VA_ARGS__)
#define T_ASSERT_EQ_STR(a, b, ...)                DT_STRING_(true, #a " == " #b, a, true, b, ##__VA_ARGS__)
#define T_ASSERT_NE_STR(a, b, ...)                DT_STRING_(true, #a " != " #b, a, false, b, ##__VA_ARGS__)
#define T_ASSERT_TRUE(x, ...)                     DT_PLAIN_(true, !!(x), #x, ##__VA_ARGS__)
#define T_ASSERT_FALSE(x, ...)                    DT_PLAIN_(true, !(x), "!(" #x ")", ##__VA_ARGS__)
#define T_ASSERT_NULL(x, ...)                     DT_PLAIN_(true, DT_VALUE_(x) == 0, #x " is NULL", ##__VA_ARGS__)
#define T_ASSERT_NOTNULL(x, ...)                  DT_PLAIN_(true, DT_VALUE_(x) != 0, #x " is not NULL", ##__VA_ARGS__)
#define T_ASSERT_BITS_SET(v, mask, ...) \
    DT_CALL_(true, #v, v, mask, (dt_v_ & dt_w_) == dt_w_, DT_NUMBERS, ##__VA_ARGS__)
#define T_ASSERT_MACH_SUCCESS(v, ...)             DT_CALL_(true, #v, v, KERN_SUCCESS, dt_v_ == dt_w_, DT_MACH, ##__VA_ARGS__)
#define T_ASSERT_MACH_ERROR(v, e, ...)            DT_CALL_(true, #v, v, e, dt_v_ == dt_w_, DT_MACH, ##__VA_ARGS__)
#define T_ASSERT_POSIX_SUCCESS(v, ...)            DT_CALL_(true, #v, v, 0, dt_v_ >= 0, DT_POSIX, ##__VA_ARGS__)
#define T_ASSERT_POSIX_ZERO(v, ...)               DT_CALL_(true, #v, v, 0, dt_v_ == 0, DT_ERROR_NUMBER, ##__VA_ARGS__)
#define T_ASSERT_POSIX_FAILURE(v, e, ...) \
    DT_CALL_(true, #v, v, e, dt_v_ == -1 && dt_errno_ == dt_w_, DT_POSIX, ##__VA_ARGS__)
#define T_ASSERT_POSIX_ERROR(v, e, ...) /* a function that returns an error number */ \
    DT_CALL_(true, #v, v, e, dt_v_ == dt_w_, DT_ERROR_NUMBER, ##__VA_ARGS__)
#define T_ASSERT_BITS_NOTSET(v, mask, ...) \
    DT_CALL_(true, "not " #v, v, mask, (dt_v_ & dt_w_) == 0, DT_NUMBERS, ##__VA_ARGS__)
#define T_ASSERT_EFFECTIVE_QOS_EQ(qos_class, ...) \
    DT_COMPARE_(true, #qos_class, dt_qos_effective(), ==, qos_class, ##__VA_ARGS__)
#define T_ASSERT_REQUESTED_QOS_EQ(qos_class, ...) \
    DT_COMPARE_(true, #qos_class, dt_qos_requested(), ==, qos_class, ##__VA_ARGS__)

#define T_EXPECT_EQ(a, b, ...)                    DT_COMPARE_(false, #a " == " #b, a, ==, b, ##__VA_ARGS__)
#define T_EXPECT_NE(a, b, ...)                    DT_COMPARE_(false, #a " != " #b, a, !=, b, ##__VA_ARGS__)
#define T_EXPECT_LT(a, b, ...)                    DT_COMPARE_(false, #a " < " #b, a, <, b, ##__VA_ARGS__)
#define T_EXPECT_LE(a, b, ...)                    DT_COMPARE_(false, #a " <= " #b, a, <=, b, ##__VA_ARGS__)
#define T_EXPECT_GT(a, b, ...)                    DT_COMPARE_(false, #a " > " #b, a, >, b, ##__VA_ARGS__)
#define T_EXPECT_GE(a, b, ...)                    DT_COMPARE_(false, #a " >= " #b, a, >=, b, ##__VA_ARGS__)
#define T_EXPECT_EQ_STR(a, b, ...)                DT_STRING_(false, #a " == " #b, a, true, b, ##__VA_ARGS__)
#define T_EXPECT_NE_STR(a, b, ...)                DT_STRING_(false, #a " != " #b, a, false, b, ##__VA_ARGS__)
#define T_EXPECT_TRUE(x, ...)                     DT_PLAIN_(false, !!(x), #x, ##__VA_ARGS__)
#define T_EXPECT_FALSE(x, ...)                    DT_PLAIN_(false, !(x), "!(" #x ")", ##__VA_ARGS__)
#define T_EXPECT_NULL(x, ...)                     DT_PLAIN_(false, DT_VALUE_(x) == 0, #x " is NULL", ##__VA_ARGS__)
#define T_EXPECT_NOTNULL(x, ...)                  DT_PLAIN_(false, DT_VALUE_(x) != 0, #x " is not NULL", ##__VA_ARGS__)
#define T_EXPECT_BITS_SET(v, mask, ...) \
    DT_CALL_(false, #v, v, mask, (dt_v_ & dt_w_) == dt_w_, DT_NUMBERS, ##__VA_ARGS__)
#define T_EXPECT_MACH_SUCCESS(v, ...) \
    DT_CALL_(false, #v, v, KERN_SUCCESS, dt_v_ == dt_w_, DT_MACH, ##__VA_ARGS__)
#define T_EXPECT_MACH_ERROR(v, e, ...)            DT_CALL_(false, #v, v, e, dt_v_ == dt_w_, DT_MACH, ##__VA_ARGS__)
#define T_EXPECT_POSIX_SUCCESS(v, ...)            DT_CALL_(false, #v, v, 0, dt_v_ >= 0, DT_POSIX, ##__VA_ARGS__)
#define T_EXPECT_POSIX_ZERO(v, ...)               DT_CALL_(false, #v, v, 0, dt_v_ == 0, DT_ERROR_NUMBER, ##__VA_ARGS__)
#define T_EXPECT_POSIX_FAILURE(v, e, ...) \
    DT_CALL_(false, #v, v, e, dt_v_ == -1 && dt_errno_ == dt_w_, DT_POSIX, ##__VA_ARGS__)
#define T_EXPECT_POSIX_ERROR(v, e, ...) /* a function that returns an error number */ \
    DT_CALL_(false, #v, v, e, dt_v_ == dt_w_, DT_ERROR_NUMBER, ##__VA_ARGS__)
#define T_EXPECT_BITS_NOTSET(v, mask, ...) \
    DT_CALL_(false, "not " #v, v, mask, (dt_v_ & dt_w_) == 0, DT_NUMBERS, ##__VA_ARGS__)
#define T_EXPECT_EFFECTIVE_QOS_EQ(qos_class, ...) \
    DT_COMPARE_(false, #qos_class, dt_qos_effective(), ==, qos_class, ##__VA_ARGS__)
#define T_EXPECT_REQUESTED_QOS_EQ(qos_class, ...) \
    DT_COMPARE_(false, #qos_class, dt_qos_requested(), ==, qos_class, ##__VA_ARGS__)

/* The same with the type of the operands in the name. */
#define T_ASSERT_EQ_INT(a, b, ...)    T_ASSERT_EQ((int)(a), (int)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_INT(a, b, ...)    T_ASSERT_NE((int)(a), (int)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_INT(a, b, ...)    T_ASSERT_LT((int)(a), (int)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_INT(a, b, ...)    T_ASSERT_LE((int)(a), (int)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_INT(a, b, ...)    T_ASSERT_GT((int)(a), (int)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_INT(a, b, ...)    T_ASSERT_GE((int)(a), (int)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_UINT(a, b, ...)   T_ASSERT_EQ((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_UINT(a, b, ...)   T_ASSERT_NE((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_UINT(a, b, ...)   T_ASSERT_LT((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_UINT(a, b, ...)   T_ASSERT_LE((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_UINT(a, b, ...)   T_ASSERT_GT((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_UINT(a, b, ...)   T_ASSERT_GE((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_LONG(a, b, ...)   T_ASSERT_EQ((long)(a), (long)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_LONG(a, b, ...)   T_ASSERT_NE((long)(a), (long)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_LONG(a, b, ...)   T_ASSERT_LT((long)(a), (long)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_LONG(a, b, ...)   T_ASSERT_LE((long)(a), (long)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_LONG(a, b, ...)   T_ASSERT_GT((long)(a), (long)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_LONG(a, b, ...)   T_ASSERT_GE((long)(a), (long)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_ULLONG(a, b, ...) T_ASSERT_EQ((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_ULLONG(a, b, ...) T_ASSERT_NE((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_ULLONG(a, b, ...) T_ASSERT_LT((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_ULLONG(a, b, ...) T_ASSERT_LE((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_ULLONG(a, b, ...) T_ASSERT_GT((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_ULLONG(a, b, ...) T_ASSERT_GE((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_PTR(a, b, ...)    T_ASSERT_EQ((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_PTR(a, b, ...)    T_ASSERT_NE((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_PTR(a, b, ...)    T_ASSERT_LT((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_PTR(a, b, ...)    T_ASSERT_LE((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_PTR(a, b, ...)    T_ASSERT_GT((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_PTR(a, b, ...)    T_ASSERT_GE((const void *)(a), (const void *)(b), ##__VA_ARGS__)

#define T_EXPECT_EQ_INT(a, b, ...)    T_EXPECT_EQ((int)(a), (int)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_INT(a, b, ...)    T_EXPECT_NE((int)(a), (int)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_INT(a, b, ...)    T_EXPECT_LT((int)(a), (int)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_INT(a, b, ...)    T_EXPECT_LE((int)(a), (int)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_INT(a, b, ...)    T_EXPECT_GT((int)(a), (int)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_INT(a, b, ...)    T_EXPECT_GE((int)(a), (int)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_UINT(a, b, ...)   T_EXPECT_EQ((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_UINT(a, b, ...)   T_EXPECT_NE((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_UINT(a, b, ...)   T_EXPECT_LT((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_UINT(a, b, ...)   T_EXPECT_LE((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_UINT(a, b, ...)   T_EXPECT_GT((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_UINT(a, b, ...)   T_EXPECT_GE((unsigned)(a), (unsigned)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_LONG(a, b, ...)   T_EXPECT_EQ((long)(a), (long)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_LONG(a, b, ...)   T_EXPECT_NE((long)(a), (long)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_LONG(a, b, ...)   T_EXPECT_LT((long)(a), (long)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_LONG(a, b, ...)   T_EXPECT_LE((long)(a), (long)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_LONG(a, b, ...)   T_EXPECT_GT((long)(a), (long)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_LONG(a, b, ...)   T_EXPECT_GE((long)(a), (long)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_ULLONG(a, b, ...) T_EXPECT_EQ((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_ULLONG(a, b, ...) T_EXPECT_NE((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_ULLONG(a, b, ...) T_EXPECT_LT((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_ULLONG(a, b, ...) T_EXPECT_LE((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_ULLONG(a, b, ...) T_EXPECT_GT((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_ULLONG(a, b, ...) T_EXPECT_GE((unsigned long long)(a), (unsigned long long)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_PTR(a, b, ...)    T_EXPECT_EQ((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_PTR(a, b, ...)    T_EXPECT_NE((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_PTR(a, b, ...)    T_EXPECT_LT((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_PTR(a, b, ...)    T_EXPECT_LE((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_PTR(a, b, ...)    T_EXPECT_GT((const void *)(a), (const void *)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_PTR(a, b, ...)    T_EXPECT_GE((const void *)(a), (const void *)(b), ##__VA_ARGS__)

#define T_ASSERT_EQ_CHAR(a, b, ...) T_ASSERT_EQ((char)(a), (char)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_CHAR(a, b, ...) T_ASSERT_NE((char)(a), (char)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_CHAR(a, b, ...) T_ASSERT_LT((char)(a), (char)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_CHAR(a, b, ...) T_ASSERT_LE((char)(a), (char)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_CHAR(a, b, ...) T_ASSERT_GT((char)(a), (char)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_CHAR(a, b, ...) T_ASSERT_GE((char)(a), (char)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_UCHAR(a, b, ...) T_ASSERT_EQ((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_UCHAR(a, b, ...) T_ASSERT_NE((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_UCHAR(a, b, ...) T_ASSERT_LT((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_UCHAR(a, b, ...) T_ASSERT_LE((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_UCHAR(a, b, ...) T_ASSERT_GT((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_UCHAR(a, b, ...) T_ASSERT_GE((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_SHORT(a, b, ...) T_ASSERT_EQ((short)(a), (short)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_SHORT(a, b, ...) T_ASSERT_NE((short)(a), (short)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_SHORT(a, b, ...) T_ASSERT_LT((short)(a), (short)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_SHORT(a, b, ...) T_ASSERT_LE((short)(a), (short)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_SHORT(a, b, ...) T_ASSERT_GT((short)(a), (short)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_SHORT(a, b, ...) T_ASSERT_GE((short)(a), (short)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_USHORT(a, b, ...) T_ASSERT_EQ((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_USHORT(a, b, ...) T_ASSERT_NE((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_USHORT(a, b, ...) T_ASSERT_LT((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_USHORT(a, b, ...) T_ASSERT_LE((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_USHORT(a, b, ...) T_ASSERT_GT((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_USHORT(a, b, ...) T_ASSERT_GE((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_ULONG(a, b, ...) T_ASSERT_EQ((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_ULONG(a, b, ...) T_ASSERT_NE((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_ULONG(a, b, ...) T_ASSERT_LT((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_ULONG(a, b, ...) T_ASSERT_LE((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_ULONG(a, b, ...) T_ASSERT_GT((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_ULONG(a, b, ...) T_ASSERT_GE((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_LLONG(a, b, ...) T_ASSERT_EQ((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_LLONG(a, b, ...) T_ASSERT_NE((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_LLONG(a, b, ...) T_ASSERT_LT((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_LLONG(a, b, ...) T_ASSERT_LE((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_LLONG(a, b, ...) T_ASSERT_GT((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_LLONG(a, b, ...) T_ASSERT_GE((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_FLOAT(a, b, ...) T_ASSERT_EQ((float)(a), (float)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_FLOAT(a, b, ...) T_ASSERT_NE((float)(a), (float)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_FLOAT(a, b, ...) T_ASSERT_LT((float)(a), (float)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_FLOAT(a, b, ...) T_ASSERT_LE((float)(a), (float)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_FLOAT(a, b, ...) T_ASSERT_GT((float)(a), (float)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_FLOAT(a, b, ...) T_ASSERT_GE((float)(a), (float)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_DOUBLE(a, b, ...) T_ASSERT_EQ((double)(a), (double)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_DOUBLE(a, b, ...) T_ASSERT_NE((double)(a), (double)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_DOUBLE(a, b, ...) T_ASSERT_LT((double)(a), (double)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_DOUBLE(a, b, ...) T_ASSERT_LE((double)(a), (double)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_DOUBLE(a, b, ...) T_ASSERT_GT((double)(a), (double)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_DOUBLE(a, b, ...) T_ASSERT_GE((double)(a), (double)(b), ##__VA_ARGS__)
#define T_ASSERT_EQ_SIZE(a, b, ...) T_ASSERT_EQ((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_ASSERT_NE_SIZE(a, b, ...) T_ASSERT_NE((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_ASSERT_LT_SIZE(a, b, ...) T_ASSERT_LT((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_ASSERT_LE_SIZE(a, b, ...) T_ASSERT_LE((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_ASSERT_GT_SIZE(a, b, ...) T_ASSERT_GT((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_ASSERT_GE_SIZE(a, b, ...) T_ASSERT_GE((size_t)(a), (size_t)(b), ##__VA_ARGS__)

#define T_EXPECT_EQ_CHAR(a, b, ...) T_EXPECT_EQ((char)(a), (char)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_CHAR(a, b, ...) T_EXPECT_NE((char)(a), (char)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_CHAR(a, b, ...) T_EXPECT_LT((char)(a), (char)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_CHAR(a, b, ...) T_EXPECT_LE((char)(a), (char)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_CHAR(a, b, ...) T_EXPECT_GT((char)(a), (char)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_CHAR(a, b, ...) T_EXPECT_GE((char)(a), (char)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_UCHAR(a, b, ...) T_EXPECT_EQ((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_UCHAR(a, b, ...) T_EXPECT_NE((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_UCHAR(a, b, ...) T_EXPECT_LT((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_UCHAR(a, b, ...) T_EXPECT_LE((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_UCHAR(a, b, ...) T_EXPECT_GT((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_UCHAR(a, b, ...) T_EXPECT_GE((unsigned char)(a), (unsigned char)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_SHORT(a, b, ...) T_EXPECT_EQ((short)(a), (short)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_SHORT(a, b, ...) T_EXPECT_NE((short)(a), (short)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_SHORT(a, b, ...) T_EXPECT_LT((short)(a), (short)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_SHORT(a, b, ...) T_EXPECT_LE((short)(a), (short)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_SHORT(a, b, ...) T_EXPECT_GT((short)(a), (short)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_SHORT(a, b, ...) T_EXPECT_GE((short)(a), (short)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_USHORT(a, b, ...) T_EXPECT_EQ((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_USHORT(a, b, ...) T_EXPECT_NE((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_USHORT(a, b, ...) T_EXPECT_LT((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_USHORT(a, b, ...) T_EXPECT_LE((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_USHORT(a, b, ...) T_EXPECT_GT((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_USHORT(a, b, ...) T_EXPECT_GE((unsigned short)(a), (unsigned short)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_ULONG(a, b, ...) T_EXPECT_EQ((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_ULONG(a, b, ...) T_EXPECT_NE((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_ULONG(a, b, ...) T_EXPECT_LT((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_ULONG(a, b, ...) T_EXPECT_LE((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_ULONG(a, b, ...) T_EXPECT_GT((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_ULONG(a, b, ...) T_EXPECT_GE((unsigned long)(a), (unsigned long)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_LLONG(a, b, ...) T_EXPECT_EQ((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_LLONG(a, b, ...) T_EXPECT_NE((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_LLONG(a, b, ...) T_EXPECT_LT((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_LLONG(a, b, ...) T_EXPECT_LE((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_LLONG(a, b, ...) T_EXPECT_GT((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_LLONG(a, b, ...) T_EXPECT_GE((long long)(a), (long long)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_FLOAT(a, b, ...) T_EXPECT_EQ((float)(a), (float)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_FLOAT(a, b, ...) T_EXPECT_NE((float)(a), (float)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_FLOAT(a, b, ...) T_EXPECT_LT((float)(a), (float)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_FLOAT(a, b, ...) T_EXPECT_LE((float)(a), (float)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_FLOAT(a, b, ...) T_EXPECT_GT((float)(a), (float)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_FLOAT(a, b, ...) T_EXPECT_GE((float)(a), (float)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_DOUBLE(a, b, ...) T_EXPECT_EQ((double)(a), (double)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_DOUBLE(a, b, ...) T_EXPECT_NE((double)(a), (double)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_DOUBLE(a, b, ...) T_EXPECT_LT((double)(a), (double)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_DOUBLE(a, b, ...) T_EXPECT_LE((double)(a), (double)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_DOUBLE(a, b, ...) T_EXPECT_GT((double)(a), (double)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_DOUBLE(a, b, ...) T_EXPECT_GE((double)(a), (double)(b), ##__VA_ARGS__)
#define T_EXPECT_EQ_SIZE(a, b, ...) T_EXPECT_EQ((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_EXPECT_NE_SIZE(a, b, ...) T_EXPECT_NE((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_EXPECT_LT_SIZE(a, b, ...) T_EXPECT_LT((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_EXPECT_LE_SIZE(a, b, ...) T_EXPECT_LE((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_EXPECT_GT_SIZE(a, b, ...) T_EXPECT_GT((size_t)(a), (size_t)(b), ##__VA_ARGS__)
#define T_EXPECT_GE_SIZE(a, b, ...) T_EXPECT_GE((size_t)(a), (size_t)(b), ##__VA_ARGS__)

#endif /* DARWINTEST_H */
