/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/message/promise.c - one compare and exchange is all that a promised message costs
 *
 * A handler may run between any two lines. What it does on the page is undone when it returns (trap.c), and what it does
 * with the promise either leaves the word of the page as it was, or makes the exchange fail.
 */
#include "libmach/message/promise.h"

#include <stdatomic.h>
#include <string.h>

#include "libmach/message/guard.h"
#include "libmach/message/tsan.h"

enum {
    WHAT_TO_BRING = MACH_RCV_TRAILER_MASK,
    RECEIVE_ONLY = MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_INTERRUPT | MACH_RCV_LARGE
};

void promise_note(struct lib_thread *thread, mach_port_name_t name, mach_msg_option_t option,
                  mach_msg_size_t rcv_size)
{
    const struct trap_reply *reply = &thread->page->reply;
    thread->promise = (struct lib_promise){
        .n = reply->n_promised,
        .number = reply->promise,
        .at = TRAP_PROMISE_OFFSET,
        .name = name,
        .option = (uint32_t)option & WHAT_TO_BRING,
        .rcv_size = rcv_size,
    };
}

static bool fits(const struct lib_promise *promise, mach_port_name_t name, mach_msg_option_t option,
                 mach_msg_size_t rcv_size)
{
    return promise->name == name && rcv_size >= promise->rcv_size &&
           ((uint32_t)option & WHAT_TO_BRING) == promise->option &&
           !((uint32_t)option & ~(uint32_t)(RECEIVE_ONLY | WHAT_TO_BRING));
}

bool promise_take(struct lib_thread *thread, mach_port_name_t name, mach_msg_option_t option,
                  mach_msg_size_t rcv_size, void *to, mach_msg_return_t *result_p)
{
    struct lib_promise *promise = &thread->promise;
    if (promise->n_taken == promise->n || !fits(promise, name, option, rcv_size))
        return false;
    const uint8_t *at = trap_data(thread->page) + promise->at;
    uint64_t taken = (uint64_t)promise->number << 32 | promise->n_taken, size;
    memcpy(&size, at, sizeof size);
    promise->n_taken++;
    promise->at += (uint32_t)(sizeof size + trap_round8(size));
    if (!atomic_compare_exchange_strong(&thread->page->promise, &taken, taken + 1)) {
        promise->n = promise->n_taken = 0;
        return false;
    }
    *result_p = guard_copy(to, at + sizeof size, size) ? MACH_MSG_SUCCESS : MACH_RCV_INVALID_DATA;
    return true;
}
