/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/fair.c - whose request is carried out next
 *
 * By deficit: for each user, then each of its processes, then each thread in turn. Who is near one of its limits pays
 * more for each step, so that what fills machd up comes after what does not, before it is refused.
 */
#include "host/linux/fair.h"
#include "host/linux/machd.h"
#include "host/linux/thread.h"

#define QUANTUM 256 /* steps added when a turn comes */
#define DEAR_STEPS 2000u
#define REST_MAX (50 * MILLISECOND)
#define PRESSED_COST 8 /* what a step costs beyond a soft limit */

/* Savings do not outlive the queue, debts do: else a process with one thread and dear traps would never pay. */
static void refill(int64_t *deficit)
{
    if (*deficit >= 0)
        *deficit = QUANTUM;
}

void fair_add(struct machd *m, struct trap_thread *t)
{
    struct process *process = t->process;
    struct user *user = process->user;
    if (list_is_linked(&t->ready_link))
        return;
    list_append(&process->ready, &t->ready_link);
    if (!list_is_linked(&process->ready_link)) {
        refill(&process->deficit);
        list_append(&user->ready, &process->ready_link);
    }
    if (!list_is_linked(&user->ready_link)) {
        refill(&user->deficit);
        list_append(&m->ready_users, &user->ready_link);
    }
}

/* Takes those without a request off the lists. */
static void settle(struct process *process)
{
    struct user *user = process->user;
    if (list_is_empty(&process->ready) && list_is_linked(&process->ready_link))
        list_remove(&process->ready_link);
    if (list_is_empty(&user->ready) && list_is_linked(&user->ready_link))
        list_remove(&user->ready_link);
}

void fair_remove_thread(struct machd *m, struct trap_thread *t)
{
    if (!list_is_linked(&t->ready_link))
        return;
    list_remove(&t->ready_link);
    settle(t->process);
}

void fair_remove_process(struct machd *m, struct process *process)
{
    while (list_pop(&process->ready)) {
    }
    settle(process);
}

/* In sixteen looks fair_serve() does not find everybody. */
uint64_t fair_rest_ends(const struct machd *m)
{
    uint64_t first = KERNEL_NO_DEADLINE;
    list_for_each(user_node, &m->ready_users)
    {
        const struct user *user = list_entry(user_node, struct user, ready_link);
        list_for_each(node, &user->ready)
        {
            const struct process *process = list_entry(node, struct process, ready_link);
            if (process->rests_until < first)
                first = process->rests_until;
        }
    }
    return first;
}

bool fair_is_empty(const struct machd *m)
{
    return list_is_empty(&m->ready_users);
}

/* The first of the list that has something left, refilling those that have not on their way to the end of it. */
static struct user *next_user(struct machd *m)
{
    for (;;) {
        struct list *node = list_first(&m->ready_users);
        if (!node)
            return NULL;
        struct user *user = list_entry(node, struct user, ready_link);
        if (user->deficit > 0)
            return user;
        user->deficit += QUANTUM;
        list_remove(node);
        list_append(&m->ready_users, node);
    }
}

static struct process *next_process(struct machd *m, struct user *user)
{
    uint32_t n_busy = 0, n_busy_max = 16;
    while (n_busy < n_busy_max) {
        struct list *node = list_first(&user->ready);
        if (!node)
            return NULL;
        struct process *process = list_entry(node, struct process, ready_link);
        bool may_trap = kernel_task_may_trap(process->task) && m->now >= process->rests_until;
        if (may_trap && process->deficit > 0)
            return process;
        if (may_trap)
            process->deficit += QUANTUM;
        else
            n_busy++;
        list_remove(node);
        list_append(&user->ready, node);
    }
    return NULL;
}

static int64_t cost_of(const struct account *account, uint32_t steps)
{
    return account_is_pressed(account) ? (int64_t)steps * PRESSED_COST : steps;
}

/* Whoever makes calls is not always among those that wait, and would meet a dear trap of the same other one each time. So after
 * such a trap its process rests for as long as that took, if others were served lately. */
static void rest_after_dear_trap(struct machd *m, struct process *process, uint32_t steps)
{
    bool alone = m->last_served == process->pid;
    m->last_served = process->pid;
    if (alone || steps < DEAR_STEPS)
        return;
    uint64_t now = clock_now();
    process->rests_until = now + (now - m->now < REST_MAX ? now - m->now : REST_MAX);
    m->now = now;
}

static void serve_one(struct machd *m, struct user *user, struct process *process)
{
    struct trap_thread *t = list_entry(list_pop(&process->ready), struct trap_thread, ready_link);
    uint32_t steps = thread_take(m, t);
    process->deficit -= cost_of(kernel_task_account(process->task), steps);
    user->deficit -= cost_of(user->account, steps);
    rest_after_dear_trap(m, process, steps);
    settle(process);
}

/* A user whose processes all wait for their drain loses its turn, not its place in the world. */
static void pass_over(struct machd *m, struct user *user)
{
    list_remove(&user->ready_link);
    list_append(&m->ready_users, &user->ready_link);
}

uint32_t fair_serve(struct machd *m, uint32_t n)
{
    uint32_t n_served = 0, n_passed = 0;
    while (n_served < n && n_passed < 16) {
        struct user *user = next_user(m);
        if (!user)
            break;
        struct process *process = next_process(m, user);
        if (process) {
            serve_one(m, user, process);
            n_served++;
        } else {
            pass_over(m, user);
            n_passed++;
        }
    }
    return n_served;
}
