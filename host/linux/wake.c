/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/wake.c - publishing results, and who makes the wake-ups */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/linux/machd.h"
#include "host/linux/polling.h"
#include "host/linux/wake.h"

#define WAKE_DEADLINE (50 * MICROSECOND)
#define DEFERRED_DEADLINE (100 * MICROSECOND)

/* Whoever maps the table may wait on any word of it, and would take a wake meant for another. So more than one is woken at a time,
 * though not all: how many there are is up to clients. False: there may be more. */
static bool futex_wake(_Atomic uint32_t *word)
{
    return syscall(SYS_futex, word, FUTEX_WAKE, TRAP_WAKE_MAX, NULL, NULL, 0) < TRAP_WAKE_MAX;
}

static bool sleeps(const struct trap_thread *t)
{
    return atomic_load_explicit(&t->page->sleeping, memory_order_relaxed) != 0;
}

/* machd stores, fences, and reads `sleeping`; the client stores that, fences, and reads the word: one sees the other. */
static void store_word(struct trap_thread *t)
{
    t->published = t->taken;
    atomic_store_explicit(t->word, t->taken, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
}

static bool has_seen(const struct trap_thread *t)
{
    uint32_t seen = atomic_load_explicit(&t->page->seen, memory_order_relaxed);
    return (int32_t)(seen - t->published) >= 0;
}

static void note_outstanding(struct machd *m, struct trap_thread *t)
{
    wake_seen(t);
    t->wake_due = m->now + WAKE_DEADLINE;
    list_append(&m->outstanding, &t->outstanding_link);
}

/* Its own sleeper may stand behind a crowd of others: then it is looked at again, like one whose wake was delegated. */
static void wake_now(struct machd *m, struct trap_thread *t)
{
    wake_seen(t);
    m->count.wakes++;
    cpu_woke(m, t);
    if (!futex_wake(t->word))
        note_outstanding(m, t);
}

static bool may_delegate(const struct machd *m, const struct trap_thread *t)
{
    return m->trapping && m->n_delegates < TRAP_MAX_WAKES && m->trapping->process->user == t->process->user &&
           polling_is_likely(m);
}

/* Whoever sends one message after the other, and waits for no answer, is better left alone by a receiver that would run
 * on the same CPU: woken at once it pushes the sender off after each message, woken a little later it finds many. */
static bool is_streamed_to(const struct machd *m, const struct trap_thread *t)
{
    const struct trap_thread *sender = m->trapping;
    return sender->is_streaming && kernel_thread_only_sent(sender->thread) && cpu_of(sender) == cpu_of(t) &&
           polling_is_likely(m);
}

/* A sender whose message was let into a full queue is in no hurry: there is room for one more. Woken at once, it would
 * be back to wait with the next message; meanwhile the receiver makes room for many. */
static bool may_defer(const struct machd *m, const struct trap_thread *t)
{
    return m->trapping && (kernel_thread_only_sent(t->thread) || is_streamed_to(m, t));
}

static void defer(struct machd *m, struct trap_thread *t)
{
    t->wake_due = m->now + DEFERRED_DEADLINE;
    list_append(&m->deferred, &t->outstanding_link);
    m->count.deferred++;
}

void wake_begin(struct machd *m, struct trap_thread *t)
{
    ASSERT(!m->trapping);
    m->trapping = t;
    m->n_delegates = 0;
    t->done = false;
}

static void wake_or_delegate(struct machd *m, struct trap_thread *t)
{
    if (!sleeps(t))
        return;
    if (may_delegate(m, t))
        m->delegates[m->n_delegates++] = t;
    else
        wake_now(m, t);
}

void wake_hint(struct machd *m, struct trap_thread *t)
{
    atomic_thread_fence(memory_order_seq_cst);
    wake_or_delegate(m, t);
}

void wake_done(struct machd *m, struct trap_thread *t)
{
    if (t == m->trapping) {
        t->done = true; /* its wake lines are not known before the kernel returns */
        return;
    }
    wake_seen(t);
    store_word(t);
    if (sleeps(t) && may_defer(m, t))
        defer(m, t);
    else
        wake_or_delegate(m, t);
}

void wake_publish(struct machd *m, struct trap_thread *t)
{
    store_word(t);
    if (sleeps(t))
        wake_now(m, t);
}

/* Old ones belong to another request, and say so. */
static void write_wake_lines(struct machd *m, struct trap_thread *t)
{
    if (m->n_delegates == 0)
        return;
    for (uint32_t i = 0; i < m->n_delegates; i++)
        t->page->wake[i] = m->delegates[i]->wake;
    t->page->n_wakes = m->n_delegates;
    t->page->wake_request = t->taken;
}

/* A trapper that sleeps already will not look at its wake lines before it is woken itself. */
static void make_delegated_wakes(struct machd *m)
{
    for (uint32_t i = 0; i < m->n_delegates; i++)
        wake_now(m, m->delegates[i]);
}

static void note_delegated(struct machd *m)
{
    for (uint32_t i = 0; i < m->n_delegates; i++)
        note_outstanding(m, m->delegates[i]);
    m->count.delegated += m->n_delegates;
}

/* Now that it waits, others may as well run. */
static void make_deferred_wakes(struct machd *m)
{
    for (struct list *node; (node = list_first(&m->deferred));)
        wake_now(m, list_entry(node, struct trap_thread, outstanding_link));
}

void wake_finish(struct machd *m)
{
    struct trap_thread *t = m->trapping;
    m->trapping = NULL;
    if (!t->done)
        make_deferred_wakes(m);
    write_wake_lines(m, t);
    if (t->done) {
        store_word(t);
    } else {
        atomic_store_explicit(&t->page->accepted, t->taken, memory_order_release);
        atomic_thread_fence(memory_order_seq_cst);
    }
    if (!sleeps(t)) {
        note_delegated(m);
        return;
    }
    make_delegated_wakes(m);
    if (t->done)
        wake_now(m, t);
}

static void make_late(struct machd *m, struct trap_thread *t)
{
    bool seen = has_seen(t);
    wake_seen(t);
    if (seen)
        return;
    m->count.late_wakes++;
    if (!futex_wake(t->word))
        note_outstanding(m, t);
}

static struct trap_thread *first_due(struct list *list, uint64_t now)
{
    struct list *node = list_first(list);
    struct trap_thread *t = node ? list_entry(node, struct trap_thread, outstanding_link) : NULL;
    return t && t->wake_due <= now ? t : NULL;
}

void wake_run(struct machd *m, uint64_t now)
{
    struct trap_thread *t;
    while ((t = first_due(&m->outstanding, now)))
        make_late(m, t);
    while ((t = first_due(&m->deferred, now)))
        wake_now(m, t);
}

/* Each once: what has to be looked at again, like what is deferred, has a deadline of its own. */
void wake_run_all(struct machd *m)
{
    uint32_t n = 0;
    list_for_each(node, &m->outstanding) n++;
    for (; n > 0; n--)
        make_late(m, list_entry(list_first(&m->outstanding), struct trap_thread, outstanding_link));
}

static uint64_t deadline_of(const struct list *list)
{
    const struct list *node = list_first(list);
    return node ? list_entry(node, struct trap_thread, outstanding_link)->wake_due : KERNEL_NO_DEADLINE;
}

uint64_t wake_deadline(const struct machd *m)
{
    uint64_t late = deadline_of(&m->outstanding), deferred = deadline_of(&m->deferred);
    return late < deferred ? late : deferred;
}

void wake_seen(struct trap_thread *t)
{
    if (list_is_linked(&t->outstanding_link))
        list_remove(&t->outstanding_link);
}

void wake_lost(struct trap_thread *t)
{
    atomic_store_explicit(t->word, t->published - 1, memory_order_seq_cst);
    futex_wake(t->word);
}
