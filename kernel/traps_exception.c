/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/traps_exception.h"

#include <string.h>

#include "kernel/task/errand.h"
#include "kernel/task/exception.h"
#include "kernel/task/guard_fault.h"
#include "kernel/task/stop.h"

/* Copies the registers out of the page, once: it is the client's. False: there are too many. */
static bool park(struct thread *thread, uint64_t size)
{
    uint8_t states[TRAP_EXCEPTION_STATES_MAX];
    if (size > sizeof(states))
        return false;
    memcpy(states, thread->ipc.data, size);
    thread_parked(thread, states, (uint32_t)size);
    return true;
}

void trap_exception(struct thread *thread, const uint64_t *arg)
{
    const int64_t code[2] = { (int64_t)arg[1], (int64_t)arg[2] };
    thread->ipc.reply.result = KERN_INVALID_ARGUMENT;
    if (arg[0] >= 1 && arg[0] < EXCEPTION_TYPES && park(thread, arg[3]))
        fault_begin(thread, (int)arg[0], code, false);
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
    if (thread->fault.state != FAULT_NONE)
        fault_go_on(thread);
}

void trap_park(struct thread *thread, const uint64_t *arg)
{
    thread->ipc.reply.result = KERN_INVALID_ARGUMENT;
    if (arg[1]) {
        come_back(thread, arg);
    } else if (park(thread, arg[0])) {
        thread->ipc.reply.result = KERN_SUCCESS;
        guard_raise(thread);
    }
}
