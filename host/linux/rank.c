/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/rank.c - machd's own place in the scheduler */
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/linux/log.h"
#include "host/linux/machd.h"
#include "host/linux/rank.h"

#define FLAG_RESET_ON_FORK 1u
#define ROUND_ROBIN_PRIORITY (ROUND_ROBIN_OF_CLIENTS + 1)
#define HIGHEST (-20)
#define WAITED_MAX (5 * MILLISECOND) /* in one window: more is a sign of others */
#define WINDOW (100 * MILLISECOND)
#define TERM_MIN (1 * SECOND) /* of round robin; the double each time that it was ended too soon */
#define TERM_MAX (64 * SECOND)
#define HOLD (10 * MILLISECOND) /* after a busy time: whoever waits meanwhile would take the CPU */

struct attributes { /* sched_setattr(2), which glibc 2.36 does not declare */
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

static const char *name = "as it was";
static bool may_raise_others;

/* Once it is round robin nothing keeps machd waiting, so it tries after a term whether it still needs that. */
static struct {
    bool is_adaptive, is_round_robin;
    uint64_t ends_at, term, busy_at;
    uint64_t window, waited;
} turn = { .term = TERM_MIN };

bool rank_set(int32_t tid, uint32_t policy, int nice, uint32_t priority)
{
    struct attributes attributes = {
        .size = sizeof(attributes),
        .policy = policy,
        .flags = FLAG_RESET_ON_FORK,
        .nice = nice,
        .priority = priority,
    };
    return syscall(SYS_sched_setattr, tid, &attributes, 0) == 0;
}

/* Containers lie about uid 0, so what counts is what the effective capabilities say. */
static bool has_cap_sys_nice(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & 1u << CAP_SYS_NICE);
}

bool rank_may_raise_others(void)
{
    return may_raise_others;
}

static bool be_round_robin(void)
{
    if (!rank_set(0, SCHED_RR, 0, ROUND_ROBIN_PRIORITY))
        return false;
    turn.is_round_robin = true;
    name = turn.is_adaptive ? "round robin, while there is much to do" : "round robin";
    return true;
}

static bool be_timeshare(void)
{
    if (!rank_set(0, SCHED_OTHER, HIGHEST, 0))
        return false;
    turn.is_round_robin = false;
    name = turn.is_adaptive ? "nice -20, while there is little to do" : "nice -20";
    return true;
}

void rank_raise(enum rank_policy policy)
{
    may_raise_others = has_cap_sys_nice();
    if (policy == RANK_NONE)
        return;
    bool is_raised = policy != RANK_NICE && be_round_robin();
    turn.is_adaptive = policy == RANK_AUTO && is_raised;
    if (policy == RANK_ROUND_ROBIN && is_raised)
        return;
    if (!be_timeshare())
        log_detail("machd runs at the rank of its clients: it may not raise itself");
}

static void begin_term(uint64_t now)
{
    bool again = now - turn.ends_at < turn.term;
    turn.term = !again ? TERM_MIN : turn.term < TERM_MAX ? 2 * turn.term : TERM_MAX;
    turn.ends_at = now + turn.term;
}

void rank_waited(uint64_t now, uint64_t waited)
{
    if (!turn.is_adaptive)
        return;
    if (now - turn.window > WINDOW) {
        turn.window = now;
        turn.waited = 0;
    }
    turn.waited += waited;
    if (turn.waited > WAITED_MAX && now >= turn.ends_at)
        begin_term(now);
}

void rank_busy(uint64_t now, bool is_busy)
{
    if (is_busy)
        turn.busy_at = now;
    bool wanted = now < turn.ends_at || (turn.busy_at && now - turn.busy_at < HOLD);
    if (!turn.is_adaptive || wanted == turn.is_round_robin)
        return;
    if (wanted)
        be_round_robin();
    else
        be_timeshare();
}

const char *rank_name(void)
{
    return name;
}
