/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/main.c - machd: the command line, and the order of coming and going */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host/linux/client.h"
#include "host/linux/closing.h"
#include "host/linux/facts.h"
#include "host/linux/fork.h"
#include "host/linux/inquire.h"
#include "host/linux/launchd.h"
#include "host/linux/listen.h"
#include "host/linux/log.h"
#include "host/linux/loop.h"
#include "host/linux/machd.h"
#include "host/linux/polling.h"
#include "host/linux/priority.h"
#include "host/linux/proc.h"
#include "host/linux/process.h"
#include "host/linux/rank.h"
#include "host/linux/spawn.h"
#include "host/linux/segment.h"
#include "host/linux/settle.h"
#include "host/linux/wake.h"
#include "host/linux/zombie.h"
#include "machd-config.h"

static struct machd machd;
static int background_fd = -1;

/* ---- the command line ---- */

static const char help[] =
    "machd - Mach ports and messages for the programs of a user\n"
    "\n"
    "usage: machd [OPTION]...\n"
    "\n"
    "  --root PID        serve PID and what it starts, and end with it; the socket is PID.STARTTIME.sock\n"
    "  --dir DIR         run-time directory (default: $XDG_RUNTIME_DIR/machd, /run/user/UID/machd or "
    "/tmp/machd-UID)\n"
    "  --system          serve all users; needs root (run-time directory: /run/machd)\n"
    "  --config FILE     limits and settings (default: " MACHD_SYSCONFDIR "/machd.conf)\n"
    "  --launchd PATH    bootstrap server to start (default: " MACHD_LIBEXECDIR "/launchd)\n"
    "  --no-launchd      start none: programs get no bootstrap port\n"
    "  --foreground      do not go into the background\n"
    "  --ready-fd N      write a byte to descriptor N when programs can attach\n"
    "  --no-polling      never poll trap pages: less CPU time, slower answers\n"
    "  --no-peerpidfd    behave as on a kernel without SO_PEERPIDFD (for tests)\n"
    "  --verbose         say more on standard error\n"
    "  --help, --version\n"
    "\n"
    "See machd(8), machd.conf(5), machctl(1).\n";

enum {
    OPTION_ROOT = 256,
    OPTION_DIR,
    OPTION_SYSTEM,
    OPTION_CONFIG,
    OPTION_LAUNCHD,
    OPTION_NO_LAUNCHD,
    OPTION_FOREGROUND,
    OPTION_READY_FD,
    OPTION_NO_POLLING,
    OPTION_NO_PEERPIDFD,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    { "root", required_argument, NULL, OPTION_ROOT },
    { "dir", required_argument, NULL, OPTION_DIR },
    { "system", no_argument, NULL, OPTION_SYSTEM },
    { "config", required_argument, NULL, OPTION_CONFIG },
    { "launchd", required_argument, NULL, OPTION_LAUNCHD },
    { "no-launchd", no_argument, NULL, OPTION_NO_LAUNCHD },
    { "foreground", no_argument, NULL, OPTION_FOREGROUND },
    { "ready-fd", required_argument, NULL, OPTION_READY_FD },
    { "no-polling", no_argument, NULL, OPTION_NO_POLLING },
    { "no-peerpidfd", no_argument, NULL, OPTION_NO_PEERPIDFD },
    { "verbose", no_argument, NULL, OPTION_VERBOSE },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { 0 },
};

static _Noreturn void bad_usage(const char *text)
{
    fprintf(stderr, "machd: %s\nTry 'machd --help'.\n", text);
    exit(2);
}

static int number_argument(const char *text, int least)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end || number < least || number > INT_MAX)
        bad_usage("a number is expected after --root and --ready-fd");
    return (int)number;
}

static void take_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_ROOT: options->root = number_argument(optarg, 1); break;
    case OPTION_DIR: options->directory = optarg; break;
    case OPTION_SYSTEM: options->system = true; break;
    case OPTION_CONFIG: options->config = optarg; break;
    case OPTION_LAUNCHD: options->launchd = optarg; break;
    case OPTION_NO_LAUNCHD: options->no_launchd = true; break;
    case OPTION_FOREGROUND: options->foreground = true; break;
    case OPTION_READY_FD: options->ready_fd = number_argument(optarg, 0); break;
    case OPTION_NO_POLLING: options->no_polling = true; break;
    case OPTION_NO_PEERPIDFD: options->no_peerpidfd = true; break;
    case OPTION_VERBOSE: options->verbose = true; break;
    case OPTION_HELP: fputs(help, stdout); exit(0);
    case OPTION_VERSION: puts("machd " MACHD_VERSION); exit(0);
    default: exit(2);
    }
}

static void parse(struct options *options, int argc, char **argv)
{
    int option;
    *options = (struct options){ .ready_fd = -1 };
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == '?')
            bad_usage("unknown option");
        take_option(options, option);
    }
    if (optind < argc)
        bad_usage("no arguments are expected");
    if (options->system && geteuid() != 0)
        bad_usage("--system needs root");
    if (options->system && options->root)
        bad_usage("--system and --root exclude each other");
}

/* ---- background ---- */

void options_tell_ready(struct options *options)
{
    const int fds[] = { options->ready_fd, background_fd };
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        if (fds[i] < 0)
            continue;
        (void)!write(fds[i], "\n", 1);
        close(fds[i]);
    }
    options->ready_fd = background_fd = -1;
    if (options->foreground)
        return;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return;
    log_use_syslog();
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close(null);
}

/* The one who started us waits until programs can attach, or until we have said why not. */
static void go_into_background(void)
{
    int fds[2];
    char byte;
    if (pipe2(fds, O_CLOEXEC) != 0)
        return;
    pid_t pid = fork();
    if (pid < 0)
        exit(1);
    if (pid == 0) {
        close(fds[0]);
        background_fd = fds[1];
        setsid();
        return;
    }
    close(fds[1]);
    _exit(read(fds[0], &byte, 1) == 1 ? 0 : 1);
}

/* ---- what the kernel is given ---- */

static void host_thread_done(void *host, struct thread *thread)
{
    wake_done(host, kernel_thread_host(thread));
}

/* A process that is dying, or runs another image by now, is none of ours any more. */
static bool send_signal(struct thread *thread, int signal)
{
    const struct trap_thread *t = kernel_thread_host(thread);
    return t && !t->process->broken && t->process->state == PROCESS_ATTACHED &&
           syscall(SYS_tgkill, t->process->pid, t->tid, signal) == 0;
}

static bool host_thread_stop(void *host, struct thread *thread)
{
    return send_signal(thread, TRAP_PARK_SIGNAL);
}

static void host_thread_signal(void *host, struct thread *thread, int signal)
{
    send_signal(thread, signal);
}

/* Threads that the host has no record of make no traps: nothing is applied to them. */
static void host_thread_priority(void *host, struct thread *thread, int base, struct thread *source)
{
    struct trap_thread *t = kernel_thread_host(thread);
    struct process *process = kernel_task_host(kernel_thread_task(thread));
    struct process *from = source ? kernel_task_host(kernel_thread_task(source)) : NULL;
    priority_changed(host, t ? &t->nice : &process->main, base, from);
}

static void host_task_broken(void *host, struct task *task, const char *why)
{
    process_break(host, kernel_task_host(task), why);
}

/* Without the right to kill it, which only a set-id program can have taken away, it loses its task. */
static void host_task_kill(void *host, struct task *task, const char *why)
{
    struct process *process = kernel_task_host(task);
    if (syscall(SYS_pidfd_send_signal, process->death.fd, SIGKILL, NULL, 0) != 0)
        process_break(host, process, why);
    else
        log_line("process %d is killed: %s", process->pid, why);
}

static void host_log(void *host, const char *line)
{
    log_detail("%s", line);
}

static bool host_thread_usage(void *host, struct task *task, int32_t tid, struct host_thread_usage *usage)
{
    const struct process *process = kernel_task_host(task);
    return process && proc_read_usage(process->pid, tid, usage);
}

static uint64_t host_calendar_now(void *host)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static const struct host_ops host_ops = {
    .thread_done = host_thread_done,
    .thread_stop = host_thread_stop,
    .thread_signal = host_thread_signal,
    .thread_priority = host_thread_priority,
    .segment_claim = segment_claim,
    .segment_read = segment_read,
    .segment_make = segment_make,
    .segment_send = segment_send,
    .segment_drop = segment_drop,
    .file_claim = segment_claim_file,
    .file_send = segment_send_file,
    .segment_new = segment_new,
    .segment_share = segment_share,
    .segment_lend = loan_lend,
    .segment_done = loan_done,
    .task_broken = host_task_broken,
    .task_kill = host_task_kill,
    .process_claim = process_claim,
    .process_find = process_discover,
    .process_born = process_born,
    .process_unborn = process_unborn,
    .process_is_collected = zombie_is_collected,
    .process_command = process_command,
    .process_status = orphans_status,
    .task_permits = process_permits,
    .task_usage = inquire_task,
    .machine_usage = inquire_machine,
    .thread_usage = host_thread_usage,
    .calendar_now = host_calendar_now,
    .log = host_log,
};

static void on_assert(const char *expression, const char *file, int line)
{
    log_line("%s:%d: %s does not hold; this is a fault of machd", file, line, expression);
}

/* ---- coming ---- */

static void init_lists(struct machd *m)
{
    struct list *lists[] = { &m->users,    &m->all_processes, &m->connections, &m->half_open,
                             &m->doomed,   &m->broken,        &m->forks,       &m->quarantine,
                             &m->settling, &m->ready_users,   &m->outstanding, &m->deferred,
                             &m->keeping,  &m->lowering,      &m->urgent,      &m->tracers,
                             &m->zombies };
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        list_init(lists[i]);
    for (size_t i = 0; i < PROCESS_BUCKETS; i++)
        list_init(&m->processes[i]);
}

static int load_config(struct machd *m)
{
    const char *path = m->options.config ? m->options.config : MACHD_SYSCONFDIR "/machd.conf";
    int error = config_load(&m->config, path, m->options.config != NULL);
    if (m->options.launchd && !realpath(m->options.launchd, m->launchd_path)) {
        log_line("%s: %s", m->options.launchd, strerror(errno));
        return -errno;
    }
    config_fit_machine(&m->config, m->options.system || m->uid == 0);
    m->launchd.wanted = !m->options.no_launchd;
    m->launchd.stash_fd = m->launchd.ask_fd[0] = m->launchd.ask_fd[1] = -1;
    m->launchd.keep_fd[0] = m->launchd.keep_fd[1] = -1;
    return error;
}

static int watch_signals(struct machd *m)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (m->launchd.wanted)
        orphans_start();
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : watch_open(m, &m->signals, WATCH_SIGNALS, fd, EPOLLIN);
}

static int watch_root(struct machd *m)
{
    if (!m->options.root)
        return 0;
    int fd = (int)syscall(SYS_pidfd_open, m->options.root, 0);
    return fd < 0 ? -errno : watch_open(m, &m->root, WATCH_ROOT, fd, EPOLLIN);
}

static int start(struct machd *m)
{
    struct proc_status status;
    m->pid = getpid();
    m->started = m->now = clock_now();
    m->n_own_namespaces = proc_read_status(m->pid, &status) ? status.n_namespaces : 1;
    m->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    m->epoll = epoll_create1(EPOLL_CLOEXEC);
    m->sockets_epoll = epoll_create1(EPOLL_CLOEXEC);
    m->config.kernel.machine = facts_find();
    m->kernel = kernel_new(&m->config.kernel, &host_ops, m);
    if (m->reserve_fd < 0 || m->epoll < 0 || m->sockets_epoll < 0 || !m->kernel)
        return -ENOMEM;
    int error = watch_open(m, &m->sockets, WATCH_SOCKETS, m->sockets_epoll, EPOLLIN);
    if (!error)
        error = watch_signals(m);
    if (!error)
        error = watch_root(m);
    if (!error)
        error = listen_start(m);
    if (error)
        return error;
    rank_raise(m->config.rank);
    polling_start(m);
    launchd_start(m);
    return 0;
}

/* ---- going ---- */

static void end_processes(struct machd *m)
{
    while (!list_is_empty(&m->all_processes)) {
        struct process *process = list_entry(list_first(&m->all_processes), struct process, all_link);
        process->is_launchd = false; /* its names are not kept: there will be no other */
        process_died(m, process);
    }
    zombies_fini(m);
    settle_answer(m);
    list_for_each(node, &m->connections) client_doom(m, list_entry(node, struct connection, link));
    clients_reap(m);
    forks_fini(m);
}

static void end(struct machd *m)
{
    listen_stop(m);
    launchd_fini(m);
    end_processes(m);
    while (kernel_has_work(m->kernel))
        kernel_work(m->kernel);
    closing_fini();
    kernel_free(m->kernel);
    segments_fini(m);
    inquire_fini(m);
    polling_stop(m);
    watch_close(m, &m->signals);
    watch_close(m, &m->root);
    watch_close(m, &m->sockets);
    free(m->watches.slot);
    close(m->epoll);
    close(m->reserve_fd);
}

int main(int argc, char **argv)
{
    struct machd *m = &machd;
    log_begin();
    parse(&m->options, argc, argv);
    log_set_verbose(m->options.verbose);
    assert_set_hook(on_assert);
    if (m->options.ready_fd >= 0)
        fcntl(m->options.ready_fd, F_SETFD, FD_CLOEXEC);
    m->uid = geteuid();
    init_lists(m);
    closing_start();
    if (load_config(m) != 0)
        return 1;
    if (!m->options.foreground)
        go_into_background();
    if (start(m) != 0) {
        listen_stop(m);
        return 1;
    }
    loop_run(m);
    end(m);
    return 0;
}
