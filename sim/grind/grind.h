/* SPDX-License-Identifier: Apache-2.0 */
/* sim/grind/grind.h - the grinder: random traps of honest and hostile tasks, and what must hold whatever they do
 *
 * A schedule is a number. It gives the size of everything (tasks, limits, length) and a list of steps, each of which draws
 * from a stream of its own, so that a schedule stays meaningful when steps are left out of it. A step is one thing
 * that can happen to a kernel: a trap of some thread, a signal, a death, a fork, an exec, time, a bit of the kernel's own
 * work. Most names are drawn from what the acting task really has, so that most calls get far.
 *
 *   honest tasks   two of them keep a conversation (pair.c): messages arrive once, in order, unchanged, from whom they say;
 *                  requests are answered or end with SEND_ONCE. Nobody else has rights to its ports.
 *   wild tasks     do anything at all, to each other and to what honest ones send them
 *   hostile tasks  change their pages besides: before a trap, while the kernel reads, and while they wait
 *
 * After each step the invariants of P4 hold; when all tasks have died, nothing is left. A broken assertion, a crash or a
 * hang is a find: run.c prints its number and the fewest steps that still show it, in words.
 */
#pragma once

#include "kernel/ipc/space.h"
#include "kernel/task/thread.h"
#include "sim/sim.h"

enum { MAX_TASKS = 8, MAX_THREADS = 4, MAX_STEPS = 96, MAX_SEGMENTS = 128, MAX_PROMISES = 4, MAX_ZOMBIES = 4 };

/* ---- the world ---- */

struct actor; /* a thread, the host's record */

struct being { /* a task */
    struct task *kernel; /* NULL: there is none */
    struct task_identity identity;
    bool is_honest, is_hostile;
    bool had_main;             /* its image's main thread has begun, and does so once */
    uint8_t n_threads;
    struct actor *threads[MAX_THREADS];
    mach_port_name_t old_name; /* was a name once, perhaps */
    uint64_t ticket;           /* of what it announced last */
    bool is_claimed;           /* for a child that the kernel is making */
    bool is_killed;            /* by the kernel: it dies before the next step */
    bool is_asked_about;       /* what it uses, and not answered yet */
    bool is_new, is_unborn;    /* since the trap that runs: it gets its first thread; it is to die */
};

struct actor {
    struct thread *kernel; /* NULL: there is none */
    struct being *task;
    struct trap_page *page;
    bool is_busy;  /* its request has not been answered */
    bool must_park; /* it was asked to, and will if it likes */
    void (*answered)(struct actor *actor); /* called once, in thread_done; NULL */
};

struct segment {
    uint8_t *bytes; /* NULL: free */
    uint64_t size;
    uint32_t kernel_refs;
    struct being *owner; /* by `id`; NULL: only the kernel's */
    uint32_t id;
};

/* What a schedule is like, drawn from its number. */
struct character {
    uint32_t n_steps;
    uint8_t n_wild;        /* tasks beside the honest pair */
    bool has_pair;         /* honest ones keep their conversation, nobody may touch it */
    bool memory_fails;     /* in traps of tasks that are not honest; no pair then */
    bool is_tight;         /* small limits; no pair then */
    bool has_root;         /* some task may do everything to every other; no pair then */
    bool has_loops;        /* much is done with workloops */
};

struct world {
    struct kernel *kernel;
    struct character character;
    struct sim_random random; /* of the present step */
    uint64_t now;
    int32_t next_pid;
    uint32_t next_segment;
    struct being tasks[MAX_TASKS];
    struct actor actors[MAX_TASKS * MAX_THREADS];
    struct segment segments[MAX_SEGMENTS];
    struct zombie {
        struct proc *proc; /* NULL: free */
        bool is_collected; /* the kernel has not heard of it yet */
    } zombies[MAX_ZOMBIES];
    struct inherit *inherit; /* taken some time ago, and not used yet */
    uint32_t inherit_uid;
    struct actor *mutating;  /* whose page changes while the kernel reads it; NULL */
    uint32_t fail_in;        /* allocations until they fail; 0: they do not */
    bool is_told;            /* steps are told in words */
    bool is_asked_about;     /* what the machine uses, and not answered yet */
};

extern struct world world;

/* A deterministic run of schedule `number`. keep: one byte for each step, 0 leaves it out; NULL keeps all. */
void grind_schedule(uint64_t number, const uint8_t *keep, bool is_told);
uint32_t grind_n_steps(uint64_t number);
/* The step that runs, for reports: steps begin at 0; n_steps: the end, when everybody dies. */
extern uint32_t grind_step_now;

/* ---- chance ---- */

static inline uint32_t draw(uint32_t n)
{
    return sim_random_below(&world.random, n);
}

static inline bool chance(uint32_t percent)
{
    return draw(100) < percent;
}

uint64_t draw_bits(void);

#define DRAW_FROM(...) \
    (((const uint64_t[]){ __VA_ARGS__ })[draw(sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))])

/* ---- words ---- */

void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- life (world.c) ---- */

void world_begin(const struct character *character);
/* Everybody dies in an order drawn from the step's stream; nothing may be left. */
void world_end(void);
/* NULL when there is no room or no memory for it. */
struct being *being_new(uint32_t uid, bool is_launchd, struct inherit *inherit);
void being_die(struct being *task, bool keep_space);
/* Another image in it, of that uid; without a thread as yet. False: there was no memory, and it is gone. */
bool being_exec(struct being *task, uint32_t uid);
struct actor *actor_new(struct being *task);
void actor_die(struct actor *actor);
/* The request in the actor's page is carried out, if its task may trap. */
void actor_trap(struct actor *actor, void (*answered)(struct actor *actor));
bool actor_may_trap(const struct actor *actor);
void actor_abort(struct actor *actor);
void time_passes(uint64_t nanoseconds);
/* Somebody collects some of those that have ended, too. */
void kernel_works(void);
void drain_all(void);
/* 0 when there is no room. */
uint32_t segment_new(struct being *owner, const void *bytes, uint64_t size);
/* What must hold between steps. */
void world_check(void);

/* ---- names (names.c) ---- */

enum wanted { ANY, SENDABLE, RECEIVABLE, ONCE, SETS, TASKS, THREADS, HOSTS, VOUCHERS, OBJECTS, N_WANTED };

/* A name of the task that fits, mostly; sometimes one that does not, or none. For honest tasks never one that belongs to
 * the conversation. */
mach_port_name_t name_of(const struct being *task, enum wanted wanted);
/* The entry, or NULL. */
struct entry *entry_of_name(const struct being *task, mach_port_name_t name);
/* A disposition that the entry can give, mostly. */
uint32_t disposition_for(const struct being *task, mach_port_name_t name, bool in_header);

/* ---- steps ---- */

void step_trap(struct actor *actor);    /* traps.c */
void step_message(struct actor *actor); /* message.c */
void step_call(struct actor *actor);    /* calls.c: a request to a kernel object */
void step_spawn(struct actor *actor);   /* spawn.c */
void step_event(struct actor *actor);   /* events.c */
void mutate(struct trap_page *page, unsigned n);

/* One argument by its letter:
 *   t own task   n name   r right   d delta   D disposition   i id of a notification   s small number
 *   w which one  g guard      p pid    m moment  f flags   u any 32 bits   q limit of a queue       h host or its like */
uint64_t draw_argument(const struct being *task, char letter);

/* A message that grows in the actor's page. */
struct builder {
    uint8_t *data;
    uint32_t at, room;
    uint32_t n_items;
    struct trap_item items[8];
    uint8_t blob[8][512];
};
void build_begin(struct builder *builder, struct actor *actor, mach_port_name_t dest, uint32_t how,
                 mach_port_name_t reply, uint32_t reply_how, int32_t id, bool is_complex);
void build_word(struct builder *builder, uint32_t word);
void build_bytes(struct builder *builder, const void *bytes, uint32_t size);
void build_port(struct builder *builder, mach_port_name_t name, uint32_t how);
void build_end(struct builder *builder, struct actor *actor, uint32_t option, uint32_t timeout);

/* ---- the conversation (pair.c) ---- */

void pair_begin(struct being *asker, struct being *clerk);
void pair_died(const struct being *task);
void pair_step(void);
/* Everything that was accepted has arrived; what was asked is answered or given up. */
void pair_end(void);
bool pair_owns(const struct being *task, mach_port_name_t name);
