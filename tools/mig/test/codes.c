/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tools/mig/test/codes.c - the command: messages, limits, layouts (M1, M41, M92 to M94, M98)
 *
 * Runs the program itself: MIG names it, MIG_TEST this directory, MIG_INCLUDE the public headers. Each file in bad/ says
 * in its second line which codes it must give at which lines.
 */
#include "command.h"
#include "tests/harness/harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_file(const char *path)
{
    char line[256] = "", output[8192], arguments[2048];
    FILE *f = fopen(path, "r");
    bool error;
    int status;

    REQUIRE(f != NULL);
    REQUIRE(fgets(line, sizeof(line), f) && fgets(line, sizeof(line), f));
    fclose(f);
    snprintf(arguments, sizeof(arguments), NO_OUTPUT "%s", path);
    status = run(arguments, output, sizeof(output));
    error = strstr(line, " E") != NULL;
    CHECK_EQ(status, error ? 1 : 0);
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
        char *colon = strchr(word, ':');

        if (colon == NULL || colon[1] == 0)
            continue;
        *colon = 0;
        if (!said(output, word, colon + 1))
            FAIL("%s: no %s at line %s in: %s", path, word, colon + 1, output);
    }
}

TEST(every_code_is_given_where_it_belongs, "M92 M94 M98")
{
    char path[1024];
    DIR *dir;
    struct dirent *entry;
    unsigned n = 0;

    snprintf(path, sizeof(path), "%s/bad", env("MIG_TEST"));
    dir = opendir(path);
    REQUIRE(dir != NULL);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/bad/%s", env("MIG_TEST"), entry->d_name);
        check_file(path);
        n++;
    }
    closedir(dir);
    CHECK_GE(n, 20);
}

TEST(hostile_input_ends_with_a_message, "M93 M98")
{
    static char parentheses[1 << 20];
    char output[65536];
    const char nested[] =
        "subsystem x 1; type t = ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
        "^^^^^^ MACH_MSG_TYPE_CHAR;";

    memset(parentheses, '(', sizeof(parentheses));
    CHECK_EQ(run_text(parentheses, sizeof(parentheses), NO_OUTPUT, output, sizeof(output)), 1);
    CHECK_EQ(run_text("", 0, NO_OUTPUT, output, sizeof(output)), 1);
    CHECK(strstr(output, "[E14]") != NULL);
    CHECK_EQ(run_text(nested, sizeof(nested) - 1, NO_OUTPUT, output, sizeof(output)), 1);
    CHECK(strstr(output, "[E5]") != NULL);
    CHECK_EQ(run_text("subsystem x 1;\r\nrcsid \"\r\n;", 26, NO_OUTPUT, output, sizeof(output)), 1);
    CHECK_EQ(run_text("subsystem\r\nx 1;\r\n", 17, NO_OUTPUT, output, sizeof(output)), 0);
}

TEST(an_error_leaves_older_outputs_as_they_were, "M1 M98")
{
    char output[8192], options[1024], keep[300], text[64] = "";
    FILE *f;

    snprintf(keep, sizeof(keep), "%s", scratch_file("old.h", "as it was", 9));
    snprintf(options, sizeof(options), "-user /dev/null -server /dev/null -header %s ", keep);
    CHECK_EQ(run_text("subsystem x 1; type t = nowhere;", 32, options, output, sizeof(output)), 1);
    f = fopen(keep, "r");
    REQUIRE(f != NULL);
    CHECK(fgets(text, sizeof(text), f) != NULL);
    fclose(f);
    CHECK_STR_EQ(text, "as it was");
}

TEST(the_command_line_is_checked, "M2 M3 M5 M92")
{
    char output[8192];

    CHECK_EQ(run("-version", output, sizeof(output)), 0);
    CHECK(strncmp(output, "mig ", 4) == 0);
    CHECK_EQ(run("", output, sizeof(output)), 1);
    CHECK(strstr(output, "[E20]") != NULL);
    CHECK_EQ(run("-K x.defs", output, sizeof(output)), 1);
    CHECK_EQ(run("/nowhere/x.defs", output, sizeof(output)), 1);
    CHECK_EQ(run("-unheard-of -version-2 " NO_OUTPUT "/nowhere/x.defs", output, sizeof(output)), 1);
    CHECK(strstr(output, "[W7]") != NULL);
}

TEST(limits_of_the_command_line_and_the_preprocessor_count, "M3 M4 M92")
{
    const char two[] = "subsystem x 1; type p = MACH_MSG_TYPE_COPY_SEND; routine r(s : p; a : p; b : p);";
    char output[8192];

    CHECK_EQ(run_text(two, sizeof(two) - 1, "-max_descrs 1 " NO_OUTPUT, output, sizeof(output)), 1);
    CHECK(strstr(output, "[E19]") != NULL);
    CHECK_EQ(run_text(two, sizeof(two) - 1, "-max_descrs 2 " NO_OUTPUT, output, sizeof(output)), 0);
    CHECK_EQ(run_text("#error no\n", 10, NO_OUTPUT, output, sizeof(output)), 1);
    CHECK(strstr(output, "[E21]") != NULL);
}

/* --- layouts --- */

static char *layout_of(const char *defs)
{
    static char text[1 << 17];
    char arguments[1024], output[4096], path[300];
    FILE *f;

    snprintf(path, sizeof(path), "%s", scratch_file("layout", "", 0));
    snprintf(arguments, sizeof(arguments), NO_OUTPUT "-I%s -layout %s %s/mach/%s.defs", env("MIG_INCLUDE"),
             path, env("MIG_INCLUDE"), defs);
    REQUIRE_EQ(run(arguments, output, sizeof(output)), 0);
    f = fopen(path, "r");
    REQUIRE(f != NULL);
    text[fread(text, 1, sizeof(text) - 1, f)] = 0;
    fclose(f);
    return text;
}

static void check_lines(const char *defs, const char *const *lines)
{
    const char *text = layout_of(defs);

    for (; *lines; lines++)
        if (strstr(text, *lines) == NULL)
            FAIL("%s: no line %s", defs, *lines);
}

TEST(port_calls_have_their_layout, "M41 M88")
{
    static const char *const lines[] = {
        "R\t3204\tmach_port_allocate\tr\t36\t36\t0\t40\t40\t0\n"
        "Q\t24\tNDR\tNDR\t8\t-\nQ\t32\tright\tS\t4\t-\n"
        "P\t24\tNDR\tNDR\t8\t-\nP\t32\tRetCode\tRetCode\t4\t-\nP\t36\tname\tS\t4\t-\n",
        "R\t3200\tmach_port_names\tr\t24\t24\t0\t76\t76\t2\n"
        "P\t28\tnames\tR\t4*\t-\nP\t44\ttypes\tR\t4*\t-\nP\t60\tNDR\tNDR\t8\t-\n"
        "P\t68\tnamesCnt\tcount\t4\t-\nP\t72\ttypesCnt\tcount\t4\t-\n",
        "R\t3214\tmach_port_insert_right\tr\t52\t52\t1\t36\t36\t0\n"
        "Q\t28\tpoly\tP\t12\tpoly\nQ\t40\tNDR\tNDR\t8\t-\nQ\t48\tname\tS\t4\t-\n",
        "R\t3215\tmach_port_extract_right\tr\t40\t40\t0\t40\t40\t1\n",
        "R\t3213\tmach_port_request_notification\tr\t60\t60\t1\t40\t40\t1\n"
        "Q\t28\tnotify\tP\t12\tpoly\nQ\t40\tNDR\tNDR\t8\t-\nQ\t48\tname\tS\t4\t-\nQ\t52\tmsgid\tS\t4\t-\n"
        "Q\t56\tsync\tS\t4\t-\nP\t28\tprevious\tP\t12\t18\n",
        "R\t3231\tmach_port_construct\tr\t60\t60\t1\t40\t40\t0\n"
        "Q\t28\toptions\tR\t24\t-\nQ\t44\tNDR\tNDR\t8\t-\nQ\t52\tcontext\tS\t8\t-\n",
        NULL,
    };

    check_lines("mach_port", lines);
}

TEST(task_and_thread_calls_have_their_layout, "M41 M88")
{
    static const char *const task[] = {
        "R\t3405\ttask_info\tr\t40\t40\t0\t40\t416\t0\n",
        "Q\t32\tflavor\tS\t4\t-\nQ\t36\ttask_info_outCnt\tcapacity\t4\t-\n",
        "P\t36\ttask_info_outCnt\tcount\t4\t-\nP\t40\ttask_info_out\tV\t4*94\t-\n",
        "R\t3414\ttask_get_exception_ports\tr\t36\t36\t0\t424\t808\t32\n",
        "P\t28\told_handlers\tPV\t12*32\t19\nP\t412\tNDR\tNDR\t8\t-\nP\t420\tmasksCnt\tcount\t4\t-\n"
        "P\t424\tmasks\tV\t4*32\t-\nP\t424+masks\told_behaviors\tV\t4*32\t-\n"
        "P\t424+masks+old_behaviors\told_flavors\tV\t4*32\t-\n",
        NULL,
    };
    static const char *const thread[] = {
        "R\t3603\tthread_get_state\tr\t40\t40\t0\t40\t5224\t0\n",
        "R\t3604\tthread_set_state\tr\t40\t5224\t0\t36\t36\t0\n",
        NULL,
    };

    check_lines("task", task);
    check_lines("thread_act", thread);
}

TEST(exceptions_memory_and_notifications_have_their_layout, "M41 M88")
{
    static const char *const exc[] = {
        "R\t2407\tmach_exception_raise_state_identity\tr\t76\t5276\t2\t44\t5228\t0\n",
        "Q\t60\texception\tS\t4\t-\nQ\t64\tcodeCnt\tcount\t4\t-\nQ\t68\tcode\tV\t8*2\t-\nQ\t68+"
        "code\tflavor\tS\t4\t-\n"
        "Q\t72+code\told_stateCnt\tcount\t4\t-\nQ\t76+code\told_state\tV\t4*1296\t-\n",
        NULL,
    };
    static const char *const vm[] = {
        "R\t4804\tmach_vm_read\tr\t48\t48\t0\t56\t56\t1\n",
        "Q\t44\tNDR\tNDR\t8\t-\nQ\t52\taddress\tS\t8\t-\nQ\t60\tdataCnt\tcount\t4\t-\n",
        NULL,
    };
    static const char *const notify[] = {
        "R\t65\tmach_notify_port_deleted\ts\t36\t36\t0\t-\t-\t-\n",
        "R\t69\tmach_notify_port_destroyed\ts\t40\t40\t1\t-\t-\t-\n",
        "R\t71\tmach_notify_send_once\ts\t24\t24\t0\t-\t-\t-\n",
        NULL,
    };

    check_lines("mach_exc", exc);
    check_lines("mach_vm", vm);
    check_lines("notify", notify);
}
