/* SPDX-License-Identifier: Apache-2.0 */
/* tools/mig/test/command.c - running mig itself from a test */
#include "command.h"

#include "tests/harness/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char scratch[] = "/tmp/mig-test-XXXXXX";
static char translation_said[65536];

const char *env(const char *name)
{
    const char *value = getenv(name);

    REQUIRE(value != NULL);
    return value;
}

/* --- programs --- */

int run_shell(const char *command, char *output, size_t size)
{
    char line[8192];
    FILE *f;
    size_t n;
    int status;

    snprintf(line, sizeof(line), "{ %s ; } 2>&1", command);
    f = popen(line, "r");
    REQUIRE(f != NULL);
    n = fread(output, 1, size - 1, f);
    output[n] = 0;
    while (fgetc(f) != EOF)
        ;
    status = pclose(f);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int run(const char *arguments, char *output, size_t size)
{
    char command[8192];

    snprintf(command, sizeof(command), "%s %s", env("MIG"), arguments);
    return run_shell(command, output, size);
}

int run_text(const char *text, size_t size, const char *options, char *output, size_t room)
{
    char arguments[4096];

    snprintf(arguments, sizeof(arguments), "%s %s", options, scratch_file("t.defs", text, size));
    return run(arguments, output, room);
}

bool said(const char *output, const char *code, const char *line)
{
    char bracket[16], place[16];

    snprintf(bracket, sizeof(bracket), "[%s]", code);
    snprintf(place, sizeof(place), ".defs:%s: ", line);
    for (const char *p = output; (p = strstr(p, place)); p++) {
        const char *end = strchr(p, '\n'), *found = strstr(p, bracket);

        if (found && (end == NULL || found < end))
            return true;
    }
    return false;
}

/* --- files --- */

static void remove_scratch(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -rf %s", scratch);
    if (system(command) != 0)
        perror(scratch);
}

const char *scratch_path(const char *name)
{
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];

    if (strstr(scratch, "XXXXXX")) {
        REQUIRE(mkdtemp(scratch) != NULL);
        atexit(remove_scratch);
    }
    snprintf(path, sizeof(paths[0]), "%s/%s", scratch, name);
    return path;
}

const char *scratch_file(const char *name, const char *text, size_t size)
{
    const char *path = scratch_path(name);
    FILE *f = fopen(path, "w");

    REQUIRE(f != NULL);
    fwrite(text, 1, size, f);
    fclose(f);
    return path;
}

const char *scratch_read(const char *name)
{
    static char text[1 << 19];
    FILE *f = fopen(scratch_path(name), "r");

    REQUIRE(f != NULL);
    text[fread(text, 1, sizeof(text) - 1, f)] = 0;
    fclose(f);
    return text;
}

/* --- a description given as text --- */

int translate(const char *options, const char *text)
{
    char all[2048];

    snprintf(all, sizeof(all), "-user %s -server %s -header %s -sheader %s -layout %s -I%s %s",
             scratch_path("u.c"), scratch_path("s.c"), scratch_path("u.h"), scratch_path("s.h"),
             scratch_path("layout"), env("MIG_INCLUDE"), options);
    return run_text(text, strlen(text), all, translation_said, sizeof(translation_said));
}

const char *translate_said(void)
{
    return translation_said;
}

void accept(const char *options, const char *text)
{
    if (translate(options, text) == 0)
        return;
    FAIL("refused: %s", translation_said);
    test_abort();
}

void refuse(const char *text, const char *code)
{
    char bracket[16];
    bool error = code[0] == 'E';

    snprintf(bracket, sizeof(bracket), "[%s]", code);
    CHECK_EQ(translate("", text), error ? 1 : 0);
    if (strstr(translation_said, bracket) == NULL)
        FAIL("no %s for %s but %s", code, text, translation_said);
    if (error)
        CHECK_EQ(occurrences(translation_said, "[E"), occurrences(translation_said, bracket));
}

void has(const char *output, const char *text)
{
    const char *found = scratch_read(output);

    if (strstr(found, text) == NULL)
        FAIL("no '%s' in %s:\n%s", text, output, found);
}

void has_not(const char *output, const char *text)
{
    const char *found = strstr(scratch_read(output), text);

    if (found)
        FAIL("'%s' in %s: %.200s", text, output, found);
}

unsigned occurrences(const char *text, const char *what)
{
    unsigned n = 0;

    for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
        n++;
    return n;
}

int compile(const char *file, const char *options, char *output, size_t size)
{
    char command[4096];

    snprintf(command, sizeof(command), "%s -fsyntax-only -Wall -Wextra -Werror -I%s %s %s", env("MIG_CC"),
             env("MIG_INCLUDE"), options, scratch_path(file));
    return run_shell(command, output, size);
}
