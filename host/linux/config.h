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

enum rank_policy { RANK_AUTO, RANK_NICE, RANK_NONE };

struct config {
    struct kernel_config kernel;
    uint32_t user_descriptors; /* of machd, for one uid */
    uint32_t half_open;        /* connections of one uid that have not attached */
    uint32_t process_segments; /* registered by one process and not yet claimed */
    uint64_t attach_timeout;   /* ns */
    uint64_t polling_window;   /* ns past the last request; 0: never poll */
    enum rank_policy rank;     /* what machd asks for itself */
    char launchd[256];
};

/* Reads the file, if there is one, over the defaults. 0, or -EINVAL after telling which line is wrong. */
int config_load(struct config *config, const char *path, bool path_given);

/* Raises the soft limit of descriptors to the hard one and bounds user_descriptors by it. */
void config_fit_descriptors(struct config *config);
/* In a child: the soft limit as it was. */
void config_restore_descriptors(void);

/* Tells the one who waits for machd (--ready-fd, the parent of a machd in the background) that programs can
 * attach. */
void options_tell_ready(struct options *options);
