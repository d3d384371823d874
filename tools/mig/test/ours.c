/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/ours.c - every public description compiles, and so does what becomes of it (M8, M95) */
#include "command.h"
#include "tests/harness/harness.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static void must(const char *what, const char *command)
{
    static char output[1 << 16];

    if (run_shell(command, output, sizeof(output)) != 0)
        FAIL("%s: %s\n%s", what, command, output);
}

static void check_description(const char *name, const char *options)
{
    char command[4096];

    snprintf(command, sizeof(command),
             "cd %s && %s -q %s -I%s -user u.c -server s.c -header u.h -sheader s.h %s/mach/%s.defs",
             scratch_path("."), env("MIG"), options, env("MIG_INCLUDE"), env("MIG_INCLUDE"), name);
    must(name, command);
    snprintf(command, sizeof(command), "cd %s && %s -fsyntax-only -Wall -Wextra -Werror -I. -I%s u.c s.c",
             scratch_path("."), env("MIG_CC"), env("MIG_INCLUDE"));
    must(name, command);
    snprintf(command, sizeof(command),
             "cd %s && if command -v g++ > /dev/null; then g++ -fsyntax-only -Wall -Wextra -Werror -I. -I%s "
             "u.cpp s.cpp; fi",
             scratch_path("."), env("MIG_INCLUDE"));
    must(name, command);
}

static bool is_description(const char *name)
{
    static const char *const types[] = { "std_types", "mach_types", "clock_types" };
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strncmp(name, types[i], strlen(types[i])) == 0)
            return false;
    return n > 5 && strcmp(name + n - 5, ".defs") == 0;
}

TEST(every_public_description_compiles, "M8 M95")
{
    char path[1024];
    DIR *dir;
    struct dirent *entry;
    unsigned n = 0;

    scratch_file("u.cpp", "#include \"u.h\"\n", 15);
    scratch_file("s.cpp", "extern \"C\" {\n#include \"s.h\"\n}\n", 30);
    snprintf(path, sizeof(path), "%s/mach", env("MIG_INCLUDE"));
    dir = opendir(path);
    REQUIRE(dir != NULL);
    while ((entry = readdir(dir)))
        if (is_description(entry->d_name)) {
            entry->d_name[strlen(entry->d_name) - 5] = 0;
            check_description(entry->d_name,
                              "-DLIBSYSCALL_INTERFACE -W -O2 -pipe -g -MMD -fPIC -arch x86_64");
            n++;
        }
    closedir(dir);
    CHECK_GE(n, 15);
}

TEST(exception_servers_with_tokens_compile, "M95")
{
    check_description("exc", "-DEXC_SERVER_AUDITTOKEN");
    check_description("mach_exc", "-DMACH_EXC_SERVER_TASKIDTOKEN -DMACH_EXC_SERVER_TASKIDTOKEN_STATE");
    check_description("mach_exc", "-DMACH_EXC_SERVER_AUDITTOKEN");
    check_description("mach_exc", "-DMACH_EXC_SERVER_SECTOKEN");
    check_description("notify", "-DSEQNOS=1");
}

/* What descriptions include between their declarations may only be macros. */
TEST(lists_of_types_are_not_interfaces, "M8 M95")
{
    static const char *const lists[] = { "mach/std_types", "mach/mach_types", "mach/clock_types",
                                         "mach_debug/mach_debug_types" };
    char text[512];

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        snprintf(text, sizeof(text), "#include <%s.defs>\n", lists[i]);
        CHECK_EQ(translate("", text), 1);
        CHECK_EQ(occurrences(translate_said(), "[E14]"), 1);
        CHECK_EQ(occurrences(translate_said(), "[E"), 1);
    }
    accept(
        "",
        "#include <mach/std_types.defs>\n#include <mach/machine/thread_state.h>\n#include <Availability.h>\n"
        "#include <TargetConditionals.h>\nsubsystem x 1; import <Availability.h>; import "
        "<TargetConditionals.h>;\nimport <mach/mig.h>; import <mach/std_types.h>; import "
        "<mach/mach_types.h>;\n"
        "import <mach_debug/mach_debug_types.h>;\ntype t = array[*:THREAD_STATE_MAX] of natural_t ctype: "
        "thread_state_t;\nroutine r(s : mach_port_t; a : t);\n");
}
