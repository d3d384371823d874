/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/system.h"

#include "base/account.h"
#include "base/alloc.h"
#include "kernel/ipc/drain.h"
#include "kernel/ipc/space.h"

static const struct account_limits unlimited = { {
    [ACCOUNT_PORTS] = UINT64_MAX,
    [ACCOUNT_NAMES] = UINT64_MAX,
    [ACCOUNT_MESSAGES] = UINT64_MAX,
    [ACCOUNT_BYTES] = UINT64_MAX,
    [ACCOUNT_THREADS] = UINT64_MAX,
    [ACCOUNT_SEGMENTS] = UINT64_MAX,
} };

bool system_init(struct system *system, const struct host_ops *ops, void *host)
{
    *system = (struct system){ .account = account_new(NULL, &unlimited) };
    list_init(&system->tasks);
    list_init(&system->dying);
    list_init(&system->uids);
    if (!system->account)
        return false;
    ipc_init(&system->ipc, system->account, ops, host);
    system->host = port_new_kernel(&system->ipc, system->account, KOBJECT_HOST, system);
    system->host_priv = port_new_kernel(&system->ipc, system->account, KOBJECT_HOST_PRIV, system);
    return system->host && system->host_priv;
}

static void drain_all(struct ipc *ipc)
{
    while (ipc_has_work(ipc))
        ipc_drain(ipc, DRAIN_BUDGET);
}

void system_fini(struct system *system)
{
    struct ipc *ipc = &system->ipc;
    ASSERT(list_is_empty(&system->tasks) && list_is_empty(&system->dying));
    if (system->stash)
        space_die(ipc, system->stash);
    list_for_each(node, &system->uids) right_release(ipc, list_entry(node, struct uid, link)->bootstrap);
    port_die(ipc, system->host, NULL);
    port_die(ipc, system->host_priv, NULL);
    drain_all(ipc);
    for (struct list *node; (node = list_pop(&system->uids));) {
        struct uid *uid = list_entry(node, struct uid, link);
        account_put(uid->account);
        alloc_free(uid);
    }
    account_put(system->account);
}

struct uid *system_uid(struct system *system, uint32_t number)
{
    list_for_each(node, &system->uids)
    {
        struct uid *uid = list_entry(node, struct uid, link);
        if (uid->uid == number)
            return uid;
    }
    struct uid *uid = alloc_zeroed(sizeof(*uid));
    if (!uid)
        return NULL;
    uid->uid = number;
    uid->account = account_new(NULL, &system->uid_limits);
    if (!uid->account) {
        alloc_free(uid);
        return NULL;
    }
    list_append(&system->uids, &uid->link);
    return uid;
}
