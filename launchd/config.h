/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/config.h - a job as its property list describes it (B104-B112)
 *
 * Keys that are unknown, or of the wrong type, or outside their range are told in the log and count as absent.
 */
#pragma once

#include <plist/plist.h>
#include <servers/bootstrap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "launchd/calendar.h"

#define CONFIG_MAX_SERVICES 256
#define CONFIG_MAX_WORDS 4096 /* of arguments, of variables */

/* SuccessfulExit, Crashed (B118): absent, or what it must be. */
enum wish { WISH_NONE, WISH_FALSE, WISH_TRUE };

struct config_service {
    char name[BOOTSTRAP_MAX_NAME_LEN];
    uint32_t flags; /* SERVICE_RESET and the like (stash.h) */
};

enum config_path_kind { PATH_WATCH, PATH_QUEUE, PATH_STATE, PATH_INPUT };

struct config_path {
    enum config_path_kind kind;
    char *name;
    bool wanted; /* PATH_STATE: it is to exist, or not */
};

/* Another job that is to run, or only to be loaded, or not (B118). */
struct config_other {
    char *label;
    bool must_run, wanted;
};

/* B176: its first socket is its descriptors 0, 1 and 2 (Wait true), or a connection is, for a process each (false). */
enum inetd { INETD_NOT, INETD_WAIT, INETD_EACH };

/* One socket to be made, as launchd-sockets reads it (sockets/main.c). */
enum socket_word {
    SOCKET_TYPE,
    SOCKET_PASSIVE,
    SOCKET_PATH,
    SOCKET_MODE,
    SOCKET_NODE,
    SOCKET_SERVICE,
    SOCKET_FAMILY,
    SOCKET_WORDS,
};

struct config_socket {
    char *name; /* of the entry in Sockets */
    char *words[SOCKET_WORDS];
};

#define SOCKETS_MAX 64 /* descriptors of one job */

#define CONFIG_MAX_TRIGGERS 256 /* of each of these, and of calendars */

struct config_limit {
    int resource; /* RLIMIT_* */
    bool has_soft, has_hard;
    rlim_t soft, hard;
};

#define CONFIG_N_LIMITS 9

struct job_config {
    char *label;
    char *program;      /* NULL: the first argument, searched in PATH */
    char **arguments;   /* NULL at the end; at least one */
    char **environment; /* NAME=value; NULL at the end, or NULL */
    char **for_domain;  /* the same, for all jobs of its domain; or NULL */
    char *path; /* of the file that it came from, NULL: submitted */
    char *directory, *standard_in, *standard_out, *standard_error;
    char *user, *group, *root;
    struct config_service *services;
    size_t n_services;
    bool run_at_load, keep_alive, abandon_group, wait_for_debugger, launch_only_once;
    enum inetd inetd;
    enum wish successful_exit, crashed;
    bool after_initial_demand;
    struct config_path *paths;
    size_t n_paths;
    struct config_other *others;
    size_t n_others;
    struct config_socket *sockets;
    size_t n_sockets;
    struct calendar *calendars;
    size_t n_calendars;
    bool low_io, globbing, transactions;
    bool denies_jobs; /* it may not make others (Policies) */
    bool bad_session; /* LimitLoadToSessionType is none that exists: EINVAL */
    bool has_umask, has_nice, has_timeout;
    uint32_t timeout; /* shown only */
    mode_t umask;
    int nice;
    int process_type;       /* B111 */
    uint32_t throttle;      /* seconds */
    uint32_t exit_timeout;  /* seconds; 0: no end */
    uint32_t interval;      /* seconds; 0: none */
    bool init_groups;
    struct config_limit limits[CONFIG_N_LIMITS];
};

/* 0, EINVAL (B104, B105) or ENOMEM. */
int config_read(plist_t dict, struct job_config **config_p);
void config_free(struct job_config *config);

/* B105 */
bool config_label_is_good(const char *label);
