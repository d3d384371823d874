/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/test/damage.h"

#include <mach/mach.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "tests/harness/harness.h"

enum { FOUND = 42, NOT_FOUND = 43 };

static void found(const char *expression, const char *file, int line)
{
    _exit(FOUND);
}

static void nothing(void)
{
}

static void trap(void)
{
    mach_port_type_t type;
    mach_port_type(mach_task_self(), mach_task_self(), &type);
}

/* How a child ends that breaks something and then does something. */
static int verdict(damage *plant, void (*then)(void))
{
    int status = 0;
    pid_t pid = fork();
    REQUIRE_GE(pid, 0);
    if (pid == 0) {
        assert_set_hook(found);
        plant();
        then();
        _exit(NOT_FOUND);
    }
    REQUIRE_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void damage_is_found(const struct damage_kind *kinds, size_t n, void (*look)(void))
{
    CHECK_EQ(verdict(nothing, look), NOT_FOUND);
    for (size_t i = 0; i < n; i++)
        if (verdict(kinds[i].plant, look) != FOUND)
            FAIL("not found: %s", kinds[i].name);
}

void damage_is_found_by_traps(damage *plant)
{
    CHECK_EQ(verdict(nothing, trap), NOT_FOUND);
    for (int i = 0; i < 20; i++) {
        trap();
        CHECK_EQ(verdict(plant, trap), FOUND);
    }
}
