/* SPDX-License-Identifier: Apache-2.0 */
/* tests/harness/check.c - recording failures from wherever they happen
 *
 * A line of output is built whole and leaves with one write(2): children share our descriptor but not our
 * stdio buffers, and two lines must not mix. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/harness/internal.h"

#define MAIN_STACK_MAX (64UL << 20) /* the gap that Linux leaves below the main stack is larger */

void (*test_abort_hook)(void);

static void put_line(const char *tag, const char *file, int line, const char *fmt, va_list args)
{
    char buf[2048];
    size_t n = 0;

    if (file != NULL)
        n = (size_t)snprintf(buf, sizeof(buf), "# %s%s:%d: ", tag, file, line);
    else
        n = (size_t)snprintf(buf, sizeof(buf), "# %s", tag);
    if (n < sizeof(buf))
        vsnprintf(buf + n, sizeof(buf) - n, fmt, args);
    n = strlen(buf);
    if (n > sizeof(buf) - 2)
        n = sizeof(buf) - 2;
    for (char *p = buf; p < buf + n; p++) {
        if (*p == '\n')
            *p = ' ';
    }
    buf[n++] = '\n';
    fflush(stdout);
    if (write(STDOUT_FILENO, buf, n) < 0)
        abort();
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
    int saved = errno;
    va_list args;

    va_start(args, fmt);
    put_line("FAIL ", file, line, fmt, args);
    va_end(args);
    atomic_fetch_add(&test_verdict->failures, 1);
    errno = saved;
}

void test_log(const char *fmt, ...)
{
    int saved = errno;
    va_list args;

    va_start(args, fmt);
    put_line("", NULL, 0, fmt, args);
    va_end(args);
    errno = saved;
}

bool test_has_failed(void)
{
    return atomic_load(&test_verdict->failures) > 0;
}

/* Only there may the runner's jmp_buf be used: a jump from a coroutine's stack would leave the scheduler
 * that runs it inside out. */
static bool on_main_stack(void)
{
    char *here = __builtin_frame_address(0);

    return getpid() == test_main_pid && (pid_t)syscall(SYS_gettid) == test_main_tid &&
           here < test_stack_base && (size_t)(test_stack_base - here) < MAIN_STACK_MAX;
}

_Noreturn void test_abort(void)
{
    if (test_running != NULL && on_main_stack())
        longjmp(test_end, 1);
    if (test_abort_hook != NULL)
        test_abort_hook();
    if (getpid() != test_main_pid)
        _exit(1);
    if (test_running == NULL || (pid_t)syscall(SYS_gettid) == test_main_tid)
        abort(); /* a coroutine without a hook, or no test to end */
    pthread_exit(NULL);
}

_Noreturn void test_skip(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    if (atomic_fetch_add(&test_verdict->skips, 1) == 0)
        vsnprintf(test_verdict->skip_reason, sizeof(test_verdict->skip_reason), fmt, args);
    va_end(args);
    test_abort();
}

bool test_check(bool ok, const char *file, int line, const char *expr)
{
    if (!ok)
        test_fail(file, line, "%s", expr);
    return ok;
}

static bool holds(const char *op, long long a, long long b, bool narrow)
{
    bool equal = a == b || (narrow && (uint32_t)a == (uint32_t)b);

    switch (op[0]) {
    case '=': return equal;
    case '!': return !equal;
    case '<': return a < b || (op[1] == '=' && equal);
    default: return a > b || (op[1] == '=' && equal);
    }
}

bool test_compare(const char *op, const char *file, int line, const char *expr_a, const char *expr_b,
                  long long a, size_t size_a, long long b, size_t size_b)
{
    bool narrow = size_a <= 4 && size_b <= 4;
    uint64_t mask = narrow ? UINT32_MAX : UINT64_MAX;

    if (holds(op, a, b, narrow))
        return true;
    test_fail(file, line, "%s %s %s: %lld (0x%llx) and %lld (0x%llx)", expr_a, op, expr_b, a,
              (unsigned long long)((uint64_t)a & mask), b, (unsigned long long)((uint64_t)b & mask));
    return false;
}

bool test_str_eq(const char *file, int line, const char *expr_a, const char *expr_b, const char *a,
                 const char *b)
{
    if (a != NULL && b != NULL && strcmp(a, b) == 0)
        return true;
    test_fail(file, line, "%s == %s: \"%s\" and \"%s\"", expr_a, expr_b, a ? a : "(null)", b ? b : "(null)");
    return false;
}

bool test_mem_eq(const char *file, int line, const char *expr_a, const char *expr_b, const void *a,
                 const void *b, size_t size)
{
    const unsigned char *p = a, *q = b;

    for (size_t i = 0; i < size; i++) {
        if (p[i] != q[i]) {
            test_fail(file, line, "%s == %s: byte %zu of %zu is 0x%02x and 0x%02x", expr_a, expr_b, i, size,
                      p[i], q[i]);
            return false;
        }
    }
    return true;
}
