/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/managed.h - jobs that launchd loads, starts, watches and stops (B104-B145)
 *
 * Whenever something changes that could matter, the job is touched; when the request or event is done, every touched job is
 * examined: B117 decides, in that order, whether it is to run and why. What has to outlive this launchd is in the record
 * (stash.h): the property list, the process, the last end, and the flags.
 *
 * state      process   holds                                  leaves by
 * WAITING    none      its ports stand in the watched set     a demand, or a reason -> SPAWNING, THROTTLED
 * THROTTLED  none      the timer; PENDING is set              the timer, kickstart -> SPAWNING
 * HELD       none      nothing; a service is checked out      the right came back -> examined
 * SPAWNING   lives     pidfd, report                          exec -> RUNNING; its end
 * RUNNING    lives     pidfd                                  its end; stop -> STOPPING
 * STOPPING   lives     pidfd, timer (SIGKILL to come)         its end; the timer -> KILLING
 * KILLING    lives     pidfd, timer (complaint to come)       its end
 */
#pragma once

#include <mach/mach.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "launchd/events.h"
#include "launchd/helper.h"
#include "launchd/index.h"
#include "launchd/loop.h"
#include "launchd/stash.h"
#include "launchd/timer.h"

#define MANAGED_MAX 1024u          /* jobs of one domain */
#define MANAGED_MAX_SERVICES 4096u /* that they declare */
#define MANAGED_MAX_PIECES 8192u   /* of their property lists in the stash */
#define MANAGED_MAX_TEXT 65536u    /* bytes of one job's property list as XML */

struct domain;
struct job;
struct job_config;
struct service;

enum managed_state {
    MANAGED_WAITING,
    MANAGED_THROTTLED,
    MANAGED_HELD,
    MANAGED_SPAWNING,
    MANAGED_RUNNING,
    MANAGED_STOPPING,
    MANAGED_KILLING,
};

/* Not told yet, or what the watcher told. */
enum path_state { PATH_UNKNOWN, PATH_IS, PATH_IS_NOT };

struct managed {
    struct job *job;
    struct job_config *config; /* NULL only while a stash is read */
    enum managed_state state;
    struct index_node by_label;
    TAILQ_ENTRY(managed) link;
    TAILQ_ENTRY(managed) touched_link;
    bool touched, is_child;
    enum port_watch ports; /* of its services that are at home */
    bool at_once;   /* the next start ignores the throttle */
    bool suspended; /* the next instance begins stopped */
    struct event death, report; /* of its process (instance.c) */
    uint64_t ticket;            /* of that process, while it has not run its program yet */
    int start_priority;         /* of the thread that started it; 0: another launchd did */
    mach_port_t demanded;       /* the service whose message came first since it ended */
    struct timer timer;         /* throttle, SIGKILL, complaint */
    struct timer interval;      /* schedule.c */
    struct helper watcher;      /* paths.c */
    struct helper socket_maker; /* sockets.c */
    struct held_socket *input; /* its standard input, if the property list names one */
    struct held_socket **sockets;
    size_t n_sockets;
    TAILQ_HEAD(, inetd_process) connections; /* inetd.c */
    size_t n_connections;
    enum path_state *path_states;
    struct later_list removers; /* wait for its end */
    char *text;                 /* while a stash is read */
    struct stash_record **pieces;
    size_t n_pieces;
};

/* By label, in any domain; one that is being removed only if there is no other. NULL: none. */
struct managed *managed_find(const char *label);

/* Asks for a start, which the throttle may put off; why is for people. */
void managed_start(struct managed *m, const char *why);
/* Starts it whatever the throttle says (B120); kill: as soon as what runs has ended, which is stopped. */
void managed_kickstart(struct managed *m, bool kill, bool suspended, const char *why);
/* B113; true: it is gone already, else `later` is answered then. */
bool managed_remove(struct managed *m, struct later *later);

void managed_touch(struct managed *m);
void managed_examine(void);
/* A watched port has a message. */
void managed_demand(mach_port_t port);
/* The receive right of one of its services is back. */
void managed_service_returned(struct managed *m, const struct service *service);
/* Its process has checked a service in (B29). */
void managed_checked_in(struct managed *m);

/* Its process is the one in the record. */
bool managed_is_alive(const struct managed *m);
/* Starts when a message comes, and is not kept running anyway (B60). */
bool managed_is_on_demand(const struct managed *m);
const char *managed_state_name(const struct managed *m);
/* Whole seconds. */
unsigned managed_throttle_left(const struct managed *m);
/* Stops every job, starts none, and ends this launchd when none runs (B128). */
void managed_shut_down(void);
bool managed_is_shutting_down(void);

/* ---- for those who make and run jobs: loading.c, instance.c, schedule.c, paths.c ---- */

/* The job of a record that has its domain, kind, uid and label; it has no configuration yet. NULL: no memory. */
struct managed *managed_new(struct stash_record *record);
/* Everything but its services and its record. */
void managed_free(struct managed *m);

bool managed_has(const struct managed *m, enum job_flags flag);
/* In one step, also for the job's process, which has a flag of its own. */
void managed_mark(struct managed *m, enum job_flags set, enum job_flags clear);
void managed_set_why(struct managed *m, const char *why);
/* Wants a start; the reason is for people. */
void managed_pend(struct managed *m, const char *why);
/* A job was loaded or removed, started or has ended: for conditions on other jobs. */
void managed_others_changed(void);
/* Every decision is told with its reason. */
void managed_tell(const struct managed *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* B132: while it waits, a message is a demand; else nobody looks (B136), and who waits pushes on nobody's thread. */
void managed_watch_ports(struct managed *m, enum port_watch how);

TAILQ_HEAD(managed_list, managed);
const struct managed_list *managed_all(void);
