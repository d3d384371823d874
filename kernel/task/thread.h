/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/task/thread.h - a thread: its ports, and the page through which it traps (K28-K32, K36, K41) */
#pragma once

#include "kernel/ipc/wait.h"
#include "kernel/task/fault.h"
#include "kernel/task/task.h"

struct kqueue;
struct trap_page;

/* As asked for, in units of mach_absolute_time(). */
struct time_constraint {
    uint32_t period, computation, constraint;
    bool is_preemptible;
};

/* state  the thread                               holds          leaves by
 * NONE   runs, or is in a trap                     nothing        thread_ask, thread_parked
 * ASKED  has been signalled and is about to park   nothing        thread_parked, its end
 * HERE   is in its park trap                       its registers  thread_leaves_trap, its end
 * AWAY   left it for an errand, and comes back     its registers  thread_returns, its end
 */
enum thread_park { PARK_NONE, PARK_ASKED, PARK_HERE, PARK_AWAY };

struct registers; /* kernel/task/stop.h */
struct deferred;

/* K209: what it gets when it parks next. */
struct due_guard {
    bool is_due, is_fatal;
    int64_t code[2];
};

struct thread {
    struct ipc_thread ipc; /* first: IPC's pointer is ours */
    struct list link;      /* task->threads */
    struct task *task;
    int32_t tid;
    bool is_main;          /* F8 */
    uint64_t began; /* when its last trap was taken, for traces */
    uint64_t arg[7]; /* of its last trap but mach_msg, as they were read: for traces */
    bool is_trapping, is_done; /* its trap is being served: it is published last, if it is done by then */
    struct trap_page *page;
    char name[64];         /* T22; "": none */
    struct {
        uint64_t at, used; /* nanoseconds */
        int32_t usage;     /* thousandths of a CPU (K225) */
    } sample;
    struct time_constraint time_constraint; /* if the thread is real-time */
    uint32_t latency_tier, throughput_tier; /* as asked for (T26); nothing follows from them */
    struct port *control;
    struct flavored_ports flavored;
    struct right settable_self;
    struct right voucher; /* type 0: none */
    struct exception_actions *exceptions; /* NULL: never set (K29) */
    struct kqueue *services;    /* the workloop that it is bound to; NULL: none */
    struct list owned;          /* struct kqueue.owned */
    uint32_t n_owned_of_class[SCHED_QOS_COUNT]; /* workloops whose owner it is, by class (T149) */
    bool is_pooled;             /* one of its task's pool */
    uint32_t stops;               /* K147 */
    enum thread_park park;
    bool is_in_trap;              /* its request was taken, and not answered yet */
    bool is_held;                 /* the answer is complete, and held back */
    struct registers *registers;  /* NULL: not known */
    struct fault fault;           /* while it is parked for one */
    struct due_guard guard;
    struct deferred *errand;      /* that it is away for; NULL: none, or nobody wants it any more */
    struct list waiting;          /* struct deferred.link: for it to stop */
    struct list deferred;         /* struct deferred.of_caller: its calls that wait for others */
    uint32_t n_deferred;
    struct port *special_reply; /* bound special reply port, a reference; NULL (K41) */
    void *host;
};

static inline struct thread *thread_of_ipc(struct ipc_thread *thread)
{
    return container_of(thread, struct thread, ipc);
}

/* page NULL: a thread that makes no traps. The main thread of a task that was there before its library is given its page.
 * NULL result: limit or no memory. */
struct thread *thread_new(struct task *task, int32_t tid, struct trap_page *page);
/* The host is to be told its priority, also if that has not changed. */
void thread_tell(struct thread *thread);
/* K31, first half: out of its wait, without a result, and detached from its ports; its page may go.
 * Idempotent. */
void thread_disable(struct thread *thread);
/* K31: disabled, its ports destroyed, freed. */
void thread_finish(struct thread *thread);

struct thread *thread_of_port(struct port *port);

struct right thread_self_right(struct thread *thread);
/* The name of a fresh special reply port, MACH_PORT_NULL if it cannot be made; the old one is unbound first
 * (K41, K42). */
mach_port_name_t thread_special_reply_port(struct thread *thread);

/* which: THREAD_*_PORT (K85-K88, K91) */
kern_return_t thread_get_special(struct thread *thread, int which, struct right *right_p);
kern_return_t thread_set_special(struct thread *thread, int which, struct right right); /* consumes on success */
