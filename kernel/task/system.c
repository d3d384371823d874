/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/system.h"

#include "base/account.h"
#include "base/alloc.h"
#include "kernel/ipc/drain.h"
#include "kernel/ipc/space.h"
#include "kernel/task/processor.h"

/* K178 */
static void set_default_exceptions(struct system *system)
{
    exception_set(&system->ipc, &system->exceptions,
                  &(struct exception_setting){
                      .mask = EXC_MASK_ALL & ~(EXC_MASK_RPC_ALERT | EXC_MASK_GUARD),
                      .port = port_copy_send(system->ux_handler),
                      .behavior = EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES,
                  });
}

bool system_init(struct system *system, const struct kernel_limits *limits, const struct host_ops *ops,
                 void *host)
{
    *system = (struct system){
        .account = account_new(NULL, &account_unlimited),
        .clients = account_new(NULL, &limits->all),
        .limits = *limits,
    };
    list_init(&system->tasks);
    list_init(&system->dying);
    list_init(&system->ready);
    list_init(&system->uids);
    list_init(&system->inquiry.waiting);
    if (!system->account || !system->clients)
        return false;
    ipc_init(&system->ipc, system->account, ops, host);
    system->host = port_new_kernel(&system->ipc, system->account, KOBJECT_HOST, system);
    system->host_priv = port_new_kernel(&system->ipc, system->account, KOBJECT_HOST_PRIV, system);
    system->ux_handler = port_new_kernel(&system->ipc, system->account, KOBJECT_UX_HANDLER, system);
    bool has_clocks = true;
    for (int id = 0; id < N_CLOCKS; id++) {
        system->clock[id] = port_new_kernel(&system->ipc, system->account, KOBJECT_CLOCK, system);
        has_clocks = has_clocks && system->clock[id];
    }
    if (!system->host || !system->host_priv || !system->ux_handler || !has_clocks)
        return false;
    set_default_exceptions(system);
    return true;
}

static uint64_t uid_cost(void)
{
    return alloc_cost(sizeof(struct uid)) + alloc_cost(sizeof(struct account));
}

int system_clock_of_port(const struct system *system, const struct port *port)
{
    for (int id = 0; id < N_CLOCKS; id++)
        if (port && port == system->clock[id])
            return id;
    return -1;
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
    exception_release(ipc, &system->exceptions);
    for (int i = 0; i <= HOST_MAX_SPECIAL_PORT; i++)
        right_release(ipc, system->special[i]);
    port_die(ipc, system->ux_handler, NULL);
    for (int id = 0; id < N_CLOCKS; id++)
        port_die(ipc, system->clock[id], NULL);
    processors_fini(system);
    port_die(ipc, system->host, NULL);
    port_die(ipc, system->host_priv, NULL);
    drain_all(ipc);
    for (struct list *node; (node = list_pop(&system->uids));) {
        struct uid *uid = list_entry(node, struct uid, link);
        account_put(uid->account);
        alloc_free(uid);
        account_release(system->clients, ACCOUNT_BYTES, uid_cost());
    }
    account_put(system->clients);
    account_put(system->account);
}

struct account_limits system_limits_of(const struct system *system, uint32_t uid, bool of_task)
{
    struct account_limits limits = of_task ? system->limits.task : system->limits.uid;
    for (uint32_t i = 0; i < system->limits.n_overrides; i++) {
        const struct limit_override *override = &system->limits.overrides[i];
        if (override->uid == uid && override->of_task == of_task)
            limits.max[override->kind] = override->max;
    }
    return limits;
}

static struct uid *uid_new(struct system *system, uint32_t number)
{
    const struct account_limits limits = system_limits_of(system, number, false);
    if (!account_charge(system->clients, ACCOUNT_BYTES, uid_cost()))
        return NULL;
    struct uid *uid = alloc_zeroed(sizeof(*uid));
    struct account *account = uid ? account_new(system->clients, &limits) : NULL;
    if (!account) {
        alloc_free(uid);
        account_release(system->clients, ACCOUNT_BYTES, uid_cost());
        return NULL;
    }
    uid->uid = number;
    uid->account = account;
    list_append(&system->uids, &uid->link);
    return uid;
}

struct uid *system_uid(struct system *system, uint32_t number)
{
    list_for_each(node, &system->uids)
    {
        struct uid *uid = list_entry(node, struct uid, link);
        if (uid->uid == number)
            return uid;
    }
    return uid_new(system, number);
}
