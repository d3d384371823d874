/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/config.h - what the command line and machd.conf(5) say */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/door.h"

struct options {
    int32_t root;          /* machd ends with this process; 0: none */
    const char *directory; /* run-time directory, NULL: the usual one */
    const char *config;    /* file, NULL: the usual one */
    const char *launchd;   /* program, NULL: the installed one */
    bool no_launchd;
    bool system;
    bool foreground;
    bool no_polling;
    bool no_peerpidfd;     /* behave as on a kernel without SO_PEERPIDFD */
    bool verbose;
    int ready_fd;          /* -1: none */
};

enum rank_policy { RANK_AUTO, RANK_ROUND_ROBIN, RANK_NICE, RANK_NONE };

#define OVERRIDES_MAX 256u

struct config {
    struct kernel_config kernel;
    struct limit_override overrides[OVERRIDES_MAX]; /* in the order of the file */
    uint32_t n_overrides;
    uint32_t soft_percent;         /* of a limit, from where on a task is served after the others */
    uint32_t share_percent;        /* of what all have, for one uid; 0: 50 where several are served, else 100 */
    uint32_t reserved_descriptors; /* for machd itself and launchd */
    uint32_t half_open;        /* connections of one uid that have not attached */
    uint32_t process_segments; /* registered by one process and not yet claimed */
    uint32_t process_lent_megabytes; /* 2^20: size of the segments lent to one process at a time */
    uint64_t attach_timeout;   /* ns */
    uint64_t polling_window;   /* ns past the last request; 0: never poll */
    enum rank_policy rank;     /* what machd asks for itself */
    char launchd[256];
    char job_loader[256];      /* "": nobody loads the jobs of a new domain */
    uint32_t idle_domain;      /* seconds after which launchd removes it; 0: launchd's own choice */
};

/* Reads the file, if there is one, over the defaults. 0, or -EINVAL after telling which line is wrong. */
int config_load(struct config *config, const char *path, bool path_given);

/* As machd.conf(5) names it. */
const char *config_kind_name(enum account_kind kind);

/* Raises the soft limit of descriptors to the hard one, and lowers the limits to what the machine has. */
void config_fit_machine(struct config *config, bool several_users);
/* In a child: the soft limit as it was. */
void config_restore_descriptors(void);

/* Tells the one who waits for machd (--ready-fd, the parent of a machd in the background) that programs can
 * attach. */
void options_tell_ready(struct options *options);
