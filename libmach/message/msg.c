/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/msg.c - mach_msg
 *
 * One trap carries the send and the receive. The kernel decides everything but what only the process itself
 * can: reading and writing its memory. What the kernel calls an interruption is hidden from programs that did
 * not ask for it (P99).
 */
#include <mach/mach.h>
#include <mach/mach_traps.h>

#include "libmach/message/guard.h"
#include "libmach/message/msg.h"
#include "libmach/message/promise.h"
#include "libmach/message/scatter.h"
#include "libmach/message/trap.h"

static mach_msg_return_t no_kernel(const struct msg_call *call)
{
    return call->option & MACH_SEND_MSG ? MACH_SEND_INVALID_DEST : MACH_RCV_PORT_DIED;
}

static void write_request(struct trap_request *req, const struct msg_call *call)
{
    req->number = TRAP_MSG;
    req->n_items = 0;
    req->segment = 0;
    req->payload_size = 0;
    req->msg.option = (uint32_t)call->option;
    req->msg.send_size = call->send_size;
    req->msg.rcv_size = call->rcv_size;
    req->msg.rcv_name = call->rcv_name;
    req->msg.timeout = call->timeout;
    req->msg.notify = call->notify;
    req->msg.flags = call->flags;
    req->send_at = (uintptr_t)call->msg;
    req->rcv_at = (uintptr_t)call->rcv_msg;
}

/* ---- auxiliary data (P161) ---- */

/* They stand where promised messages may stand; the sizes are the kernel's to judge. */
static void write_aux(struct trap_request *req, const struct msg_call *call, struct lib_thread *thread)
{
    uint8_t *to = trap_data(thread->page) + TRAP_AUX_OFFSET;
    req->arg[0] = call->option & MACH_SEND_MSG ? call->aux_size : 0;
    req->arg[1] = call->option & MACH_RCV_MSG ? call->rcv_aux_size : 0;
    promise_forget(thread);
    if (req->arg[0] > 0 && req->arg[0] <= TRAP_AUX_MAX && !guard_copy(to, call->aux, req->arg[0]))
        req->msg.flags |= TRAP_MSG_UNREADABLE_BODY;
}

/* A head of zeroes says that there are none. */
static bool read_aux(const struct msg_call *call, const struct lib_thread *thread)
{
    static const mach_msg_aux_header_t none;
    uint64_t size = thread->page->reply.value[0];
    if (thread->page->reply.delivered != TRAP_DELIVERED_RECEIVED || call->rcv_aux_size == 0)
        return true;
    if (size == 0)
        return guard_copy(call->rcv_aux, &none, sizeof none);
    if (size > call->rcv_aux_size || size > TRAP_AUX_MAX)
        return false;
    return guard_copy(call->rcv_aux, trap_data(thread->page) + TRAP_AUX_OFFSET, size);
}

static mach_msg_return_t deliver(const struct msg_call *call, struct lib_thread *thread)
{
    const struct trap_reply *reply = &thread->page->reply;
    switch ((enum trap_delivered)reply->delivered) {
    case TRAP_DELIVERED_RECEIVED: return scatter_message(thread, call->rcv_msg, call->rcv_size);
    case TRAP_DELIVERED_RETURNED: return scatter_message(thread, call->msg, call->send_size);
    case TRAP_DELIVERED_SIZE: return scatter_size(thread, call->rcv_msg, call->rcv_size, call->option);
    case TRAP_DELIVERED_NOTHING: break;
    }
    return (mach_msg_return_t)reply->result;
}

static mach_msg_return_t deliver_with_aux(const struct msg_call *call, struct lib_thread *thread)
{
    bool has_aux = read_aux(call, thread);
    mach_msg_return_t mr = deliver(call, thread);
    return has_aux ? mr : MACH_RCV_INVALID_DATA;
}

mach_msg_return_t msg_once(const struct msg_call *call)
{
    struct trap_frame frame;
    struct gather gather;
    kern_return_t kr = KERN_FAILURE;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return kr == MACH_SEND_INVALID_DEST ? no_kernel(call) : kr;
    mach_msg_return_t mr = MACH_MSG_SUCCESS;
    uint32_t n_taken = 0;
    bool has_aux = call->flags & TRAP_MSG_AUX;
    if (!has_aux &&
        promise_take(frame.thread, call->rcv_name, call->option, call->rcv_size, call->rcv_msg, &mr)) {
        trap_end(&frame);
        return mr;
    }
    gather_init(&gather);
    gather.head = call->head;
    write_request(&page->req, call);
    if (has_aux) {
        gather.room = TRAP_AUX_OFFSET;
        write_aux(&page->req, call, frame.thread);
    }
    if (call->option & MACH_SEND_MSG)
        mr = gather_message(&gather, frame.thread, call->msg, call->send_size);
    if (mr == MACH_MSG_SUCCESS) {
        if (!trap_make(&frame)) {
            mr = no_kernel(call);
        } else {
            n_taken = page->reply.n_taken;
            mr = has_aux ? deliver_with_aux(call, frame.thread) : deliver(call, frame.thread);
            if (page->reply.n_promised != 0)
                promise_note(frame.thread, call->rcv_name, call->option, call->rcv_size);
        }
    }
    if (gather.n_regions != 0)
        gather_settle(&gather, frame.thread, n_taken);
    trap_end(&frame);
    gather_fini(&gather);
    return mr;
}

mach_msg_return_t mach_msg_overwrite_trap(mach_msg_header_t *msg, mach_msg_option_t option,
                                          mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                          mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                          mach_msg_priority_t priority, mach_msg_header_t *rcv_msg,
                                          mach_msg_size_t rcv_limit)
{
    struct msg_call call = {
        .msg = msg,
        .rcv_msg = rcv_msg != NULL ? rcv_msg : msg,
        .option = option,
        .send_size = send_size,
        .rcv_size = rcv_size,
        .rcv_name = rcv_name,
        .timeout = timeout,
        .notify = priority,
    };
    if (!(option & (MACH_SEND_MSG | MACH_RCV_MSG)))
        return MACH_MSG_SUCCESS;
    return msg_once(&call);
}

mach_msg_return_t mach_msg_trap(mach_msg_header_t *msg, mach_msg_option_t option, mach_msg_size_t send_size,
                                mach_msg_size_t rcv_size, mach_port_name_t rcv_name,
                                mach_msg_timeout_t timeout, mach_msg_priority_t priority)
{
    return mach_msg_overwrite_trap(msg, option, send_size, rcv_size, rcv_name, timeout, priority, NULL, 0);
}

mach_msg_return_t mach_msg_overwrite(mach_msg_header_t *msg, mach_msg_option_t option,
                                     mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                     mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                     mach_port_name_t notify, mach_msg_header_t *rcv_msg,
                                     mach_msg_size_t rcv_limit)
{
    for (;;) {
        mach_msg_return_t mr = mach_msg_overwrite_trap(msg, option, send_size, rcv_size, rcv_name, timeout,
                                                       notify, rcv_msg, rcv_limit);
        if (mr == MACH_SEND_INTERRUPTED && !(option & MACH_SEND_INTERRUPT))
            continue; /* the buffer holds what was given back (P122) and is read again */
        if (mr != MACH_RCV_INTERRUPTED || (option & MACH_RCV_INTERRUPT))
            return mr;
        option &= ~(MACH_SEND_MSG | MACH_RCV_SYNC_WAIT); /* sent already; P159 */
    }
}

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option, mach_msg_size_t send_size,
                           mach_msg_size_t rcv_size, mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                           mach_port_name_t notify)
{
    return mach_msg_overwrite(msg, option, send_size, rcv_size, rcv_name, timeout, notify, NULL, 0);
}

mach_msg_return_t mach_msg_send(mach_msg_header_t *msg)
{
    return mach_msg(msg, MACH_SEND_MSG, msg->msgh_size, 0, MACH_PORT_NULL, MACH_MSG_TIMEOUT_NONE,
                    MACH_PORT_NULL);
}

mach_msg_return_t mach_msg_receive(mach_msg_header_t *msg)
{
    return mach_msg(msg, MACH_RCV_MSG, 0, msg->msgh_size, msg->msgh_local_port, MACH_MSG_TIMEOUT_NONE,
                    MACH_PORT_NULL);
}
