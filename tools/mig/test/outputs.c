/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/outputs.c - what is written: that it compiles, its names and its shapes (M26, M77, M78, M81 to M87)
 *
 * Compilers are the one that builds this tree, and gcc, clang and their C++ where they exist.
 */
#include "command.h"
#include "tests/harness/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUB "subsystem x 1000;\n"
#define P "type p = MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t;\n"
#define I "type i = MACH_MSG_TYPE_INTEGER_32 ctype: int;\n"

static void write_text(const char *name, const char *text)
{
    scratch_file(name, text, strlen(text));
}

/* The strings stand in the output one behind the other. */
static void in_order(const char *output, const char *const *strings)
{
    const char *text = scratch_read(output), *p = text;

    for (; *strings; strings++) {
        const char *found = strstr(p, *strings);

        if (found == NULL) {
            FAIL("'%s' is not there, or too early, in %s", *strings, output);
            return;
        }
        p = found + strlen(*strings);
    }
}

static bool exists(const char *compiler)
{
    char command[256], output[64];

    snprintf(command, sizeof(command), "command -v %s", compiler);
    return run_shell(command, output, sizeof(output)) == 0;
}

/* --- compiling --- */

/* Everything that a description of this directory becomes, by one compiler. */
static void check_compiles(const char *defs, const char *compiler, const char *options, const char *files)
{
    char command[4096], output[8192];

    snprintf(command, sizeof(command),
             "cd %s && %s -fsyntax-only -Wall -Wextra -Werror -fno-builtin %s -I. -I%s -I%s %s",
             scratch_path("."), compiler, options, env("MIG_INCLUDE"), env("MIG_TEST"), files);
    if (run_shell(command, output, sizeof(output)) != 0)
        FAIL("%s: %s\n%s", defs, command, output);
}

static void translate_file(const char *path)
{
    char arguments[4096], output[8192];

    snprintf(arguments, sizeof(arguments), "-q -user %s -server %s -header %s -sheader %s -I%s %s",
             scratch_path("u.c"), scratch_path("s.c"), scratch_path("u.h"), scratch_path("s.h"),
             env("MIG_INCLUDE"), path);
    if (run(arguments, output, sizeof(output)) != 0)
        FAIL("%s: %s", path, output);
}

/* As programs use them: the user header as it is, the server header inside extern "C" of their own. */
static void write_program(void)
{
    write_text("both.cpp", "#include \"u.h\"\n#include \"u.h\"\n");
    write_text("server.cpp", "#include <string.h>\nextern \"C\" {\n#include \"s.h\"\n#include \"s.h\"\n}\n");
}

TEST(outputs_compile_without_a_warning, "M78")
{
    static const char *const descriptions[] = { "round",      "stubs",   "job",  "chars",
                                                "child_port", "hostile", "port", "native" };
    static const char *const compilers[] = { "gcc", "clang" }, *const plus[] = { "g++", "clang++" };
    char path[1024];

    write_program();
    for (size_t i = 0; i < sizeof(descriptions) / sizeof(descriptions[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s.defs", env("MIG_TEST"), descriptions[i]);
        translate_file(path);
        for (size_t k = 0; k < 2; k++) {
            if (exists(compilers[k]))
                check_compiles(descriptions[i], compilers[k], k == i % 2 ? "-std=c99" : "-std=gnu17",
                               "u.c s.c");
            if (exists(plus[k]))
                check_compiles(descriptions[i], plus[k], "", "both.cpp server.cpp");
        }
    }
}

TEST(a_description_that_disagrees_with_its_header_does_not_compile, "M26")
{
    static const char *const wrong[] = {
        "type t = struct[4] of MACH_MSG_TYPE_CHAR ctype: five; routine r(s : p; a : t);",
        "type t = array[6] of MACH_MSG_TYPE_CHAR ctype: five; routine r(s : p; out a : t);",
        "type t = c_string[6] ctype: five; routine r(s : p; a : t);",
        "type five = MACH_MSG_TYPE_INTEGER_32; type t = array[*:3] of five ctype: fives; routine r(s : p; a "
        ": t);",
        "type five = MACH_MSG_TYPE_INTEGER_32; type t = ^array[] of five ctype: fives; routine r(s : p; a : "
        "t);",
    };
    char text[1024], output[8192];

    write_text("five.h", "typedef char five[5];\ntypedef five *fives;\n");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(text, sizeof(text), "%s%s", SUB P "import \"five.h\";\n", wrong[i]);
        accept("", text);
        CHECK(compile("u.c", "", output, sizeof(output)) != 0);
        CHECK(strstr(output, "five has another size than its description") != NULL);
        CHECK(compile("s.c", "", output, sizeof(output)) != 0);
    }
    accept("", SUB P
           "import \"five.h\";\ntype five = struct[5] of MACH_MSG_TYPE_CHAR; type t = array[*:3] of five "
           "ctype: fives; routine r(s : p; a : t);");
    CHECK_EQ(compile("u.c", "", output, sizeof(output)), 0);
    accept("",
           SUB P "import \"five.h\";\ntype five = struct[4] of MACH_MSG_TYPE_CHAR; type t = ^array[] of five "
                 "ctype: fives; routine r(s : p; a : t);");
    CHECK(compile("u.c", "", output, sizeof(output)) != 0);
    CHECK_EQ(compile("u.c", "-DMIG_NO_SIZE_CHECK", output, sizeof(output)), 0);
}

/* --- headers --- */

TEST(the_user_header_has_its_parts_in_order, "M84")
{
    static const char *const parts[] = {
        "#ifndef _x_user_\n#define _x_user_\n",
        "#include <string.h>",
        "#include <mach/ndr.h>",
        "#include <mach/mig_errors.h>",
        "#ifndef x_MSG_COUNT\n#define x_MSG_COUNT 3\n",
        "#include \"why.h\"",
        "#ifdef __BeforeMigUserHeader\n__BeforeMigUserHeader\n",
        "#ifdef __cplusplus\nextern \"C\" {\n",
        "/* Routine a */\n#ifdef mig_external\nmig_external\n#else\nextern\n#endif /* mig_external "
        "*/\nkern_return_t a\n(",
        "/* SimpleRoutine b */",
        "__Request__x_subsystem__defined",
        "} __Request__a_t",
        "__RequestUnion__x_subsystem__defined",
        "__Reply__x_subsystem__defined",
        "} __Reply__b_t",
        "__ReplyUnion__x_subsystem__defined",
        "#ifndef subsystem_to_name_map_x",
        "#ifdef __AfterMigUserHeader\n__AfterMigUserHeader\n",
        "#endif /* _x_user_ */",
        NULL,
    };

    accept("", SUB P "import \"why.h\"; routine a(s : p); skip; simpleroutine b(s : p);");
    in_order("u.h", parts);
}

TEST(the_server_header_has_its_parts_in_order, "M63 M85")
{
    static const char *const parts[] = {
        "#ifndef _x_server_\n#define _x_server_\n",
        "#include <string.h>",
        "#include \"why.h\"",
        "#ifdef __BeforeMigServerHeader\n__BeforeMigServerHeader\n",
        "#ifndef MIG_SERVER_ROUTINE\n#define MIG_SERVER_ROUTINE\n",
        "/* Routine a */\n",
        "MIG_SERVER_ROUTINE\nkern_return_t v_a\n(",
        "boolean_t x_server(",
        "mig_routine_t x_server_routine(",
        "extern const struct v_x_subsystem {",
        "routine[3];\n} v_x_subsystem;",
        "__Request__x_subsystem__defined",
        "__RequestUnion__v_x_subsystem__defined",
        "__ReplyUnion__v_x_subsystem__defined",
        "subsystem_to_name_map_x",
        "#ifdef __AfterMigServerHeader\n__AfterMigServerHeader\n",
        "#endif /* _x_server_ */",
        NULL,
    };

    accept("", SUB P "serverprefix v_; simport \"why.h\"; routine a(s : p); skip; simpleroutine b(s : p);");
    in_order("s.h", parts);
    has_not("u.h", "why.h");
}

/* Programs write these names and rely on these places. */
TEST(the_structs_of_messages_have_the_names_that_programs_use, "M86")
{
    char output[8192];

    accept("", SUB P I
           "type c = MACH_MSG_TYPE_CHAR ctype: char; type v = array[*:5] of c ctype: text; type w = "
           "c_string[*:6] "
           "ctype: text; type z = struct[3] of MACH_MSG_TYPE_CHAR ctype: three; type m = ^array[] of c "
           "ctype: text;\n"
           "type q = array[2] of p ctype: ports; type h = ^array[] of p ctype: ports; import \"types.h\";\n"
           "routine r(s : p; a : z; b : v; d : w; e : i; out f : i);\n"
           "routine t(s : p; a : p; b : q; d : h; e : m; out f : p; out g : v, CountInOut);\n"
           "simpleroutine o(s : p; a : i);");
    write_text("types.h", "#pragma once\ntypedef char *text;\ntypedef struct { char c[3]; } three;\ntypedef "
                          "mach_port_t *ports;\n");
    write_text("use.c",
               "#include <stddef.h>\n#include \"u.h\"\n#include \"s.h\"\n"
               "#define AT(type, field, offset) _Static_assert(offsetof(type, field) == offset, #field);\n"
               "AT(__Request__r_t, Head, 0) AT(__Request__r_t, NDR, 24) AT(__Request__r_t, a, 32)\n"
               "AT(__Request__r_t, aPad, 35) AT(__Request__r_t, bCnt, 36) AT(__Request__r_t, b, 40)\n"
               "AT(__Request__r_t, bPad, 45) AT(__Request__r_t, dOffset, 48) AT(__Request__r_t, dCnt, 52)\n"
               "AT(__Request__r_t, d, 56) AT(__Request__r_t, dPad, 62) AT(__Request__r_t, e, 64)\n"
               "AT(__Reply__r_t, RetCode, 32) AT(__Reply__r_t, f, 36)\n"
               "AT(__Request__t_t, msgh_body, 24) AT(__Request__t_t, a, 28) AT(__Request__t_t, b[1], 52)\n"
               "AT(__Request__t_t, d, 64) AT(__Request__t_t, e, 80) AT(__Request__t_t, NDR, 96)\n"
               "AT(__Request__t_t, dCnt, 104) AT(__Request__t_t, eCnt, 108) AT(__Request__t_t, gCnt, 112)\n"
               "AT(__Reply__t_t, f, 28) AT(__Reply__t_t, NDR, 40) AT(__Reply__t_t, gCnt, 48) "
               "AT(__Reply__t_t, g, 52)\n"
               "_Static_assert(sizeof(__Reply__o_t) == 36, \"\");\n"
               "_Static_assert(sizeof(union __RequestUnion__x_subsystem) == sizeof(__Request__t_t), \"\");\n"
               "struct { const char *name; int id; } names[] = { subsystem_to_name_map_x };\n"
               "_Static_assert(sizeof(names) / sizeof(names[0]) == 3, \"\");\n"
               "int last(union __ReplyUnion__x_subsystem *u) { return u->Reply_o.RetCode; }\n");
    if (compile("use.c", "-Wno-missing-prototypes", output, sizeof(output)) != 0)
        FAIL("%s", output);
}

/* Scripts of other projects edit generated files by these shapes. */
TEST(files_keep_the_shapes_that_scripts_know, "M77")
{
    accept("", SUB P I "serverprefix v_;\nroutine a(s : p; e : i; out d : i); routine b(s : p; out d : p); "
                       "simpleroutine c(s : p; e : i);");
    CHECK_EQ(occurrences(scratch_read("u.c"), "#include \"u.h\"\n"), 1);
    CHECK_EQ(occurrences(scratch_read("s.c"), "#include \"s.h\"\n"), 1);
    has("s.c", "    OutP->RetCode = v_a(In0P->Head.msgh_local_port, In0P->e, &arg_d);\n");
    has("s.c", "    OutP->RetCode = v_c(In0P->Head.msgh_local_port, In0P->e);\n");
    has("s.c", "\nmig_internal kern_return_t __MIG_check__Request__a_t(__attribute__((__unused__)) "
               "__Request__a_t *In0P)\n");
    has("s.c", "#ifndef mig_internal\n#define mig_internal static __inline__\n#endif");
    has("u.c", "#ifndef mig_external\n#define mig_external\n#endif");
    has("u.h", "/* SimpleRoutine c */\n");
    has("s.h", "\nkern_return_t v_a\n");
    has("s.c", "#ifndef __MIG_check__Request__b_t__defined\n#define __MIG_check__Request__b_t__defined\n");
}

/* --- kernelserver and kerneluser --- */

TEST(user_stubs_are_the_same_for_the_kernel, "M81 M83")
{
    static const char *const words[] = { "kernelserver", "kerneluser", "kernelserver kerneluser" };
    const char *rest = " x 1000;\n" P I "type m = ^array[] of i ctype: words;\n"
                       "routine r(s : p; a : m; out b : p; out d : i); simpleroutine q(s : p; a : p);";
    char text[1024], source[1 << 16], header[1 << 16];

    snprintf(text, sizeof(text), "subsystem%s", rest);
    accept("", text);
    snprintf(source, sizeof(source), "%s", scratch_read("u.c"));
    snprintf(header, sizeof(header), "%s", scratch_read("u.h"));
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof(text), "subsystem %s%s", words[i], rest);
        accept("", text);
        CHECK_STR_EQ(scratch_read("u.c"), source);
        CHECK_STR_EQ(scratch_read("u.h"), header);
    }
}

TEST(the_kernel_knows_neither_trailers_nor_special_reply_ports, "M18 M82 M83")
{
    static const char *const tokens[] = { "sectoken",         "audittoken",   "serversectoken",
                                          "serveraudittoken", "usersectoken", "useraudittoken" };
    char text[512];

    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        snprintf(text, sizeof(text), "subsystem kernelserver x 1;" P I "routine r(s : p; %s a : i);",
                 tokens[i]);
        refuse(text, "E15");
        snprintf(text, sizeof(text), "subsystem kerneluser x 1;" P I "routine r(s : p; %s a : i);", tokens[i]);
        refuse(text, "E15");
    }
    refuse("subsystem kernelserver x 1;" P I "routine r(s : p; msgseqno a : i);", "E15");
    refuse("subsystem kernelserver x 1;" P I "routine r(s : p; servercontexttoken a : i);", "E15");
    refuse("subsystem kernelserver x 1;" P "usespecialreplyport 1; routine r(s : p);", "E15");
    refuse("subsystem kerneluser x 1;" P "usespecialreplyport 1; routine r(s : p);", "E15");
    refuse("usespecialreplyport 1; subsystem kerneluser x 1;" P "routine r(s : p);", "E15");
    refuse("subsystem kerneluser x 1;" P I "type m = ^array[] of i; routine r(s : p; out a : m, overwrite);",
           "E15");
    refuse("subsystem kernelserver x 1;" P "routine r(s : p; replyport a : p);", "E15");
    refuse("subsystem kernelserver x 1;" P "routine r(s : p; sreplyport a : p);", "E15");
    accept("", "subsystem kernelserver x 1;" P "routine r(s : p; ureplyport a : p);");
}
