/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names.c - hands the verbs that look at the namespace over to machctl-names */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/machctl/place.h"
#include "tools/machctl/verbs.h"
#include "wire/attach.h"

/* The value of the private variable that the user had; machctl-names gives it back to what it starts. */
#define BEFORE_ENV "MACHCTL_SOCKET_BEFORE"

/* Whoever may connect to the administrative socket is privileged (B78); for others the ordinary way is open. */
static void use_admin_socket(void)
{
    const char *before = getenv(ATTACH_ENV);
    char socket[PATH_MAX], admin[PATH_MAX + 8];

    if (!place_find(socket))
        return;
    snprintf(admin, sizeof(admin), "%s.admin", socket);
    if (access(admin, R_OK | W_OK) != 0)
        return;
    setenv(BEFORE_ENV, before != NULL ? before : "", 1);
    setenv(ATTACH_ENV, admin, 1);
}

int verb_names(int argc, char **argv)
{
    char program[PATH_MAX];

    if (!place_program("machctl-names", program)) {
        fprintf(stderr, "machctl: machctl-names is not where it should be\n");
        return 1;
    }
    unsetenv(BEFORE_ENV);
    use_admin_socket();
    execv(program, argv);
    fprintf(stderr, "machctl: %s: %s\n", program, strerror(errno));
    return 1;
}
