/* SPDX-License-Identifier: Apache-2.0 */
/* result.c - what a case says, and what ends it (H4 to H7) */
#include "internal.h"

#include <mach/mach_error.h>
#include <mach/thread_policy_private.h>
#include <stdarg.h>
#include <sys/qos_private.h>

enum { AT_END_MAX = 32, LINE_SIZE = 1500 };

static _Thread_local bool quiet, with_errno;
static _Thread_local enum dt_expectation expectation;
static _Atomic bool in_setup;
static void (*at_end[AT_END_MAX])(void);
static _Atomic size_t n_at_end;

/* ---- text ---- */

static size_t append(char line[LINE_SIZE], size_t length, const char *format, va_list arguments)
{
    int n = length < LINE_SIZE ? vsnprintf(line + length, LINE_SIZE - length, format, arguments) : 0;
    length += n > 0 ? (size_t)n : 0;
    return length < LINE_SIZE ? length : LINE_SIZE - 1;
}

__attribute__((format(printf, 3, 4))) static size_t add(char line[LINE_SIZE], size_t length,
                                                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    length = append(line, length, format, arguments);
    va_end(arguments);
    return length;
}

static size_t without_newlines(char line[LINE_SIZE], size_t length)
{
    while (length > 0 && line[length - 1] == '\n')
        line[--length] = '\0';
    return length;
}

void dt_print(const char *format, ...)
{
    char line[LINE_SIZE] = "";
    va_list arguments;
    va_start(arguments, format);
    size_t length = append(line, 0, format, arguments);
    va_end(arguments);
    length = without_newlines(line, length);
    line[length++] = '\n';
    fflush(stdout);
    for (ssize_t n, done = 0; done < (ssize_t)length; done += n)
        if ((n = write(STDOUT_FILENO, line + done, length - (size_t)done)) <= 0)
            return;
}

void dt_reason(const char *format, ...)
{
    va_list arguments;
    if (dt.verdict == NULL || atomic_fetch_add(&dt.verdict->n_reasons, 1) != 0)
        return;
    va_start(arguments, format);
    vsnprintf(dt.verdict->reason, sizeof(dt.verdict->reason), format, arguments);
    va_end(arguments);
}

/* ---- the end ---- */

void dt_at_end(void (*function)(void))
{
    size_t i = atomic_fetch_add(&n_at_end, 1);
    if (i >= AT_END_MAX)
        dt_print("darwintest: too many T_ATEND");
    else
        at_end[i] = function;
}

static void run_at_end(void)
{
    size_t n = atomic_exchange(&n_at_end, 0);
    for (size_t i = n < AT_END_MAX ? n : AT_END_MAX; i-- > 0;)
        if (at_end[i] != NULL)
            at_end[i]();
}

/* The first to come ends the case; who comes later, and threads that go on meanwhile, end with it. */
static _Noreturn void finish(enum dt_outcome outcome)
{
    static _Atomic bool is_ending;
    int running = DT_RUNNING;
    if (dt.verdict != NULL)
        atomic_compare_exchange_strong(&dt.verdict->outcome, &running, outcome);
    fflush(NULL);
    if (dt.root != 0 && getpid() != dt.root) {
        kill(dt.root, SIGKILL);
        _exit(1);
    }
    while (atomic_exchange(&is_ending, true))
        pause();
    run_at_end();
    _exit(dt.verdict != NULL && atomic_load(&dt.verdict->n_failed) > 0);
}

void dt_end(void)
{
    finish(DT_ENDED);
}

void dt_skip(const char *format, ...)
{
    char line[LINE_SIZE] = "";
    va_list arguments;
    va_start(arguments, format);
    append(line, 0, format, arguments);
    va_end(arguments);
    dt_reason("%s", line);
    finish(DT_SKIPPED);
}

/* ---- results ---- */

void dt_quiet(void)
{
    quiet = true;
}

void dt_with_errno(void)
{
    with_errno = true;
}

void dt_expect(enum dt_expectation next)
{
    expectation = next;
}

void dt_setup(bool begins)
{
    in_setup = begins;
}

bool dt_strings_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

void dt_log(const char *format, ...)
{
    int error = errno;
    char line[LINE_SIZE] = "";
    bool is_shown = !quiet;
    bool shows_errno = with_errno;
    quiet = with_errno = false;
    va_list arguments;
    va_start(arguments, format);
    size_t length = without_newlines(line, append(line, 0, format, arguments));
    va_end(arguments);
    if (shows_errno)
        add(line, length, " (errno %d: %s)", error, strerror(error));
    if (is_shown)
        dt_print("  [%s] %s", dt.case_name, line);
    errno = error;
}

static size_t add_values(char line[LINE_SIZE], size_t length, const struct dt_result *result)
{
    switch (result->shows) {
    case DT_PLAIN: return length;
    case DT_NUMBERS: return add(line, length, ": %.15Lg, %.15Lg", result->left, result->right);
    case DT_STRINGS:
        return add(line, length, ": \"%s\", \"%s\"", result->left_text ? result->left_text : "(null)",
                   result->right_text ? result->right_text : "(null)");
    case DT_MACH:
        return add(line, length, ": %#x (%s), not %#x", (unsigned)(int)result->left,
                   mach_error_string((mach_error_t)result->left), (unsigned)(int)result->right);
    case DT_POSIX:
        return add(line, length, ": %.0Lf, errno %d (%s)", result->left, result->error,
                   strerror(result->error));
    case DT_ERROR_NUMBER:
        return add(line, length, ": %d (%s)", (int)result->left, strerror((int)result->left));
    }
    return length;
}

static void describe(char line[LINE_SIZE], const struct dt_result *result, bool shows_errno,
                     const char *format, va_list arguments)
{
    size_t length = format != NULL ? append(line, 0, format, arguments) : 0;
    length = without_newlines(line, length);
    if (result->ok && length == 0 && result->what != NULL)
        length = add(line, 0, "%s", result->what);
    if (!result->ok && result->what != NULL)
        length = add_values(line, add(line, length, "%s%s", length > 0 ? " -- " : "", result->what), result);
    if (shows_errno)
        length = add(line, length, " (errno %d: %s)", result->error, strerror(result->error));
    if (!result->ok)
        add(line, length, " (%s:%d)", result->file, result->line);
}

static void fail(const struct dt_result *result, const char *line)
{
    dt_print("  [%s] FAIL: %s", dt.case_name, line);
    dt_reason("%s%s", in_setup ? "broken set-up: " : "", line);
    if (dt.verdict != NULL)
        atomic_fetch_add(&dt.verdict->n_failed, 1);
    if (result->is_fatal)
        dt_end();
}

/* What was expected to fail and did not. */
static const char *add_surprise(char line[LINE_SIZE])
{
    add(line, strlen(line), " -- passed, and was expected to fail");
    return line;
}

void dt_result(const struct dt_result *result, ...)
{
    int error = errno;
    char line[LINE_SIZE] = "";
    bool is_quiet = quiet, shows_errno = with_errno;
    enum dt_expectation expected = expectation;
    quiet = with_errno = false;
    expectation = DT_EXPECTED_TO_PASS;
    va_list arguments;
    va_start(arguments, result);
    const char *format = va_arg(arguments, const char *);
    describe(line, result, shows_errno, format, arguments);
    va_end(arguments);
    if (!result->ok && expected != DT_EXPECTED_TO_PASS)
        dt_print("  [%s] expected failure: %s", dt.case_name, line);
    else if (!result->ok)
        fail(result, line);
    else if (expected == DT_EXPECTED_TO_FAIL)
        fail(result, add_surprise(line));
    else if (!is_quiet)
        dt_print("  [%s] pass: %s", dt.case_name, line);
    errno = error;
}

/* ---- quality of service ---- */

static qos_class_t class_of(uint64_t thread_qos)
{
    static const qos_class_t classes[THREAD_QOS_LAST] = {
        [THREAD_QOS_UNSPECIFIED] = QOS_CLASS_UNSPECIFIED,
        [THREAD_QOS_MAINTENANCE] = QOS_CLASS_MAINTENANCE,
        [THREAD_QOS_BACKGROUND] = QOS_CLASS_BACKGROUND,
        [THREAD_QOS_UTILITY] = QOS_CLASS_UTILITY,
        [THREAD_QOS_LEGACY] = QOS_CLASS_DEFAULT,
        [THREAD_QOS_USER_INITIATED] = QOS_CLASS_USER_INITIATED,
        [THREAD_QOS_USER_INTERACTIVE] = QOS_CLASS_USER_INTERACTIVE,
    };
    return thread_qos < THREAD_QOS_LAST ? classes[thread_qos] : QOS_CLASS_UNSPECIFIED;
}

static struct thread_policy_state policy_state(void)
{
    struct thread_policy_state state = { 0 };
    mach_msg_type_number_t count = THREAD_POLICY_STATE_COUNT;
    boolean_t get_default = FALSE;
    mach_port_t thread = mach_thread_self();
    thread_policy_get(thread, THREAD_POLICY_STATE, (thread_policy_t)&state, &count, &get_default);
    mach_port_deallocate(mach_task_self(), thread);
    return state;
}

qos_class_t dt_qos_effective(void)
{
    struct thread_policy_state state = policy_state();
    struct thread_effective_policy effective;
    memcpy(&effective, &state.thps_effective_policy, sizeof(effective));
    return class_of(effective.thep_qos);
}

qos_class_t dt_qos_requested(void)
{
    struct thread_policy_state state = policy_state();
    struct thread_requested_policy requested;
    memcpy(&requested, &state.thps_requested_policy, sizeof(requested));
    return class_of(requested.thrp_qos);
}
