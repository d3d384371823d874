/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/loan.c - see loan.h; the protocol and what must hold stand in wire/trap.h
 *
 * Sizes are powers of two, so that messages of about the same size find the same segment, and its pages. A file costs
 * memory only where it was written. What a process may hold in this way is bounded by slots and bytes; the one lent
 * longest ago gives way, and when all are on their way the writer makes sealed segments itself.
 */
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/linux/client.h"
#include "host/linux/loan.h"
#include "host/linux/machd.h"
#include "host/linux/process.h"
#include "host/linux/segment.h"
#include "host/linux/wake.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)
#define SIZE_LEAST (1ull << 16)
#define SIZE_MOST (1ull << 26)
#define PROGRESS_SIZE 4096u      /* behind the bytes: how far the writer has come */
#define AHEAD_LEAST (128u << 10) /* less is written before a reader is awake */
#define AHEAD_MOST 16u           /* segments that one process has before their messages */
#define BOUND_MOST 256u          /* loans that one process may be the reader of */

/* ---- life ---- */

static void clear_ahead(struct loan *loan)
{
    if (!loan->ahead_id)
        return;
    loan->ahead_id = 0;
    loan->reader->n_ahead--;
}

static void unbind_reader(struct segment *segment)
{
    struct loan *loan = &segment->loan;
    if (!loan->reader)
        return;
    list_remove(&loan->bound_link);
    clear_ahead(loan);
    loan->reader->n_bound--;
    loan->reader = NULL;
}

static void loan_free(struct machd *m, struct segment *segment)
{
    struct loan *loan = &segment->loan;
    ASSERT(!segment->handle);
    if (loan->ahead_id)
        segment_tell(m, loan->reader, -1, SEGMENT_VOID, 0, loan->ahead_id);
    unbind_reader(segment);
    if (loan->writer) {
        loan->writer->lent[loan->slot] = NULL;
        loan->writer->lent_bytes -= segment->size;
    }
    m->n_lent--;
    account_release(segment->account, ACCOUNT_SEGMENT_BYTES, segment->size);
    segment_free(segment);
}

/* It comes to rest in `state`, or ends. */
static void rest(struct machd *m, struct segment *segment, enum loan_state state)
{
    segment->loan.state = state;
    segment->loan.given = state == LOAN_FREE ? NULL : segment->loan.given;
    if (segment->loan.retired && (state == LOAN_FREE || state == LOAN_READ))
        loan_free(m, segment);
}

static void retire(struct machd *m, struct segment *segment)
{
    segment->loan.retired = true;
    rest(m, segment, segment->loan.state);
}

/* From now on it is for this process alone. False: it is somebody else's. */
static bool bind_reader(struct segment *segment, struct process *reader)
{
    struct loan *loan = &segment->loan;
    if (loan->reader == reader)
        return true;
    if (loan->reader || reader->n_bound >= BOUND_MOST)
        return false;
    loan->reader = reader;
    reader->n_bound++;
    list_append(&reader->bound, &loan->bound_link);
    return true;
}

/* ---- lending ---- */

static uint64_t size_class(uint64_t size)
{
    uint64_t class = SIZE_LEAST;
    while (class < size)
        class *= 2;
    return class;
}

/* The smallest that fits; one that the reader knows rather than one that nobody does. */
static struct segment *find_free(const struct process *writer, const struct process *reader, uint64_t size)
{
    struct segment *best = NULL;
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++) {
        struct segment *segment = writer->lent[i];
        if (!segment || segment->loan.state != LOAN_FREE || segment->size < size ||
            (segment->loan.reader && segment->loan.reader != reader))
            continue;
        if (!best || segment->size < best->size ||
            (segment->size == best->size && segment->loan.reader && !best->loan.reader))
            best = segment;
    }
    return best;
}

static bool free_slot(const struct process *writer, uint32_t *slot_p)
{
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++) {
        *slot_p = i;
        if (!writer->lent[i])
            return true;
    }
    return false;
}

static struct segment *oldest_free(const struct process *writer)
{
    struct segment *oldest = NULL;
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++) {
        struct segment *segment = writer->lent[i];
        if (segment && segment->loan.state == LOAN_FREE &&
            (!oldest || segment->loan.last_lent < oldest->loan.last_lent))
            oldest = segment;
    }
    return oldest;
}

static bool make_room(struct machd *m, struct process *writer, uint64_t size, uint32_t *slot_p)
{
    while ((writer->lent_bytes + size) >> 20 > m->config.process_lent_megabytes || !free_slot(writer, slot_p)) {
        struct segment *segment = oldest_free(writer);
        if (!segment)
            return false;
        loan_free(m, segment);
    }
    return true;
}

static int make_file(uint64_t size)
{
    int fd = memfd_create("machd-loan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 &&
        (ftruncate(fd, (off_t)size) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A segment pays for its size as long as it is there, whether something is on its way in it or not. */
static bool charge(struct account *account, uint64_t size)
{
    if (!account_charge(account, ACCOUNT_SEGMENT_BYTES, size))
        return false;
    if (segment_charge(account))
        return true;
    account_release(account, ACCOUNT_SEGMENT_BYTES, size);
    return false;
}

static struct segment *make_segment(struct account *account, uint64_t size)
{
    int fd = make_file(size + PROGRESS_SIZE);
    struct segment *segment = fd >= 0 ? calloc(1, sizeof(*segment)) : NULL;
    if (!segment) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    segment->account = account_get(account);
    segment->fd = fd;
    segment->size = size;
    return segment;
}

static struct segment *loan_new(struct machd *m, struct process *writer, uint64_t size)
{
    struct account *account = kernel_task_account(writer->task);
    uint32_t slot;
    if (!make_room(m, writer, size, &slot) || !charge(account, size))
        return NULL;
    struct segment *segment = make_segment(account, size);
    if (!segment) {
        account_release(account, ACCOUNT_SEGMENT_BYTES, size);
        segment_release(account);
        return NULL;
    }
    segment->is_lent = true;
    segment->loan.writer = writer;
    segment->loan.slot = slot;
    writer->lent[slot] = segment;
    writer->lent_bytes += size;
    m->n_lent++;
    return segment;
}

static uint32_t slots_of(const struct process *writer)
{
    uint32_t slots = 0;
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++)
        slots |= writer->lent[i] ? 1u << i : 0;
    return slots;
}

/* The thread that waits for the message may copy while the writer does. Once for each request that waits, so that nobody's
 * socket is filled in this way. */
static bool hint(struct machd *m, struct segment *segment, struct process *reader, struct thread *waiting,
                 uint64_t size)
{
    struct trap_thread *t = waiting ? kernel_thread_host(waiting) : NULL;
    bool has_it = segment->loan.ahead_id && segment->loan.reader == reader;
    if (!t || t->process != reader || (!has_it && reader->n_ahead >= AHEAD_MOST) || t->hinted == t->taken ||
        size < AHEAD_LEAST || m->polling.n_cpus < 2 || !bind_reader(segment, reader))
        return false;
    t->hinted = t->taken;
    uint32_t id = has_it ? segment->loan.ahead_id : process_segment_id(reader);
    if (!has_it && !segment_tell(m, reader, segment->fd, SEGMENT_READ, size, id))
        return false;
    segment->loan.ahead_id = id;
    reader->n_ahead += !has_it;
    t->page->ahead_request = t->taken;
    t->page->ahead_use = segment->id;
    t->page->ahead_size = size;
    t->page->ahead_progress = segment->size;
    atomic_store_explicit(&t->page->ahead, id, memory_order_release);
    wake_hint(m, t);
    return true;
}

void loan_lend(void *host, struct task *writer_task, struct task *reader_task, struct thread *waiting,
               uint64_t size, uint64_t value[3])
{
    struct machd *m = host;
    struct process *writer = kernel_task_host(writer_task), *reader = kernel_task_host(reader_task);
    if (size == 0 || size > SIZE_MOST)
        return;
    struct segment *segment = find_free(writer, reader, size);
    bool is_new = !segment;
    if (is_new && !(segment = loan_new(m, writer, size_class(size))))
        return;
    segment->id = process_segment_id(writer);
    if (is_new && !segment_tell(m, writer, segment->fd, SEGMENT_WRITE, segment->size, segment->id)) {
        loan_free(m, segment);
        return;
    }
    segment->loan.state = LOAN_LENT;
    segment->loan.last_lent = m->now;
    value[0] = segment->id | (uint64_t)segment->loan.slot << 32 | (is_new ? TRAP_LOAN_NEW : 0) |
               (hint(m, segment, reader, waiting, size) ? TRAP_LOAN_AHEAD : 0);
    value[1] = segment->size;
    value[2] = slots_of(writer) | (uint64_t)++writer->lent_sequence << 32;
}

/* ---- in a message ---- */

struct segment *loan_claim_check(struct process *writer, uint32_t id, uint64_t size)
{
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++) {
        struct segment *segment = writer->lent[i];
        if (segment && segment->loan.state == LOAN_LENT && segment->id == id)
            return size <= segment->size && (fcntl(segment->fd, F_GET_SEALS) & SEALS) == SEALS ? segment
                                                                                               : NULL;
    }
    return NULL;
}

void loan_claim_commit(struct segment *segment)
{
    ASSERT(segment->loan.state == LOAN_LENT);
    segment->loan.state = LOAN_CARRIED;
}

uint32_t loan_ahead_id(const struct segment *segment, const struct process *process)
{
    return segment->loan.reader == process ? segment->loan.ahead_id : 0;
}

/* What comes back to its writer is nothing new to it. */
void loan_given(struct machd *m, struct segment *segment, struct process *to, uint32_t id)
{
    struct loan *loan = &segment->loan;
    ASSERT(loan->state == LOAN_CARRIED && !loan->given);
    loan->given = to;
    loan->given_id = id;
    if (id == loan->ahead_id && to == loan->reader)
        clear_ahead(loan);
    if (to != loan->writer && !bind_reader(segment, to))
        loan->retired = true;
}

void loan_dropped(struct machd *m, struct segment *segment)
{
    ASSERT(segment->loan.state == LOAN_CARRIED);
    rest(m, segment, segment->loan.given ? LOAN_READ : LOAN_FREE);
}

static bool is_done_with(const struct segment *segment, const struct process *process, uint32_t id)
{
    const struct loan *loan = &segment->loan;
    return (loan->state == LOAN_LENT && loan->writer == process && segment->id == id) ||
           (loan->state == LOAN_READ && loan->given == process && loan->given_id == id);
}

void loan_done(void *host, struct task *task, uint32_t id)
{
    struct process *process = kernel_task_host(task);
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++) {
        if (process->lent[i] && is_done_with(process->lent[i], process, id)) {
            rest(host, process->lent[i], LOAN_FREE);
            return;
        }
    }
    list_for_each(node, &process->bound)
    {
        struct segment *segment = list_entry(node, struct segment, loan.bound_link);
        if (is_done_with(segment, process, id)) {
            rest(host, segment, LOAN_FREE);
            return;
        }
    }
}

/* ---- ends ---- */

void loans_retire_read(struct machd *m, struct process *reader)
{
    list_for_each_safe(node, &reader->bound) retire(m, list_entry(node, struct segment, loan.bound_link));
}

static void lose_writer(struct machd *m, struct segment *segment)
{
    struct loan *loan = &segment->loan;
    loan->writer->lent[loan->slot] = NULL;
    loan->writer->lent_bytes -= segment->size;
    loan->writer = NULL;
    loan->retired = true;
    if (loan->state == LOAN_LENT)
        loan->state = LOAN_FREE;
    rest(m, segment, loan->state);
}

static void lose_reader(struct machd *m, struct segment *segment)
{
    unbind_reader(segment);
    retire(m, segment);
}

void loans_end(struct machd *m, struct process *process)
{
    list_for_each_safe(node, &process->bound) /* first: it is to be told nothing more */
        lose_reader(m, list_entry(node, struct segment, loan.bound_link));
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++)
        if (process->lent[i])
            lose_writer(m, process->lent[i]);
    ASSERT(list_is_empty(&process->bound) && !process->lent_bytes);
}
