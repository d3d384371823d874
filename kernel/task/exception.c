/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/task/exception.h"

#include "base/alloc.h"
#include "kernel/task/thread.h"

enum { VALID_MASK = 0x3ffe };

/* ---- setting ---- */

static bool is_known_behavior(uint32_t behavior)
{
    uint32_t kind = behavior & ~MACH_EXCEPTION_MASK;
    return kind >= EXCEPTION_DEFAULT && kind <= EXCEPTION_STATE_IDENTITY_PROTECTED;
}

/* K170: the processor's list, whether it can be delivered or not. */
static bool is_listed_flavor(int flavor)
{
#if defined(__x86_64__)
    return (flavor >= 1 && flavor <= 13) || (flavor >= 16 && flavor <= 25);
#else
    return (flavor >= 1 && flavor <= 7) || flavor == 9 || (flavor >= 14 && flavor <= 17) || flavor == 27;
#endif
}

static bool is_immovable(const struct port *port)
{
    return port_is_live(port) && (port->immovable_send || port->immovable_receive || port->special_reply);
}

static bool needs_codes(uint32_t behavior)
{
    uint32_t kind = behavior & ~MACH_EXCEPTION_MASK;
    return kind == EXCEPTION_IDENTITY_PROTECTED || kind == EXCEPTION_STATE_IDENTITY_PROTECTED ||
           (behavior & MACH_EXCEPTION_BACKTRACE_PREFERRED);
}

kern_return_t exception_check_mask(uint32_t mask)
{
    return mask & ~VALID_MASK ? KERN_INVALID_ARGUMENT : KERN_SUCCESS;
}

kern_return_t exception_check(const struct exception_setting *setting)
{
    kern_return_t kr = exception_check_mask(setting->mask);
    if (kr != KERN_SUCCESS)
        return kr;
    if (port_is_real(setting->port.port) && !is_known_behavior(setting->behavior))
        return KERN_INVALID_ARGUMENT;
    if (!setting->is_for_host && is_immovable(setting->port.port))
        return KERN_INVALID_RIGHT;
    if (setting->flavor != 0 && !is_listed_flavor(setting->flavor))
        return KERN_INVALID_ARGUMENT;
    if (needs_codes(setting->behavior) && !(setting->behavior & MACH_EXCEPTION_CODES))
        return KERN_INVALID_ARGUMENT;
    return KERN_SUCCESS;
}

/* K17, K169: a kernel object but the ux handler is null. */
static struct right slot_copy(struct right right)
{
    if (port_is_live(right.port) && right.port->state == PORT_IN_KERNEL &&
        right.port->ktype != KOBJECT_UX_HANDLER)
        return (struct right){ 0 };
    return right_copy(right);
}

void exception_set(struct ipc *ipc, struct exception_actions *actions, const struct exception_setting *setting)
{
    for (int type = 1; type < EXCEPTION_TYPES; type++) {
        struct exception_action *action = &actions->of[type];
        struct right old = action->port;
        if (!(setting->mask & (1u << type)))
            continue;
        *action = (struct exception_action){
            .port = slot_copy(setting->port),
            .behavior = setting->behavior,
            .flavor = setting->flavor,
            .is_privileged = setting->is_privileged,
        };
        right_release(ipc, old);
    }
    right_release(ipc, setting->port);
}

/* ---- getting ---- */

static bool is_same(const struct exception_action *a, const struct exception_action *b)
{
    return a->port.port == b->port.port && a->behavior == b->behavior && a->flavor == b->flavor;
}

uint32_t exception_entries(const struct exception_actions *actions, uint32_t mask,
                           struct exception_entry *entries)
{
    int first[EXCEPTION_TYPES]; /* the type that made the entry */
    uint32_t n = 0;
    for (int type = 1; type < EXCEPTION_TYPES; type++) {
        const struct exception_action *action = &actions->of[type];
        uint32_t i = 0;
        if (!(mask & (1u << type)))
            continue;
        while (i < n && !is_same(&actions->of[first[i]], action))
            i++;
        if (i == n) {
            first[n++] = type;
            entries[i] =
                (struct exception_entry){ 0, slot_copy(action->port), action->behavior, action->flavor };
        }
        entries[i].mask |= 1u << type;
    }
    return n;
}

/* ---- life ---- */

struct exception_actions exception_inherit(const struct exception_actions *parent)
{
    struct exception_actions actions = *parent;
    for (int type = 1; type < EXCEPTION_TYPES; type++)
        actions.of[type].port = slot_copy(parent->of[type].port);
    return actions;
}

void exception_release(struct ipc *ipc, struct exception_actions *actions)
{
    for (int type = 1; type < EXCEPTION_TYPES; type++)
        right_release(ipc, actions->of[type].port);
    *actions = (struct exception_actions){ 0 };
}

struct exception_actions *thread_exceptions(struct thread *thread)
{
    struct account *account = thread->ipc.account;
    uint64_t cost = alloc_cost(sizeof(*thread->exceptions));
    if (thread->exceptions || !account_charge(account, ACCOUNT_BYTES, cost))
        return thread->exceptions;
    thread->exceptions = alloc_zeroed(sizeof(*thread->exceptions));
    if (!thread->exceptions)
        account_release(account, ACCOUNT_BYTES, cost);
    return thread->exceptions;
}

void thread_exceptions_free(struct thread *thread)
{
    if (!thread->exceptions)
        return;
    exception_release(thread->ipc.ipc, thread->exceptions);
    account_release(thread->ipc.account, ACCOUNT_BYTES, alloc_cost(sizeof(*thread->exceptions)));
    alloc_free(thread->exceptions);
    thread->exceptions = NULL;
}
