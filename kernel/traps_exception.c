/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_exception.h"

#include <string.h>

#include "kernel/ipc/attributes.h"
#include "kernel/task/raise.h"
#include "kernel/task/errand.h"

static kern_return_t raise_at(struct thread *thread, uint64_t level, const struct exception *exception,
                              mach_port_name_t reply_name)
{
    struct port *reply;
    const struct exception_action *action;
    if (level >= EXCEPTION_LEVELS || exception->type < 1 || exception->type >= EXCEPTION_TYPES)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = port_find_receive(thread->ipc.ipc, thread->ipc.space, reply_name, &reply);
    if (kr != KERN_SUCCESS)
        return kr;
    kr = exception_raise_at(thread, (enum exception_level)level, exception, port_make_send_once(reply),
                            &action);
    if (kr == KERN_SUCCESS)
        thread->ipc.reply.value[0] = action->behavior;
    return kr;
}

void trap_exception(struct thread *thread, const uint64_t *arg)
{
    uint8_t states[TRAP_EXCEPTION_STATES_MAX];
    struct exception exception = {
        .type = (int32_t)arg[1],
        .code = { (int64_t)arg[2], (int64_t)arg[3] },
        .states = states,
        .states_size = (uint32_t)arg[5],
    };
    kern_return_t kr = KERN_INVALID_ARGUMENT;
    if (arg[5] <= sizeof(states)) {
        memcpy(states, thread->ipc.data, arg[5]); /* once: the page is the client's */
        kr = raise_at(thread, arg[0], &exception, (mach_port_name_t)arg[4]);
    }
    thread->ipc.reply.result = (uint32_t)kr;
}

static void come_back(struct thread *thread, const uint64_t *arg)
{
    const uint64_t out[TRAP_ERRAND_OUTS] = { arg[3], arg[4] };
    uint8_t bytes[TRAP_ERRAND_BYTES];
    if (arg[5] > sizeof(bytes) || !thread_returns(thread))
        return;
    memcpy(bytes, thread->ipc.data + sizeof(struct trap_errand), arg[5]);
    errand_bring(thread, (kern_return_t)arg[2], out, bytes, (uint32_t)arg[5]);
    thread->ipc.reply.result = KERN_SUCCESS;
}

static void arrive(struct thread *thread, uint64_t size)
{
    uint8_t states[TRAP_EXCEPTION_STATES_MAX];
    if (size > sizeof(states))
        return;
    memcpy(states, thread->ipc.data, size); /* once: the page is the client's */
    thread_parked(thread, states, (uint32_t)size);
    thread->ipc.reply.result = KERN_SUCCESS;
}

void trap_park(struct thread *thread, const uint64_t *arg)
{
    thread->ipc.reply.result = KERN_INVALID_ARGUMENT;
    if (arg[1])
        come_back(thread, arg);
    else
        arrive(thread, arg[0]);
}
