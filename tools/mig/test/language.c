/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/language.c - what descriptions may say, and what it comes to (M6, M9 to M28, M30, M40)
 *
 * Layouts show how the words were understood; the text of headers where a rule is about names.
 */
#include "command.h"
#include "tests/harness/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUB "subsystem x 1000;\n"
#define P "type p = MACH_MSG_TYPE_COPY_SEND;\n"
#define I "type i = MACH_MSG_TYPE_INTEGER_32;\n"
#define C "type c = MACH_MSG_TYPE_CHAR;\n"

/* --- words --- */

TEST(numbers_are_decimal_and_expressions_follow_their_rules, "M9 M13")
{
    accept("", SUB P C "type t = array[(2 + 3) * 4 - 6 / 2] of c; routine r(s : p; a : t);");
    has("layout", "Q\t32\ta\tA\t17\t-\n");
    accept("", SUB P C "type t = array[2 * 3 + 4 * (5 - 1) / 8 - 1] of c; routine r(s : p; a : t);");
    has("layout", "Q\t32\ta\tA\t7\t-\n");
    refuse(SUB C "type t = array[0x10] of c;", "E1");
    refuse(SUB C "type t = array[-4] of c;", "E1");
    refuse(SUB C "type t = array[2147483648] of c;", "E6");
    refuse(SUB "type t@ = MACH_MSG_TYPE_CHAR;", "E2");
    refuse(SUB "type \"t\" = MACH_MSG_TYPE_CHAR;", "E2");
}

TEST(names_of_files_and_words_of_statements_have_their_own_spelling, "M10")
{
    accept("", SUB P "import <a/b-c+d.h>;\nimport \"two words.h\" ;\nrcsid \"$Id: x; y $\";\n"
                     "msgoption MACH_SEND_A.B/C-D$;\nwaittime wait_2-1;\nconsumeonsenderror aNy;\n"
                     "routine r(s : p);");
    has("u.h", "#include <a/b-c+d.h>\n#include \"two words.h\"\n");
    has("u.c", "x_user_rcsid[] = \"$Id: x; y $\";\n");
    has("s.c", "x_server_rcsid[] = \"$Id: x; y $\";\n");
    has("u.c", "MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_A.B/C-D$ | MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT");
    has("u.c", "wait_2-1, MACH_PORT_NULL");
    refuse(SUB "msgoption A|B;", "E1");
    refuse(SUB "import ab;", "E1");
    refuse(SUB "import <ab\n>;", "E1");
    refuse(SUB "rcsid <x>;", "E1");
    refuse(SUB "consumeonsenderror sometimes;", "E1");
    refuse(SUB "waittime ;", "E1");
}

TEST(keywords_are_keywords_in_any_case, "M11")
{
    static const char *const reserved[] = {
        "Type",      "error",    "in",        "OUT",          "Struct",
        "SameCount", "userimpl", "PointerTo", "OnStackLimit", "MACH_MSG_TYPE_CHAR"
    };
    char text[256];

    accept("",
           "SubSystem x 1000; TYPE p = MACH_MSG_TYPE_COPY_SEND; tYpE t = ARRAY[*:4] OF p;\n"
           "RouTine r(REQUESTPORT s : p; INOUT a : t; Out b : t, COUNTINOUT); SKIP; SimpleRoutine q(s : p);");
    has("layout", "R\t1000\tr\tr\t");
    has("layout", "R\t1002\tq\ts\t");
    accept("", SUB P "type pointerto = MACH_MSG_TYPE_CHAR; routine r(s : p; onstacklimit : pointerto);");
    refuse(SUB "type t = mach_msg_type_char;", "E3");
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        snprintf(text, sizeof(text), SUB P I "routine r(s : p; %s : i);", reserved[i]);
        if (strcmp(reserved[i], "userimpl") == 0)
            refuse(text, "E18");
        else
            refuse(text, "E1");
    }
}

TEST(words_of_older_dialects_are_named_as_such, "M12")
{
    static const char *const words[] = { "function",   "procedure", "simpleprocedure",
                                         "servercopy", "islong",    "isnotlong" };
    char text[256];

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text), SUB P "%s r(s : p);", words[i]);
        refuse(text, "E18");
        snprintf(text, sizeof(text), SUB P "routine r(s : p; a : p, %s);", words[i]);
        refuse(text, "E18");
    }
}

TEST(line_ends_of_any_kind_and_directives_are_white_space, "M4 M9 M98")
{
    char output[4096];

    accept("", SUB "\r\n#pragma whatever x\r\n#ident \"x\"\n" P "\r\nroutine\r\nr\t(\fs\v:\np)\r\n;");
    has("layout", "R\t1000\tr\tr\t24\t24\t0\t36\t36\t0\n");
    CHECK_EQ(run_text("subsystem x 1;\n# 70 \"far.defs\" 1\ntype t = nowhere;\n#line 80 \"else.defs\"\n"
                      "type u = nowhere;\n",
                      83, NO_OUTPUT "-cc cat", output, sizeof(output)),
             1);
    CHECK(strstr(output, "cat") != NULL); /* no preprocessor is so simple that it takes no options */
}

/* --- grammar --- */

TEST(the_grammar_is_as_strict_as_it_was, "M13")
{
    accept("", ";;" SUB ";" P I ";; routine r(s : p; a : t = array[4] of i);;;");
    has("layout", "Q\t32\ta\tA\t16\t-\n");
    refuse(SUB P I "routine r(s : p; a : t = array[4] of i); routine q(s : p; a : t);", "E3");
    refuse(SUB P I "routine r(s : p; a : array[4] of i);", "E1");
    refuse(SUB P I "routine r(s : p; a : i;);", "E1");
    refuse(SUB P I "routine r(s : p; userimpl a : i);", "E18");
    refuse(SUB P "routine r(s : p)", "E1");
    refuse(SUB "type t = c_string[*];", "E1");
    refuse(SUB "type t = array[*:] of MACH_MSG_TYPE_CHAR;", "E1");
}

TEST(after_a_syntax_error_the_next_statement_counts, "M14")
{
    char text[2048] = SUB, output[16384];

    for (int i = 0; i < 25; i++)
        strcat(text, "type = ; type t = MACH_MSG_TYPE_CHAR;\n");
    CHECK_EQ(run_text(text, strlen(text), "-q " NO_OUTPUT, output, sizeof(output)), 1);
    CHECK_EQ(occurrences(output, "[E1]"), 20);
    CHECK(said(output, "E1", "2"));
    CHECK(said(output, "E1", "21"));
    CHECK(!said(output, "E1", "22"));
}

/* --- statements --- */

TEST(the_subsystem_may_stand_anywhere_and_the_last_one_counts, "M15")
{
    accept("", P "routine r(s : p);\n" SUB);
    has("layout", "R\t1000\tr");
    refuse(SUB P "routine r(s : p); subsystem y 2000;", "W1");
    has("layout", "R\t2000\tr");
    has("u.h", "#define y_MSG_COUNT 1\n");
    refuse(P "routine r(s : p); subsystem kernelserver x 1000;", "E15");
    refuse(P "routine r(s : p);", "E14");
}

TEST(skipped_numbers_are_counted, "M16 M87")
{
    char text[4096] = SUB P "skip; routine a(s : p); skip; skip; routine b(s : p); skip;\n";

    accept("", text);
    has("layout", "R\t1001\ta\t");
    has("layout", "R\t1004\tb\t");
    has("u.h", "#define x_MSG_COUNT 6\n");
    has("u.h", "#define subsystem_to_name_map_x \\\n    { \"a\", 1001 }, \\\n    { \"b\", 1004 }\n#endif");
    has("u.c", ".msgh_id = 1004}");
    has("u.c", "msgh_id != 1104");
    for (int i = 6; i < 100; i++)
        strcat(text, "skip;");
    accept("", text);
    CHECK(strstr(translate_said(), "[W5]") == NULL);
    strcat(text, "routine late(s : p);");
    refuse(text, "W5");
    has("layout", "R\t1100\tlate\t");
    refuse("subsystem x 2147483600;" P "routine r(s : p);", "E6");
}

TEST(prefixes_hold_from_where_they_stand, "M17 M84 M85 M86")
{
    accept("", SUB P "routine a(s : p); userprefix u_; serverprefix v_; routine b(s : p); userprefix w_;");
    has("u.h", "\nkern_return_t a\n(");
    has("u.h", "\nkern_return_t u_b\n(");
    has("u.h", "union __RequestUnion__w_x_subsystem {\n    __Request__a_t Request_a;\n"
               "    __Request__b_t Request_u_b;\n};");
    has("s.h", "\nkern_return_t v_b\n(");
    has("s.h",
        "union __ReplyUnion__v_x_subsystem {\n    __Reply__a_t Reply_a;\n    __Reply__b_t Reply_b;\n};");
    has("s.h", "} v_x_subsystem;");
    has("s.h", "boolean_t x_server(");
    has("s.c", "static void _Xb(");
    has("s.c", "__MIG_check__Request__b_t(");
    has("u.h", "{ \"b\", 1001 }");
    accept("", SUB P "serverdemux serve_all; routine a(s : p);");
    has("s.h", "boolean_t serve_all(");
    has("s.h", "mig_routine_t serve_all_routine(");
    has_not("s.h", "x_server(");
}

TEST(each_import_goes_where_it_belongs, "M19")
{
    const char *text = SUB P "import \"1.h\";\nuimport \"2.h\";\nsimport \"3.h\";\niimport \"4.h\";\n"
                             "dimport \"5.h\";\nroutine r(s : p);";

    accept("", text);
    has("u.h", "#include \"1.h\"\n#include \"2.h\"\n#include \"5.h\"\n");
    has("s.h", "#include \"1.h\"\n#include \"3.h\"\n#include \"5.h\"\n");
    has_not("u.h", "\"4.h\"");
    has_not("s.h", "\"4.h\"");
    has_not("u.c", "\"1.h\"");
    accept("-header /dev/null -sheader /dev/null", text);
    has("u.c", "#include \"1.h\"\n#include \"2.h\"\n#include \"4.h\"\n#include \"5.h\"\n");
    has("s.c", "#include \"1.h\"\n#include \"3.h\"\n#include \"4.h\"\n#include \"5.h\"\n");
}

/* --- types --- */

static void check_class(const char *spec, const char *line)
{
    char text[1024];

    snprintf(text, sizeof(text), "%s%s%s", SUB P I C "type s1 = struct[3] of i; type t = ", spec,
             ";\nroutine r(s : p; a : t);");
    accept("", text);
    has("layout", line);
}

TEST(constructors_make_the_classes, "M20 M21")
{
    static const struct {
        const char *spec, *line;
    } forms[] = {
        { "MACH_MSG_TYPE_BIT", "a\tS\t1\t-" },
        { "MACH_MSG_TYPE_CHAR", "a\tS\t1\t-" },
        { "MACH_MSG_TYPE_INTEGER_16", "a\tS\t2\t-" },
        { "MACH_MSG_TYPE_BOOLEAN", "a\tS\t4\t-" },
        { "MACH_MSG_TYPE_REAL_32", "a\tS\t4\t-" },
        { "MACH_MSG_TYPE_REAL_64", "a\tS\t8\t-" },
        { "MACH_MSG_TYPE_PORT_NAME", "a\tS\t4\t-" },
        { "struct[5] of c", "a\tS\t5\t-" },
        { "struct[2] of array[3] of c_string[4]", "a\tS\t24\t-" },
        { "MACH_MSG_TYPE_MOVE_RECEIVE", "a\tP\t12\t16" },
        { "MACH_MSG_TYPE_MOVE_SEND", "a\tP\t12\t17" },
        { "MACH_MSG_TYPE_MOVE_SEND_ONCE", "a\tP\t12\t18" },
        { "MACH_MSG_TYPE_COPY_SEND", "a\tP\t12\t19" },
        { "MACH_MSG_TYPE_MAKE_SEND", "a\tP\t12\t20" },
        { "MACH_MSG_TYPE_MAKE_SEND_ONCE | polymorphic", "a\tP\t12\t21" },
        { "MACH_MSG_TYPE_PORT_SEND", "a\tP\t12\tpoly" },
        { "polymorphic", "a\tP\t12\tpoly" },
        { "array[4] of i", "a\tA\t16\t-" },
        { "array[*:4] of i", "a\tV\t4*4\t-" },
        { "c_string[9]", "a\tC\t9\t-" },
        { "c_string[*:9]", "a\tCV\t1*9\t-" },
        { "array[] of i", "a\tR\t4*\t-" },
        { "array[*] of s1", "a\tR\t12*\t-" },
        { "^array[] of i", "a\tR\t4*\t-" },
        { "^array[*:7] of i", "a\tR\t4*7\t-" },
        { "^s1", "a\tR\t12\t-" },
        { "^array[3] of s1", "a\tR\t36\t-" },
        { "^c_string[30]", "a\tR\t30\t-" },
        { "array[] of p", "a\tRP\t4*\t19" },
        { "^array[] of p", "a\tRP\t4*\t19" },
        { "^array[*:5] of p", "a\tRP\t4*5\t19" },
        { "^p", "a\tRP\t4*1\t19" },
        { "^array[6] of p", "a\tRP\t4*6\t19" },
        { "array[3] of p", "a\tPA\t12*3\t19" },
        { "array[*:3] of p", "a\tPV\t12*3\t19" },
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        check_class(forms[i].spec, forms[i].line);
}

TEST(what_no_class_covers_is_too_complicated, "M21")
{
    static const char *const specs[] = {
        "^ ^array[] of i",
        "^ ^p",
        "array[3] of array[*:4] of i",
        "array[*:3] of c_string[*:4]",
        "struct[2] of array[*:4] of i",
        "struct[2] of array[] of i",
        "struct[2] of ^array[] of p",
        "struct[2] of array[*:4] of p",
        "struct[2] of p",
        "array[] of array[] of i",
        "array[] of ^array[] of p",
        "array[] of array[2] of p",
        "^c_string[*:8]",
        "MACH_MSG_TYPE_COPY_SEND | MACH_MSG_TYPE_INTEGER_32",
    };
    char text[512];

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        snprintf(text, sizeof(text), SUB P I "type t = %s;", specs[i]);
        refuse(text, "E5");
    }
    refuse(SUB "type t = array[] of MACH_MSG_TYPE_UNSTRUCTURED;", "E4");
    refuse(SUB "type t = (MACH_MSG_TYPE_CHAR, 8);", "E4");
}

TEST(sizes_multiply_and_elements_keep_theirs, "M22")
{
    check_class("array[3] of array[5] of c", "a\tA\t15\t-");
    check_class("array[13] of MACH_MSG_TYPE_BIT", "a\tA\t2\t-");
    check_class("array[*:7] of s1", "a\tV\t12*7\t-");
    check_class("array[*:5] of i", "a\tV\t4*5\t-");
    accept("", SUB P C "type t = array[5] of c; routine r(s : p; a : t; b : t; c : t);");
    has("layout", "Q\t32\ta\tA\t5\t-\nQ\t40\tb\tA\t5\t-\nQ\t48\tc\tA\t5\t-\n");
    refuse(SUB "type t = array[65536] of array[65536] of MACH_MSG_TYPE_CHAR;", "E6");
    refuse(SUB "type t = struct[1 - 1] of MACH_MSG_TYPE_CHAR;", "E6");
    refuse(SUB "type t = c_string[3 - 4] ;", "E6");
}

TEST(a_type_copies_the_form_of_another_and_nothing_else, "M23")
{
    accept("", SUB P "type b = MACH_MSG_TYPE_INTEGER_32 ctype: b_c intran: inner b_in(outer); type a = b;\n"
                     "routine r(s : p; x : a);");
    has("u.h", "    a x\n");
    has("s.h", "    a x\n");
    has_not("s.c", "b_in");
    refuse(SUB P I "type t = i; routine r(s : p; a : t); type t = array[2] of i; routine q(s : p; a : t);",
           "W1");
    has("layout", "\tr\tr\t36\t");
    has("layout", "\tq\tr\t40\t");
    refuse(SUB P "routine r(s : p; a : t);", "E3");
}

TEST(each_side_has_its_own_c_type, "M24")
{
    accept("", SUB P
           "type one = MACH_MSG_TYPE_INTEGER_32 ctype: c1;\n"
           "type two = MACH_MSG_TYPE_INTEGER_32 cusertype: u2 cservertype: s2;\n"
           "type three = MACH_MSG_TYPE_INTEGER_32 cusertype: u3 intran: h3 in3(w3) outtran: w3 out3(h3);\n"
           "type four = MACH_MSG_TYPE_INTEGER_32 intran: h4 in4(four) destructor: done4(h4);\n"
           "routine r(s : p; a : one; b : two; inout c : three; d : four);");
    has("u.h", "    c1 a,\n    u2 b,\n    u3 *c,\n    four d\n)");
    has("s.h", "    c1 a,\n    s2 b,\n    h3 *c,\n    h4 d\n)");
    has("u.h", "    c1 a;\n    s2 b;\n    w3 c;\n    four d;\n} __Request__r_t");
    has("s.c", "h3 arg_c = in3(In0P->c);");
    has("s.c", "OutP->c = out3(arg_c);");
    has("s.c", "done4(arg_d);");
    refuse(SUB P "type t = MACH_MSG_TYPE_INTEGER_32 ctype: a cservertype: b; routine r(s : p; x : t);", "W2");
    has("s.h", "    b x\n)");
    refuse(SUB P "type t = MACH_MSG_TYPE_INTEGER_32 outtran: w f(h); routine r(s : p; x : t);", "W2");
    has_not("s.c", " f(");
    refuse(SUB "type t = array[2] of MACH_MSG_TYPE_CHAR intran: h f(w);", "E7");
    refuse(SUB P "type t = ^array[] of p destructor: f(t);", "E7");
    refuse(SUB "type t = c_string[*:4] outtran: w f(h);", "E7");
}

TEST(inline_elements_need_names_and_others_do_not, "M25")
{
    refuse(SUB P "type t = array[*:16] of MACH_MSG_TYPE_BYTE; routine r(s : p; a : t);", "E17");
    refuse(SUB P "type t = array[*:16] of struct[2] of MACH_MSG_TYPE_BYTE; routine r(s : p; out a : t);",
           "E17");
    accept("", SUB P "type t = array[*:16] of MACH_MSG_TYPE_BYTE; type u = ^t; type v = c_string[*:6];\n"
                     "type w = array[] of MACH_MSG_TYPE_BYTE; type x = ^array[] of MACH_MSG_TYPE_COPY_SEND;\n"
                     "routine r(s : p; a : u; b : v; c : w; d : x);");
    has("u.h", "    char b[6];\n");
}

TEST(native_types_need_a_direction_that_fits, "M29")
{
    static const char *const wrong[] = { "out a : ValueOf(int)", "inout a : ValueOf(int)",
                                         "a : PointerTo(int)", "a : ValueOf(int)" };
    char text[256];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(text, sizeof(text), SUB P "routine r(s : p; %s);", wrong[i]);
        refuse(text, "E13");
    }
    accept("", SUB P "type v = ValueOf(unsigned long int); routine r(s : p; in a : v; inout b : "
                     "PointerTo(int); in c : v);");
    has("u.h", "    unsigned long int a,\n    int *b,\n    unsigned long int c\n)");
    has("layout", "Q\t32\ta\tN\tsizeof(unsigned long int)\t-\nQ\t32+a\tb\tN\tsizeof(int)\t-\n");
    refuse(SUB P "routine r(s : p; in a : PointerToIfNot(int, nothing));", "E5");
    refuse("subsystem kernelserver x 1;" P "routine r(s : p; in a : ValueOf(int));", "E5");
    refuse(SUB "type t = ValueOf(a a a a a a a a a);", "E5");
    refuse(SUB "type t = ^ValueOf(int);", "E5");
    refuse(SUB "type t = array[3] of PointerTo(int);", "E5");
    refuse(SUB P "routine r(s : p; in a : ValueOf(int); in aWords : PointerTo(int));", "E16");
}

TEST(roles_need_fitting_types, "M28")
{
    static const char *const words[] = { "waittime", "sendtime", "msgoption", "msgseqno" };
    char text[512];

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text), SUB P "type l = MACH_MSG_TYPE_INTEGER_64; routine r(s : p; %s a : l);",
                 words[i]);
        refuse(text, "E10");
        snprintf(text, sizeof(text), SUB P I "consumeonsenderror any; routine r(s : p; %s a : i);", words[i]);
        accept("", text);
    }
    refuse(SUB I "routine r(s : i);", "E10");
    refuse(SUB P "type a = array[1] of p; routine r(s : a);", "E10");
    refuse(SUB "type p = MACH_MSG_TYPE_MOVE_RECEIVE; routine r(s : p);", "E10");
    refuse(SUB P I "routine r(s : p; sreplyport a : i);", "E10");
    refuse(SUB P "type q = MACH_MSG_TYPE_PORT_RECEIVE; routine r(s : p; replyport a : q);", "E10");
    accept("", SUB
           "type p = polymorphic; type q = MACH_MSG_TYPE_MAKE_SEND_ONCE; routine r(s : p; replyport a : q);");
    accept("", SUB P "type t = struct[8] of MACH_MSG_TYPE_INTEGER_32 ctype: audit_token_t;\n"
                     "routine r(s : p; audittoken a : t);");
}

/* --- arguments --- */

TEST(each_direction_is_seen_on_its_side, "M30")
{
    static const struct {
        const char *word, *user, *server;
    } words[] = {
        { "", "    i a", "    i a" },
        { "in", "    i a", "    i a" },
        { "out", "    i *a", "    i *a" },
        { "inout", "    i *a", "    i *a" },
        { "waittime", "    i a", NULL },
        { "sendtime", "    i a", NULL },
        { "msgoption", "    i a", NULL },
        { "msgseqno", NULL, "    i a" },
        { "serversectoken", NULL, "    i a" },
        { "serveraudittoken", NULL, "    i a" },
        { "servercontexttoken", NULL, "    i a" },
        { "usersectoken", "    i *a", NULL },
        { "useraudittoken", "    i *a", NULL },
        { "sectoken", "    i *a", "    i *a" },
        { "audittoken", "    i *a", "    i *a" },
    };
    char text[512];

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        snprintf(text, sizeof(text), SUB P I "consumeonsenderror any; routine r(s : p; %s a : i);",
                 words[i].word);
        accept("", text);
        if (words[i].user)
            has("u.h", words[i].user);
        else
            has_not("u.h", "i a");
        if (words[i].server)
            has("s.h", words[i].server);
        else
            has_not("s.h", "i a");
    }
}

TEST(reply_ports_are_seen_as_their_word_says, "M30")
{
    accept("", SUB P "routine r(s : p; replyport a : p);");
    has("u.h", "    p a");
    has("s.h", "    p a");
    accept("", SUB P "routine r(s : p; sreplyport a : p);");
    has_not("u.h", "p a");
    has("s.h", "    p a");
    accept("", SUB P "routine r(s : p; ureplyport a : p);");
    has("u.h", "    p a");
    has_not("s.h", "p a");
}

TEST(the_destination_is_marked_or_comes_first, "M30")
{
    accept("", SUB P I "routine r(in a : i; s : p; b : i); routine q(in a : i; requestport s : p);");
    has("u.c", ".msgh_remote_port = s,");
    refuse(SUB P "routine r(requestport a : p; requestport b : p);", "W6");
    has("u.c", ".msgh_remote_port = b,");
    refuse(SUB P "routine r(a : p; requestport b : p);", "E9");
    refuse(SUB P "routine r(in a : p);", "E9");
    refuse(SUB "routine r();", "E9");
    refuse(SUB P I "type v = array[*:4] of i; routine r(s : p; inout a : v);", "E8");
    refuse(SUB P "type v = c_string[*:4]; routine r(s : p; inout a : v);", "E8");
    refuse(SUB P I "simpleroutine r(s : p; inout a : i);", "E11");
    refuse(SUB P I "simpleroutine r(s : p; useraudittoken a : i);", "E11");
    accept("", SUB P I "simpleroutine r(s : p; serveraudittoken a : i);");
}

TEST(sizes_of_messages_count_what_varies_at_its_most, "M40 M88")
{
    accept("", SUB P C "type v = array[*:5] of c; type t = c_string[*:6];\n"
                       "routine r(s : p; a : v; b : t; out c : v; out d : v);");
    has("layout", "R\t1000\tr\tr\t44\t60\t0\t44\t60\t0\n");
    has("u.c", "sizeof(__Request__r_t) == 60");
    has("u.c", "sizeof(__Reply__r_t) == 60");
}

/* --- outputs --- */

TEST(the_output_depends_on_nothing_but_the_description, "M6")
{
    const char *text =
        SUB P C "type t = array[*:5] of c; rcsid \"x\"; import \"y.h\";\nroutine r(s : p; out a : t);";
    char first[1 << 16], command[2048], output[4096];

    accept("", text);
    snprintf(first, sizeof(first), "%s", scratch_read("s.c"));
    snprintf(
        command, sizeof(command),
        "mkdir -p %s && cd %s && cp ../t.defs other.defs && TZ=Asia/Tokyo LC_ALL=C HOME=/ USER=x SDKROOT=/x "
        "MIGCOM=/x %s -I%s -q -user u.c -server s.c -header u.h -sheader s.h -layout layout other.defs && "
        "for f in u.c s.c u.h s.h layout; do cmp $f ../$f || exit 1; done",
        scratch_path("deep"), scratch_path("deep"), env("MIG"), env("MIG_INCLUDE"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    CHECK_STR_EQ(output, "");
    CHECK(strlen(first) > 1000);
    CHECK(strstr(first, "/tmp") == NULL);
}

TEST(outputs_have_the_names_of_the_subsystem, "M2")
{
    char command[2048], output[4096];

    accept("", SUB P "routine r(s : p);");
    snprintf(command, sizeof(command), "mkdir -p %s && cd %s && %s ../t.defs && ls | tr '\\n' ' '",
             scratch_path("names"), scratch_path("names"), env("MIG"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    CHECK_STR_EQ(output, "x.h xServer.c xUser.c ");
    accept("-iheader /dev/null -header /dev/null", SUB P "routine r(s : p);");
    snprintf(command, sizeof(command), "%s -user /dev/null -server /dev/null -header /dev/null -iheader %s %s",
             env("MIG"), scratch_path("i.h"), scratch_path("t.defs"));
    CHECK_EQ(run_shell(command, output, sizeof(output)), 0);
    has("i.h", "#define r r_external\n");
}
