/* SPDX-License-Identifier: Apache-2.0 */
#include "base/assert.h"

static void (*assert_hook)(const char *expression, const char *file, int line);

void assert_set_hook(void (*hook)(const char *expression, const char *file, int line))
{
    assert_hook = hook;
}

void assert_failed(const char *expression, const char *file, int line)
{
    if (assert_hook)
        assert_hook(expression, file, line);
    __builtin_trap();
}
