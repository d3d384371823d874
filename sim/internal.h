/* SPDX-License-Identifier: Apache-2.0 */
/* sim/internal.h - the records behind sim.h, shared by sim.c (who runs) and segment.c (memory that travels) */
#pragma once

#include "base/list.h"
#include "sim/coroutine.h"
#include "sim/sim.h"

/* state    meaning                                        becomes runnable when
 * RUN      runs, or may go on                             -
 * TRAP     the request in its page was not yet looked at  the kernel is done with it
 * KERNEL   waits in the kernel                            the kernel is done with it (thread_done)
 * SLEEP    until `until`                                  the clock gets there
 * WATCH    until is_ready(self)                           that holds, looked at before each choice
 * SETTLE   for the others                                 nothing else can happen without the clock
 * GONE     its stack is dropped at the next occasion      never
 */
enum { SIM_REGISTERS = 68 }; /* words: as many as a thread state of any processor has */

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

extern const struct host_ops sim_ops;

/* The errand of the reply in the page is done, and the page's request says what came of it. */
void sim_run_errand(struct trap_page *page);
void sim_segments_of_dead_task(struct sim_task *task);
uint64_t sim_n_segments(void);
void sim_segments_free(void);
/* host_ops.thread_done and .task_broken, in sim.c */
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
