/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/main.c - the bootstrap server: an ordinary Mach task that machd starts, and starts again when it dies
 *
 *   launchd [--stash FD] [--ask FD] [--keep FD] [--system] [--places PROGRAM] [--idle SECONDS]
 *
 * FD is a memory file that machd keeps, empty at first (see stash.h). A launchd that finds a table there goes on with it:
 * machd gives it the port space of the one before. From the pipe of --ask it reads the uids of processes that wait for
 * their domain (B8). The FD of --keep and the next one are the ends of a socket pair, in which descriptors are kept (keep.h). --system is what being root means anyway (B7). PROGRAM loads what lies in a domain's places (B108).
 */
#include <getopt.h>
#include <mach/mach.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "launchd/adopt.h"
#include "launchd/domain.h"
#include "launchd/events.h"
#include "launchd/idle.h"
#include "launchd/keep.h"
#include "launchd/loading.h"
#include "launchd/log.h"
#include "launchd/loop.h"
#include "launchd/managed.h"
#include "launchd/schedule.h"
#include "launchd/stash.h"
#include "launchd/watch.h"

struct options {
    int stash, ask, keep; /* descriptors; -1: none */
};

static struct options read_options(int argc, char **argv)
{
    static const struct option options[] = { { "stash", required_argument, NULL, 's' },
                                             { "ask", required_argument, NULL, 'a' },
                                             { "keep", required_argument, NULL, 'k' },
                                             { "system", no_argument, NULL, 'y' },
                                             { "places", required_argument, NULL, 'p' },
                                             { "idle", required_argument, NULL, 'i' },
                                             { NULL, 0, NULL, 0 } };
    struct options found = { .stash = -1, .ask = -1, .keep = -1 };
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == '?') {
            fprintf(stderr, "usage: launchd [--stash FD] [--ask FD] [--keep FD] [--system] [--places PROGRAM]"
                            " [--idle SECONDS]"
                            "   (machd starts it; see launchd(8))\n");
            exit(1);
        }
        if (c == 's')
            found.stash = atoi(optarg);
        else if (c == 'a')
            found.ask = atoi(optarg);
        else if (c == 'k')
            found.keep = atoi(optarg);
        else if (c == 'p')
            loading_set_loader(optarg);
        else if (c == 'i')
            idle_set_seconds((uint32_t)atoi(optarg));
    }
    return found;
}

/* ---- what is no message ---- */

/* machd writes whole numbers. */
static void uids_are_wanted(struct event *event)
{
    uint32_t uid;

    while (read(event->fd, &uid, sizeof(uid)) == sizeof(uid)) {
        struct domain *domain = domain_per_user(uid);
        if (domain != NULL)
            domain_announce(domain);
    }
}

static void must_end(struct event *event)
{
    struct signalfd_siginfo info;

    if (read(event->fd, &info, sizeof(info)) == sizeof(info))
        managed_shut_down();
}

/* The threads inherit the mask: SIGTERM comes as an event only (B128). */
static bool listen_to_events(int ask)
{
    static struct event asked, told;
    sigset_t term;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    return events_start(managed_demand) &&
           event_watch(&told, signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK), EPOLLIN, must_end) &&
           (ask < 0 || event_watch(&asked, ask, EPOLLIN, uids_are_wanted));
}

static void start(bool fresh, int ask)
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
    if (!listen_to_events(ask)) {
        log_line("cannot wait for anything but messages");
        exit(1);
    }
    if (!schedule_listen())
        log_line("the calendar is not looked at: no descriptors");
    loading_resume();
    domain_announce_all();
    idle_watch();
    if (fresh)
        loading_places(domain_root());
}

int main(int argc, char **argv)
{
    struct options options = read_options(argc, argv);
    bool fresh;

    log_begin();
    signal(SIGPIPE, SIG_IGN);
    stash_open(options.stash, &fresh);
    if (options.keep >= 0)
        keep_open(options.keep, options.keep + 1);
    loop_enter(); /* nobody is served before all is there */
    start(fresh, options.ask);
    loop_leave();
    events_run();
}
