/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/main.c - the bootstrap server: an ordinary Mach task that machd starts, and starts again when it dies
 *
 *   launchd [--stash FD] [--system]
 *
 * FD is a memory file that machd keeps, empty at first (see stash.h). A launchd that finds a table there goes on with it:
 * machd gives it the port space of the one before. --system is what being root means anyway (B7).
 */
#include <getopt.h>
#include <mach/mach.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "launchd/adopt.h"
#include "launchd/domain.h"
#include "launchd/log.h"
#include "launchd/server.h"
#include "launchd/stash.h"
#include "launchd/watch.h"

static int stash_option(int argc, char **argv)
{
    static const struct option options[] = { { "stash", required_argument, NULL, 's' },
                                             { "system", no_argument, NULL, 'y' },
                                             { NULL, 0, NULL, 0 } };
    int fd = -1, c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == '?') {
            fprintf(stderr, "usage: launchd [--stash FD] [--system]   (machd starts it; see launchd(8))\n");
            exit(1);
        }
        if (c == 's')
            fd = atoi(optarg);
    }
    return fd;
}

static void start(bool fresh)
{
    if (!watch_start(stash_head()->notify)) {
        log_line("cannot make the notification port");
        exit(1);
    }
    stash_head()->notify = watch_notify_port();
    if (fresh) {
        domain_make_root();
        stash_head_done();
    } else {
        adopt_tables();
    }
    adopt_rights();
    if (!domain_listen()) {
        log_line("cannot listen on the domains' ports");
        exit(1);
    }
    domain_announce_all();
}

int main(int argc, char **argv)
{
    bool fresh;

    signal(SIGPIPE, SIG_IGN);
    stash_open(stash_option(argc, argv), &fresh);
    start(fresh);
    server_run();
}
