/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/spawn.h - what stands behind the objects of <spawn.h>, and how a program is started from them
 *
 * spawn_attributes.c and spawn_actions.c fill the objects, spawn.c starts, spawn_child.c is what runs in the child. The child
 * shares the memory of its parent until its exec, so what it needs stands in one struct, all of which is made before:
 * it allocates nothing, takes no lock, and makes no call that is more than a system call.
 */
#pragma once

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <spawn_private.h>

#include "wire/process.h"

enum {
    SPAWN_DESCRIPTORS_MAX = 10240, /* F137 */
    SPAWN_PATH_MAX = 1024,
    SPAWN_GROUPS_MAX = 16,
    SPAWN_LOGIN_MAX = 255,
    SPAWN_PORT_ACTIONS_MAX = 170, /* F104 */
};

/* ---- attributes ---- */

struct spawn_policy { /* of setmacpolicyinfo_np */
    struct spawn_policy *next;
    size_t size;
    void *data;
    char name[];
};

/* Numbers of things may be greater than there is room for: then posix_spawn refuses. */
struct spawn_attributes {
    short flags;
    pid_t group;
    sigset_t by_default, mask;

    size_t n_preferences;
    cpu_type_t type[NBINPREFS];
    cpu_subtype_t subtype[NBINPREFS];

    struct spawn_request request; /* port actions and what machd keeps; flags are filled in at the end */
    uint32_t n_ptrauth;

    bool has_uid, has_gid, has_groups, has_persona, has_persona_uid, has_persona_gid, has_persona_groups;
    uid_t uid, persona_uid;
    gid_t gid, persona_gid;
    int n_groups, n_persona_groups;
    gid_t groups[SPAWN_GROUPS_MAX], persona_groups[SPAWN_GROUPS_MAX];
    uid_t groups_member, persona_groups_member;
    char login[SPAWN_LOGIN_MAX + 1];

    bool wants_audit_session, wants_conclave; /* cannot be had */
    struct spawn_policy *policies;

    /* Kept alone (F114). */
    bool no_smt;
    uint32_t csm, relaunch_class;
    uint32_t files_soft, files_hard, workloops_soft, workloops_hard;
    uint64_t max_address, crash_deadline;
    uint32_t crash_count, crash_timeout, crash_behavior, crash_deadline_flags;
    uint32_t platform_flags, ptr_auth_flags, rosetta_flags, transition_shims;
    int platform, dataless_policy;
    uint8_t launch_type;
    char root_path[SPAWN_PATH_MAX];
};

/* ---- file actions ---- */

enum spawn_action_kind {
    SPAWN_OPEN,
    SPAWN_CLOSE,
    SPAWN_DUP2,
    SPAWN_INHERIT,
    SPAWN_FILEPORT,
    SPAWN_CHDIR,
    SPAWN_FCHDIR,
};

struct spawn_action {
    enum spawn_action_kind kind;
    int fd;     /* that it is about; OPEN, DUP2: the new one */
    int source; /* DUP2; FILEPORT: while a program is being started, -1: there is none */
    mach_port_t port; /* FILEPORT */
    int oflag;
    mode_t mode;
    char *path; /* OPEN, CHDIR */
};

struct spawn_actions {
    size_t n, room;
    struct spawn_action *action;
};

/* ---- the child ---- */

struct spawn_child {
    const struct spawn_attributes *attributes; /* never NULL */
    const struct spawn_actions *actions;       /* never NULL */
    char *const *paths; /* tried in this order; NULL ends it */
    char *const *argv, *const *envp;
    char **shell_argv; /* with room for the path; NULL: a file of no known format is an error */
    int first_error;   /* ENOENT, or what shall be said when no path is there */
    sigset_t mask;     /* unless an attribute sets another */
    bool is_caller;    /* SETEXEC: the process of the caller itself */
    pid_t parent;      /* of a child: it ends with it while it waits */

    _Atomic uint32_t go;    /* SPAWN_WAIT until the parent has decided */
    _Atomic uint32_t alive; /* its thread id; the kernel stores 0 at its exec, or its end */
    _Atomic int error;      /* why it has ended without exec */
};

enum { SPAWN_WAIT, SPAWN_GO, SPAWN_GIVE_UP };

/* Everything from file actions to exec (F106). Comes back with an error number. */
int spawn_become(struct spawn_child *child);
