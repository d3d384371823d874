/* SPDX-License-Identifier: Apache-2.0 */
#include "libmach/exception/exception.h"

#include <mach/kern_return.h>
#include <string.h>

#include "libmach/exception/errand.h"

uint8_t *exception_put_state(uint8_t *at, uint32_t flavor, const void *words, uint32_t n_words)
{
    memcpy(at, &flavor, sizeof flavor);
    memcpy(at + sizeof flavor, &n_words, sizeof n_words);
    memcpy(at + 2 * sizeof flavor, words, n_words * sizeof(uint32_t));
    return at + (2 + n_words) * sizeof(uint32_t);
}

void exception_install(exception_set_state *set_state, void *context, const uint8_t *states, uint64_t size)
{
    uint32_t head[2];
    for (uint64_t at = 0; at + sizeof head <= size; at += sizeof head + head[1] * sizeof(uint32_t)) {
        memcpy(head, states + at, sizeof head);
        if (head[1] > (size - at - sizeof head) / sizeof(uint32_t))
            return;
        set_state(context, (int)head[0], (const uint32_t *)(states + at + sizeof head), head[1]);
    }
}

static kern_return_t tell(const struct exception_fault *fault)
{
    struct trap_frame frame;
    kern_return_t kr = KERN_FAILURE;
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return KERN_FAILURE;
    page->req = (struct trap_request){
        .number = TRAP_EXCEPTION,
        .arg = { (uint64_t)fault->type, (uint64_t)fault->code[0], (uint64_t)fault->code[1],
                 fault->states_size },
    };
    memcpy(trap_data(page), fault->states, fault->states_size);
    if (errand_trap(&frame, page)) {
        kr = (kern_return_t)page->reply.result;
        if (page->reply.value[0] <= TRAP_EXCEPTION_STATES_MAX)
            exception_install(fault->set_state, fault->context, trap_data(page), page->reply.value[0]);
    }
    trap_end(&frame);
    return kr;
}

/* Who was told before a handler on top of this took the trap back has no right to answer any more. */
bool exception_deliver(const struct exception_fault *fault)
{
    kern_return_t kr;
    do
        kr = tell(fault);
    while (kr == KERN_ABORTED);
    return kr == KERN_SUCCESS;
}
