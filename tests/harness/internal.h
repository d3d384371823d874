/* SPDX-License-Identifier: Apache-2.0 */
/* tests/harness/internal.h - what main.c and check.c share: the verdict of the running test */
#pragma once

#include <setjmp.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "tests/harness/harness.h"

/* Lives in shared memory, so that a forked child's failure is the test's. */
struct test_verdict {
    atomic_uint failures;
    atomic_uint skips;
    char skip_reason[256];
};

extern struct test_verdict *test_verdict;
extern const struct test *test_running;
extern pid_t test_main_pid;
extern pid_t test_main_tid;
extern char *test_stack_base; /* frame of the runner; the test's own frames lie below it */
extern jmp_buf test_end;      /* back to the runner, from the main stack only */
