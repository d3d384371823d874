/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/identity.h - who a task is, as the host found out */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { COMMAND_SIZE = 17 };

struct task_identity {
    int32_t pid;
    uint32_t uid, gid, ruid, rgid; /* as the connection's credentials say (F176) */
    uint32_t svuid, svgid;
    bool is_sugid;                 /* its ids have changed since its exec, or by it (F31, F94) */
    bool privileged;               /* attached through the administrative socket, or machd's own launchd (B78) */
    bool is_launchd;               /* gets the host-priv port and the private routines of machd.defs */
    char command[COMMAND_SIZE];    /* for listings (F7) */
};

/* What the host knows of the end of a process. */
struct process_end {
    bool has_status;
    int32_t status; /* as wait has it */
    void *zombie;   /* the host's record of what waits to be collected (F21); NULL: nothing does */
};
