/* SPDX-License-Identifier: Apache-2.0 */
/* base/host_ops.h - the one table through which the kernel leaves
 *
 * Implemented by host/linux (real processes), sim (virtual time, coroutines) and tests. The kernel calls
 * these while it works for a trap or an event; none may call back into the kernel. `struct thread` and
 * `struct task` are the kernel's; the host finds its own record in their `host` member.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct thread;
struct task;
struct task_identity;

/* A segment is memory that travels as a descriptor. 0 is no segment. */
typedef uint32_t segment_handle;
#define SEGMENT_OVER_LIMIT UINT32_MAX /* no handle */

/* What the host has to ask its system for is counted, too: a step is some 100 ns. */
enum {
    HOST_STEPS_OF_A_FILE = 16, /* a file of /proc */
    HOST_STEPS_OF_CLAIM = 6 * HOST_STEPS_OF_A_FILE,
    HOST_STEPS_OF_FIND = 16 * HOST_STEPS_OF_A_FILE, /* with some ancestors */
    HOST_STEPS_OF_PRIORITY = 4,
    HOST_BYTES_OF_A_STEP = 128, /* copied to or from a segment, with the pages for them */
};

/* What a process is and has used: bytes; CPU time in nanoseconds, of the threads that it has and of those that have ended. */
struct host_task_usage {
    uint64_t size, resident, resident_peak;
    uint64_t anonymous, files, swapped; /* parts of the resident ones, but for the last */
    uint64_t live_user, live_system, ended_user, ended_system;
    uint64_t faults, major_faults, switches;
};

/* What the machine does and has done since it was started. */
enum { HOST_LOADS = 3, HOST_CPU_STATES = 4 };
struct host_machine_usage {
    uint32_t load[HOST_LOADS]; /* averages of 1, 5 and 15 minutes, in thousandths */
    uint32_t n_cpus;
    const uint32_t (*ticks)[HOST_CPU_STATES]; /* of each: user, system, idle, nice, in units of 10 ms; the host's */
    uint64_t free, active, inactive, wired; /* pages */
    uint64_t faults, pages_in, pages_out;
};

/* CPU time in nanoseconds; the letter that Linux gives the state of a thread. */
struct host_thread_usage {
    uint64_t user, system;
    char state;
};

struct host_ops {
    /* The reply of this thread's last request stands in its page: publish it and see that the thread runs.
     * Called for the trapping thread too, as the last thing of its trap. */
    void (*thread_done)(void *host, struct thread *thread);

    /* The thread, which runs its program, shall stop: see that it makes a park trap soon (wire/trap.h). False: it never
     * will. NULL: this host stops nobody. */
    bool (*thread_stop)(void *host, struct thread *thread);

    /* A signal for the thread, as if the processor had made it. NULL: this host has no signals. */
    void (*thread_signal)(void *host, struct thread *thread, int signal);

    /* The thread's base priority is another one (T18). Called before thread_done of whoever waited for that. source: the
     * thread whose urgency that is, itself if its own; NULL: too far away to say. May be NULL. */
    void (*thread_priority)(void *host, struct thread *thread, int base, struct thread *source);

    /* The segment that this task registered under `id`, now owned by the kernel: 0 if there is none, if it is
     * shorter than size, or if anybody could still write to it or change its length; SEGMENT_OVER_LIMIT if it was not
     * taken because the task had reached a limit. */
    segment_handle (*segment_claim)(void *host, struct task *task, uint32_t id, uint64_t size);
    /* Copies bytes out of a segment; false if they are not there. Bounded work: the kernel asks for what was
     * charged. */
    bool (*segment_read)(void *host, segment_handle segment, uint64_t offset, void *bytes, uint64_t size);
    /* A sealed segment with these bytes; 0 when the machine has none to give. */
    segment_handle (*segment_make)(void *host, const void *bytes, uint64_t size);
    /* Hands the segment to the task's libmach; the result is the id under which the reply names it, 0 on
     * failure. The kernel keeps its own handle. */
    uint32_t (*segment_send)(void *host, struct task *task, segment_handle segment, uint64_t size);
    void (*segment_drop)(void *host, segment_handle segment);

    /* Memory of `size` zeroes that several tasks may map and write; 0 when there is none. NULL: this host has no such thing. */
    segment_handle (*segment_new)(void *host, uint64_t size);
    /* As segment_send, for one of those: the task may map it, and write it if `writable`. */
    uint32_t (*segment_share)(void *host, struct task *task, segment_handle segment, bool writable);

    /* A descriptor that the task registered under `id` as a file, without bytes: 0 if there is none,
     * SEGMENT_OVER_LIMIT as above. file_send hands another one of the same open file to the task, as segment_send does.
     * NULL: this host has no such thing. */
    segment_handle (*file_claim)(void *host, struct task *task, uint32_t id);
    uint32_t (*file_send)(void *host, struct task *task, segment_handle file);

    /* Lends `writer` a segment to write `size` bytes for `reader`, and tells it in the three values of
     * TRAP_SEGMENT_BORROW; an id of 0: it has to make one itself. waiting: the thread of the reader that would get a
     * message now, or NULL. NULL: this host lends none. */
    void (*segment_lend)(void *host, struct task *writer, struct task *reader, struct thread *waiting, uint64_t size,
                         uint64_t value[3]);
    /* The task says that it is done with a lent segment. The id is the task's word: it may be nonsense. */
    void (*segment_done)(void *host, struct task *task, uint32_t id);

    /* The task broke the trap protocol: end it. The kernel goes on as if it had asked for nothing;
     * kernel_task_died comes later, as an event. */
    void (*task_broken)(void *host, struct task *task, const char *why);

    /* The task has done what ends a process at once: kernel_task_died comes later, as an event. */
    void (*task_kill)(void *host, struct task *task, const char *why);

    /* Takes hold of a process that the parent has just made: it must live, be the parent's child, and of its user. Says who
     * it is, and gives the host's record of it. 0, or an error number of POSIX. NULL: this host makes none. */
    int (*process_claim)(void *host, struct task *parent, int32_t pid, struct task_identity *identity, void **record_p);
    /* The same for a living process without a record that the asker's user may control. *ancestor_p: the task whose child it
     * counts as, or NULL. NULL: there are no others. */
    int (*process_find)(void *host, struct task *asker, int32_t pid, struct task_identity *identity,
                        struct task **ancestor_p, void **record_p);
    /* The task of the record that those two gave; NULL: there is none after all. */
    void (*process_born)(void *host, void *record, struct task *task);
    /* Its creation was taken back: kernel_task_died comes later, as an event. */
    void (*process_unborn)(void *host, struct task *task);
    /* What kernel_process_ended was given as a zombie has been collected meanwhile: then the host has forgotten it. Told by
     * kernel_process_collected if nobody asks. */
    bool (*process_is_collected)(void *host, void *zombie);
    /* Whether the asker, which is not root's, has the user, the saved one too, and all groups of the target, which has never
     * changed its privileges (K105). NULL: yes. */
    bool (*task_permits)(void *host, struct task *asker, struct task *target);
    /* The command name of the task's process now, COMMAND_SIZE bytes. */
    void (*process_command)(void *host, struct task *task, char *command);
    /* How a process that a launchd left behind ended, as wait says. The start time is that of its stat
     * file. False: not known. NULL: this host collects none. */
    bool (*process_status)(void *host, int32_t pid, uint64_t start_time, int *status_p);

    /* Finds out what the task's process, or the machine, uses: kernel_task_usage() or kernel_machine_usage() comes later, as
     * an event, unless the task has died. False: it never will. NULL: this host tells nothing. */
    bool (*task_usage)(void *host, struct task *task);
    bool (*machine_usage)(void *host);

    /* What thread `tid` of the task has used; false if it is gone. */
    bool (*thread_usage)(void *host, struct task *task, int32_t tid, struct host_thread_usage *usage);

    /* The time of day, in nanoseconds since 1970. */
    uint64_t (*calendar_now)(void *host);

    /* One line for people and traces; may be NULL. */
    void (*log)(void *host, const char *line);
};
