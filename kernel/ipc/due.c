/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/due.h"

#include "kernel/ipc/signal.h"
#include "kernel/ipc/timer_port.h"
#include "kernel/ipc/wait.h"

enum { EXPIRE_BUDGET = 512 };

uint64_t ipc_next_deadline(const struct ipc *ipc)
{
    return timers_next(&ipc->timers);
}

static void expire(struct ipc *ipc, struct timer *timer)
{
    switch (timer->kind) {
    case TIMER_WAIT: thread_unwait(container_of(timer, struct ipc_thread, timer), WAIT_ENDED_TIMEOUT); return;
    case TIMER_PORT: timer_port_expire(ipc, container_of(timer, struct timer_port, timer)); return;
    case TIMER_ALARM: signal_give(ipc, &container_of(timer, struct alarm, timer)->signal); return;
    case TIMER_DEPRESSION:
        container_of(timer, struct ipc_thread, depression)->sched.is_depressed = false;
        return;
    }
}

void ipc_expire(struct ipc *ipc)
{
    struct timer *timer;
    for (int n = 0; n < EXPIRE_BUDGET && (timer = timers_take_due(&ipc->timers, ipc->now)); n++) {
        ipc->steps++;
        expire(ipc, timer);
    }
}
