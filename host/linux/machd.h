/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/machd.h - the records of machd the process, and who owns them
 *
 *   machd ─┬─ user (one per uid)      wake table, descriptor count, its share of the work
 *          ├─ process (one per pid)   pidfd, the kernel's task; owns threads, connections, segments
 *          └─ connection              socket, bell, trap areas; belongs to a process from WELCOME on
 *
 * One thread does everything. The kernel is entered from the loop only; what it asks for through struct
 * host_ops may mark records as doomed but never frees one: doomed records are ended by loop_reap() when no
 * kernel call is in progress. Nothing here waits for a client: no blocking call on a descriptor that a client
 * shares, no /proc file that needs a client's memory lock, no close of a descriptor of unknown kind (see
 * junk_close in segment.c).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/list.h"
#include "host/linux/config.h"
#include "host/linux/cpu.h"
#include "host/linux/orphans.h"
#include "host/linux/trim.h"
#include "host/linux/watch.h"
#include "kernel/door.h"
#include "wire/attach.h"
#include "wire/trap.h"

#define MILLISECOND 1000000ull /* in nanoseconds, as all times here */
#define SECOND (1000 * MILLISECOND)
#define MICROSECOND 1000ull

#define HOT_MAX 8u             /* threads whose request words are polled */
#define HOT_MAX_PER_PROCESS 4u
#define AREAS_MAX 64u          /* trap areas of one connection */
#define CONNECTIONS_PER_PROCESS 8u
#define PROCESS_BUCKETS 1024u
#define REFUSED_SEGMENTS 16u

struct process;
struct connection;

/* What one uid has; kept while anything of that uid is left. */
struct user {
    struct list link; /* machd.users */
    uint32_t uid;
    uint32_t refs;
    struct account *account; /* holds a reference */
    uint32_t n_half_open;   /* connections without a process */
    uint32_t n_forks;

    struct wake_table *table; /* NULL until the first thread or WELCOME */
    int table_fd;             /* read-only, to hand out */
    uint32_t *free_lines;     /* stack of unused indices */
    uint32_t n_free_lines;

    struct list ready_link; /* machd.fair.users */
    struct list ready;      /* processes with waiting requests */
    int64_t deficit;
};

/* What a thread's priority became on Linux (host/linux/priority.h). */
struct niceness {
    struct list lowering_link; /* machd.lowering */
    struct process *process;
    int32_t tid;
    int8_t wanted, applied; /* NICE_ROUND_ROBIN: above all of them */
    int8_t timeshare;       /* what it gets when not that */
    bool is_spent;          /* it ran as such for as long as it may, until the push on it ends */
    struct list urgent_link; /* machd.urgent, while it does */
    uint64_t look_at, ran;   /* ns: when to look how long it has run, and what it had run at the first look */
};

#define NICE_ROUND_ROBIN (-21)

/* state      task   image_id   leaves by
 * ATTACHED   live   set        exec or hang-up -> BARE; broken protocol -> ENDED; death
 * BARE       live   0          attach -> ATTACHED; death                              (F99, F152)
 * ENDED      NULL   set        attach of another image -> ATTACHED; death
 */
enum process_state { PROCESS_ATTACHED, PROCESS_BARE, PROCESS_ENDED };

struct process {
    struct list link;      /* its bucket of machd.processes */
    struct list all_link;  /* machd.all_processes, oldest first */
    enum process_state state;
    int32_t pid;
    struct watch death; /* the pidfd */
    uint64_t start_time; /* of /proc/pid/stat, in clock ticks */
    uint64_t image_id;
    struct user *user; /* holds a reference */
    struct account *account; /* pays for the record: the uid's, for launchd the kernel's own; holds a reference */
    struct task *task;
    bool is_launchd;
    bool is_reniced;      /* one of its threads was, at some time */
    struct niceness main; /* of its main thread, while that has no trap_thread */
    bool broken; /* on machd.broken: to be ended */
    bool is_undone; /* ... because its creation was taken back */
    const char *broken_why;
    struct list broken_link;

    struct list connections;
    struct list threads;
    uint32_t n_threads;
    struct list segments; /* registered, not claimed */
    uint32_t n_segments;
    uint32_t refused_segment[REFUSED_SEGMENTS]; /* numbers of the last ones that were over a limit */
    uint32_t n_refused_segments;
    uint32_t next_segment_id;
    struct segment *lent[TRAP_LOAN_SLOTS]; /* to it, for writing (host/linux/loan.h) */
    uint64_t lent_bytes;
    uint32_t lent_sequence;
    struct list bound; /* loans of others that it reads */
    uint32_t n_bound;
    uint32_t n_ahead; /* of them, those that it has before their message */
    uint32_t n_forks;
    uint32_t n_hot;
    struct list settlers; /* struct settle of others that wait for this death */

    struct list ready_link; /* user.ready */
    struct list ready;      /* threads with a request to take */
    int64_t deficit;
    uint64_t rests_until; /* after a dear trap: see fair.c */
    uint64_t n_traps;
    uint64_t inquiry; /* number of the question about it that is on its way; 0: there is none */
};

/* state       process  leaves by
 * HELLO       NULL     HELLO packet -> CHALLENGED or the decision; 5 s -> doomed
 * CHALLENGED  NULL     CHALLENGE packet -> the decision; 5 s -> doomed
 * DOMAIN      NULL     launchd named the uid's domain, or 5 s -> ATTACHED                (B8)
 * ATTACHED    set      hang-up, end of its process, a full socket -> doomed
 * TOOL        NULL     hang-up, a full socket -> doomed
 */
enum connection_state {
    CONNECTION_HELLO,
    CONNECTION_CHALLENGED,
    CONNECTION_DOMAIN,
    CONNECTION_ATTACHED,
    CONNECTION_TOOL,
};

struct trap_area {
    uint8_t *base; /* TRAP_AREA_SLOTS * TRAP_PAGE_SIZE, shared with the client */
    int fd;        /* until it was sent, then -1 */
    struct trap_thread *slot[TRAP_AREA_SLOTS];
};

struct connection {
    struct list link;         /* machd.connections */
    struct list state_link;   /* machd.half_open, by age; else unlinked */
    struct list process_link; /* process.connections */
    struct list doomed_link;  /* machd.doomed */
    enum connection_state state;
    bool doomed;
    bool admin;  /* came through the administrative socket */
    bool silent; /* hung up by a process that is dying: no more to be sent (F99) */
    struct watch socket;
    struct user *user; /* holds a reference */
    struct account *account; /* pays for all of this: the uid's, then the task's; holds a reference */
    struct process *process;

    int32_t pid;
    uint32_t uid, gid;
    int pidfd; /* until a process takes it */
    uint64_t deadline;
    uint64_t asked; /* when launchd was asked for its domain last */
    uint64_t challenge;
    uint64_t image_id, fork_nonce; /* of HELLO */

    struct watch bell;
    struct list quarantine_link; /* machd.quarantine */
    uint64_t bell_window;        /* start of the second in which rings are counted */
    uint64_t bell_back;          /* when quarantine ends */
    uint32_t n_empty_rings;
    uint64_t n_traps, n_traps_at_ring;

    struct trap_area *area[AREAS_MAX];
    uint32_t n_areas;

    struct list kept; /* packets that a trap found before the one it looked for */
    struct list keeping_link; /* machd.keeping */
    uint32_t n_kept;
    struct list outgoing; /* packets that the socket did not take yet */
    uint32_t n_answers_out; /* of them, those that are no segments */

    struct list settles; /* SETTLE requests without an answer */
    uint32_t n_settles;
    struct tracer *tracer; /* NULL: none */
    char *text; /* STATUS on its way out */
    size_t text_size, text_sent;
};

/* One registered thread of a client. */
struct trap_thread {
    struct list link; /* process.threads */
    struct thread *thread;
    struct process *process;
    struct connection *connection;
    struct trap_page *page;
    _Atomic uint32_t *word;
    uint32_t wake; /* index of word, in the table of the connection's user: its process may be another one's by now */
    uint32_t slot;
    int32_t tid;
    uint32_t taken;     /* number of the last request taken */
    uint32_t published; /* number that the word holds */
    bool done;          /* its trap in progress has completed */
    bool is_hot;
    uint32_t hinted; /* `taken` when it was last told to read ahead */
    uint64_t last_trap;
    bool is_streaming; /* the request before this one was a send, too, and not long ago */
    struct list ready_link;       /* process.ready */
    struct list outstanding_link; /* machd.outstanding */
    uint64_t wake_due;
    struct niceness nice;
};

struct machd_counters {
    uint64_t traps, aborts, polls, sleeps, rings, empty_rings, quarantines;
    uint64_t delegated, deferred, wakes, late_wakes;
    uint64_t attached, refused, broken, died, execs, preempted, moves, reniced;
};

struct launchd {
    bool wanted;
    pid_t pid; /* 0: not running */
    struct watch death;
    int stash_fd;
    int ask_fd[2]; /* a pipe with uids whose domain is wanted (B8) */
    int keep_fd[2]; /* a socket pair: what launchd keeps there outlives it */
    uint64_t started, restart_at, backoff;
    uint64_t end_by; /* machd ends, with or without it */
    uint32_t n_starts;
};

struct machd {
    struct options options;
    struct config config;
    char launchd_path[4096]; /* of --launchd */
    struct kernel *kernel;
    uint32_t uid;
    int32_t pid;
    int n_own_namespaces; /* ids in our own NSpid line */
    uint64_t started;
    bool stop;
    bool ready_told;

    int epoll;
    int sockets_epoll;    /* of listeners and connections; looked at through the first one */
    struct watch sockets; /* that, paused now and then: see loop.c */
    uint64_t sockets_back, n_traps_before_sockets;
    uint64_t sockets_owe; /* until then others would have the time that sockets took three times over */
    struct watch_table watches;
    struct watch listener, admin_listener, signals, root;
    struct watch answers; /* of the helper: host/linux/inquire.h */
    int reserve_fd; /* given up to accept and turn away a connection when descriptors run out */

    struct list users;
    struct list processes[PROCESS_BUCKETS];
    struct list all_processes;
    uint32_t n_processes;
    struct list connections;
    uint32_t n_connections;
    struct list half_open;
    struct list doomed;
    struct list broken;
    struct list keeping; /* connections with packets kept */
    struct list forks;
    struct list zombies; /* struct zombie.link */
    struct list quarantine;
    struct list settling; /* SETTLEs whose process has died: answered when the kernel has drained */
    uint64_t settling_since;

    struct list ready_users;
    int32_t last_served; /* pid */
    struct list outstanding; /* delegated wakes not yet seen, by wake_due */
    struct list urgent;      /* struct niceness.urgent_link */
    uint64_t look_at_urgent; /* the earliest of theirs; 0: there are none */
    struct list lowering;    /* threads whose niceness is to rise once no wake is outstanding */
    struct list deferred;    /* threads that machd will wake, by wake_due */
    struct trap_thread *trapping; /* whose trap the kernel carries out now */
    struct trap_thread *delegates[TRAP_MAX_WAKES];
    uint32_t n_delegates;
    uint64_t now;

    struct trap_thread *hot[HOT_MAX];
    uint32_t n_hot;
    struct polling {
        uint32_t n_cpus; /* usable: affinity and quota */
        uint64_t looked_at; /* when n_cpus was taken */
        uint64_t checked_at; /* when the counters below were read */
        uint64_t not_before; /* no polling until then */
        long switches;       /* involuntary */
        uint64_t run_delay;
        int schedstat;
    } polling;
    struct cpu_place cpu;

    struct segment_table {
        struct segment **entry;
        uint32_t n, free_head;
    } segments;
    uint32_t n_lent; /* segments of host/linux/loan.h */
    struct list tracers; /* struct tracer.link */
    struct launchd launchd;
    struct orphans orphans;
    struct trim trim;
    struct machd_counters count;
};

/* A fresh id under which the process gets a segment. */
static inline uint32_t process_segment_id(struct process *process)
{
    process->next_segment_id += 2;
    return process->next_segment_id ? process->next_segment_id : (process->next_segment_id = 2);
}

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t clock_now(void);

/* The process with this pid that machd knows, or NULL. It may be dead already: see process_is_dead(). */
struct process *process_find(struct machd *m, int32_t pid);
