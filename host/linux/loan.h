/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/loan.h - segments that machd lends to one process to write for one other, and lends again (wire/trap.h)
 *
 * state    who may touch the bytes     leaves by
 * FREE     nobody                      loan_lend -> LENT; retired -> freed
 * LENT     the writer writes           loan_claim -> CARRIED; done by the writer -> FREE
 * CARRIED  nobody: it is in a message  loan_dropped -> READ if it was sent to somebody, else FREE
 * READ     the one it was sent to      done by that one -> FREE
 *
 * A loan belongs to its writer (a slot of process.lent) and dies with it, but for one that is carried. Once somebody
 * was given it, that process is its reader (on process.bound) and it is lent for no other. `retired`: it will not be
 * lent again, because the reader has forked, died, or was not the one who got the message; it is freed as soon as
 * it is FREE or READ.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/host_ops.h"
#include "base/list.h"

struct machd;
struct process;
struct segment;
struct thread;

enum loan_state { LOAN_FREE, LOAN_LENT, LOAN_CARRIED, LOAN_READ };

struct loan {
    enum loan_state state;
    bool retired;
    struct process *writer; /* NULL: has died */
    uint32_t slot;
    struct process *reader; /* NULL: nobody was given it yet */
    struct list bound_link; /* reader->bound */
    struct process *given;  /* to whom the present message went; NULL: it did not yet */
    uint32_t given_id;
    uint32_t ahead_id;      /* under which the reader got it before its message; 0: it did not */
    uint64_t last_lent;     /* ns */
};

/* host_ops */
void loan_lend(void *host, struct task *writer, struct task *reader, struct thread *waiting, uint64_t size,
               uint64_t value[3]);
void loan_done(void *host, struct task *task, uint32_t id);

/* ---- for segment.c ---- */

/* The segment that was lent to this process under `id` and is to be sent now. Changes nothing. NULL: there is none, it
 * is too short, or somebody other than its writer could write to it. */
struct segment *loan_claim_check(struct process *writer, uint32_t id, uint64_t size);
void loan_claim_commit(struct segment *segment);
/* The id under which this process got the descriptor while it was written; 0: it did not. */
uint32_t loan_ahead_id(const struct segment *segment, const struct process *process);
/* Its descriptor went to this process under `id`. */
void loan_given(struct machd *m, struct segment *segment, struct process *to, uint32_t id);
/* Its message is gone. */
void loan_dropped(struct machd *m, struct segment *segment);

/* ---- for process.c and fork.c ---- */

/* What this process was given is not lent again. */
void loans_retire_read(struct machd *m, struct process *reader);
/* The process, or its image, ends. */
void loans_end(struct machd *m, struct process *process);
