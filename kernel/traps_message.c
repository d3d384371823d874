/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/traps_message.c - mach_msg: its send half, which may be a call of a kernel object, and its receive half (P98, P139) */
#include "kernel/traps_message.h"

#include <mach/message.h>

#include "base/alloc.h"
#include "kernel/ipc/drain.h"
#include "kernel/ipc/receive.h"
#include "kernel/ipc/refusal.h"
#include "kernel/ipc/send.h"
#include "kernel/server/server.h"
#include "kernel/task/task.h"

enum { PAYLOAD_MAX = 96 << 20 };

/* A payload too large for the page has come in a segment; it is read into memory of its own. NULL: there is none to read. */
static uint8_t *read_large_payload(struct thread *thread, const struct trap_request *request)
{
    struct ipc *ipc = thread->ipc.ipc;
    if (request->payload_size > PAYLOAD_MAX)
        return NULL;
    segment_handle segment =
        ipc->ops->segment_claim(ipc->host, thread->task, request->segment, request->payload_size);
    if (!segment || segment == SEGMENT_OVER_LIMIT)
        return NULL;
    ipc->steps += request->payload_size / HOST_BYTES_OF_A_STEP;
    uint8_t *payload = alloc_bytes(request->payload_size);
    if (payload && !ipc->ops->segment_read(ipc->host, segment, 0, payload, request->payload_size)) {
        alloc_free(payload);
        payload = NULL;
    }
    ipc->ops->segment_drop(ipc->host, segment);
    return payload;
}

static enum send_outcome call_kernel_object(struct thread *thread, struct message *request)
{
    struct message *reply = server_call(thread->task->system, thread, request);
    return reply ? send_reply(&thread->ipc, reply) : SEND_DONE;
}

static enum send_outcome send_half(struct thread *thread)
{
    struct message *request = NULL;
    enum send_outcome outcome = send_begin(&thread->ipc, &request);
    return outcome == SEND_TO_KERNEL ? call_kernel_object(thread, request) : outcome;
}

/* True when the reply is complete; false: the thread waits. */
static bool message_halves(struct thread *thread)
{
    uint32_t option = thread->ipc.call.msg.option;
    if (option & MACH_SEND_MSG) {
        switch (send_half(thread)) {
        case SEND_FAILED: return true;
        case SEND_WAITS: return false;
        case SEND_DONE:
        case SEND_TO_KERNEL: ipc_drain(thread->ipc.ipc, DRAIN_BUDGET); break;
        }
    }
    if (option & MACH_RCV_MSG)
        return receive_begin(&thread->ipc);
    thread->ipc.reply.result = MACH_MSG_SUCCESS;
    return true;
}

static uint32_t size_of_aux(uint64_t size)
{
    return size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
}

bool trap_message(struct thread *thread, const struct trap_request *request)
{
    struct msg_call *call = &thread->ipc.call;
    uint8_t *large = NULL;
    if (request->segment == 0 && request->payload_size > TRAP_DATA_SIZE) {
        struct ipc *ipc = thread->ipc.ipc;
        ipc->ops->task_broken(ipc->host, thread->task, "a payload larger than its page");
        thread->ipc.reply.result = MACH_SEND_INVALID_DATA;
        return true;
    }
    if (request->segment && !(large = read_large_payload(thread, request))) {
        thread->ipc.reply.result =
            (uint32_t)refuse(&thread->ipc, MACH_SEND_NO_BUFFER, REFUSED_LIMIT, MACH_PORT_NULL);
        return true;
    }
    *call = (struct msg_call){
        .msg = request->msg,
        .payload = large ? large : thread->ipc.data,
        .payload_size = request->payload_size,
        .n_items = request->n_items,
        .send_at = request->send_at,
        .rcv_at = request->rcv_at,
    };
    if (request->msg.flags & TRAP_MSG_AUX) {
        call->aux_size = size_of_aux(request->arg[0]);
        call->aux_room = size_of_aux(request->arg[1]);
    }
    bool is_done = message_halves(thread);
    call->payload = NULL;
    alloc_free(large);
    return is_done;
}
