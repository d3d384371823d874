/* SPDX-License-Identifier: Apache-2.0 */
/* tests/harness/harness.h - tests that read as sentences, on top of cmocka
 *
 *     #include "tests/harness/harness.h"
 *
 *     TEST(send_once_right_dies_with_its_message, "P11 P124")
 *     {
 *         REQUIRE_EQ(setup(), 0);
 *         CHECK(port_is_dead(p));
 *     }
 *
 * TEST registers itself; main() is in the harness and runs every test of the program in the order of the
 * file, or those whose name contains argv[1], or with `--rule T23` those that name a rule, with `--rule T`
 * one of a family. `--list` prints the names. The output is TAP. The second
 * argument names the rules that the test checks; scripts/rules_table.py reads it from the source.
 *
 * A failed CHECK prints file, line and both values, and the test fails at its end. It may be made anywhere:
 * in a forked child (the counters are shared memory), on another thread, on a coroutine's stack. A failed
 * REQUIRE also ends what runs there: the test itself on the main stack of the test process; elsewhere
 * test_abort_hook, and if that is not set or returns, the child process or the thread. A child that was
 * exec'ed is a program of its own: it reports by its exit status. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
    const char *name;
    const char *rules;
    const char *file;
    int line;
    void (*body)(void);
    struct test *next;
};

#define TEST(name, rules)                                                                                    \
    static void name(void);                                                                                  \
    __attribute__((constructor)) static void test_register_##name(void)                                      \
    {                                                                                                        \
        static struct test test_ = {#name, rules, __FILE__, __LINE__, name, NULL};                           \
        test_register(&test_);                                                                               \
    }                                                                                                        \
    static void name(void)

void test_register(struct test *test);

/* Called before (after = false) and after each test; compares what exists and fails the test if it leaks.
 * May use CHECK and is called on the main stack. NULL: no census. */
extern void (*test_census_hook)(const struct test *test, bool after);

/* Ends the running task after a failed REQUIRE or a SKIP outside the main stack; should not return. */
extern void (*test_abort_hook)(void);

/* The test that runs now, NULL between tests. */
const struct test *test_current(void);

/* True when something failed in the running test, in whatever process or thread. */
bool test_has_failed(void);

/* Records a failure. Prints one line; never unwinds. */
void test_fail(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A comment in the output, shown in full only when the test fails. */
void test_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Ends the test, or the task outside the main stack (see above). */
_Noreturn void test_abort(void);
_Noreturn void test_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Each returns whether the comparison held, and has recorded the failure if not. Integers and pointers go
 * through long long; two 32-bit values are equal when their bits are, so a negative kern_return_t can be
 * compared with an unsigned constant. */
bool test_check(bool ok, const char *file, int line, const char *expr);
bool test_compare(const char *op, const char *file, int line, const char *expr_a, const char *expr_b,
                  long long a, size_t size_a, long long b, size_t size_b);
bool test_str_eq(const char *file, int line, const char *expr_a, const char *expr_b, const char *a,
                 const char *b);
bool test_mem_eq(const char *file, int line, const char *expr_a, const char *expr_b, const void *a,
                 const void *b, size_t size);

#define TEST_COMPARE_(op, a, b)                                                                              \
    test_compare(op, __FILE__, __LINE__, #a, #b, (long long)(a), sizeof(1 ? (a) : (a)), (long long)(b),      \
                 sizeof(1 ? (b) : (b)))
#define TEST_REQUIRE_(ok)       ((ok) ? (void)0 : test_abort())

#define CHECK(x)                ((void)test_check(!!(x), __FILE__, __LINE__, #x))
#define CHECK_EQ(a, b)          ((void)TEST_COMPARE_("==", a, b))
#define CHECK_NE(a, b)          ((void)TEST_COMPARE_("!=", a, b))
#define CHECK_LT(a, b)          ((void)TEST_COMPARE_("<", a, b))
#define CHECK_LE(a, b)          ((void)TEST_COMPARE_("<=", a, b))
#define CHECK_GT(a, b)          ((void)TEST_COMPARE_(">", a, b))
#define CHECK_GE(a, b)          ((void)TEST_COMPARE_(">=", a, b))
#define CHECK_STR_EQ(a, b)      ((void)test_str_eq(__FILE__, __LINE__, #a, #b, a, b))
#define CHECK_MEM_EQ(a, b, n)   ((void)test_mem_eq(__FILE__, __LINE__, #a, #b, a, b, n))

#define REQUIRE(x)              TEST_REQUIRE_(test_check(!!(x), __FILE__, __LINE__, #x))
#define REQUIRE_EQ(a, b)        TEST_REQUIRE_(TEST_COMPARE_("==", a, b))
#define REQUIRE_NE(a, b)        TEST_REQUIRE_(TEST_COMPARE_("!=", a, b))
#define REQUIRE_LT(a, b)        TEST_REQUIRE_(TEST_COMPARE_("<", a, b))
#define REQUIRE_LE(a, b)        TEST_REQUIRE_(TEST_COMPARE_("<=", a, b))
#define REQUIRE_GT(a, b)        TEST_REQUIRE_(TEST_COMPARE_(">", a, b))
#define REQUIRE_GE(a, b)        TEST_REQUIRE_(TEST_COMPARE_(">=", a, b))
#define REQUIRE_STR_EQ(a, b)    TEST_REQUIRE_(test_str_eq(__FILE__, __LINE__, #a, #b, a, b))
#define REQUIRE_MEM_EQ(a, b, n) TEST_REQUIRE_(test_mem_eq(__FILE__, __LINE__, #a, #b, a, b, n))

#define FAIL(...)               test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define SKIP(...)               test_skip(__VA_ARGS__)
