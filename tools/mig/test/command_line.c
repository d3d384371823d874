/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/command_line.c - options, the preprocessor, dependencies, files of single routines (M2 to M7, M85, M94) */
#include "command.h"
#include "tests/harness/harness.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define P "type p = MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t;\n"
#define I "type i = MACH_MSG_TYPE_INTEGER_32 ctype: int;\n"
#define ONE "subsystem x 1000;\n" P I "routine r(s : p; a : i; b : p);\n"

static char output[1 << 16];

static int run_one(const char *options)
{
    return run_text(ONE, strlen(ONE), options, output, sizeof(output));
}

TEST(options_of_build_systems_are_accepted, "M3")
{
    static const char *const options[] = {
        "-r",
        "-S",
        "-V",
        "-Q",
        "-k",
        "-l",
        "-L",
        "-n",
        "-N",
        "-t",
        "-T",
        "-X",
        "-b",
        "-B",
        "-novouchers",
        "-mach_msg2",
        "-maxonstack 512",
        "-arch arm64",
        "-target x86_64-apple-macos",
        "-isysroot /nowhere",
        "-migcom /nowhere/migcom",
        "-cpp /nowhere/cpp",
        "-Wall",
        "-Wno-error=x",
        "-O2",
        "-Os",
        "-g",
        "-ggdb3",
        "-fPIC",
        "-F/nowhere",
        "-iframework /nowhere",
        "-framework Mach",
        "-pipe",
        "-c",
        "-MMD",
        "-MP",
    };
    char all[1024];

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        snprintf(all, sizeof(all), NO_OUTPUT "%s", options[i]);
        if (run_one(all) != 0 || *output)
            FAIL("%s: %s", options[i], output);
    }
    CHECK_EQ(run_one(NO_OUTPUT "-v -O2 -isysroot /nowhere"), 0);
    CHECK(strstr(output, "option -O2 has no effect\noption -isysroot has no effect\n") != NULL);
    CHECK(strstr(output, "type p: P\n") != NULL);
    CHECK(strstr(output, "routine 1000 r\n") != NULL);
    CHECK_EQ(run_one(NO_OUTPUT "-v -V -O2"), 0);
    CHECK_STR_EQ(output, "");
}

TEST(options_that_cannot_be_honoured_are_refused, "M3 M92")
{
    static const char *const refused[] = {
        "-K", "-x", "-d", "-maxonstack lots", "-max_descrs -1", "-max_descrs 2x"
    };
    static const char *const lonely[] = { "-user", "-i", "-MF", "-cc", "-maxonstack", "-D", "-arch", "-layout" };
    char all[256];

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        snprintf(all, sizeof(all), NO_OUTPUT "%s", refused[i]);
        CHECK_EQ(run_one(all), 1);
        CHECK(strstr(output, "[E20]") != NULL);
    }
    for (size_t i = 0; i < sizeof(lonely) / sizeof(lonely[0]); i++) {
        CHECK_EQ(run(lonely[i], output, sizeof(output)), 1);
        CHECK(strstr(output, "needs an argument [E20]") != NULL);
    }
    CHECK_EQ(run_one(NO_OUTPUT "-nonsense"), 0);
    CHECK(strstr(output, "unknown option -nonsense ignored [W7]") != NULL);
    CHECK_EQ(run_one("-q " NO_OUTPUT "-nonsense"), 0);
    CHECK_STR_EQ(output, "");
    CHECK_EQ(run_one(NO_OUTPUT "-max_reply_descrs 0 -max_descrs 1"), 0);
    CHECK_EQ(run_one("-user /nowhere/u.c -server /dev/null -header /dev/null"), 1);
    CHECK(strstr(output, "[E20]") != NULL);
}

TEST(several_files_are_compiled_one_after_the_other, "M5 M92")
{
    const char *second = "subsystem y 2000;\n" P "routine q(s : p);\n";
    char command[1024];

    scratch_file("1.defs", ONE, strlen(ONE));
    scratch_file("2.defs", second, strlen(second));
    snprintf(command, sizeof(command), "cd %s && %s 1.defs 2.defs && ls x.h y.h xUser.c yServer.c",
             scratch_path("."), env("MIG"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    snprintf(command, sizeof(command), "cd %s && %s -header z.h 1.defs 2.defs", scratch_path("."), env("MIG"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 1);
    CHECK(strstr(output, "[E20]") != NULL);
    snprintf(command, sizeof(command), "cd %s && %s 1.defs -q -header 2.defs", scratch_path("."), env("MIG"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    CHECK_EQ(occurrences(output, "[W7]"), 2);
}

/* --- the preprocessor --- */

/* A preprocessor that tells its name as the subsystem's, and writes its arguments down. */
static const char *preprocessor(const char *name)
{
    char text[512];
    const char *path;

    snprintf(text, sizeof(text), "#!/bin/sh\necho \"$@\" > %s\necho 'subsystem %s 1;'\n",
             scratch_path("arguments"), name);
    path = scratch_file(name, text, strlen(text));
    REQUIRE_EQ(chmod(path, 0755), 0);
    return path;
}

static void run_with(const char *variables, const char *options, const char *subsystem)
{
    char command[4096], guard[64];

    snprintf(command, sizeof(command), "%s %s -user /dev/null -server /dev/null -header %s %s %s", variables,
             env("MIG"), scratch_path("u.h"), options, scratch_path("t.defs"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    snprintf(guard, sizeof(guard), "_%s_user_", subsystem);
    has("u.h", guard);
}

TEST(the_preprocessor_is_the_first_of_four, "M4")
{
    char variables[1024], option[512];

    preprocessor("one");
    preprocessor("two");
    preprocessor("three");
    scratch_file("t.defs", ONE, strlen(ONE));
    snprintf(option, sizeof(option), "-cc %s", scratch_path("one"));
    snprintf(variables, sizeof(variables), "MIGCC='%s -x' CC=%s", scratch_path("two"), scratch_path("three"));
    run_with(variables, option, "one");
    run_with(variables, "-DA -U B -I c -q -include d.h", "two");
    snprintf(option, sizeof(option),
             "-x -E -x c -Ulinux -Uunix -Ui386 -D__MACH30__ -DA -U B -I c -include d.h -I%.*s %s",
             (int)(strlen(scratch_path("t.defs")) - 7), scratch_path("t.defs"), scratch_path("t.defs"));
    has("arguments", option);
    snprintf(variables, sizeof(variables), "MIGCC= CC=%s", scratch_path("three"));
    run_with(variables, "", "three");
    run_with("MIGCC= CC=", "", "x");
}

TEST(the_preprocessors_options_reach_it, "M3 M4")
{
    const char *text =
        "#if X == 5 && defined __MACH30__ && !defined linux && !defined unix && !defined KERNEL\n" ONE
        "#endif\n";
    char options[1024];

    scratch_file("five.h", "#define X 5\n", 12);
    CHECK_EQ(translate("-DX=5", text), 0);
    CHECK_EQ(translate("-D X=5", text), 0);
    CHECK_EQ(translate("-DX=5 -UX", text), 1);
    CHECK(strstr(translate_said(), "[E14]") != NULL);
    snprintf(options, sizeof(options), "-imacros %s", scratch_path("five.h"));
    CHECK_EQ(translate(options, text), 0);
    snprintf(options, sizeof(options), "-include %s -std=gnu99 -m64 -march=x86-64", scratch_path("five.h"));
    CHECK_EQ(translate(options, text), 0);
    CHECK_EQ(translate("", "#include \"five.h\"\n#if X == 5\n" ONE "#endif\n"), 0); /* beside the description */
    CHECK_EQ(translate("", "#error no\n" ONE), 1);
    CHECK(strstr(translate_said(), "[E21]") != NULL);
}

TEST(line_markers_set_the_position_of_messages, "M4 M92")
{
    const char *script =
        "#!/bin/sh\nprintf '# 70 \"far.defs\" 2\\ntype t = a;\\n\\n#line 9 \"near.defs\"\\ntype t = b;\\n"
        "#pragma x\\n#ident \"y\"\\ntype t = c;\\n#bad\\n'\n";
    char options[512];

    REQUIRE_EQ(chmod(scratch_file("pp", script, strlen(script)), 0755), 0);
    snprintf(options, sizeof(options), NO_OUTPUT "-cc %s", scratch_path("pp"));
    CHECK_EQ(run_one(options), 1);
    CHECK(strstr(output, "far.defs:70: error: unknown type a [E3]") != NULL);
    CHECK(strstr(output, "near.defs:9: error: unknown type b [E3]") != NULL);
    CHECK(strstr(output, "near.defs:12: error: unknown type c [E3]") != NULL);
    CHECK(strstr(output, "near.defs:13: error:") != NULL && strstr(output, "[E2]") != NULL);
    CHECK(strstr(output, "[E14]") != NULL);
}

/* --- files --- */

TEST(dependencies_are_told_to_make, "M7")
{
    char command[2048];

    scratch_file("five.h", "#define X 5\n", 12);
    scratch_file("d.defs", "#include \"five.h\"\n#include \"five.h\"\n" ONE, strlen(ONE) + 36);
    snprintf(command, sizeof(command),
             "cd %s && %s -MD -server /dev/null -user a.c -header 'a b.h' d.defs && cat a.c.d",
             scratch_path("."), env("MIG"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    CHECK(strncmp(output, "a.c a\\ b.h: \\\n  d.defs", 21) == 0);
    CHECK_EQ(occurrences(output, "five.h"), 1);
    CHECK_EQ(occurrences(output, "built-in"), 0);
    snprintf(command, sizeof(command),
             "cd %s && rm a.c.d && %s -MD -MF deps -user /dev/null -header a.h d.defs && ! ls *.d "
             "&& make -n -f deps xServer.c && cat deps",
             scratch_path("."), env("MIG"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    CHECK(strstr(output, "xServer.c a.h: ") != NULL);
    snprintf(command, sizeof(command), "cd %s && rm deps && %s -MF deps d.defs && ! ls deps",
             scratch_path("."), env("MIG"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0); /* without -MD the name says nothing */
}

TEST(each_routine_may_have_a_file_of_its_own, "M3")
{
    const char *text =
        "subsystem x 1000;\n" P I "import \"words.h\"; type v = ^array[] of i ctype: words;\n"
        "type l = c_string[*:9] ctype: text; routine ra(s : p; a : i); skip;\n"
        "userprefix u_; simpleroutine rb(s : p; a : p; b : v; c : l); routine rc(s : p; out d : i);\n";
    char options[512];

    scratch_file("words.h", "typedef int *words;\ntypedef char *text;\n", 39);
    unlink(scratch_path("u.c"));
    snprintf(options, sizeof(options), "-i %s", scratch_path("part_"));
    accept(options, text);
    CHECK(access(scratch_path("u.c"), F_OK) != 0);
    has("part_ra.c", "kern_return_t ra\n");
    has_not("part_ra.c", "mig_string_length");
    has("part_rb.c", "kern_return_t u_rb\n");
    has_not("part_rb.c", "ra\n(");
    CHECK_EQ(compile("part_ra.c", "", output, sizeof(output)), 0);
    CHECK_EQ(compile("part_rb.c", "", output, sizeof(output)), 0);
    CHECK_EQ(compile("part_rc.c", "", output, sizeof(output)), 0);
    accept(strcat(options, " -header /dev/null"), text);
    CHECK_EQ(compile("part_rb.c", "", output, sizeof(output)), 0);
}

TEST(includes_can_stand_in_the_c_files, "M19 M85")
{
    const char *text =
        ONE "import <stdio.h>; uimport <stdlib.h>; simport <errno.h>; iimport <ctype.h>; dimport <time.h>;";

    accept("-split", text);
    has("u.h", "#include <mach/kern_return.h>\n#include <mach/port.h>\n\n#ifndef");
    has("u.h", "#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>\n");
    has("u.c", "#include <mach/mig_errors.h>\n");
    has("u.c", "#include <stdio.h>\n#include <stdlib.h>\n#include <ctype.h>\n\n#include \"u.h\"\n");
    has("s.h", "#include <mach/kern_return.h>\n#include <mach/port.h>\n#include <mach/mig_errors.h>\n\n");
    has("s.h", "#include <stdio.h>\n#include <errno.h>\n#include <time.h>\n");
    has("s.c", "#include <stdio.h>\n#include <errno.h>\n#include <ctype.h>\n\n#include \"s.h\"\n");
    CHECK_EQ(compile("u.c", "", output, sizeof(output)), 0);
    CHECK_EQ(compile("s.c", "", output, sizeof(output)), 0);
}

TEST(the_limit_of_the_stack_may_stand_in_the_description, "M18 M61")
{
    const char *text = "subsystem x 1000;\n" P I "OnStackLimit 60; UserTypeLimit 5; error oops;\n"
                       "type t = array[10] of i ctype: ints; import \"ints.h\"; routine r(s : p; a : t);";

    scratch_file("ints.h", "typedef int ints[10];\n", 22);
    accept("-maxonstack 1000", text);
    has("u.c", "mig_user_allocate");
    CHECK_EQ(compile("u.c", "", output, sizeof(output)), 0);
    accept("-maxonstack 72 -novouchers", ONE);
    has_not("u.c", "mig_user_allocate");
    has_not("u.c", "voucher");
    CHECK_EQ(compile("u.c", "", output, sizeof(output)), 0);
}
