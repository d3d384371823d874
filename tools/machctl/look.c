/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/look.h"

#include <mach/kern_return.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/machctl/control.h"
#include "wire/attach.h"

/* Appends n records of `size` bytes. */
static int append(void *array_p, size_t *count, const void *records, size_t n, size_t size)
{
    char **array = array_p, *grown;

    if (n == 0)
        return 0;
    grown = realloc(*array, (*count + n) * size);
    if (grown == NULL) {
        fprintf(stderr, "machctl: out of memory\n");
        return -1;
    }
    memcpy(grown + *count * size, records, n * size);
    *array = grown;
    *count += n;
    return 0;
}

static int by_pid(const void *a, const void *b)
{
    const struct look_task *x = a, *y = b;

    return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static int lost(void)
{
    fprintf(stderr, "machctl: machd does not answer\n");
    return -1;
}

int look_tasks(int fd, struct look_tasks *tasks)
{
    struct attach_packet piece;

    *tasks = (struct look_tasks){ NULL, 0 };
    piece.looked.cursor = 0;
    do {
        if (control_look(fd, LOOK_TASKS, 0, piece.looked.cursor, &piece) != 0 ||
            piece.looked.n > LOOK_BYTES / sizeof(struct look_task))
            return lost();
        if (append(&tasks->task, &tasks->n, piece.looked.task, piece.looked.n, sizeof(struct look_task)) != 0)
            return -1;
    } while (piece.looked.cursor != 0);
    if (tasks->n > 0)
        qsort(tasks->task, tasks->n, sizeof(*tasks->task), by_pid);
    return 0;
}

int look_usage(int fd, uint32_t kind, struct look_usages *usages)
{
    struct attach_packet piece;

    *usages = (struct look_usages){ NULL, 0 };
    piece.looked.cursor = 0;
    do {
        if (control_look(fd, kind, 0, piece.looked.cursor, &piece) != 0 ||
            piece.looked.n > LOOK_BYTES / sizeof(struct look_usage))
            return lost();
        if (append(&usages->usage, &usages->n, piece.looked.usage, piece.looked.n,
                   sizeof(struct look_usage)) != 0)
            return -1;
    } while (piece.looked.cursor != 0);
    return 0;
}

int look_names(int fd, int pid, struct look_names *names)
{
    struct attach_packet piece;

    *names = (struct look_names){ NULL, 0 };
    piece.looked.cursor = 0;
    do {
        if (control_look(fd, LOOK_NAMES, pid, piece.looked.cursor, &piece) != 0 ||
            piece.looked.n > LOOK_BYTES / sizeof(struct look_name))
            return lost();
        if (piece.looked.kern_return != KERN_SUCCESS)
            return piece.looked.kern_return;
        if (append(&names->name, &names->n, piece.looked.name, piece.looked.n, sizeof(struct look_name)) != 0)
            return -1;
    } while (piece.looked.cursor != 0);
    return 0;
}
