/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/thread.c - registered threads
 *
 * A trap area is one memfd with a page for each of 64 threads, sealed against change of size. machd keeps the mapping and
 * gives the descriptor away. The client may write anything at any time: request and abort words are read once, and the word
 * may only advance by 1, or by 2 when the second is an abort of the first (wire/trap.h). Anything else ends the client.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mach/kern_return.h>

#include "host/linux/fair.h"
#include "host/linux/machd.h"
#include "host/linux/polling.h"
#include "host/linux/priority.h"
#include "host/linux/process.h"
#include "host/linux/thread.h"
#include "host/linux/user.h"
#include "host/linux/wake.h"

#define AREA_SIZE ((size_t)TRAP_AREA_SLOTS * TRAP_PAGE_SIZE)
#define LOOKS_PER_REGISTRATION 4u

_Static_assert(TRAP_AREA_SLOTS == 64, "a bit of a word for each");

/* ---- areas ---- */

static int map_area(struct trap_area *area)
{
    area->fd = memfd_create("machd-trap", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (area->fd < 0)
        return -errno;
    if (ftruncate(area->fd, (off_t)AREA_SIZE) != 0 ||
        fcntl(area->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return -errno;
    void *base = mmap(NULL, AREA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, area->fd, 0);
    if (base == MAP_FAILED)
        return -errno;
    area->base = base;
    return 0;
}

static void area_free(struct trap_area *area)
{
    if (area->base)
        munmap(area->base, AREA_SIZE);
    if (area->fd >= 0)
        close(area->fd);
    free(area);
}

/* An area is memory shared with the client, and a record in the heap. */
static bool charge_areas(struct account *account, uint32_t n)
{
    if (!account_charge(account, ACCOUNT_SEGMENT_BYTES, n * AREA_SIZE))
        return false;
    if (account_charge(account, ACCOUNT_BYTES, n * sizeof(struct trap_area)))
        return true;
    account_release(account, ACCOUNT_SEGMENT_BYTES, n * AREA_SIZE);
    return false;
}

static void release_areas(struct account *account, uint32_t n)
{
    account_release(account, ACCOUNT_SEGMENT_BYTES, n * AREA_SIZE);
    account_release(account, ACCOUNT_BYTES, n * sizeof(struct trap_area));
}

bool areas_charge(const struct connection *connection, struct account *account)
{
    return charge_areas(account, connection->n_areas);
}

void areas_release(const struct connection *connection)
{
    release_areas(connection->account, connection->n_areas);
}

int area_new(struct machd *m, struct connection *connection)
{
    if (connection->n_areas == AREAS_MAX)
        return -EMFILE;
    if (!charge_areas(connection->account, 1))
        return -ENOMEM;
    struct trap_area *area = calloc(1, sizeof(*area));
    int error = area ? map_area(area) : -ENOMEM;
    if (!error) {
        connection->area[connection->n_areas++] = area;
        return 0;
    }
    if (area)
        area_free(area);
    release_areas(connection->account, 1);
    return error;
}

void areas_free(struct connection *connection)
{
    for (uint32_t i = 0; i < connection->n_areas; i++)
        area_free(connection->area[i]);
    areas_release(connection);
    connection->n_areas = 0;
}

/* The lowest free slot, so that the first slot of an area is the first one used of it. */
static bool find_slot(struct connection *connection, uint32_t *slot_p)
{
    for (uint32_t slot = 0; slot < connection->n_areas * TRAP_AREA_SLOTS; slot++) {
        if (!connection->area[slot / TRAP_AREA_SLOTS]->slot[slot % TRAP_AREA_SLOTS]) {
            *slot_p = slot;
            return true;
        }
    }
    return false;
}

static int take_slot(struct machd *m, struct connection *connection, uint32_t *slot_p)
{
    if (find_slot(connection, slot_p))
        return 0;
    int error = area_new(m, connection);
    return error ? error : find_slot(connection, slot_p) ? 0 : -ENOMEM;
}

static struct trap_thread **slot_of(struct connection *connection, uint32_t slot)
{
    return &connection->area[slot / TRAP_AREA_SLOTS]->slot[slot % TRAP_AREA_SLOTS];
}

struct trap_thread *thread_at(struct connection *connection, uint32_t slot)
{
    return slot < connection->n_areas * TRAP_AREA_SLOTS ? *slot_of(connection, slot) : NULL;
}

/* ---- registration ---- */

static bool is_thread_of(int32_t pid, int32_t tid)
{
    return tid > 0 && (syscall(SYS_tgkill, pid, tid, 0) == 0 || errno == EPERM);
}

/* Threads that ended without a word (a raw exit) are noticed when their process registers others. A few looks each time,
 * taken in turn: the cost of a registration must not grow with the number of threads. */
static void look_for_dead_threads(struct machd *m, struct process *process)
{
    for (uint32_t i = 0; i < LOOKS_PER_REGISTRATION; i++) {
        struct list *node = list_first(&process->threads);
        if (!node)
            return;
        struct trap_thread *t = list_entry(node, struct trap_thread, link);
        list_remove(node);
        list_append(&process->threads, node);
        if (!is_thread_of(process->pid, t->tid))
            thread_gone(m, t);
    }
}

/* The same number again on the same connection is another thread: the one before it ended unheard. */
static void end_namesake(struct machd *m, struct connection *connection, int32_t tid)
{
    for (uint32_t slot = 0; slot < connection->n_areas * TRAP_AREA_SLOTS; slot++) {
        struct trap_thread *t = thread_at(connection, slot);
        if (t && t->tid == tid)
            thread_gone(m, t);
    }
}

static void prepare_page(struct trap_thread *t)
{
    memset(t->page, 0, sizeof(*t->page));
    t->word = wake_word(t->connection->user->table, t->wake);
}

static struct trap_thread *thread_make(struct connection *connection, int32_t tid, uint32_t slot)
{
    if (!account_charge(connection->account, ACCOUNT_BYTES, sizeof(struct trap_thread)))
        return NULL;
    struct trap_thread *t = calloc(1, sizeof(*t));
    if (!t) {
        account_release(connection->account, ACCOUNT_BYTES, sizeof(*t));
        return NULL;
    }
    t->process = t->nice.process = connection->process;
    t->connection = connection;
    t->tid = t->nice.tid = tid;
    t->slot = slot;
    t->page =
        (void *)(connection->area[slot / TRAP_AREA_SLOTS]->base + (slot % TRAP_AREA_SLOTS) * TRAP_PAGE_SIZE);
    t->wake = user_take_line(connection->user);
    return t;
}

static void thread_discard(struct trap_thread *t)
{
    account_release(t->connection->account, ACCOUNT_BYTES, sizeof(*t));
    free(t);
}

static void thread_link(struct trap_thread *t)
{
    *slot_of(t->connection, t->slot) = t;
    list_append(&t->process->threads, &t->link);
    t->process->n_threads++;
}

int trap_thread_new(struct machd *m, struct connection *connection, int32_t tid, struct trap_thread **thread_p)
{
    struct process *process = connection->process;
    uint32_t slot;
    if (!is_thread_of(process->pid, tid))
        return KERN_INVALID_ARGUMENT;
    look_for_dead_threads(m, process);
    end_namesake(m, connection, tid);
    if (take_slot(m, connection, &slot) != 0)
        return KERN_RESOURCE_SHORTAGE;
    struct trap_thread *t = thread_make(connection, tid, slot);
    if (t && t->wake != TRAP_NO_WORD) {
        prepare_page(t);
        t->thread = kernel_thread_new(m->kernel, process->task, tid, t->page, t);
    }
    if (!t || !t->thread) {
        if (t && t->wake != TRAP_NO_WORD)
            user_give_line(connection->user, t->wake);
        if (t)
            thread_discard(t);
        return KERN_RESOURCE_SHORTAGE;
    }
    if (tid == process->pid)
        priority_hand_over(m, &process->main, &t->nice);
    thread_link(t);
    *thread_p = t;
    return KERN_SUCCESS;
}

static void thread_free(struct machd *m, struct trap_thread *t)
{
    ASSERT(t != m->trapping);
    polling_cool(m, t);
    fair_remove_thread(m, t);
    wake_seen(t);
    priority_forget(&t->nice);
    user_give_line(t->connection->user, t->wake);
    *slot_of(t->connection, t->slot) = NULL;
    list_remove(&t->link);
    t->process->n_threads--;
    thread_discard(t);
}

void thread_gone(struct machd *m, struct trap_thread *t)
{
    kernel_thread_died(m->kernel, t->thread);
    thread_free(m, t);
}

void threads_free(struct machd *m, struct process *process)
{
    list_for_each_safe(node, &process->threads)
    {
        struct trap_thread *t = list_entry(node, struct trap_thread, link);
        wake_lost(t);
        thread_free(m, t);
    }
}

void threads_of_connection_gone(struct machd *m, struct connection *connection)
{
    for (uint32_t slot = 0; slot < connection->n_areas * TRAP_AREA_SLOTS; slot++) {
        struct trap_thread *t = thread_at(connection, slot);
        if (t) {
            kernel_thread_died(m->kernel, t->thread);
            wake_lost(t);
            thread_free(m, t);
        }
    }
}

/* ---- requests ---- */

static uint32_t read_request(const struct trap_thread *t)
{
    return atomic_load_explicit(&t->page->request, memory_order_acquire);
}

bool thread_has_request(const struct trap_thread *t)
{
    return read_request(t) != t->taken;
}

static uint32_t carry_out(struct machd *m, struct trap_thread *t, uint32_t number)
{
    t->taken = number;
    t->is_streaming = kernel_thread_only_sent(t->thread) && m->now - t->last_trap < STREAM_GAP;
    t->last_trap = m->now;
    t->process->n_traps++;
    t->connection->n_traps++;
    m->count.traps++;
    cpu_heard(m, t);
    wake_seen(t);
    wake_begin(m, t);
    uint32_t steps = kernel_trap(m->kernel, t->thread, m->now);
    wake_finish(m);
    return steps ? steps : 1;
}

/* `number` takes back the request before it, which waits or is complete; either way its reply stands in the page then. */
static uint32_t take_back(struct machd *m, struct trap_thread *t, uint32_t number)
{
    m->count.aborts++;
    t->connection->n_traps++;
    t->taken = number;
    wake_begin(m, t);
    if (kernel_thread_waits(t->thread))
        kernel_abort(m->kernel, t->thread);
    t->done = !kernel_thread_waits(t->thread); /* it may be held back: the answer comes when it may run */
    wake_finish(m);
    return 1;
}

/* A request that arrives together with its abort. The wake lines of the first are lost with it, and those wakes become late
 * ones. */
static uint32_t take_both(struct machd *m, struct trap_thread *t, uint32_t number)
{
    uint32_t steps = carry_out(m, t, number - 1);
    return steps + take_back(m, t, number);
}

uint32_t thread_take(struct machd *m, struct trap_thread *t)
{
    uint32_t number = read_request(t);
    bool is_abort = atomic_load_explicit(&t->page->abort, memory_order_relaxed) == number;
    uint32_t advance = number - t->taken;
    if (t->process->broken || advance == 0)
        return 1;
    polling_warm(m, t);
    if (advance == 1 && is_abort)
        return take_back(m, t, number);
    if (advance == 1 && !kernel_thread_waits(t->thread))
        return carry_out(m, t, number);
    if (advance == 2 && is_abort && !kernel_thread_waits(t->thread))
        return take_both(m, t, number);
    process_break(m, t->process, "its request word jumped");
    return 1;
}

static uint32_t look_at_area(struct machd *m, struct trap_area *area)
{
    _Atomic uint64_t *word = trap_rung((void *)area->base);
    uint64_t rung = atomic_load_explicit(word, memory_order_relaxed) ? atomic_exchange(word, 0) : 0;
    uint32_t n = 0;
    for (; rung; rung &= rung - 1) {
        struct trap_thread *t = area->slot[__builtin_ctzll(rung)];
        if (t && thread_has_request(t)) {
            fair_add(m, t);
            n++;
        }
    }
    return n;
}

uint32_t threads_look(struct machd *m, struct connection *connection)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < connection->n_areas; i++)
        n += look_at_area(m, connection->area[i]);
    return n;
}
