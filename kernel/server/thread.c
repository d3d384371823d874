/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/thread.c - subsystem thread_act: what a thread's control port answers (K85-K91, K224-K228) */
#include <mach/thread_info.h>
#include <mach/thread_special_ports.h>
#include <string.h>

#include "kernel/server/call.h"
#include "kernel/server/info.h"
#include "kernel/task/policy.h"
#include "thread_act_server.h"

/* Which of them a port of this flavor may ask for (K85, K91). */
static bool may_get(enum port_flavor flavor, int which)
{
    return flavor == FLAVOR_CONTROL || which == THREAD_INSPECT_PORT ||
           (which == THREAD_READ_PORT && flavor == FLAVOR_READ);
}

kern_return_t serve_thread_get_special_port(struct thread *thr_act, int which_port, struct port **special_port)
{
    struct right right;
    if (!thr_act)
        return KERN_INVALID_ARGUMENT;
    if (!may_get(flavor_of_port(call_now()->port), which_port))
        return KERN_INVALID_CAPABILITY;
    kern_return_t kr = thread_get_special(thr_act, which_port, &right);
    if (kr != KERN_SUCCESS)
        return kr;
    if (call_now()->port->stays && which_port == THREAD_KERNEL_PORT)
        call_answers_as_it_is(); /* K73 */
    *special_port = right.port;
    return KERN_SUCCESS;
}

kern_return_t serve_thread_set_special_port(struct thread *thr_act, int which_port, struct port *special_port)
{
    if (!thr_act)
        return KERN_INVALID_ARGUMENT;
    return thread_set_special(thr_act, which_port, (struct right){ special_port, MACH_MSG_TYPE_PORT_SEND });
}

/* K226. The id is never used again; what libmach may one day register of the thread reads 0. The count stays as it was. */
static kern_return_t identifier_info(const struct thread *thread, thread_info_t info,
                                     mach_msg_type_number_t count)
{
    struct thread_identifier_info identifier = { .thread_id = thread->control->serial };
    if (count < THREAD_IDENTIFIER_INFO_COUNT)
        return KERN_INVALID_ARGUMENT;
    memcpy(info, &identifier, sizeof(identifier));
    return KERN_SUCCESS;
}

kern_return_t serve_thread_info(struct thread *target_act, thread_flavor_t flavor,
                                thread_info_t thread_info_out, mach_msg_type_number_t *thread_info_outCnt)
{
    if (!target_act)
        return KERN_INVALID_ARGUMENT;
    switch (flavor) {
    case THREAD_IDENTIFIER_INFO: return identifier_info(target_act, thread_info_out, *thread_info_outCnt);
    case THREAD_SCHED_RR_INFO: return rr_info(target_act, thread_info_out, thread_info_outCnt);
    case THREAD_SCHED_FIFO_INFO: return KERN_INVALID_POLICY;
    case THREAD_EXTENDED_INFO: return extended_info(target_act, thread_info_out, thread_info_outCnt);
    case THREAD_SCHED_TIMESHARE_INFO: return timeshare_info(target_act, thread_info_out, thread_info_outCnt);
    case THREAD_BASIC_INFO: return basic_thread_info(target_act, thread_info_out, thread_info_outCnt);
    case THREAD_DEBUG_INFO_INTERNAL: return KERN_NOT_SUPPORTED;
    }
    return KERN_INVALID_ARGUMENT;
}

kern_return_t serve_thread_depress_abort(struct thread *thread)
{
    return thread ? thread_depress_end(thread) : KERN_INVALID_ARGUMENT;
}

/* ---- ending waits (K149, K151) ---- */

static kern_return_t abort_wait(struct thread *thread)
{
    if (!thread)
        return KERN_INVALID_ARGUMENT;
    if (thread->fault.state == FAULT_TOLD)
        fault_abort(thread);
    else if (thread->ipc.wait != WAIT_NONE)
        thread_unwait(&thread->ipc, WAIT_ENDED_INTERRUPTED);
    return KERN_SUCCESS;
}

kern_return_t serve_thread_abort(struct thread *target_act)
{
    return abort_wait(target_act);
}

/* That of a kernel object's answer for its place in the queue, and that of a fault for its handler. */
static bool loses_something(const struct thread *thread)
{
    return (thread->ipc.wait == WAIT_SEND && thread->ipc.sending.is_kernel_reply) ||
           thread->fault.state == FAULT_TOLD;
}

kern_return_t serve_thread_abort_safely(struct thread *target_act)
{
    return target_act && loses_something(target_act) ? KERN_SUCCESS : abort_wait(target_act);
}

/* K153: every thread is the library's (K152). */
kern_return_t serve_thread_terminate(struct thread *target_act)
{
    return target_act ? KERN_DENIED : KERN_INVALID_ARGUMENT;
}

/* K165: in this machine a state is the same wherever it goes. */
kern_return_t serve_thread_convert_thread_state(struct thread *thread, int direction,
                                                thread_state_flavor_t flavor, thread_state_t in_state,
                                                mach_msg_type_number_t in_stateCnt, thread_state_t out_state,
                                                mach_msg_type_number_t *out_stateCnt)
{
    if (!thread || (direction != THREAD_CONVERT_THREAD_STATE_TO_SELF &&
                    direction != THREAD_CONVERT_THREAD_STATE_FROM_SELF))
        return KERN_INVALID_ARGUMENT;
    if (*out_stateCnt < in_stateCnt)
        return KERN_INSUFFICIENT_BUFFER_SIZE;
    memcpy(out_state, in_state, in_stateCnt * sizeof(*in_state));
    *out_stateCnt = in_stateCnt;
    return KERN_SUCCESS;
}
