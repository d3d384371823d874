/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/launch/launch.c - the sockets that launchd made for a job (B175)
 *
 * A job inherits them, and a variable that says which is which: the pid of the job, a blank, and for each descriptor its name
 * and number (wire/job_types.h). A child of the job has the variable too, but not the pid.
 */
#include <launch.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libmach/launch/launch_sockets.h"
#include "wire/job_types.h"

#define MAX_DESCRIPTORS 64

static bool given[MAX_DESCRIPTORS];

/* The next record: its name's length and its number. NULL: there is none. */
static const char *next(const char *at, size_t *length, int *fd)
{
    const char *unit = strchr(at, JOB_SOCKETS_UNIT);
    char *end;

    if (unit == NULL)
        return NULL;
    *length = (size_t)(unit - at);
    *fd = (int)strtol(unit + 1, &end, 10);
    return *end == JOB_SOCKETS_RECORD ? end + 1 : NULL;
}

static const char *list_of_this_process(void)
{
    const char *list = getenv(JOB_SOCKETS_ENV);
    char *end;

    if (list == NULL || strtol(list, &end, 10) != getpid() || *end != ' ')
        return NULL;
    return end + 1;
}

/* How many of this name there are; into fds, if there is such. */
static size_t collect(const char *list, const char *name, int *fds)
{
    const char *at = list, *record = list;
    size_t n = 0, length;
    int fd;

    while ((at = next(record, &length, &fd)) != NULL) {
        if (strlen(name) == length && strncmp(record, name, length) == 0) {
            if (fds != NULL)
                fds[n] = fd;
            n++;
        }
        record = at;
    }
    return n;
}

void launch_sockets_each(void (*function)(const char *, size_t, int, void *), void *context)
{
    const char *record = list_of_this_process(), *at;
    size_t length;
    int fd;

    for (; record != NULL && (at = next(record, &length, &fd)) != NULL; record = at)
        function(record, length, fd, context);
}

int launch_activate_socket(const char *name, int **fds, size_t *count)
{
    const char *list = list_of_this_process();
    size_t n = list == NULL ? 0 : collect(list, name, NULL);
    int *found;

    if (list == NULL)
        return ESRCH;
    if (n == 0)
        return ENOENT;
    found = calloc(n, sizeof(*found));
    if (found == NULL)
        return ENOMEM;
    collect(list, name, found);
    if (found[0] < JOB_SOCKETS_FIRST || found[0] >= JOB_SOCKETS_FIRST + MAX_DESCRIPTORS ||
        given[found[0] - JOB_SOCKETS_FIRST]) {
        free(found);
        return EALREADY;
    }
    given[found[0] - JOB_SOCKETS_FIRST] = true;
    *fds = found;
    *count = n;
    return 0;
}
