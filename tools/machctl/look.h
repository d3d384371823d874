/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/look.h - the pieces of wire/look.h put together: tasks, and the names of one */
#pragma once

#include <stddef.h>

#include "wire/look.h"

struct look_tasks {
    struct look_task *task; /* by pid */
    size_t n;
};

struct look_names {
    struct look_name *name; /* by name */
    size_t n;
};

struct look_usages {
    struct look_usage *usage; /* in no order */
    size_t n;
};

/* kind: LOOK_USAGE or LOOK_USERS. 0, or -1 after one line on standard error. The array is allocated. */
int look_usage(int fd, uint32_t kind, struct look_usages *usages);
/* 0, or -1 after one line on standard error. The arrays are allocated. */
int look_tasks(int fd, struct look_tasks *tasks);
/* 0, or the kern_return_t with which machd refuses (nothing is said), or -1 as above. */
int look_names(int fd, int pid, struct look_names *names);
