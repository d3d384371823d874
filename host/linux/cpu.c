/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>

#include "host/linux/cpu.h"
#include "host/linux/machd.h"
#include "host/linux/rank.h"

#define LULL (500 * MICROSECOND) /* ends a busy time */
#define PAUSE (60 * MICROSECOND) /* ends a burst: polling does not bridge it */
#define BURST_MIN 16u            /* requests that make one, or a busy time */
#define CLOSE_TOGETHER (200 * MICROSECOND)
#define SHARED_MAX 16u /* requests in a row: then stepping aside is worth a migration */
#define AWAY_MAX 4u
#define MOVE_EVERY (1 * MILLISECOND)

/* As cpu_of has it. */
static uint32_t here(void)
{
    return (uint32_t)sched_getcpu() + 1;
}

uint32_t cpu_of(const struct trap_thread *t)
{
    return atomic_load_explicit(&t->page->cpu, memory_order_relaxed);
}

static bool in_burst(const struct cpu_place *cpu)
{
    return cpu->n_burst > BURST_MIN;
}

static void count_request(struct cpu_place *cpu, bool is_ours, uint64_t now)
{
    uint64_t gap = now - cpu->heard_at;
    cpu->heard_at = now;
    cpu->n_burst = gap < PAUSE ? cpu->n_burst + 1 : 1;
    cpu->n_busy = gap < LULL ? cpu->n_busy + 1 : 1;
    cpu->n_shared = is_ours && gap < CLOSE_TOGETHER ? cpu->n_shared + 1 : 0;
}

static void count_away(struct cpu_place *cpu, uint32_t where)
{
    cpu->n_away = where == here() || !where ? 0 : where == cpu->away ? cpu->n_away + 1 : 1;
    cpu->away = where;
    cpu->has_slept = false;
}

void cpu_heard(struct machd *m, const struct trap_thread *t)
{
    struct cpu_place *cpu = &m->cpu;
    uint32_t where = cpu_of(t);
    bool is_ours = where == here();
    count_request(cpu, is_ours, m->now);
    rank_busy(m->now, cpu->n_busy > BURST_MIN);
    cpu->is_ours = is_ours;
    cpu->is_shared = is_ours && !in_burst(cpu);
    if (cpu->has_slept)
        count_away(cpu, where);
}

void cpu_woke(struct machd *m, const struct trap_thread *t)
{
    bool is_ours = cpu_of(t) == here();
    m->cpu.is_ours |= is_ours;
    m->cpu.is_shared |= is_ours && !in_burst(&m->cpu);
}

/* Leaves the mask as it was: where machd runs from then on is the scheduler's business again. */
static bool run_on(const cpu_set_t *wanted)
{
    cpu_set_t all;
    if (sched_getaffinity(0, sizeof(all), &all) != 0)
        return false;
    cpu_set_t there;
    CPU_AND(&there, wanted, &all);
    if (CPU_COUNT(&there) == 0 || sched_setaffinity(0, sizeof(there), &there) != 0)
        return false;
    sched_setaffinity(0, sizeof(all), &all);
    return true;
}

static bool may_move(struct machd *m)
{
    if (m->now - m->cpu.moved_at < MOVE_EVERY)
        return false;
    m->cpu.moved_at = m->now;
    return true;
}

bool cpu_step_aside(struct machd *m)
{
    cpu_set_t others;
    if (m->cpu.n_shared < SHARED_MAX || !may_move(m))
        return false;
    m->cpu.n_shared = 0;
    for (int i = 0; i < CPU_SETSIZE; i++)
        CPU_SET(i, &others);
    CPU_CLR((int)here() - 1, &others);
    if (!run_on(&others))
        return false;
    m->count.moves++;
    m->cpu.is_ours = m->cpu.is_shared = false;
    return true;
}

void cpu_sleeps(struct machd *m)
{
    struct cpu_place *cpu = &m->cpu;
    cpu_set_t there;
    cpu->has_slept = true;
    if (in_burst(cpu))
        cpu->n_away = 0; /* a pause in it, not a lone call: beside it is where machd belongs */
    if (cpu->n_away < AWAY_MAX || cpu->away > CPU_SETSIZE || !may_move(m))
        return;
    cpu->n_away = 0;
    CPU_ZERO(&there);
    CPU_SET(cpu->away - 1, &there);
    if (run_on(&there))
        m->count.moves++;
}
