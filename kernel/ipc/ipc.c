/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/ipc.h"

#include "kernel/ipc/voucher.h"

void ipc_init(struct ipc *ipc, struct account *account, const struct host_ops *ops, void *host)
{
    *ipc = (struct ipc){ .ops = ops, .host = host, .account = account };
    list_init(&ipc->notes);
    list_init(&ipc->reap);
    list_init(&ipc->signals);
    list_init(&ipc->resumed);
    list_init(&ipc->finished);
    list_init(&ipc->resumes);
    list_init(&ipc->promises);
    list_init(&ipc->all_ports);
    list_init(&ipc->all_messages);
    list_init(&ipc->all_spaces);
    timers_init(&ipc->timers);
    voucher_init(ipc);
    waitq_init_ordered(&ipc->sleepers, WAITQ_FIRST_COME);
    sched_init(&ipc->sched, &ipc->steps);
}
