/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/test/shell.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/harness/harness.h"

char output[1 << 16];

int shell(const char *script)
{
    size_t n = 0, got;
    FILE *out = popen(script, "r");
    int status;

    REQUIRE(out != NULL);
    while ((got = fread(output + n, 1, sizeof(output) - 1 - n, out)) > 0)
        n += got;
    output[n] = 0;
    status = pclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int under(const char *script)
{
    char line[8192];

    REQUIRE_LT(snprintf(line, sizeof(line), "\"$MACHCTL\" run -- sh -c 'exec 2>&1; %s' 2>/dev/null", script),
               (int)sizeof(line));
    return shell(line);
}

bool says(const char *text)
{
    if (strstr(output, text) != NULL)
        return true;
    test_log("%s", output);
    return false;
}
