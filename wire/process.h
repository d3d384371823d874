/* SPDX-License-Identifier: Apache-2.0 */
/* wire/process.h - how a process is made, becomes another program, and is looked at
 *
 * The traps of this file (their arguments: wire/trap.h) answer KERN_SUCCESS when they were carried out; value[0] is then
 * the error number of POSIX, 0 for none. Any other answer is about Mach: KERN_NOT_SUPPORTED, KERN_INVALID_ARGUMENT (a size
 * that is none), or that there is no machd.
 *
 * Making a process (F50, F56, F64, T154-T157). The parent's library does it on the calling thread:
 *
 *   SPAWN_PREPARE attributes    ->   everything is checked that can be refused, names are looked up and copied, what the
 *                               <-   child will inherit is taken as it is now: a ticket. Nobody sees anything yet.
 *   makes the real process, which shares its memory and waits
 *   SPAWN_COMMIT ticket, pid    ->   machd takes hold of the process and makes sure whose child it is; record, task and
 *                               <-   main thread are there, ports and limits set, watch ports push, Linux knows the priority
 *   lets the child go on: file actions, ids, exec. It makes no Mach call before its exec.
 *   SPAWN_DONE ticket           ->   the exec has succeeded: there is no way back. Before posix_spawn returns.
 *                               <-
 *   or SPAWN_UNDO ticket        ->   something failed, before COMMIT or after it: every right, count and push is as before
 *                               <-   PREPARE (F60, S51). The child runs no program: the library ends and collects it.
 *
 * A parent that dies before COMMIT has undone it; one that dies after it leaves a child like any other. The image that
 * then attaches finds the task of its pid (wire/attach.h); one that never does is a bare process with a main thread.
 *
 * Becoming another program (F85-F89, F107, T166, T168). The library asks before execve and for POSIX_SPAWN_SETEXEC:
 *
 *   SPAWN_PREPARE with POSIX_SPAWN_SETEXEC   ->   checked and copied as above. EINVAL: watch ports in addition to those
 *                                            <-   that the task has. The attributes wait for the next image of this process.
 *   execve; if it returns: SPAWN_UNDO ticket
 *
 * A vfork child asks on its parent's page: PREPARE before the vfork, for its place in the table; UNDO, PREPARE and COMMIT
 * of itself before its exec; UNDO if that fails, and then the same again. When the parent returns, the ticket is DONE or
 * taken back. It says when the child is there (PROCESS_TELL_FORK), since a ticket that is taken back tells nobody of a fork.
 *
 * An exec that nobody announced is the same with no attributes: the new image's task keeps role and watch ports.
 *
 * Forks are announced as wire/attach.h says (FORK_PREPARE); PROCESS_LIST and PROCESS_INFO know what they make as well.
 *
 * Looking. PROCESS_INFO tells what machd alone knows of a process; what the host shows of it (times, sizes, groups,
 * terminal) the library reads there. PROCESS_THREADS lists threads.
 */
#pragma once

#include <stdint.h>

#include "wire/trap.h"

/* ---- spawning ---- */

enum {
    SPAWN_SPECIAL_MAX = 16,
    SPAWN_EXCEPTIONS_MAX = 14,
    SPAWN_REGISTERED_MAX = 3,
    SPAWN_WATCH_MAX = 128, /* D6 */
    SPAWN_COALITIONS = 2,
};

/* Names are those of the caller, 0 and ~0 are MACH_PORT_NULL and _DEAD. None is consumed (F61, F116).
 *
 *   EINVAL    a name that denotes no send right; more of something than fits; a special port that the task would refuse;
 *             exception ports as task_set_exception_ports would; SETEXEC with watch ports by a task that has some
 *   EPERM     process type "driver"; a persona or a coalition that the caller may not give
 *   ESRCH     no such persona or coalition
 *   ENOTSUP   SETEXEC with a persona
 *   EAGAIN    the table of processes is full, or the caller's user has as many as it may (F16, F17), or as many tickets
 *   ENOMEM    SETEXEC alone: the next image's task cannot be made */
struct spawn_special {
    uint32_t which; /* TASK_*_PORT */
    uint32_t name;
};

struct spawn_exception {
    uint32_t mask;
    uint32_t name;
    uint32_t behavior;
    uint32_t flavor;
};

struct spawn_request {
    uint32_t flags;        /* POSIX_SPAWN_*, all of them, also those that the library carries out */
    uint32_t process_type; /* POSIX_SPAWN_PROC_TYPE_*, 0: the inherited one (F130) */
    uint32_t role;         /* PRIO_DARWIN_ROLE_*, 0: none (F133) */
    uint32_t qos_clamp;    /* POSIX_SPAWN_PROC_CLAMP_* */
    uint32_t starvation;   /* action of setpcontrol_np: kept, shown (F163) */
    uint32_t cpu_percent, cpu_interval;                     /* kept */
    int32_t jetsam_priority, memory_active, memory_inactive; /* kept; -1: none */
    uint32_t jetsam_flags;
    uint32_t thread_limit, port_soft_limit, port_hard_limit; /* kept; 0: none */
    uint32_t persona, persona_flags;                        /* persona 0: the parent's */
    uint32_t process_limit; /* soft RLIMIT_NPROC of the caller; ~0: none (F17) */
    uint32_t n_special, n_exceptions, n_registered, n_watch;
    uint32_t fork_is_told; /* this child's parent has been told of it (PROCESS_TELL_FORK) */
    uint64_t coalition[SPAWN_COALITIONS]; /* resource, jetsam; 0: inherited (F136) */
    uint32_t coalition_role[SPAWN_COALITIONS];
    struct spawn_special special[SPAWN_SPECIAL_MAX]; /* in the order given */
    struct spawn_exception exception[SPAWN_EXCEPTIONS_MAX];
    uint32_t registered[SPAWN_REGISTERED_MAX]; /* none: inherited (F120) */
    uint32_t pad2;
    uint32_t watch[SPAWN_WATCH_MAX]; /* null, dead, special reply ports and those in transit are left out (T154, T155) */
};

_Static_assert(sizeof(struct spawn_request) == 112 + 8 * SPAWN_SPECIAL_MAX + 16 * SPAWN_EXCEPTIONS_MAX + 16 + 4 * SPAWN_WATCH_MAX,
               "the layout is the protocol");

/* COMMIT: ESRCH: no such process, or not a child of the caller, or not the caller's user's; EAGAIN: a limit, or no memory.
 * The ticket stays good for UNDO. DONE, UNDO, COMMIT: EINVAL: not a ticket of the caller's task, or not in that state. */

/* ---- looking ---- */

#define PROCESS_FIND_ZOMBIES 1u

/* Values of `state` (F6). */
enum process_state_shown {
    PROCESS_SHOWN_IDLE = 1, /* being created */
    PROCESS_SHOWN_RUN = 2,
    PROCESS_SHOWN_STOP = 4,
    PROCESS_SHOWN_ZOMBIE = 5,
};

enum { PROCESS_COMMAND_SIZE = 17, PROCESS_NAME_SIZE = 33 };

#define PROCESS_INFO_LIMITED 1u /* not of the caller's user: what everybody may know is filled in, the rest is 0 (F160) */
#define PROCESS_INFO_NO_TASK 2u /* it broke the protocol, or is a zombie: no Mach facts */

/* ESRCH: machd has no record of it: then the host's data are all there is (F165). */
struct process_info {
    int32_t pid;
    int32_t parent;          /* at birth, as long as that one lives; else 0: the host tells */
    int32_t parent_at_birth;
    uint32_t pid_version, parent_pid_version; /* of the parent at birth */
    uint32_t state;
    uint32_t flags; /* PROC_FLAG_* as far as machd knows them (F163) */
    uint32_t info_flags; /* PROCESS_INFO_* */
    uint64_t unique_id, parent_unique_id;
    uint32_t ruid, uid, svuid, rgid, gid, svgid;
    uint32_t exit_status; /* of a zombie; 0 if machd does not know */
    uint32_t process_type; /* as given with spawn; 0x100 and so on */
    uint32_t role, qos_clamp;
    uint32_t starvation;
    uint32_t persona;
    uint32_t n_threads;
    uint32_t names, free_names; /* of the port table (IPCTABLEINFO) */
    int32_t priority; /* of the task */
    uint64_t coalition[SPAWN_COALITIONS];
    char command[PROCESS_COMMAND_SIZE];
    char name[PROCESS_NAME_SIZE];
    uint8_t pad[6];
};

struct process_item {
    uint64_t unique_id;
    int32_t pid, parent;
    uint32_t ruid, uid;
    uint32_t state;
    uint32_t pad;
};

struct process_thread {
    uint64_t thread_id; /* as THREAD_IDENTIFIER_INFO tells */
    int32_t tid;        /* Linux's */
    uint32_t is_main;
    int32_t current, base, max;
    uint32_t run_state; /* TH_STATE_* */
};

enum process_setting {
    PROCESS_SET_STARVATION = 1, /* 0 to 3, else EINVAL */
    PROCESS_SET_MAX = 2,        /* kern.maxproc: 1 to PROCESSES_HARD_MAX, else EINVAL; by root, else EPERM; 0 sets nothing.
                                 * value[1]: what holds now (F23) */
    PROCESS_TELL_FORK = 3,      /* a ticket: its vfork has returned to the child (F53); EINVAL: no such ticket */
};

enum { PROCESSES_HARD_MAX = 32768 };

_Static_assert(sizeof(struct process_info) % 8 == 0 && sizeof(struct process_item) == 32 && sizeof(struct process_thread) == 32,
               "the layout is the protocol");
