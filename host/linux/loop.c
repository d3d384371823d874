/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/loop.c - machd's one thread */
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "host/linux/attach.h"
#include "host/linux/client.h"
#include "host/linux/fair.h"
#include "host/linux/fork.h"
#include "host/linux/inquire.h"
#include "host/linux/launchd.h"
#include "host/linux/log.h"
#include "host/linux/loop.h"
#include "host/linux/machd.h"
#include "host/linux/orphans.h"
#include "host/linux/polling.h"
#include "host/linux/priority.h"
#include "host/linux/process.h"
#include "host/linux/round_robin.h"
#include "host/linux/settle.h"
#include "host/linux/thread.h"
#include "host/linux/user.h"
#include "host/linux/wake.h"
#include "host/linux/zombie.h"

#define EVENTS_PER_PASS 64
#define TRAPS_PER_PASS 32u
#define EPOLL_EVERY (20 * MICROSECOND) /* while busy or polling */
#define EMPTY_RINGS_PER_SECOND 1000u
#define QUARANTINE_LOOK (10 * MILLISECOND)
#define SOCKETS_PER_TURN 8
#define SOCKETS_PAUSE 3               /* times what a turn of sockets took */
#define SOCKETS_CREDIT MILLISECOND    /* of pauses that are not made: one program attaches without any */
#define WORK_AFTER (10 * MICROSECOND) /* the last request */
#define WORK_EVERY (100 * MICROSECOND)
#define DRAIN_NAP (50 * MICROSECOND)
#define SETTLE_PATIENCE (100 * MILLISECOND)

struct loop {
    uint64_t last_request;
    uint64_t last_epoll;
    uint64_t last_work;
    uint64_t last_duties;
    uint32_t n_traps_since_epoll;
    bool has_served; /* in the last pass */
};

uint64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* ---- bells ---- */

static void quarantine(struct machd *m, struct connection *connection)
{
    m->count.quarantines++;
    log_detail("process %d rings for nothing: its bell is not listened to for a while", connection->pid);
    watch_pause(m, &connection->bell);
    connection->bell_back = m->now + SECOND;
    connection->n_empty_rings = 0;
    list_append(&m->quarantine, &connection->quarantine_link);
}

/* A ring for a request that polling has found first is no empty one. */
static void bell_rang(struct machd *m, struct connection *connection)
{
    uint32_t n = threads_look(m, connection);
    m->count.rings++;
    if (n || connection->n_traps != connection->n_traps_at_ring) {
        connection->n_traps_at_ring = connection->n_traps;
        return;
    }
    m->count.empty_rings++;
    if (m->now - connection->bell_window >= SECOND) {
        connection->bell_window = m->now;
        connection->n_empty_rings = 0;
    }
    if (++connection->n_empty_rings > EMPTY_RINGS_PER_SECOND)
        quarantine(m, connection);
}

static void look_at_quarantine(struct machd *m, uint64_t now)
{
    list_for_each_safe(node, &m->quarantine)
    {
        struct connection *connection = list_entry(node, struct connection, quarantine_link);
        threads_look(m, connection);
        if (now < connection->bell_back)
            continue;
        list_remove(node);
        if (watch_resume(m, &connection->bell, EPOLLIN | EPOLLET) != 0)
            client_doom(m, connection);
    }
}

/* ---- events ---- */

static void signal_came(struct machd *m)
{
    struct signalfd_siginfo info;
    if (read(m->signals.fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo == SIGCHLD) {
        orphans_collect(m);
        return;
    }
    log_line("ends: signal %u", info.ssi_signo);
    m->stop = true;
}

static void root_died(struct machd *m)
{
    log_detail("ends: process %d has ended", m->options.root);
    watch_close(m, &m->root);
    m->stop = true;
}

static void dispatch(struct machd *m, struct watch *watch, uint32_t events);
static void reap(struct machd *m);

static void dispatch_all(struct machd *m, const struct epoll_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        struct watch *watch = watch_of_event(m, events[i].data.u64); /* an earlier one may have ended it */
        if (watch)
            dispatch(m, watch, events[i].events);
    }
}

/* Whoever connects, attaches or asks over its socket pays no steps for it, and some of it is dear. So when others make traps
 * meanwhile, sockets get a quarter of the time: after each turn of theirs they are not looked at for three times as long, but
 * for the first pauses, since a program that starts waits for each of its three requests. */
static void serve_sockets(struct machd *m)
{
    struct epoll_event events[SOCKETS_PER_TURN];
    uint64_t begin = clock_now();
    dispatch_all(m, events, epoll_wait(m->sockets_epoll, events, SOCKETS_PER_TURN, 0));
    reap(m);
    uint64_t now = clock_now();
    if (m->count.traps != m->n_traps_before_sockets) {
        m->sockets_owe = (m->sockets_owe > now ? m->sockets_owe : now) + SOCKETS_PAUSE * (now - begin);
        if (m->sockets_owe - now > SOCKETS_CREDIT) {
            m->sockets_back = m->sockets_owe - SOCKETS_CREDIT;
            watch_pause(m, &m->sockets);
        }
    }
    m->n_traps_before_sockets = m->count.traps;
}

static void look_at_sockets_again(struct machd *m)
{
    m->sockets_back = 0;
    if (watch_resume(m, &m->sockets, EPOLLIN) != 0)
        m->sockets_back = m->now + MILLISECOND; /* no memory now */
}

static void dispatch(struct machd *m, struct watch *watch, uint32_t events)
{
    struct connection *connection;
    switch (watch->kind) {
    case WATCH_NONE: break;
    case WATCH_LISTENER:
    case WATCH_ADMIN_LISTENER: client_accept(m, watch->fd, watch->kind == WATCH_ADMIN_LISTENER); break;
    case WATCH_SOCKET: client_event(m, container_of(watch, struct connection, socket), events); break;
    case WATCH_SOCKETS: serve_sockets(m); break;
    case WATCH_BELL:
        connection = container_of(watch, struct connection, bell);
        if (!connection->doomed)
            bell_rang(m, connection);
        break;
    case WATCH_PROCESS: process_died(m, container_of(watch, struct process, death)); break;
    case WATCH_ZOMBIE: zombie_look(m, container_of(watch, struct zombie, watch)); break;
    case WATCH_LAUNCHD: launchd_died(m); break;
    case WATCH_ROOT: root_died(m); break;
    case WATCH_SIGNALS: signal_came(m); break;
    case WATCH_ANSWERS: inquire_answer(m); break;
    }
}

static void reap(struct machd *m)
{
    if (!list_is_empty(&m->broken))
        processes_end_broken(m);
    if (!list_is_empty(&m->doomed))
        clients_reap(m);
}

static struct timespec *timeout_of(uint64_t deadline, uint64_t now, struct timespec *timeout)
{
    uint64_t left = deadline > now ? deadline - now : 0;
    if (deadline == KERNEL_NO_DEADLINE)
        return NULL;
    *timeout = (struct timespec){ (time_t)(left / SECOND), (long)(left % SECOND) };
    return timeout;
}

/* Waits until `deadline` at most; events of records that an earlier one has ended are not found any more. */
static void take_events(struct machd *m, struct loop *loop, uint64_t deadline)
{
    struct epoll_event events[EVENTS_PER_PASS];
    struct timespec timeout;
    int n = epoll_pwait2(m->epoll, events, EVENTS_PER_PASS, timeout_of(deadline, m->now, &timeout), NULL);
    m->now = clock_now();
    users_set_asleep(m, false);
    dispatch_all(m, events, n);
    reap(m);
    loop->last_epoll = m->now;
    loop->n_traps_since_epoll = 0;
}

/* ---- duties: what is looked after by time ---- */

/* 0: nothing to look after. */
static uint64_t duty_interval(const struct machd *m)
{
    if (!list_is_empty(&m->quarantine) || !list_is_empty(&m->half_open) || !list_is_empty(&m->settling))
        return QUARANTINE_LOOK;
    if (!m->ready_told || m->launchd.restart_at || m->stop)
        return 20 * MILLISECOND;
    return list_is_empty(&m->forks) ? 0 : SECOND;
}

static void tell_ready(struct machd *m)
{
    bool late = m->now - m->started > 5 * SECOND;
    if (m->launchd.wanted && !kernel_has_domain(m->kernel, m->uid) && !late)
        return;
    if (m->launchd.wanted && late)
        log_line("launchd has named no domain within 5 s: programs get no bootstrap port");
    m->ready_told = true;
    options_tell_ready(&m->options);
}

static void settle_if_drained(struct machd *m)
{
    if (list_is_empty(&m->settling))
        return;
    if (!kernel_has_work(m->kernel) || m->now - m->settling_since > SETTLE_PATIENCE)
        settle_answer(m);
}

static void do_duties(struct machd *m, struct loop *loop)
{
    loop->last_duties = m->now;
    look_at_quarantine(m, m->now);
    clients_expire(m, m->now);
    forks_expire(m, m->now);
    launchd_look(m, m->now);
}

static uint64_t next_deadline(const struct machd *m, const struct loop *loop)
{
    uint64_t deadline = kernel_next_deadline(m->kernel), wake = wake_deadline(m);
    uint64_t interval = duty_interval(m);
    uint64_t urgent = round_robin_deadline(m), trim = trim_deadline(m, loop->last_request);
    deadline = wake < deadline ? wake : deadline;
    deadline = urgent < deadline ? urgent : deadline;
    deadline = trim < deadline ? trim : deadline;
    if (m->sockets_back && m->sockets_back < deadline)
        deadline = m->sockets_back;
    return interval && loop->last_duties + interval < deadline ? loop->last_duties + interval : deadline;
}

/* ---- passes ---- */

/* What dead tasks left comes between the traps of others, not before each of them. */
static bool work_may_wait(const struct machd *m, const struct loop *loop)
{
    return m->now - loop->last_request < WORK_AFTER && m->now - loop->last_work < WORK_EVERY;
}

static void give_kernel_its_time(struct machd *m, struct loop *loop)
{
    if (m->now >= kernel_next_deadline(m->kernel))
        kernel_tick(m->kernel, m->now);
    if (!kernel_has_work(m->kernel) || work_may_wait(m, loop))
        return;
    kernel_work(m->kernel);
    loop->last_work = clock_now();
}

static void pass(struct machd *m, struct loop *loop)
{
    polling_check_guest(m, m->now);
    polling_look(m);
    uint32_t n = fair_serve(m, TRAPS_PER_PASS);
    loop->has_served = n > 0;
    if (n)
        loop->last_request = m->now;
    loop->n_traps_since_epoll += n;
    wake_run(m, m->now);
    round_robin_run(m, m->now);
    priority_run(m);
    clients_handle_kept(m);
    if (m->sockets_back && m->now >= m->sockets_back)
        look_at_sockets_again(m);
    give_kernel_its_time(m, loop);
    settle_if_drained(m);
    reap(m);
    trim_look(m, loop->last_request);
    if (!list_is_empty(&m->half_open))
        attach_look_for_domains(m, m->now);
    if (!m->ready_told)
        tell_ready(m);
    uint64_t interval = duty_interval(m);
    if (interval && m->now - loop->last_duties >= interval)
        do_duties(m, loop);
}

static void look_at_events(struct machd *m, struct loop *loop)
{
    if (loop->n_traps_since_epoll >= TRAPS_PER_PASS || m->now - loop->last_epoll >= EPOLL_EVERY)
        take_events(m, loop, 0);
}

static bool is_idle(const struct machd *m)
{
    return fair_is_empty(m) && !kernel_has_work(m->kernel);
}

/* Both sides store, fence and look again: either we see the request or its maker sees `asleep` and rings. */
static void sleep_until_event(struct machd *m, struct loop *loop, uint64_t deadline)
{
    wake_run_all(m);
    if (priority_run(m))
        return; /* the rest in the next pass */
    users_set_asleep(m, true);
    if (polling_look(m)) {
        users_set_asleep(m, false);
        return;
    }
    m->count.sleeps++;
    cpu_sleeps(m);
    take_events(m, loop, deadline);
}

/* What dead tasks left can wait. Where whoever makes traps runs on our CPU, working on it without a pause would keep him from
 * running, as polling would. */
static bool is_in_the_way(struct machd *m)
{
    return fair_is_empty(m) && kernel_has_work(m->kernel) && m->cpu.is_ours && !cpu_step_aside(m);
}

/* Whoever has asked for something rests after a dear trap; nothing else is to do. */
static bool must_wait_for_rests(const struct machd *m, const struct loop *loop)
{
    return !loop->has_served && !fair_is_empty(m) && !kernel_has_work(m->kernel) && fair_rest_ends(m) > m->now;
}

static bool may_leave(struct machd *m)
{
    return m->stop && !launchd_is_ending(m, m->now);
}

void loop_run(struct machd *m)
{
    struct loop loop = { 0 };
    while (!may_leave(m)) {
        m->now = clock_now();
        pass(m, &loop);
        bool idle = is_idle(m);
        if (idle && !polling_may_wait(m, m->now, loop.last_request)) {
            sleep_until_event(m, &loop, next_deadline(m, &loop));
            continue;
        }
        if (must_wait_for_rests(m, &loop)) {
            uint64_t deadline = next_deadline(m, &loop), rested = fair_rest_ends(m);
            sleep_until_event(m, &loop, rested < deadline ? rested : deadline);
            continue;
        }
        if (is_in_the_way(m)) {
            sleep_until_event(m, &loop, m->now + DRAIN_NAP);
            continue;
        }
        look_at_events(m, &loop);
        if (idle) {
            m->count.polls++;
            polling_spin(m);
        }
    }
}
