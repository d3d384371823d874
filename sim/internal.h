/* SPDX-License-Identifier: Apache-2.0 */
/* sim/internal.h - the records behind sim.h, shared by sim.c (who runs), tasks.c (who is there), host.c (what the kernel asks)
 * and segment.c (memory that travels) */
#pragma once

#include "base/list.h"
#include "sim/coroutine.h"
#include "sim/sim.h"

enum { SIM_REGISTERS = 68 }; /* words: as many as a thread state of any processor has */

/* state    meaning                                        becomes runnable when
 * RUN      runs, or may go on                             -
 * TRAP     the request in its page was not yet looked at  the kernel is done with it
 * KERNEL   waits in the kernel                            the kernel is done with it (thread_done)
 * SLEEP    until `until`                                  the clock gets there
 * WATCH    until is_ready(self)                           that holds, looked at before each choice
 * SETTLE   for the others                                 nothing else can happen without the clock
 * GONE     its stack is dropped at the next occasion      never
 */
enum sim_state { SIM_RUN, SIM_TRAP, SIM_KERNEL, SIM_SLEEP, SIM_WATCH, SIM_SETTLE, SIM_GONE };

struct sim_thread {
    struct list all;  /* sim.threads, in order of birth */
    struct sim_task *task;
    struct coroutine *coroutine;
    struct thread *kernel; /* NULL when it ended */
    struct trap_page *page;
    struct lib_thread library;
    enum sim_state state;
    uint32_t done; /* number of the last completed request */
    uint64_t until;
    bool (*is_ready)(struct sim_thread *self);
    void *watched;
    void *(*body)(void *argument);
    void *argument;
    void *result;
    int32_t tid;
    bool must_park, is_parking; /* sim_thread_stop */
    bool is_doomed;             /* to end at the next occasion */
    bool is_away;               /* with an errand, before it parks again */
    struct trap_page *below;    /* while it is parking: the page as it was */
    uint32_t registers[SIM_REGISTERS];
};

struct sim_task {
    struct list all; /* sim.tasks, in order of birth */
    struct task *kernel; /* NULL when it died */
    struct lib_task library;
    struct task_identity identity;
    int (*body)(void *argument);
    void *argument;
    int exit_value;
    bool is_broken; /* to be killed at the next occasion */
    bool is_asked_about; /* what it uses, and the answer has not come yet */
    struct sim_task *announced_by; /* not made yet; else NULL */
    uintptr_t word[SIM_TASK_WORDS];
};

enum { SIM_FIRST_PID = 100, SIM_END_OF_PIDS = 99999 };

struct simulation {
    struct kernel *kernel;
    struct sim_random random;
    uint64_t now;
    struct list tasks, threads;
    struct sim_thread *current, *first;
    struct coroutine *to_free; /* the stack that was left for good by the last switch */
    uint64_t unchecked;        /* grows with each trap by what exists: a check is due when it is large */
    char *deadlock;
    bool is_asked_about; /* what the machine uses, and the answer has not come yet */
    int32_t last_id;
    bool has_wrapped;
};

extern struct simulation sim;
extern const struct host_ops sim_ops;

/* ---- sim.c ---- */

/* The invariants and the oracle, always while little exists, now and then when much does. */
void sim_check_invariants(void);
/* The first thing on a stack that was switched to. */
void sim_after_switch(void);
/* Gives up control for ever: the running thread is gone. */
_Noreturn void sim_leave_for_good(void);

/* ---- tasks.c ---- */

struct sim_task *sim_task_new(struct inherit *inherit);
struct sim_thread *sim_thread_new(struct sim_task *task, int32_t tid);
/* As by kill -9 if exit_value is negative. Nothing if it is dead. */
void sim_task_die(struct sim_task *task, int exit_value);
void sim_thread_die(struct sim_thread *thread);
/* Those that is_broken says it of. */
void sim_kill_broken(void);
void sim_records_free(void);

/* ---- host.c ---- */

/* Its page holds a park trap until the kernel is done with that. */
void sim_park(struct sim_thread *thread);
/* One whose usage the kernel waits for; NULL: none. */
struct sim_task *sim_task_asked_about(void);
void sim_answer_about(struct sim_task *task);
void sim_answer_about_machine(void);

/* ---- errand.c, segment.c ---- */

/* The errand of the reply in the page is done, and the page's request says what came of it. */
void sim_run_errand(struct trap_page *page);
void sim_segments_of_dead_task(struct sim_task *task);
uint64_t sim_n_segments(void);
void sim_segments_free(void);

/* ---- host_ops, in host.c ---- */

void sim_thread_done(void *host, struct thread *thread);
void sim_task_kill(void *host, struct task *task, const char *why);
bool sim_thread_stop(void *host, struct thread *thread);
void sim_thread_signal(void *host, struct thread *thread, int signal);
void sim_task_broken(void *host, struct task *task, const char *why);
bool sim_task_usage(void *host, struct task *task);
bool sim_machine_usage(void *host);
uint64_t sim_calendar_now(void *host);
int sim_process_claim(void *host, struct task *parent, int32_t pid, struct task_identity *identity, void **record_p);
void sim_process_born(void *host, void *record, struct task *task);
void sim_process_unborn(void *host, struct task *task);
void sim_process_command(void *host, struct task *task, char *command);
