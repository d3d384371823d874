/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/park.c - where a thread stands while it is stopped
 *
 * The signal may come at any instruction, also on top of a trap: that is taken back, as for every handler that makes traps
 * (trap.h), and machd sees to it that what was interrupted goes on afterwards.
 */
#include "libmach/park.h"

#include <errno.h>
#include <mach/kern_return.h>
#include <string.h>

#include "libmach/context.h"
#include "libmach/live.h"
#include "libmach/trap.h"

static __thread void *shown __attribute__((tls_model("initial-exec")));

void *park_show(void *context)
{
    void *before = shown;
    shown = context;
    return before;
}

void park_keep_open(sigset_t *set)
{
    sigdelset(set, TRAP_PARK_SIGNAL);
}

/* Sections that the processor's context has no place for are left out. */
static void install(void *context, const uint8_t *states, uint64_t size)
{
    uint32_t head[2], words[TRAP_EXCEPTION_STATES_MAX / sizeof(uint32_t)];
    for (uint64_t at = 0; at + sizeof head <= size; at += sizeof head + head[1] * sizeof(uint32_t)) {
        memcpy(head, states + at, sizeof head);
        if (head[1] > (size - at - sizeof head) / sizeof(uint32_t))
            return;
        memcpy(words, states + at + sizeof head, head[1] * sizeof(uint32_t));
        context_set_state(context, (int)head[0], words, head[1]);
    }
}

static void park(void *context)
{
    struct trap_frame frame;
    kern_return_t kr;
    uint8_t states[TRAP_EXCEPTION_STATES_MAX];
    uint64_t size = context_states(context, states);
    struct trap_page *page = trap_begin(&frame, &kr);
    if (page == NULL)
        return;
    page->req = (struct trap_request){ .number = TRAP_PARK, .arg = { size } };
    memcpy(trap_data(page), states, size);
    if (trap_make(&frame) && page->reply.result == KERN_SUCCESS && page->reply.value[0] <= sizeof states) {
        size = page->reply.value[0];
        memcpy(states, trap_data(page), size);
    } else {
        size = 0;
    }
    trap_end(&frame);
    install(context, states, size);
}

void park_on_signal(int signal, siginfo_t *info, void *context)
{
    int error = errno;
    if (live_thread_is_known())
        park(shown != NULL ? shown : context);
    errno = error;
}
