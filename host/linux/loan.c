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

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)
#define SIZE_LEAST (1ull << 16)
#define SIZE_MOST (1ull << 26)
#define BOUND_MOST 256u /* loans that one process may be the reader of */

/* ---- life ---- */

static void unbind(struct segment *segment)
{
    struct loan *loan = &segment->loan;
    if (!loan->reader)
        return;
    list_remove(&loan->bound_link);
    loan->reader->n_bound--;
    loan->reader = NULL;
}

static void loan_free(struct machd *m, struct segment *segment)
{
    struct loan *loan = &segment->loan;
    ASSERT(!segment->handle);
    unbind(segment);
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
    int fd = make_file(size);
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

void loan_lend(void *host, struct task *writer_task, struct task *reader_task, uint64_t size,
               uint64_t value[3])
{
    struct machd *m = host;
    struct process *writer = kernel_task_host(writer_task), *reader = kernel_task_host(reader_task);
    if (size == 0 || size > SIZE_MOST)
        return;
    size = size_class(size);
    struct segment *segment = find_free(writer, reader, size);
    bool is_new = !segment;
    if (is_new && !(segment = loan_new(m, writer, size)))
        return;
    segment->id = process_segment_id(writer);
    if (is_new && !segment_tell(m, writer, segment, SEGMENT_WRITE, segment->size, segment->id)) {
        loan_free(m, segment);
        return;
    }
    segment->loan.state = LOAN_LENT;
    segment->loan.last_lent = m->now;
    value[0] = segment->id | (uint64_t)segment->loan.slot << 32 | (is_new ? TRAP_LOAN_NEW : 0);
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

/* What comes back to its writer is nothing new to it. */
void loan_given(struct machd *m, struct segment *segment, struct process *to, uint32_t id)
{
    struct loan *loan = &segment->loan;
    ASSERT(loan->state == LOAN_CARRIED && !loan->given);
    loan->given = to;
    loan->given_id = id;
    if (to == loan->writer || to == loan->reader)
        return;
    if (loan->reader || to->n_bound >= BOUND_MOST) {
        loan->retired = true;
        return;
    }
    loan->reader = to;
    to->n_bound++;
    list_append(&to->bound, &loan->bound_link);
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
    unbind(segment);
    retire(m, segment);
}

void loans_end(struct machd *m, struct process *process)
{
    for (uint32_t i = 0; i < TRAP_LOAN_SLOTS; i++)
        if (process->lent[i])
            lose_writer(m, process->lent[i]);
    list_for_each_safe(node, &process->bound)
        lose_reader(m, list_entry(node, struct segment, loan.bound_link));
    ASSERT(list_is_empty(&process->bound) && !process->lent_bytes);
}
