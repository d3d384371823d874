/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/polling.c - the hot list, and when machd may poll it */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/linux/fair.h"
#include "host/linux/machd.h"
#include "host/linux/polling.h"
#include "host/linux/rank.h"
#include "host/linux/thread.h"

#define PENALTY (10 * MILLISECOND)
#define CHECK_EVERY (1 * MILLISECOND)
#define CPUS_EVERY (1 * SECOND)
#define SPINS 32u /* looks at the hot threads alone between two at everything, a microsecond or two */
#define RUN_DELAY_MAX (200 * MICROSECOND) /* of one check: more means that others wanted this CPU */

/* ---- how many CPUs ---- */

/* CPUs that a cgroup and those above it leave us: the smallest quota on the way up, rounded down. */
static uint32_t quota_of(char *path, uint32_t n)
{
    for (;;) {
        char name[600], text[64];
        snprintf(name, sizeof(name), "/sys/fs/cgroup%s/cpu.max", path);
        FILE *file = fopen(name, "re");
        unsigned long long quota, period;
        if (file && fgets(text, sizeof(text), file) && sscanf(text, "%llu %llu", &quota, &period) == 2 &&
            period && quota / period < n)
            n = (uint32_t)(quota / period);
        if (file)
            fclose(file);
        char *slash = strrchr(path, '/');
        if (!slash || !*path)
            return n;
        *slash = 0;
    }
}

static uint32_t apply_quota(uint32_t n)
{
    char line[512];
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, "0::/", 4))
            n = quota_of(line + 3, n);
    }
    if (file)
        fclose(file);
    return n;
}

static void count_cpus(struct machd *m, uint64_t now)
{
    cpu_set_t set;
    m->polling.looked_at = now;
    m->polling.n_cpus =
        sched_getaffinity(0, sizeof(set), &set) == 0 ? apply_quota((uint32_t)CPU_COUNT(&set)) : 1;
}

/* ---- was machd in the way? ---- */

static long involuntary_switches(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}

/* Nanoseconds that this thread was runnable and did not run. 0 on kernels without schedstat. */
static uint64_t run_delay(const struct machd *m)
{
    char text[96];
    unsigned long long delay = 0;
    ssize_t n = m->polling.schedstat >= 0 ? pread(m->polling.schedstat, text, sizeof(text) - 1, 0) : -1;
    if (n <= 0)
        return 0;
    text[n] = 0;
    return sscanf(text, "%*u %llu", &delay) == 1 ? delay : 0;
}

void polling_start(struct machd *m)
{
    m->polling.schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    m->polling.switches = involuntary_switches();
    m->polling.run_delay = run_delay(m);
    count_cpus(m, clock_now());
}

void polling_stop(struct machd *m)
{
    if (m->polling.schedstat >= 0)
        close(m->polling.schedstat);
}

void polling_check_guest(struct machd *m, uint64_t now)
{
    struct polling *p = &m->polling;
    if (now - p->checked_at < CHECK_EVERY)
        return;
    long switches = involuntary_switches();
    uint64_t delay = run_delay(m);
    if (switches != p->switches || delay - p->run_delay > RUN_DELAY_MAX) {
        p->not_before = now + PENALTY;
        m->count.preempted++;
    }
    rank_waited(now, delay - p->run_delay);
    p->switches = switches;
    p->run_delay = delay;
    p->checked_at = now;
    if (now - p->looked_at > CPUS_EVERY)
        count_cpus(m, now);
}

static bool is_possible(const struct machd *m)
{
    return !m->options.no_polling && m->n_hot && m->polling.n_cpus >= 2;
}

bool polling_is_likely(const struct machd *m)
{
    return is_possible(m) && m->now >= m->polling.not_before && !m->cpu.is_shared;
}

bool polling_may_wait(struct machd *m, uint64_t now, uint64_t last)
{
    if (!is_possible(m) || m->cpu.is_shared)
        return false;
    cpu_step_aside(m);
    return now >= m->polling.not_before && now - last < m->config.polling_window;
}

/* ---- the list ---- */

static void remove_at(struct machd *m, uint32_t i)
{
    struct trap_thread *t = m->hot[i];
    m->hot[i] = m->hot[--m->n_hot];
    t->is_hot = false;
    t->process->n_hot--;
    atomic_store_explicit(&t->page->hot, 0, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    if (thread_has_request(t))
        fair_add(m, t);
}

void polling_cool(struct machd *m, struct trap_thread *t)
{
    for (uint32_t i = 0; i < m->n_hot; i++) {
        if (m->hot[i] == t) {
            remove_at(m, i);
            return;
        }
    }
}

/* Of all, or of one process only. */
static uint32_t idle_longest(const struct machd *m, const struct process *process)
{
    uint32_t found = HOT_MAX;
    for (uint32_t i = 0; i < m->n_hot; i++) {
        if (process && m->hot[i]->process != process)
            continue;
        if (found == HOT_MAX || m->hot[i]->last_trap < m->hot[found]->last_trap)
            found = i;
    }
    return found;
}

void polling_warm(struct machd *m, struct trap_thread *t)
{
    if (t->is_hot)
        return;
    if (t->process->n_hot >= HOT_MAX_PER_PROCESS)
        remove_at(m, idle_longest(m, t->process));
    else if (m->n_hot >= HOT_MAX)
        remove_at(m, idle_longest(m, NULL));
    m->hot[m->n_hot++] = t;
    t->is_hot = true;
    t->process->n_hot++;
    atomic_store_explicit(&t->page->hot, 1, memory_order_relaxed);
}

/* What carrying the request out will read, all of it on its way here at once. */
static void expect_request(const struct trap_thread *t)
{
    const uint8_t *data = trap_data(t->page);
    __builtin_prefetch(&t->page->req);
    __builtin_prefetch(data);
    __builtin_prefetch(data + 64);
}

uint32_t polling_look(struct machd *m)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n_hot; i++) {
        bool is_known = list_is_linked(&m->hot[i]->ready_link);
        if (!is_known && thread_has_request(m->hot[i])) {
            expect_request(m->hot[i]);
            fair_add(m, m->hot[i]);
            n++;
        }
    }
    return n;
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void polling_spin(struct machd *m)
{
    for (uint32_t spin = 0; spin < SPINS; spin++) {
        for (uint32_t i = 0; i < m->n_hot; i++)
            if (thread_has_request(m->hot[i]))
                return;
        relax();
    }
}
