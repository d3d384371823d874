/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/ipc/semaphore.h"

#include <mach/sync_policy.h>

#include "base/alloc.h"
#include "kernel/ipc/port.h"

enum { POLICY_LAST = 7 };

/* ---- life ---- */

void semaphores_init(struct semaphores *semaphores)
{
    *semaphores = (struct semaphores){ 0 };
    list_init(&semaphores->list);
}

static enum waitq_order order_of(int policy)
{
    if (policy & SYNC_POLICY_FIXED_PRIORITY)
        return WAITQ_BY_PRIORITY;
    return policy & SYNC_POLICY_REVERSED ? WAITQ_LAST_COME : WAITQ_FIRST_COME;
}

static bool is_active(const struct semaphore *semaphore)
{
    return semaphore->owner && !semaphore->owner->is_dead;
}

kern_return_t semaphore_new(struct ipc *ipc, struct account *account, struct semaphores *owner, int policy,
                            int value, struct right *right_p)
{
    if (value < 0 || policy < 0 || policy > POLICY_LAST)
        return KERN_INVALID_ARGUMENT;
    if (!account_charge(account, ACCOUNT_BYTES, alloc_cost(sizeof(struct semaphore))))
        return KERN_RESOURCE_SHORTAGE;
    struct semaphore *semaphore = alloc_zeroed(sizeof(*semaphore));
    struct port *port = semaphore ? port_new_kernel(ipc, account, KOBJECT_SEMAPHORE, semaphore) : NULL;
    if (!port) {
        alloc_free(semaphore);
        account_release(account, ACCOUNT_BYTES, alloc_cost(sizeof(*semaphore)));
        return KERN_RESOURCE_SHORTAGE;
    }
    port->ends_unsent = true;
    semaphore->port = port;
    semaphore->count = (uint32_t)value;
    semaphore->owner = owner;
    waitq_init_ordered(&semaphore->waiters, order_of(policy));
    list_append(&owner->list, &semaphore->of_owner);
    *right_p = port_make_send(port);
    return KERN_SUCCESS;
}

struct semaphore *semaphore_of_port(struct port *port)
{
    return port_is_live(port) && port->ktype == KOBJECT_SEMAPHORE ? port->kobject : NULL;
}

static void deactivate(struct semaphore *semaphore)
{
    if (semaphore->owner)
        list_remove(&semaphore->of_owner);
    semaphore->owner = NULL;
    semaphore->count = 0;
}

void semaphore_end(struct ipc *ipc, struct semaphore *semaphore)
{
    (void)ipc;
    waitq_unwait_all(&semaphore->waiters, WAIT_ENDED_CHANGED);
    deactivate(semaphore);
    account_release(semaphore->port->account, ACCOUNT_BYTES, alloc_cost(sizeof(*semaphore)));
    alloc_free(semaphore);
}

kern_return_t semaphore_destroy_by(struct ipc *ipc, struct semaphores *owner, struct semaphore *semaphore)
{
    (void)ipc;
    if (!semaphore || semaphore->owner != owner)
        return KERN_INVALID_ARGUMENT;
    deactivate(semaphore);
    waitq_unwait_all(&semaphore->waiters, WAIT_ENDED_CHANGED);
    return KERN_SUCCESS;
}

/* ---- the death of the owner ---- */

void semaphores_die(struct ipc *ipc, struct semaphores *semaphores)
{
    semaphores->is_dead = true;
    semaphores->reap.kind = REAP_SEMAPHORES;
    list_append(&ipc->reap, &semaphores->reap.link);
}

bool semaphores_are_reaped(const struct semaphores *semaphores)
{
    return list_is_empty(&semaphores->list) && !list_is_linked(&semaphores->reap.link);
}

bool semaphores_reap_step(struct ipc *ipc, struct semaphores *semaphores)
{
    (void)ipc;
    struct list *node = list_first(&semaphores->list);
    if (!node)
        return true;
    struct semaphore *semaphore = list_entry(node, struct semaphore, of_owner);
    struct waiter *waiter = waitq_first(&semaphore->waiters);
    if (waiter)
        thread_unwait(thread_of_waiter(waiter), WAIT_ENDED_CHANGED);
    else
        deactivate(semaphore);
    return false;
}

/* ---- signalling ---- */

kern_return_t semaphore_wake_one(struct semaphore *semaphore, bool keeps_unit)
{
    if (!semaphore)
        return KERN_INVALID_ARGUMENT;
    if (!is_active(semaphore))
        return KERN_TERMINATED;
    struct waiter *waiter = waitq_first(&semaphore->waiters);
    if (waiter)
        thread_unwait(thread_of_waiter(waiter), WAIT_ENDED_SIGNALLED);
    else if (!keeps_unit)
        return KERN_NOT_WAITING;
    else if (semaphore->count < INT32_MAX)
        semaphore->count++;
    return KERN_SUCCESS;
}

kern_return_t semaphore_wake_all(struct semaphore *semaphore)
{
    if (!semaphore)
        return KERN_INVALID_ARGUMENT;
    if (!is_active(semaphore))
        return KERN_TERMINATED;
    waitq_unwait_all(&semaphore->waiters, WAIT_ENDED_SIGNALLED);
    return KERN_SUCCESS;
}

kern_return_t semaphore_wake_thread(struct semaphore *semaphore, struct ipc_thread *thread)
{
    if (!semaphore)
        return KERN_INVALID_ARGUMENT;
    if (!is_active(semaphore))
        return KERN_TERMINATED;
    if (thread->wait != WAIT_SEMAPHORE || thread->sched.waiter.queue != &semaphore->waiters)
        return KERN_NOT_WAITING;
    thread_unwait(thread, WAIT_ENDED_SIGNALLED);
    return KERN_SUCCESS;
}

/* ---- waiting ---- */

/* KERN_SUCCESS: a unit was taken. KERN_NOT_WAITING: there is none, so it is to wait. */
static kern_return_t take_unit(struct semaphore *semaphore, struct wait_limit limit)
{
    if (!semaphore)
        return KERN_INVALID_ARGUMENT;
    if (!is_active(semaphore))
        return KERN_TERMINATED;
    if (semaphore->count == 0)
        return limit.has_timeout && limit.timeout == 0 ? KERN_OPERATION_TIMED_OUT : KERN_NOT_WAITING;
    semaphore->count--;
    return KERN_SUCCESS;
}

/* One step to everybody else: the thread waits before the other semaphore is signalled. */
void semaphore_begin_wait(struct ipc_thread *thread, struct semaphore *semaphore, struct semaphore *signal,
                          struct wait_limit limit)
{
    if (signal && !is_active(signal)) {
        thread->reply.result = KERN_TERMINATED;
        return;
    }
    kern_return_t kr = take_unit(semaphore, limit);
    thread->reply.result = (uint32_t)kr;
    if (kr == KERN_NOT_WAITING)
        thread_wait_semaphore(thread, &semaphore->waiters, limit.has_timeout, limit.timeout);
    if (signal)
        semaphore_wake_one(signal, true);
}
