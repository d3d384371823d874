/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/ipc/signal.h - work that an operation leaves for the layers above
 *
 * IPC never calls upwards in the middle of something: who waits for a message may take it, and with that change what is being
 * worked on. So the fact is noted, once, and ipc_drain() runs it when the operation is over (ipc.h), before anybody sees its
 * result. An alarm is a signal that a timer gives.
 */
#pragma once

#include "kernel/ipc/ipc.h"

struct signal {
    struct list link; /* ipc->signals */
    void (*run)(struct ipc *ipc, struct signal *signal);
};

struct alarm {
    struct timer timer;
    struct signal signal;
};

static inline void signal_give(struct ipc *ipc, struct signal *signal)
{
    if (!list_is_linked(&signal->link))
        list_append(&ipc->signals, &signal->link);
}

/* Whoever embeds it ends: nothing is run any more. */
static inline void signal_cancel(struct signal *signal)
{
    if (list_is_linked(&signal->link))
        list_remove(&signal->link);
}

static inline void alarm_set(struct ipc *ipc, struct alarm *alarm, uint64_t deadline)
{
    alarm->timer.kind = TIMER_ALARM;
    timer_set(&ipc->timers, &alarm->timer, deadline);
}

static inline void alarm_cancel(struct ipc *ipc, struct alarm *alarm)
{
    timer_clear(&ipc->timers, &alarm->timer);
    signal_cancel(&alarm->signal);
}
